//! What a node and whoever controls it say to each other, one command or event per line.
//!
//! In: `poll` (answered with `idle N` or `busy N`, N = calls made so far), `report` (answered with lines that [`report`](crate::report)
//! describes, the last of them `reported`), `stop`.
//! Out, unasked: `ready`, `group NAME pid PID`, `died NAME pid PID status S restart-in-ms M`, `run-failed INSTANCE message`,
//! `health INSTANCE good|degraded|failed reason`, `silent INSTANCE within-ms M` (an instance called `alive` and then stopped to),
//! `stuck NAME pid PID within-ms M` (it was killed for that), `gave-up NAME after …` (it stays down), `reboot why` (the node ends
//! its groups and starts anew, with the same control), `stopped` (nothing of the node runs any more).
//!
//! A PID is that of a process; where there are none it is 0.

use core::fmt::{self, Display, Write as _};

/// What came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Say whether there is work in flight.
    Poll,
    /// Say what was counted, and how the groups are.
    Report,
    /// End in order.
    Stop,
}

impl Command {
    /// Reads a line, without its end.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        Some(match line {
            b"poll" => Self::Poll,
            b"report" => Self::Report,
            b"stop" => Self::Stop,
            _ => return None,
        })
    }
}

/// What is said of a line that is no command.
pub const UNKNOWN: &str = "unknown command";

/// Commands out of bytes as they come.
#[derive(Debug, Default)]
pub struct Commands {
    line: heapless::Vec<u8, 16>,
    /// It is longer than any command.
    long: bool,
}

impl Commands {
    /// Takes a byte; at the end of a line, what it says.
    pub fn take(&mut self, byte: u8) -> Option<Result<Command, &'static str>> {
        if byte != b'\n' {
            self.long |= self.line.push(byte).is_err();
            return None;
        }
        let long = core::mem::take(&mut self.long);
        let command = Command::parse(&self.line).filter(|_| !long);
        self.line.clear();
        Some(command.ok_or(UNKNOWN))
    }
}

/// A message as part of an event: one line of bounded length.
#[derive(Clone, Copy, Debug)]
pub struct OneLine<T>(pub T);

/// Characters of [`OneLine`].
const LONGEST: usize = 512;

impl<T: Display> Display for OneLine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut plain = Plain { out: f, room: LONGEST, broken: false };
        let written = write!(plain, "{}", self.0);
        // What is too long is cut.
        if plain.broken || plain.room > 0 { written } else { Ok(()) }
    }
}

struct Plain<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    room: usize,
    broken: bool,
}

impl fmt::Write for Plain<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            self.room = self.room.checked_sub(1).ok_or(fmt::Error)?;
            let written = self.out.write_char(if c.is_control() { ' ' } else { c });
            self.broken |= written.is_err();
            written?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_come_in_pieces_and_heaps() {
        let mut commands = Commands::default();
        let mut all = |text: &[u8]| text.iter().filter_map(|b| commands.take(*b)).collect::<Vec<_>>();
        assert_eq!(all(b"po"), []);
        assert_eq!(all(b"ll\npoll\nstop\n"), [Ok(Command::Poll), Ok(Command::Poll), Ok(Command::Stop)]);
        assert_eq!(all(&[b'x'; 300]), []);
        assert_eq!(all(b"poll\nreport\n\n"), [Err(UNKNOWN), Ok(Command::Report), Err(UNKNOWN)]);
    }

    #[test]
    fn a_message_is_one_line() {
        assert_eq!(OneLine("a\nb\u{7}é").to_string(), "a b é");
        assert_eq!(OneLine("é".repeat(600)).to_string(), "é".repeat(LONGEST));
        assert_eq!(OneLine("").to_string(), "");
    }
}
