//! A `.lidl` file as written. Parts that could not be read are left out and have been reported.

use ambc_diag::{FileId, Span, Spanned};

#[derive(Clone, Debug)]
pub struct File {
    pub id: FileId,
    pub namespace: Option<Path>,
    pub imports: Vec<Import>,
    pub items: Vec<Item>,
}

/// `import "geometry.lidl";`
#[derive(Clone, Debug)]
pub struct Import {
    pub path: Spanned<String>,
    pub span: Span,
    /// Filled in by whoever loads files; `None` if that failed (and was reported).
    pub file: Option<FileId>,
}

/// A name without `r#`.
pub type Name = Spanned<String>;

/// `a::b::c`; never empty.
#[derive(Clone, Debug)]
pub struct Path {
    pub names: Vec<Name>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub name: Name,
    /// With attributes, from the first word to `;` or `}`.
    pub span: Span,
    pub doc: String,
    pub attributes: Vec<Attribute>,
    pub kind: ItemKind,
    /// Something inside could not be read: what is said about it as a whole may be wrong.
    pub damaged: bool,
}

#[derive(Clone, Debug)]
pub enum ItemKind {
    Const { ty: TypeRef, value: Expr },
    Struct { generics: Vec<Name>, base: Option<TypeRef>, fields: Vec<Field> },
    Union { generics: Vec<Name>, base: Option<TypeRef>, alternatives: Vec<Field> },
    Enum { underlying: Option<TypeRef>, values: Vec<EnumValue> },
    Error { alternatives: Vec<Alternative> },
    Service { base: Option<TypeRef>, procedures: Vec<Procedure> },
}

/// A field of a struct, an alternative of a union, a parameter.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: Name,
    pub ty: TypeRef,
    pub span: Span,
    pub doc: String,
    pub attributes: Vec<Attribute>,
}

/// An alternative of an error; its value is optional.
#[derive(Clone, Debug)]
pub struct Alternative {
    pub name: Name,
    pub ty: Option<TypeRef>,
    pub span: Span,
    pub doc: String,
    pub attributes: Vec<Attribute>,
}

#[derive(Clone, Debug)]
pub struct EnumValue {
    pub name: Name,
    pub value: Option<Expr>,
    pub span: Span,
    pub doc: String,
    pub attributes: Vec<Attribute>,
}

#[derive(Clone, Debug)]
pub struct Procedure {
    pub name: Name,
    pub params: Vec<Field>,
    pub result: ResultRef,
    /// The name after `or`.
    pub error: Option<TypeRef>,
    pub span: Span,
    pub doc: String,
    pub attributes: Vec<Attribute>,
}

#[derive(Clone, Debug)]
pub enum ResultRef {
    None,
    One(TypeRef),
    /// `(a: T, b: U)`.
    Many(Vec<Field>),
}

#[derive(Clone, Debug)]
pub struct TypeRef {
    pub path: Path,
    pub args: Vec<TypeArg>,
    pub span: Span,
}

/// Between `<` and `>`. A lone name is read as a type; resolving may find a constant.
#[derive(Clone, Debug)]
pub enum TypeArg {
    Type(TypeRef),
    Value(Expr),
}

/// `@timeout(50ms)`.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub name: Name,
    pub args: Vec<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Int(i128),
    /// The text without `_`.
    Float(String),
    Bool(bool),
    Str(String),
    /// The number without `_` and the unit, both as written.
    Quantity {
        number: String,
        unit: String,
    },
    Path(Path),
    Neg(Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// Could not be read; that was reported.
    Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}
