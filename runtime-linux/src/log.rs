//! Log lines of a node on its standard output: `LEVEL who: message`, one line each whatever the message holds.
//!
//! Writing never blocks the node: lines wait in a bounded buffer while nobody reads, and what does not fit is counted and
//! said. Otherwise one talkative group could stop every call of its node.

pub use ambc_node::Level;
use rustix::event::{PollFd, PollFlags, Timespec};
use std::cell::RefCell;
use std::fmt::{self, Display, Write as _};
use std::io::Write as _;

/// Longest message, in characters; what is longer is cut and ends in `…`.
pub const MAX_MESSAGE: usize = 2048;
/// Bytes that may wait for a slow reader.
const BACKLOG: usize = 256 * 1024;
/// A pipe that reports room takes this much without blocking.
const CHUNK: usize = 4096;

#[derive(Debug, Default)]
struct Sink {
    waiting: std::collections::VecDeque<u8>,
    dropped: u64,
}

thread_local! {
    static SINK: RefCell<Sink> = RefCell::default();
}

/// Writes one line. Never blocks and never fails; see the module.
pub fn line(level: Level, who: &str, message: impl Display) {
    let text = format_line(level, who, message);
    SINK.with_borrow_mut(|sink| {
        sink.push(&text);
        sink.flush(false);
    });
}

/// Writes what waits, as far as the reader takes it. True if something still waits.
pub fn flush() -> bool {
    SINK.with_borrow_mut(|sink| sink.flush(false))
}

/// Writes what waits, giving the reader up to a second: for the end of the process.
pub fn finish() {
    SINK.with_borrow_mut(|sink| sink.flush(true));
}

impl Sink {
    fn push(&mut self, text: &str) {
        if self.waiting.len() + text.len() > BACKLOG {
            self.dropped += 1;
            return;
        }
        self.waiting.extend(text.as_bytes());
    }

    fn flush(&mut self, patient: bool) -> bool {
        while !self.waiting.is_empty() && writable(patient) {
            let n = self.waiting.len().min(CHUNK);
            let chunk: Vec<u8> = self.waiting.drain(..n).collect();
            let mut out = std::io::stdout().lock();
            if out.write_all(&chunk).and_then(|()| out.flush()).is_err() {
                self.waiting.clear(); // nobody will read it any more
            }
        }
        if self.waiting.is_empty() && self.dropped > 0 {
            let dropped = std::mem::take(&mut self.dropped);
            self.push(&format_line(
                Level::Warn,
                "log",
                format_args!("{dropped} lines were lost: nobody read them in time"),
            ));
        }
        !self.waiting.is_empty()
    }
}

fn writable(patient: bool) -> bool {
    let patience = Timespec { tv_sec: i64::from(patient), tv_nsec: 0 };
    let out = std::io::stdout();
    let mut poll = [PollFd::new(&out, PollFlags::OUT)];
    // A closed or odd descriptor reports an error event: then the write fails and says so.
    rustix::event::poll(&mut poll, Some(&patience)).is_ok_and(|n| n > 0)
}

fn format_line(level: Level, who: &str, message: impl Display) -> String {
    format!("{level} {}\n", plain(format_args!("{who}: {message}")))
}

/// A message as one line, which no terminal shows otherwise than it is.
pub(crate) fn plain(message: impl Display) -> String {
    let mut text = String::new();
    let mut plain = Plain { out: &mut text, room: MAX_MESSAGE };
    let _ = write!(plain, "{message}");
    if plain.room == 0 {
        text.push('…');
    }
    text
}

/// Passes text on with everything escaped that could end the line or change how a terminal shows it.
struct Plain<'a> {
    out: &'a mut String,
    room: usize,
}

impl fmt::Write for Plain<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            self.room = self.room.checked_sub(1).ok_or(fmt::Error)?;
            match c {
                '\n' => self.out.push_str("\\n"),
                '\t' => self.out.push(' '),
                c if c.is_control() || rearranges(c) => write!(self.out, "\\u{{{:x}}}", c as u32)?,
                c => self.out.push(c),
            }
        }
        Ok(())
    }
}

/// Marks that make a terminal show text in another order than it is written, and line separators beyond ASCII.
fn rearranges(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        let hostile = "a\nERROR other: b\r\x1b[31m\u{202e}\u{2028}c\td";
        assert_eq!(
            format_line(Level::Info, "cam", hostile),
            "INFO cam: a\\nERROR other: b\\u{d}\\u{1b}[31m\\u{202e}\\u{2028}c d\n"
        );
    }

    #[test]
    fn long_messages_are_cut() {
        let line = format_line(Level::Debug, "x", "é".repeat(MAX_MESSAGE * 2));
        assert!(line.ends_with("é…\n"));
        assert!(line.chars().count() < MAX_MESSAGE + 20);
    }

    #[test]
    fn a_reader_that_never_comes_costs_bounded_memory() {
        let mut sink = Sink::default();
        for _ in 0..10_000 {
            sink.push(&"x".repeat(100));
        }
        assert!(sink.waiting.len() <= BACKLOG);
        assert_eq!(sink.dropped, 10_000 - (BACKLOG / 100) as u64);
    }
}
