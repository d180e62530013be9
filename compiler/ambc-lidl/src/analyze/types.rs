//! Types as used, and one type for each use of a generic one.

use super::Ctx;
use super::derived::Source;
use super::scope::{Found, names};
use crate::ast::{ItemKind, Name, TypeArg, TypeRef};
use crate::codes::{ARITY, BOUND, MAP_KEY, RECURSIVE, VIEW_IN_STRUCT, WRONG_KIND};
use crate::model::{ConstValue, Dimension, Origin, Scalar, Type, TypeId, TypeKind};
use ambc_diag::{Diagnostic, FileId, Span};

/// What stands for a parameter of a generic type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Arg {
    Type(Type),
    Number(u64),
    /// Anything: while the generic type itself is checked, or when the argument was wrong.
    Any,
}

/// Where a type is used.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) file: FileId,
    /// The file whose crate will hold types made on the way.
    pub(super) owner: FileId,
    pub(super) generics: &'p [(String, Arg)],
    /// In a procedure, where views are natural.
    pub(super) signature: bool,
}

impl<'p> Place<'p> {
    pub(super) fn signature(file: FileId) -> Self {
        Self { file, owner: file, generics: &[], signature: true }
    }

    pub(super) fn member(file: FileId, owner: FileId, generics: &'p [(String, Arg)]) -> Self {
        Self { file, owner, generics, signature: false }
    }
}

/// Uses of generic types inside each other.
const DEPTH_LIMIT: usize = 32;
const LARGEST_BOUND: i128 = u32::MAX as i128;
const LARGEST_ARRAY: i128 = 65_536;

