//! What parameters of the members of a class hold.

use core::fmt;

/// The type of a parameter that an identity file gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// `true` or `false`.
    Bool,
    /// A whole number of this many bits.
    Unsigned(u8),
    /// One with a sign.
    Signed(u8),
    /// A number of 32 bits.
    F32,
    /// A number of 64 bits; also a rate per second, an energy in joule, a power in watt.
    F64,
    /// Text in quotes, at most this many bytes long.
    Text(u32),
    /// Nanoseconds.
    Duration,
}

/// As in `… is not a u32`.
impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("`true` or `false`"),
            Self::Unsigned(bits) => write!(f, "a u{bits}"),
            Self::Signed(bits) => write!(f, "an i{bits}"),
            Self::F32 => f.write_str("an f32"),
            Self::F64 => f.write_str("an f64"),
            Self::Text(most) => write!(f, "text in quotes of at most {most} bytes"),
            Self::Duration => f.write_str("a number of nanoseconds"),
        }
    }
}
