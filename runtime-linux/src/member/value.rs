//! Values of parameters as an identity file writes them.

use ambc_abi::ParamKind;
use core::time::Duration;
use std::str::FromStr;

/// Whether `text` is a value of this kind.
pub(crate) fn check(kind: ParamKind, text: &str) -> Result<(), String> {
    let fits = match kind {
        ParamKind::Bool => bool::read(text).is_some(),
        ParamKind::Unsigned(8) => u8::read(text).is_some(),
        ParamKind::Unsigned(16) => u16::read(text).is_some(),
        ParamKind::Unsigned(32) => u32::read(text).is_some(),
        ParamKind::Unsigned(_) => u64::read(text).is_some(),
        ParamKind::Signed(8) => i8::read(text).is_some(),
        ParamKind::Signed(16) => i16::read(text).is_some(),
        ParamKind::Signed(32) => i32::read(text).is_some(),
        ParamKind::Signed(_) => i64::read(text).is_some(),
        ParamKind::F32 => f32::read(text).is_some(),
        ParamKind::F64 => f64::read(text).is_some(),
        ParamKind::Text(most) => unquoted(text).is_some_and(|t| t.len() <= most as usize),
        ParamKind::Duration => Duration::read(text).is_some(),
    };
    if fits { Ok(()) } else { Err(format!("`{text}` is not {kind}")) }
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
            (ParamKind::Bool, "true"),
            (ParamKind::Unsigned(8), "255"),
            (ParamKind::Signed(16), "-32768"),
            (ParamKind::Unsigned(64), "18446744073709551615"),
            (ParamKind::F32, "0.5"),
            (ParamKind::F64, "1e300"),
            (ParamKind::Text(3), "\"äb\""),
            (ParamKind::Duration, "1000000"),
        ];
        for (ty, text) in good {
            assert_eq!(check(ty, text), Ok(()), "{ty}");
        }
        let bad = [
            (ParamKind::Bool, "1", "`1` is not `true` or `false`"),
            (ParamKind::Unsigned(8), "256", "`256` is not a u8"),
            (ParamKind::Unsigned(32), "-1", "`-1` is not a u32"),
            (ParamKind::Signed(8), "", "`` is not an i8"),
            (ParamKind::F32, "half", "`half` is not an f32"),
            (ParamKind::Text(2), "\"abc\"", "`\"abc\"` is not text in quotes of at most 2 bytes"),
            (ParamKind::Text(9), "abc", "`abc` is not text in quotes of at most 9 bytes"),
            (ParamKind::Duration, "1ms", "`1ms` is not a number of nanoseconds"),
        ];
        for (ty, text, what) in bad {
            assert_eq!(check(ty, text), Err(what.to_owned()));
        }
    }
}
