//! All interfaces and types of a run: names resolved, generics expanded, constants evaluated.
//!
//! What is wrong has been reported and is marked `broken`: it keeps its name, and rules skip it. Order is file order.
//!
//! * [`types`](TypeDef): what values look like · [`Interface`], [`Procedure`]: what services offer · [`Const`]
//! * `size`: the largest message of everything · `lookup`: by name, with the nearest one · `names`: what all is called
//!   in Rust

mod facts;
mod lookup;
mod names;
mod show;
mod size;

pub use lookup::{Lookup, nearest};
pub use names::{camel, constant, escape, snake};

use ambc_diag::{FileId, Span};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
    };
}
id!(
    /// Index into [`Model::interfaces`].
    InterfaceId
);
id!(
    /// Index into [`Model::types`].
    TypeId
);
id!(
    /// Index into [`Model::consts`].
    ConstId
);

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub interfaces: Vec<Interface>,
    pub types: Vec<TypeDef>,
    pub consts: Vec<Const>,
    pub files: Vec<ModelFile>,
    /// By type, once all are complete.
    facts: Vec<Option<facts::Facts>>,
}

/// A file that took part.
#[derive(Clone, Debug)]
pub struct ModelFile {
    pub id: FileId,
    /// `path` as shown to people.
    pub path: String,
    /// The segments of its namespace, empty without one.
    pub namespace: Vec<String>,
    /// The library that holds its items: the first segment, or the stem of the file.
    pub library: String,
    pub imports: Vec<FileId>,
}

/// A lidl `service`: what instances implement and dependencies name.
#[derive(Clone, Debug)]
pub struct Interface {
    /// Namespace and name.
    pub path: Vec<String>,
    pub span: Span,
    pub name_span: Span,
    pub file: FileId,
    pub doc: String,
    pub base: Option<InterfaceId>,
    /// `@shared`: one offer may serve many instances.
    pub shared: bool,
    /// Its own; [`Model::procedures`] has the inherited ones too.
    pub procedures: Vec<Procedure>,
    pub since: Option<String>,
    pub deprecated: Option<String>,
    pub broken: bool,
}

#[derive(Clone, Debug)]
pub struct Procedure {
    pub name: String,
    pub span: Span,
    pub name_span: Span,
    pub doc: String,
    pub params: Vec<Param>,
    pub result: ResultType,
    /// The declared error of `-> T or e`.
    pub error: Option<TypeId>,
    pub oneway: bool,
    pub idempotent: bool,
    /// `@timeout`, in microseconds.
    pub timeout_us: Option<u64>,
    pub rest: Option<Rest>,
    pub sensitive: bool,
    pub since: Option<String>,
    pub deprecated: Option<String>,
    /// What a call carries: over the name, the parameters and the results, structurally. Comments and attributes do not
    /// count.
    pub fingerprint: u32,
    /// Fingerprints of older shapes that this procedure answers too (`@was`).
    pub was: Vec<u32>,
    /// The largest message with the arguments; `None` without a bound.
    pub max_request: Option<u64>,
    /// The largest message with the result or the error; `None` without a bound.
    pub max_reply: Option<u64>,
    pub broken: bool,
}

/// `@rest(GET, "/orders/{id}")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    pub method: String,
    pub path: String,
    pub span: Span,
}

/// A parameter, or a named result.
#[derive(Clone, Debug)]
pub struct Param {
    pub name: String,
    pub ty: Type,
    pub span: Span,
    pub name_span: Span,
    pub ty_span: Span,
    pub attrs: FieldAttrs,
}

#[derive(Clone, Debug)]
pub enum ResultType {
    None,
    One(Type, Span),
    /// `(a: T, b: U)`.
    Many(Vec<Param>),
}

/// A struct, union, error or enum. Each use of a generic one with other arguments is a type of its own.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// Namespace and name, arguments included: `["vision", "page<verdict>"]`.
    pub path: Vec<String>,
    pub span: Span,
    pub name_span: Span,
    /// Where it is declared.
    pub file: FileId,
    /// The file whose crate holds it: for a generic one the file that uses it.
    pub owner: FileId,
    /// Its name in Rust.
    pub rust_name: String,
    pub doc: String,
    pub kind: TypeKind,
    pub origin: Origin,
    pub since: Option<String>,
    pub deprecated: Option<String>,
    pub broken: bool,
}

/// Where a type comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written as it stands.
    Declared,
    /// A use of a generic struct or union.
    Generic,
    /// `u::alternatives` of a union: its alternatives without their values.
    Alternatives(TypeId),
    /// `s::call_union` of a service: a procedure and its arguments.
    Calls(InterfaceId),
    /// The arguments of one procedure inside a `call_union`.
    Arguments(InterfaceId),
}

