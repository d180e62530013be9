//! Private memory for one large message at a time.
use core::cell::Cell;
use core::fmt;

/// A static buffer that is here, or lent to somebody.
pub struct Buffer(Cell<Option<&'static mut [u8]>>);

impl Buffer {
    /// A buffer without memory, for lanes and instances without large messages.
    #[must_use]
    pub const fn none() -> Self {
        Self(Cell::new(None))
    }

    /// A buffer over `memory`, for example that of a [`Bytes`](crate::Bytes).
    #[must_use]
    pub const fn new(memory: &'static mut [u8]) -> Self {
        Self(Cell::new(Some(memory)))
    }

    /// Bytes of the memory if it is here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.with(|memory| memory.len()).unwrap_or(0)
    }

    /// Whether there is no memory here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn lend(&self) -> Option<&'static mut [u8]> {
        self.0.take()
    }

    /// Takes memory back; `Err` if there is some already.
    pub(super) fn give_back(&self, memory: &'static mut [u8]) -> Result<(), &'static mut [u8]> {
        match self.0.take() {
            None => {
                self.0.set(Some(memory));
                Ok(())
            }
            held => {
                self.0.set(held);
                Err(memory)
            }
        }
    }

    /// Uses the memory; `None` if it is lent.
    pub(super) fn with<T>(&self, use_it: impl FnOnce(&mut [u8]) -> T) -> Option<T> {
        let memory = self.0.take()?;
        let result = use_it(memory);
        self.0.set(Some(memory));
        Some(result)
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer").field("len", &self.len()).finish()
    }
}
