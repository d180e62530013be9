//! Text of bounded length, without a heap.

use core::fmt::{self, Display, Write as _};

/// What does not fit is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Cut<N> {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    /// Ends it with a line feed, in place of its last character if there is no room.
    pub(crate) fn end_line(&mut self) {
        while self.len == N {
            let last = self.as_str().chars().next_back().map_or(1, char::len_utf8);
            self.len -= last;
        }
        self.bytes[self.len] = b'\n';
        self.len += 1;
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Write for Cut<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            let Some(room) = self.bytes[self.len..].get_mut(..c.len_utf8()) else { return Err(fmt::Error) };
            c.encode_utf8(room);
            self.len += c.len_utf8();
        }
        Ok(())
    }
}

/// A program that served to its end.
#[derive(Debug)]
pub struct Ended(());

impl Ended {
    pub(crate) const NEW: Self = Self(());
}

/// Why a group could not be built: an instance whose constructor failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    instance: &'static str,
    why: Cut<96>,
}

impl Refused {
    /// `instance` could not be made: `why`.
    pub fn new(instance: &'static str, why: impl Display) -> Self {
        let mut text = Cut::new();
        // What is too long is cut.
        let _ = write!(text, "{why}");
        Self { instance, why: text }
    }

    pub(crate) fn parts(&self) -> (&'static str, &str) {
        (self.instance, self.why.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        let mut text = Cut::<5>::new();
        assert!(write!(text, "aéé€").is_err());
        assert_eq!(text.as_str(), "aéé");
    }
}