#[derive(Clone, Debug)]
pub enum TypeKind {
    Struct { fields: Vec<Field> },
    Union { alternatives: Vec<Alternative> },
    Error { alternatives: Vec<Alternative> },
    Enum { underlying: Scalar, values: Vec<EnumValue> },
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub ty: Type,
    pub span: Span,
    pub name_span: Span,
    pub ty_span: Span,
    pub doc: String,
    pub attrs: FieldAttrs,
}

/// An alternative of a union or an error.
#[derive(Clone, Debug)]
pub struct Alternative {
    pub name: String,
    /// `None` for `unit`.
    pub ty: Option<Type>,
    pub span: Span,
    pub name_span: Span,
    pub ty_span: Span,
    pub doc: String,
    /// `@status(404)`.
    pub status: Option<u16>,
    pub attrs: FieldAttrs,
}

#[derive(Clone, Debug)]
pub struct EnumValue {
    pub name: String,
    pub value: i128,
    pub span: Span,
    pub name_span: Span,
    pub doc: String,
    pub attrs: FieldAttrs,
}

/// Attributes of fields, parameters, alternatives and enum values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldAttrs {
    /// `@json("usd_rate")`.
    pub json: Option<String>,
    pub sensitive: bool,
    pub since: Option<String>,
    pub deprecated: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
}

/// A type as used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    Scalar(Scalar),
    Unit,
    /// At most `bound` bytes.
    String {
        bound: Option<u64>,
    },
    /// At most `bound` elements.
    Vector {
        element: Box<Type>,
        bound: Option<u64>,
    },
    Array {
        element: Box<Type>,
        len: u64,
    },
    Map {
        key: Box<Type>,
        value: Box<Type>,
        bound: Option<u64>,
    },
    Optional(Box<Type>),
    Named(TypeId),
    /// Has been reported.
    Broken,
}

#[derive(Clone, Debug)]
pub struct Const {
    pub path: Vec<String>,
    pub span: Span,
    pub name_span: Span,
    pub file: FileId,
    pub doc: String,
    pub ty: ConstType,
    /// `None` if it has no value; that was reported.
    pub value: Option<ConstValue>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstType {
    Scalar(Scalar),
    String,
    Quantity(Dimension),
}

/// What a constant or an expression evaluates to.
#[derive(Clone, Debug, PartialEq)]
pub enum ConstValue {
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(String),
    /// In the base unit of the dimension.
    Quantity(Dimension, f64),
}

/// What a quantity measures, and so its base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Nanoseconds.
    Duration,
    /// Bytes.
    Size,
    /// Bits per second.
    Bandwidth,
    /// Events per second.
    Rate,
    /// Hertz.
    Frequency,
    /// Processor cycles.
    Cycles,
    /// Joule.
    Energy,
    /// Watt.
    Power,
    /// 1.0 is 100 %.
    Share,
}

impl Model {
    /// # Panics
    /// If the id is of another model.
    #[must_use]
    pub fn interface(&self, id: InterfaceId) -> &Interface {
        self.interfaces.get(id.0 as usize).expect("ids are used with the model that made them")
    }

    /// # Panics
    /// If the id is of another model.
    #[must_use]
    pub fn type_def(&self, id: TypeId) -> &TypeDef {
        self.types.get(id.0 as usize).expect("ids are used with the model that made them")
    }

    /// # Panics
    /// If the id is of another model.
    #[must_use]
    pub fn constant(&self, id: ConstId) -> &Const {
        self.consts.get(id.0 as usize).expect("ids are used with the model that made them")
    }

    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&ModelFile> {
        self.files.iter().find(|f| f.id == id)
    }

    pub fn interface_ids(&self) -> impl Iterator<Item = InterfaceId> + use<> {
        (0..self.interfaces.len() as u32).map(InterfaceId)
    }