impl Ctx<'_> {
    pub(super) fn resolve(&mut self, ty: &TypeRef, place: Place<'_>) -> Type {
        if let [name] = ty.path.names.as_slice()
            && let Some((_, arg)) = place.generics.iter().find(|(n, _)| *n == name.value)
        {
            return self.parameter(arg.clone(), ty);
        }
        let path = names(&ty.path);
        match self.lookup_quietly(place.file, &path) {
            Some(index) => match self.seen(place.file, &ty.path, index) {
                Found::Decl(index) => self.declared(index, ty, place),
                Found::Nothing => Type::Broken,
            },
            None => match path.as_slice() {
                [name] => match self.built_in(name, ty, place) {
                    Some(built_in) => built_in,
                    None => self.no_type(ty, place),
                },
                _ => self.derived_type(ty, place),
            },
        }
    }

    fn no_type(&mut self, ty: &TypeRef, place: Place<'_>) -> Type {
        self.unknown(place.file, &ty.path, "type");
        Type::Broken
    }

    fn parameter(&mut self, arg: Arg, ty: &TypeRef) -> Type {
        if !ty.args.is_empty() {
            self.arity(ty, "takes no arguments");
        }
        match arg {
            Arg::Type(ty) => ty,
            Arg::Any => Type::Broken,
            Arg::Number(_) => {
                self.report(
                    Diagnostic::new(WRONG_KIND, ty.span, "expected a type, found a number").label("a number"),
                );
                Type::Broken
            }
        }
    }

    fn arity(&mut self, ty: &TypeRef, takes: &str) {
        let name = names(&ty.path).join("::");
        let found = ty.args.len();
        let message = format!("`{name}` {takes}, found {found}");
        self.report(Diagnostic::new(ARITY, ty.span, message).label("wrong number of arguments"));
    }

    fn built_in(&mut self, name: &str, ty: &TypeRef, place: Place<'_>) -> Option<Type> {
        let count = ty.args.len();
        let takes = match name {
            "unit" => "takes no arguments",
            "string" | "string_view" => "takes at most a bound",
            "vector" | "span" => "takes a type and perhaps a bound",
            "array" => "takes a type and a length",
            "map" => "takes two types and perhaps a bound",
            "optional" | "ptr" => "takes one type",
            _ if Scalar::parse(name).is_some() => "takes no arguments",
            _ => return None,
        };
        let fits = match name {
            "string" | "string_view" => count <= 1,
            "vector" | "span" => (1..=2).contains(&count),
            "array" => count == 2,
            "map" => (2..=3).contains(&count),
            "optional" | "ptr" => count == 1,
            _ => count == 0,
        };
        if !fits {
            self.arity(ty, takes);
            return Some(Type::Broken);
        }
        if matches!(name, "string_view" | "span") && !place.signature {
            self.view_in_struct(name, ty);
        }
        Some(match name {
            "unit" => Type::Unit,
            "string" | "string_view" => match self.bound(ty, 0, place) {
                Ok(bound) => Type::String { bound },
                Err(()) => Type::Broken,
            },
            "vector" | "span" => self.vector(ty, place),
            "array" => self.array(ty, place),
            "map" => self.map(ty, place),
            "optional" | "ptr" => Type::Optional(Box::new(self.argument(ty, 0, place))),
            _ => Scalar::parse(name).map_or(Type::Broken, Type::Scalar),
        })
    }

    fn vector(&mut self, ty: &TypeRef, place: Place<'_>) -> Type {
        let element = Box::new(self.argument(ty, 0, place));
        match self.bound(ty, 1, place) {
            Ok(bound) => Type::Vector { element, bound },
            Err(()) => Type::Broken,
        }
    }

    fn array(&mut self, ty: &TypeRef, place: Place<'_>) -> Type {
        let element = Box::new(self.argument(ty, 0, place));
        let Ok(Some(len)) = self.bound(ty, 1, place) else { return Type::Broken };
        if i128::from(len) > LARGEST_ARRAY {
            let d = Diagnostic::new(BOUND, ty.span, format!("an array of {len} elements is too large"));
            self.report(d.label("more than 65536").help(format!("write `vector<…, {len}>`")));
            return Type::Broken;
        }
        Type::Array { element, len }
    }

    fn map(&mut self, ty: &TypeRef, place: Place<'_>) -> Type {
        let (key, value) = (self.argument(ty, 0, place), self.argument(ty, 1, place));
        if !self.is_key(&key) {
            let span = ty.args.first().map_or(ty.span, arg_span);
            let d = Diagnostic::new(MAP_KEY, span, "this type cannot be the key of a map").label("not a key");
            self.report(d.help("keys are integers, `bool`, strings, enums, and arrays of these"));
            return Type::Broken;
        }
        match self.bound(ty, 2, place) {
            Ok(bound) => Type::Map { key: Box::new(key), value: Box::new(value), bound },
            Err(()) => Type::Broken,
        }
    }

    fn is_key(&self, ty: &Type) -> bool {
        match ty {
            Type::Scalar(Scalar::F32 | Scalar::F64) => false,
            Type::Scalar(_) | Type::String { .. } | Type::Broken => true,
            Type::Array { element, .. } => self.is_key(element),
            Type::Named(id) => {
                let def = self.model.type_def(*id);
                // An enum may not be filled in yet.
                def.broken || matches!(def.kind, TypeKind::Enum { .. })
            }
            Type::Unit | Type::Vector { .. } | Type::Map { .. } | Type::Optional(_) => false,
        }
    }

    fn view_in_struct(&mut self, name: &str, ty: &TypeRef) {
        let owned = if name == "span" { "vector" } else { "string" };
        let name_span = ty.path.span;
        let message = format!("`{name}` inside a type means `{owned}`");
        let d = Diagnostic::new(VIEW_IN_STRUCT, name_span, message)
            .label("a view has nothing to borrow from here");
        self.report(d.help(format!("write `{owned}`")).edit(name_span, owned));
    }

    fn argument(&mut self, ty: &TypeRef, index: usize, place: Place<'_>) -> Type {
        match ty.args.get(index) {
            Some(TypeArg::Type(arg)) => self.resolve(arg, place),
            Some(TypeArg::Value(expr)) => {
                let d = Diagnostic::new(WRONG_KIND, expr.span, "expected a type, found a value");
                self.report(d.label("not a type"));
                Type::Broken
            }
            None => Type::Broken,
        }
    }

    /// A bound or a length: `Ok(None)` if none is written.
    fn bound(&mut self, ty: &TypeRef, index: usize, place: Place<'_>) -> Result<Option<u64>, ()> {
        let Some(arg) = ty.args.get(index) else { return Ok(None) };
        let span = arg_span(arg);
        match self.number(arg, place) {
            Some(Arg::Number(value)) if (1..=LARGEST_BOUND).contains(&i128::from(value)) => Ok(Some(value)),
            Some(Arg::Number(value)) => {
                let d = Diagnostic::new(BOUND, span, format!("{value} is no bound"))
                    .label("from 1 to 4294967295");
                self.report(d);
                Err(())
            }
            _ => Err(()),
        }
    }

    /// An argument as a number. `None` if it is none, which was reported.
    fn number(&mut self, arg: &TypeArg, place: Place<'_>) -> Option<Arg> {
        let value = match arg {
            TypeArg::Value(expr) => self.evaluate_count(place.file, expr)?,
            TypeArg::Type(ty) => {
                if let [name] = ty.path.names.as_slice()
                    && let Some((_, arg)) = place.generics.iter().find(|(n, _)| *n == name.value)
                {
                    return Some(arg.clone());
                }
                let kind = crate::ast::ExprKind::Path(ty.path.clone());
                self.evaluate_count(place.file, &crate::ast::Expr { kind, span: ty.span })?
            }
        };
        match u64::try_from(value) {
            Ok(value) => Some(Arg::Number(value)),
            Err(_) => {
                let d = Diagnostic::new(BOUND, arg_span(arg), format!("{value} is no bound"));
                self.report(d.label("from 1 to 4294967295"));
                None
            }
        }
    }

    fn declared(&mut self, index: usize, ty: &TypeRef, place: Place<'_>) -> Type {
        let Some(decl) = self.decls.get(index) else { return Type::Broken };
        match &decl.item.kind {
            ItemKind::Struct { generics, .. } | ItemKind::Union { generics, .. } if !generics.is_empty() => {
                self.generic(index, generics, ty, place)
            }
            ItemKind::Service { .. } | ItemKind::Const { .. } => {
                let what =
                    if matches!(decl.item.kind, ItemKind::Service { .. }) { "service" } else { "constant" };
                let name = decl.path.join("::");
                let d = Diagnostic::new(WRONG_KIND, ty.span, format!("`{name}` is a {what}, not a type"));
                self.report(d.label("needs a type"));
                Type::Broken
            }
            _ => {
                if !ty.args.is_empty() && !decl.item.damaged {
                    self.arity(ty, "takes no arguments");
                }
                self.types.get(&index).map_or(Type::Broken, |id| Type::Named(*id))
            }
        }
    }

    fn generic(&mut self, index: usize, generics: &[Name], ty: &TypeRef, place: Place<'_>) -> Type {
        if generics.len() != ty.args.len() {
            let takes = if generics.len() == 1 {
                "1 argument".to_owned()
            } else {
                format!("{} arguments", generics.len())
            };
            self.arity(ty, &format!("takes {takes}"));
            return Type::Broken;
        }
        let args: Vec<Arg> = ty.args.iter().map(|arg| self.generic_arg(arg, place)).collect();
        if args.iter().any(|a| matches!(a, Arg::Any | Arg::Type(Type::Broken))) {
            return Type::Broken;
        }
        let library = self.library(place.owner);
        if let Some(id) = self.instances.get(&(index, args.clone(), library.clone())) {
            return Type::Named(*id);
        }
        if self.depth >= DEPTH_LIMIT {
            let d = Diagnostic::new(RECURSIVE, ty.span, "this use of a generic type never ends");
            self.report(d.label("each use needs another one"));
            return Type::Broken;
        }
        Type::Named(self.instance(index, generics, args, library, place))
    }

    /// A number, a constant, or a type.
    fn generic_arg(&mut self, arg: &TypeArg, place: Place<'_>) -> Arg {
        match arg {
            TypeArg::Type(ty) => {
                let path = names(&ty.path);
                if let ([name], true) = (path.as_slice(), ty.args.is_empty())
                    && let Some((_, arg)) = place.generics.iter().find(|(n, _)| n == name)
                {
                    return arg.clone();
                }
                let constant = self.lookup_quietly(place.file, &path).filter(|i| self.consts.contains_key(i));
                match constant {
                    Some(_) => self.number(arg, place).unwrap_or(Arg::Any),
                    None => Arg::Type(self.resolve(ty, place)),
                }
            }
            TypeArg::Value(_) => self.number(arg, place).unwrap_or(Arg::Any),
        }
    }

    fn instance(
        &mut self,
        index: usize,
        generics: &[Name],
        args: Vec<Arg>,
        library: String,
        place: Place<'_>,
    ) -> TypeId {
        let shown: Vec<String> = args.iter().map(|a| self.show_arg(a)).collect();
        let suffix: String = args.iter().map(|a| self.rust_arg(a)).collect();
        let bindings: Vec<_> = generics.iter().map(|g| g.value.clone()).zip(args.iter().cloned()).collect();
        let decl = &self.decls[index];
        let (item, file, mut path) = (decl.item, decl.file, decl.path.clone());
        let name = format!("{}<{}>", item.name.value, shown.join(", "));
        if self.model.library(file) == library {
            path.pop();
        } else {
            // Beside everything else of the crate that needs it.
            path = self
                .scopes
                .get(&place.owner)
                .and_then(|s| s.namespace.first())
                .cloned()
                .into_iter()
                .collect();
        }
        path.push(name);
        let rust_name = format!("{}{suffix}", crate::model::camel(&item.name.value));
        let id = self.new_type(item, file, place.owner, path, rust_name, Origin::Generic);
        self.instances.insert((index, args, library), id);
        self.depth += 1;
        self.fill(id, item, Place::member(file, place.owner, &bindings));
        self.depth -= 1;
        id
    }

    fn show_arg(&self, arg: &Arg) -> String {
        match arg {
            Arg::Type(ty) => self.model.show(ty),
            Arg::Number(n) => n.to_string(),
            Arg::Any => "_".to_owned(),
        }
    }

    fn rust_arg(&self, arg: &Arg) -> String {
        match arg {
            Arg::Type(ty) => self.model.type_words(ty),
            Arg::Number(n) => format!("N{n}"),
            Arg::Any => String::new(),
        }
    }

    /// `u::alternatives`, `s::call_union`.
    fn derived_type(&mut self, ty: &TypeRef, place: Place<'_>) -> Type {
        let path = names(&ty.path);
        let Some((last, around)) = path.split_last() else { return Type::Broken };
        let index = self.lookup_quietly(place.file, around);
        let Some(decl) = index.and_then(|i| self.decls.get(i)) else { return self.no_type(ty, place) };
        let index = index.unwrap_or_default();
        let source = match (&decl.item.kind, *last) {
            (ItemKind::Union { generics, .. }, "alternatives") if generics.is_empty() => {
                self.types.get(&index).map(|id| Source::Alternatives(*id))
            }
            (ItemKind::Service { .. }, "call_union") => Some(Source::Calls(index)),
            _ => return self.no_type(ty, place),
        };
        if let Found::Nothing = self.seen(place.file, &ty.path, index) {
            return Type::Broken;
        }
        source.map_or(Type::Broken, |source| Type::Named(self.derive(source, place.owner)))
    }

    /// Whether a value is an amount of a dimension; used by attributes.
    pub(super) fn is_duration(value: &ConstValue) -> Option<f64> {
        match value {
            ConstValue::Quantity(Dimension::Duration, ns) => Some(*ns),
            _ => None,
        }
    }
}

pub(super) fn arg_span(arg: &TypeArg) -> Span {
    match arg {
        TypeArg::Type(ty) => ty.span,
        TypeArg::Value(expr) => expr.span,
    }
}
