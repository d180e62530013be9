//! Private buffers of an instance for large arguments (`bulk N` in its manifest).
use super::buffer::Buffer;
use super::waiters::{Queue, Waiter};
use ambc_abi::CallError;
use core::fmt;
use core::future::Future;
use core::ops::{Deref, DerefMut};
use core::pin::Pin;
use core::task::{Context, Poll};

/// The buffers; who finds none waits in order.
pub struct Scratch {
    buffers: &'static [Buffer],
    queue: Queue<'static>,
    bytes: usize,
}

impl Scratch {
    /// Cuts `memory` into one buffer for each of `buffers`. `waiters`: how many may wait; the pool of the instance, usually.
    #[must_use]
    pub fn new(memory: &'static mut [u8], buffers: &'static [Buffer], waiters: &'static [Waiter]) -> Self {
        let bytes = memory.len().checked_div(buffers.len()).unwrap_or(0);
        if bytes > 0 {
            for (buffer, part) in buffers.iter().zip(memory.chunks_exact_mut(bytes)) {
                // There is one part for each buffer, and a buffer that came with memory keeps it.
                let _ = buffer.give_back(part);
            }
        }
        Self { buffers, queue: Queue::new(waiters), bytes }
    }

    /// A buffer cut to `len` bytes, whose content is whatever was there before.
    ///
    /// # Errors
    /// `Malformed` if none is that long, `Overloaded` if too many wait. Dropping the future gives its place up.
    pub async fn take(&self, len: usize) -> Result<ScratchBuf<'_>, CallError> {
        if len > self.bytes {
            return Err(CallError::Malformed);
        }
        let memory = Wait { scratch: self, place: None }.await?;
        Ok(ScratchBuf { scratch: self, memory: Some(memory), len })
    }

    fn free(&self) -> Option<&'static mut [u8]> {
        self.buffers.iter().find_map(Buffer::lend)
    }

    fn put_back(&self, mut memory: &'static mut [u8]) {
        for buffer in self.buffers {
            match buffer.give_back(memory) {
                Ok(()) => break,
                Err(still) => memory = still,
            }
        }
        self.queue.wake_first();
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch")
            .field("buffers", &self.buffers.len())
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

struct Wait<'s> {
    scratch: &'s Scratch,
    place: Option<usize>,
}

impl Future for Wait<'_> {
    type Output = Result<&'static mut [u8], CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let queue = &self.scratch.queue;
        let turn = self.place.map_or(queue.is_empty(), |place| queue.is_first(place));
        if turn && let Some(memory) = self.scratch.free() {
            return Poll::Ready(Ok(memory));
        }
        match self.place {
            Some(place) => queue.stay(place, cx.waker()),
            None => match queue.join(u64::MAX, cx.waker()) {
                Some(place) => self.place = Some(place),
                None => return Poll::Ready(Err(CallError::Overloaded)),
            },
        }
        Poll::Pending
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.scratch.queue.leave(place);
            self.scratch.queue.wake_first();
        }
    }
}

/// One buffer, given back when dropped.
pub struct ScratchBuf<'s> {
    scratch: &'s Scratch,
    memory: Option<&'static mut [u8]>,
    len: usize,
}

impl Deref for ScratchBuf<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.memory.as_deref().and_then(|m| m.get(..self.len)).unwrap_or_default()
    }
}

impl DerefMut for ScratchBuf<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.memory.as_deref_mut().and_then(|m| m.get_mut(..self.len)).unwrap_or_default()
    }
}

impl Drop for ScratchBuf<'_> {
    fn drop(&mut self) {
        if let Some(memory) = self.memory.take() {
            self.scratch.put_back(memory);
        }
    }
}

impl fmt::Debug for ScratchBuf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScratchBuf").field("len", &self.len).finish_non_exhaustive()
    }
}
