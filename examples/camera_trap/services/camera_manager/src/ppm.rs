//! The head of a binary PPM file: `P6`, width, height and greatest value, then the pixels.

/// Where the pixels are and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Bytes before the first pixel.
    pub length: usize,
    /// Pixels in a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Head {
    /// Reads the head from the beginning of a file; `None` if that is no binary PPM of 8-bit colours.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(b"P6")?;
        let width = number(&mut rest)?;
        let height = number(&mut rest)?;
        let greatest = number(&mut rest)?;
        let [end, ..] = rest else { return None };
        let right = width > 0 && height > 0 && greatest == 255 && end.is_ascii_whitespace();
        right.then_some(Self { length: bytes.len() - rest.len() + 1, width, height })
    }

    /// Bytes of all pixels.
    #[must_use]
    pub fn pixels(&self) -> usize {
        usize::from(self.width) * usize::from(self.height) * 3
    }
}

/// White space or comments, at least one, then a decimal number.
fn number(rest: &mut &[u8]) -> Option<u16> {
    let mut apart = false;
    loop {
        match rest {
            [byte, tail @ ..] if byte.is_ascii_whitespace() => *rest = tail,
            [b'#', ..] => *rest = rest.iter().position(|b| *b == b'\n').map(|end| &rest[end..])?,
            _ => break,
        }
        apart = true;
    }
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, tail) = rest.split_at(digits);
    *rest = tail;
    apart.then_some(())?;
    core::str::from_utf8(number).ok()?.parse().ok()
}
