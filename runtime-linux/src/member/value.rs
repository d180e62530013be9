//! Values of parameters as an identity file writes them.

use core::time::Duration;
use std::fmt::Display;
use std::str::FromStr;

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
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

impl ParamType {
    /// Whether `text` is such a value.
    pub(crate) fn check(self, text: &str) -> Result<(), String> {
        let fits = match self {
            Self::Bool => bool::read(text).is_some(),
            Self::Unsigned(8) => u8::read(text).is_some(),
            Self::Unsigned(16) => u16::read(text).is_some(),
            Self::Unsigned(32) => u32::read(text).is_some(),
            Self::Unsigned(_) => u64::read(text).is_some(),
            Self::Signed(8) => i8::read(text).is_some(),
            Self::Signed(16) => i16::read(text).is_some(),
            Self::Signed(32) => i32::read(text).is_some(),
            Self::Signed(_) => i64::read(text).is_some(),
            Self::F32 => f32::read(text).is_some(),
            Self::F64 => f64::read(text).is_some(),
            Self::Text(most) => unquoted(text).is_some_and(|t| t.len() <= most as usize),
            Self::Duration => Duration::read(text).is_some(),
        };
        if fits { Ok(()) } else { Err(format!("`{text}` is not {self}")) }
    }
}

impl Display for ParamType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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

/// A value that an identity file can hold.
pub trait FromIdentity: Sized {
    /// `None` if the text is no such value.
    fn read(text: &str) -> Option<Self>;
}

macro_rules! parsed {
    ($($ty:ty),*) => { $(
        impl FromIdentity for $ty {
            fn read(text: &str) -> Option<Self> {
                Self::from_str(text).ok()
            }
        }
    )* };
}
parsed!(bool, u8, u16, u32, u64, i8, i16, i32, i64, f32, f64);

impl FromIdentity for Duration {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self::from_nanos)
    }
}

/// Kept for as long as the process lives, as every parameter is.
impl FromIdentity for &'static str {
    fn read(text: &str) -> Option<Self> {
        unquoted(text).map(|text| &*text.leak())
    }
}

/// Text as Rust writes it with `{:?}`.
fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::new();
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return None,
            '\\' => out.push(escaped(&mut rest)?),
            c => out.push(c),
        }
    }
    Some(out)
}

fn escaped(rest: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match rest.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        c @ ('"' | '\\' | '\'') => c,
        'u' => {
            let (digits, after) = rest.as_str().strip_prefix('{')?.split_once('}')?;
            *rest = after.chars();
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_it_was() {
        for text in ["", "probe 3", " a \"b\" \\ {}'", "line\nline\ttab\r\0", "ä\u{202e}\u{1b}", "\\u{41}"] {
            let written = format!("{text:?}");
            assert!(!written.contains('\n'), "one line");
            assert_eq!(unquoted(&written).as_deref(), Some(text), "{written}");
        }
        for wrong in
            ["", "a", "\"", "\"a", "a\"", "\"a\"b\"", "\"\\\"", "\"\\x\"", "\"\\u{110000}\"", "\"\\u41\""]
        {
            assert_eq!(unquoted(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        let good = [
            (ParamType::Bool, "true"),
            (ParamType::Unsigned(8), "255"),
            (ParamType::Signed(16), "-32768"),
            (ParamType::Unsigned(64), "18446744073709551615"),
            (ParamType::F32, "0.5"),
            (ParamType::F64, "1e300"),
            (ParamType::Text(3), "\"äb\""),
            (ParamType::Duration, "1000000"),
        ];
        for (ty, text) in good {
            assert_eq!(ty.check(text), Ok(()), "{ty}");
        }
        let bad = [
            (ParamType::Bool, "1", "`1` is not `true` or `false`"),
            (ParamType::Unsigned(8), "256", "`256` is not a u8"),
            (ParamType::Unsigned(32), "-1", "`-1` is not a u32"),
            (ParamType::Signed(8), "", "`` is not an i8"),
            (ParamType::F32, "half", "`half` is not an f32"),
            (ParamType::Text(2), "\"abc\"", "`\"abc\"` is not text in quotes of at most 2 bytes"),
            (ParamType::Text(9), "abc", "`abc` is not text in quotes of at most 9 bytes"),
            (ParamType::Duration, "1ms", "`1ms` is not a number of nanoseconds"),
        ];
        for (ty, text, what) in bad {
            assert_eq!(ty.check(text), Err(what.to_owned()));
        }
    }
}
