//! Values that expressions evaluate to.

use std::fmt;

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
    /// A share: 1.0 is 100 %.
    Share,
}

impl Dimension {
    /// As a user calls it: "a duration".
    pub fn word(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Bandwidth => "bandwidth",
            Self::Rate => "rate",
            Self::Frequency => "frequency",
            Self::Cycles => "number of cycles",
            Self::Energy => "energy",
            Self::Power => "power",
            Self::Share => "percentage",
        }
    }
}

/// A number in the base unit of its dimension.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Quantity {
    pub dimension: Dimension,
    pub value: f64,
}

/// What an expression of a deployment evaluates to.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(String),
    Quantity(Quantity),
    /// An enum value of a lidl enum: the type and the name as written.
    Enum(ambc_lidl::model::TypeId, String),
    Array(Vec<Value>),
    Secret(String),
    Env {
        name: String,
        default: Option<String>,
    },
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(v) => write!(f, "{v}"),
            Self::Int(v) => write!(f, "{v}"),
            Self::Float(v) => write!(f, "{v}"),
            Self::Str(v) => write!(f, "{v:?}"),
            Self::Quantity(q) => write!(f, "{} ({})", q.value, q.dimension.word()),
            Self::Enum(_, v) => f.write_str(v),
            Self::Array(v) => {
                f.write_str("[")?;
                for (i, v) in v.iter().enumerate() {
                    write!(f, "{}{v}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Secret(name) => write!(f, "secret({name:?})"),
            Self::Env { name, .. } => write!(f, "env({name:?})"),
        }
    }
}