    pub fn type_ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..self.types.len() as u32).map(TypeId)
    }

    /// An interface and those it inherits from, the furthest first.
    #[must_use]
    pub fn lineage(&self, id: InterfaceId) -> Vec<InterfaceId> {
        let mut line = vec![id];
        let mut at = id;
        while let Some(base) = self.interface(at).base.filter(|b| !line.contains(b)) {
            line.push(base);
            at = base;
        }
        line.reverse();
        line
    }

    /// All procedures, inherited ones first.
    pub fn procedures(&self, id: InterfaceId) -> impl Iterator<Item = &Procedure> {
        self.lineage(id).into_iter().flat_map(|i| &self.interface(i).procedures)
    }

    #[must_use]
    pub fn procedure(&self, id: InterfaceId, name: &str) -> Option<&Procedure> {
        self.procedures(id).find(|p| p.name == name)
    }

    /// Whether `id` is `ancestor` or inherits from it.
    #[must_use]
    pub fn is_a(&self, id: InterfaceId, ancestor: InterfaceId) -> bool {
        self.lineage(id).contains(&ancestor)
    }

    /// The largest request of any procedure, inherited ones included; `None` without a bound.
    #[must_use]
    pub fn max_request(&self, id: InterfaceId) -> Option<u64> {
        self.procedures(id).map(|p| p.max_request).try_fold(0, |max, p| p.map(|p| p.max(max)))
    }

    /// The largest reply of any procedure; `None` without a bound.
    #[must_use]
    pub fn max_reply(&self, id: InterfaceId) -> Option<u64> {
        self.procedures(id).map(|p| p.max_reply).try_fold(0, |max, p| p.map(|p| p.max(max)))
    }
}

impl Interface {
    /// `a::b::c`.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.join("::")
    }
}

impl Scalar {
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }

    pub const ALL: [Self; 11] = [
        Self::Bool,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::F32,
        Self::F64,
    ];

    /// In lidl and in Rust.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    /// Bytes; also the alignment.
    #[must_use]
    pub fn size(self) -> u64 {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// Smallest and largest value of an integer.
    #[must_use]
    pub fn range(self) -> Option<(i128, i128)> {
        match self {
            Self::I8 => Some((i8::MIN.into(), i8::MAX.into())),
            Self::I16 => Some((i16::MIN.into(), i16::MAX.into())),
            Self::I32 => Some((i32::MIN.into(), i32::MAX.into())),
            Self::I64 => Some((i64::MIN.into(), i64::MAX.into())),
            Self::U8 => Some((0, u8::MAX.into())),
            Self::U16 => Some((0, u16::MAX.into())),
            Self::U32 => Some((0, u32::MAX.into())),
            Self::U64 => Some((0, u64::MAX.into())),
            Self::Bool | Self::F32 | Self::F64 => None,
        }
    }
}

impl Dimension {
    /// As in a type: `duration`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Bandwidth => "bandwidth",
            Self::Rate => "rate",
            Self::Frequency => "frequency",
            Self::Cycles => "cycles",
            Self::Energy => "energy",
            Self::Power => "power",
            Self::Share => "share",
        }
    }

    /// The dimension of a type name such as `duration`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::Duration, Self::Size, Self::Bandwidth, Self::Rate, Self::Frequency, Self::Cycles];
        all.into_iter().chain([Self::Energy, Self::Power, Self::Share]).find(|d| d.name() == name)
    }

    /// What a unit measures, and how many base units it is.
    #[must_use]
    pub fn of_unit(unit: &str) -> Option<(Self, f64)> {
        Some(match unit {
            "us" => (Self::Duration, 1e3),
            "ms" => (Self::Duration, 1e6),
            "s" => (Self::Duration, 1e9),
            "min" => (Self::Duration, 60e9),
            "h" => (Self::Duration, 3600e9),
            "d" => (Self::Duration, 86_400e9),
            "B" => (Self::Size, 1.0),
            "KiB" => (Self::Size, 1024.0),
            "MiB" => (Self::Size, 1_048_576.0),
            "GiB" => (Self::Size, 1_073_741_824.0),
            "kB" => (Self::Size, 1e3),
            "MB" => (Self::Size, 1e6),
            "GB" => (Self::Size, 1e9),
            "bps" => (Self::Bandwidth, 1.0),
            "kbps" => (Self::Bandwidth, 1e3),
            "Mbps" => (Self::Bandwidth, 1e6),
            "Gbps" => (Self::Bandwidth, 1e9),
            "/s" => (Self::Rate, 1.0),
            "/min" => (Self::Rate, 1.0 / 60.0),
            "/h" => (Self::Rate, 1.0 / 3600.0),
            "/d" => (Self::Rate, 1.0 / 86_400.0),
            "Hz" => (Self::Frequency, 1.0),
            "kHz" => (Self::Frequency, 1e3),
            "MHz" => (Self::Frequency, 1e6),
            "GHz" => (Self::Frequency, 1e9),
            "cycles" => (Self::Cycles, 1.0),
            "uJ" => (Self::Energy, 1e-6),
            "mJ" => (Self::Energy, 1e-3),
            "J" => (Self::Energy, 1.0),
            "Wh" => (Self::Energy, 3600.0),
            "uW" => (Self::Power, 1e-6),
            "mW" => (Self::Power, 1e-3),
            "W" => (Self::Power, 1.0),
            "%" => (Self::Share, 0.01),
            _ => return None,
        })
    }
}
