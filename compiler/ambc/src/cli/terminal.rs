//! A terminal whose keys are read one by one and whose screen is drawn over, until it is given back as it was.

use super::shell::Shell;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::time::Duration;

/// What the keyboard sends for Ctrl-C while it is read like any key.
const INTERRUPT: u8 = 3;

/// The terminal of this process, as long as this lives.
pub(super) struct Terminal<'s> {
    shell: &'s Shell,
    before: Termios,
}

impl<'s> Terminal<'s> {
    /// `None` where there is no terminal to read from.
    pub(super) fn take(shell: &'s Shell) -> Option<Self> {
        let before = tcgetattr(stdin()).ok()?;
        let mut raw = before.clone();
        raw.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        tcsetattr(stdin(), OptionalActions::Now, &raw).ok()?;
        shell.out("\x1b[?1049h\x1b[?25l"); // a screen of its own, without a cursor
        Some(Self { shell, before })
    }

    /// Draws `lines` from the top, as far as they fit.
    pub(super) fn draw(&self, lines: &[String]) {
        let (width, height) = size();
        let mut text = String::from("\x1b[H");
        for (i, line) in lines.iter().take(height).enumerate() {
            text.extend((i > 0).then_some("\r\n"));
            text.extend(line.chars().take(width));
            text.push_str("\x1b[K");
        }
        text.push_str("\x1b[J");
        self.shell.out(&text);
    }

    /// The key that is pressed next, if one is within `patience`. Ctrl-C and the end of the input are `q`.
    pub(super) fn key(&self, patience: Duration) -> Option<char> {
        let patience =
            Timespec { tv_sec: patience.as_secs() as i64, tv_nsec: patience.subsec_nanos().into() };
        let input = stdin();
        let mut poll = [PollFd::new(&input, PollFlags::IN)];
        if !rustix::event::poll(&mut poll, Some(&patience)).is_ok_and(|n| n > 0) {
            return None;
        }
        let mut byte = [0];
        match rustix::io::read(stdin(), &mut byte) {
            Ok(n) if n > 0 && byte[0] != INTERRUPT => Some(char::from(byte[0])),
            _ => Some('q'),
        }
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        self.shell.out("\x1b[?25h\x1b[?1049l");
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

/// Columns and lines.
fn size() -> (usize, usize) {
    match tcgetwinsize(stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col.into(), size.ws_row.into()),
        _ => (80, 24),
    }
}
