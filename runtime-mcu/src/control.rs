//! The line over which whoever emulates a board controls its node: the protocol of [`ambc_node::control`] on a UART of its own. Real
//! boards have none.

use crate::board::CONTROL;
use crate::text::Cut;
use crate::uart;
use ambc_kernel::Bytes;
use ambc_node::control::{Command, Commands};
use core::fmt::{Display, Write as _};

const BAUD: u32 = 115_200;
/// Bytes of commands that may wait, and of what is said.
const CAME: usize = if CONTROL.is_some() { 64 } else { 0 };
const GOES: usize = if CONTROL.is_some() { 2048 } else { 0 };
/// Longest line in bytes; what is longer is cut.
const LINE: usize = 512;

/// Switches it on.
pub(crate) fn start() {
    static FROM: Bytes<CAME> = Bytes::new();
    static TO: Bytes<GOES> = Bytes::new();
    if let Some(uart) = CONTROL {
        uart::open(uart, BAUD, FROM.take(), TO.take(), Some(b'\n'));
    }
}

/// Says something in one line; it is dropped if there is no room, as it is without anybody to hear it.
pub(crate) fn say(event: impl Display) {
    put::<LINE>(event);
}

/// The same for handlers, whose stack is short.
pub(crate) fn say_briefly(event: impl Display) {
    put::<160>(event);
}

fn put<const N: usize>(event: impl Display) {
    if let Some(uart) = CONTROL {
        let mut line = Cut::<N>::new();
        // What is too long is cut.
        let _ = write!(line, "{event}");
        line.end_line();
        uart::write(uart, line.as_str().as_bytes());
    }
}

/// Whether the longest line has room now.
pub(crate) fn has_room() -> bool {
    CONTROL.is_none_or(|uart| uart::room(uart) >= LINE)
}

/// Returns when all that was said is out.
pub(crate) fn drain() {
    CONTROL.into_iter().for_each(uart::drain);
}

/// The next command that came, if one has.
pub(crate) fn take(commands: &mut Commands) -> Option<Command> {
    let mut byte = [0];
    while uart::read(CONTROL?, &mut byte) > 0 {
        match commands.take(byte[0]) {
            None => {}
            Some(Ok(command)) => return Some(command),
            Some(Err(why)) => say(why),
        }
    }
    None
}
