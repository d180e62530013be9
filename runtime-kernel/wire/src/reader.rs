//! Where a decoder reads.

use crate::{CallError, align_up};

/// Reads a private copy of a message. Every read is bounded.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    message: &'a [u8],
    /// Where the encoder would append next.
    tail: usize,
    /// Whether this is the pass that accepts the message. Afterwards elements are read again by position.
    checking: bool,
}

impl<'a> Reader<'a> {
    /// For the one pass over a message whose root takes `root` bytes.
    ///
    /// # Errors
    /// `Malformed` when the message is shorter than its root.
    #[inline]
    pub fn new(message: &'a [u8], root: usize) -> Result<Self, CallError> {
        if root <= message.len() {
            Ok(Self { message, tail: root, checking: true })
        } else {
            Err(CallError::Malformed)
        }
    }

    /// For reading an element of a message that was accepted.
    #[inline]
    #[must_use]
    pub fn again(message: &'a [u8]) -> Self {
        Self { message, tail: 0, checking: false }
    }

    /// The whole message.
    #[inline]
    #[must_use]
    pub fn message(&self) -> &'a [u8] {
        self.message
    }

    /// `len` bytes at `at`.
    ///
    /// # Errors
    /// `Malformed` when the message ends first.
    #[inline]
    pub fn bytes(&self, at: usize, len: usize) -> Result<&'a [u8], CallError> {
        self.message.get(at..).and_then(|rest| rest.get(..len)).ok_or(CallError::Malformed)
    }

    /// `N` bytes at `at`.
    ///
    /// # Errors
    /// `Malformed` when the message ends first.
    #[inline]
    pub fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], CallError> {
        self.message.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(CallError::Malformed)
    }

    /// Accepts `len` bytes of padding at `at`.
    ///
    /// # Errors
    /// `Malformed` when one is not zero.
    #[inline]
    pub fn zeros(&self, at: usize, len: usize) -> Result<(), CallError> {
        if !self.checking || self.bytes(at, len)?.iter().all(|b| *b == 0) {
            Ok(())
        } else {
            Err(CallError::Malformed)
        }
    }

    /// Reads the descriptor at `at`: where its elements are and how many. No more than `most`, each `stride` bytes.
    ///
    /// # Errors
    /// `Malformed` when there are more, when they do not lie where the encoder puts them or behind the message.
    #[inline]
    pub fn descriptor(
        &mut self,
        at: usize,
        stride: usize,
        align: usize,
        most: usize,
    ) -> Result<(usize, usize), CallError> {
        let start = u32::from_le_bytes(self.array(at)?) as usize;
        let count = u32::from_le_bytes(self.array(at.saturating_add(4))?) as usize;
        let len = count.checked_mul(stride).ok_or(CallError::Malformed)?;
        self.bytes(start, len)?;
        if self.checking {
            self.append(start, len, align)?;
            if count > most {
                return Err(CallError::Malformed);
            }
        }
        Ok((start, count))
    }

    /// Accepts the end of the message.
    ///
    /// # Errors
    /// `Malformed` when something follows what was read.
    #[inline]
    pub fn finish(&self) -> Result<(), CallError> {
        if self.tail == self.message.len() { Ok(()) } else { Err(CallError::Malformed) }
    }

    fn append(&mut self, start: usize, len: usize, align: usize) -> Result<(), CallError> {
        let expected = if len == 0 { 0 } else { align_up(self.tail, align) };
        if start != expected {
            return Err(CallError::Malformed);
        }
        if len > 0 {
            self.zeros(self.tail, expected - self.tail)?;
            self.tail = start + len;
        }
        Ok(())
    }
}
