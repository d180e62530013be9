//! The console of a node: lines wait in a bounded buffer and go out by interrupt. Printing never blocks; what does not fit is
//! counted and said.
#![expect(unsafe_code, reason = "shared with handlers")]

use crate::arch::masked;
use crate::board;
use crate::text::Cut;
use core::cell::UnsafeCell;
use core::fmt::{Display, Write as _};

/// Bytes that may wait: a power of two.
const BACKLOG: usize = 2048;

struct Ring {
    bytes: [u8; BACKLOG],
    /// Bytes ever put in and taken out; they wrap.
    put: usize,
    taken: usize,
    lost: u32,
}

struct Shared(UnsafeCell<Ring>);

// SAFETY: reached with interrupts masked, see `with`; a handler is not interrupted by another.
unsafe impl Sync for Shared {}

static RING: Shared = Shared(UnsafeCell::new(Ring { bytes: [0; BACKLOG], put: 0, taken: 0, lost: 0 }));

fn with<T>(what: impl FnOnce(&mut Ring) -> T) -> T {
    // SAFETY: interrupts are masked and `what`, of this module, does not come back here.
    masked(|| what(unsafe { &mut *RING.0.get() }))
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// Longest line in bytes; what is longer is cut.
const LINE: usize = 320;

/// One line: `LEVEL who: message`.
pub(crate) fn line(level: Level, who: &str, message: impl Display) {
    put(format(level, who, message).as_str().as_bytes());
}

/// The same, out before this returns: for the end of a node.
pub(crate) fn line_now(level: Level, who: &str, message: impl Display) {
    put_now(format(level, who, message).as_str().as_bytes());
}

fn format(level: Level, who: &str, message: impl Display) -> Cut<{ LINE + 1 }> {
    let mut line = Cut::new();
    // What is too long is cut.
    let _ = write!(OneLine(&mut line), "{} {who}: {message}", level.word());
    line.end_line();
    line
}

/// Passes text on with everything escaped that could end the line.
struct OneLine<'a>(&'a mut Cut<{ LINE + 1 }>);

impl core::fmt::Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        for c in text.chars() {
            match c {
                '\n' => self.0.write_str("\\n")?,
                c if c.is_control() => write!(self.0, "\\u{{{:x}}}", u32::from(c))?,
                c => self.0.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Appends whole text, or counts it as lost.
pub(crate) fn put(text: &[u8]) {
    with(|ring| {
        ring.put_all(text);
        ring.drain();
    });
}

/// The console took a byte.
pub(crate) fn sent() {
    with(Ring::drain);
}

/// Prints before anything else that waits, and waits until it is out: for the end of a node.
pub(crate) fn put_now(text: &[u8]) {
    for byte in text {
        board::wait_for_room();
        board::put(*byte);
    }
    board::wait_for_room();
}

/// Lines lost since the last question.
pub(crate) fn take_lost() -> u32 {
    with(|ring| core::mem::take(&mut ring.lost))
}

/// Whether everything is out.
pub(crate) fn is_empty() -> bool {
    with(|ring| ring.put == ring.taken)
}

impl Ring {
    fn put_all(&mut self, text: &[u8]) {
        if BACKLOG - self.put.wrapping_sub(self.taken) < text.len() {
            self.lost = self.lost.saturating_add(1);
            return;
        }
        for byte in text {
            self.bytes[self.put % BACKLOG] = *byte;
            self.put = self.put.wrapping_add(1);
        }
    }

    fn drain(&mut self) {
        while self.put != self.taken && board::put(self.bytes[self.taken % BACKLOG]) {
            self.taken = self.taken.wrapping_add(1);
        }
    }
}
