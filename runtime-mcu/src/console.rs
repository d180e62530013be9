//! The console of a node: lines wait in a bounded buffer and go out by interrupt. Printing never blocks; what does not fit is
//! counted and said.

use crate::board;
use crate::text::Cut;
use crate::uart;
pub(crate) use ambc_node::Level;
use core::fmt::{Display, Write as _};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Bytes that may wait.
const BACKLOG: usize = 2048;
const BAUD: u32 = 115_200;

static LOST: AtomicU32 = AtomicU32::new(0);

/// Switches it on.
pub(crate) fn start() {
    static WAITING: ambc_kernel::Bytes<BACKLOG> = ambc_kernel::Bytes::new();
    uart::open(board::CONSOLE, BAUD, &mut [], WAITING.take(), None);
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
    let _ = write!(OneLine(&mut line), "{level} {who}: {message}");
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
fn put(text: &[u8]) {
    if !uart::write(board::CONSOLE, text) {
        // Only here and in `take_lost`: a handler that comes between may cost one count.
        LOST.store(LOST.load(Relaxed).saturating_add(1), Relaxed);
    }
}

/// Prints, and waits until it and what was before it is out: for the end of a node.
fn put_now(text: &[u8]) {
    drain();
    uart::write_now(board::CONSOLE, text);
}

/// Returns when everything is out.
pub(crate) fn drain() {
    uart::drain(board::CONSOLE);
}

/// Lines lost since the last question.
pub(crate) fn take_lost() -> u32 {
    let lost = LOST.load(Relaxed);
    LOST.store(0, Relaxed);
    lost
}

/// Whether everything is out.
pub(crate) fn is_empty() -> bool {
    uart::is_quiet(board::CONSOLE)
}
