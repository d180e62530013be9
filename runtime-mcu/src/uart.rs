//! The UARTs of the board as lines of bytes that move by interrupt.
#![expect(unsafe_code, reason = "shared with handlers")]

use crate::arch::masked;
use crate::board;
use crate::line::{Line, Port as _};
use core::cell::UnsafeCell;

struct Shared(UnsafeCell<Option<Line>>);

// SAFETY: reached with interrupts masked, see `with`; a handler is not interrupted by another.
unsafe impl Sync for Shared {}

static LINES: [Shared; board::UARTS.len()] = [const { Shared(UnsafeCell::new(None)) }; board::UARTS.len()];

/// Runs `what` with the line of UART `uart`; `None` if it is not open.
fn with<T>(uart: usize, what: impl FnOnce(&mut Line) -> T) -> Option<T> {
    // SAFETY: interrupts are masked and `what`, of this module, does not come back here.
    masked(|| unsafe { (*LINES[uart].0.get()).as_mut() }.map(what))
}

/// Switches a UART on. `came` and `goes` hold what is under way; for `ends` see [`Line::new`].
pub(crate) fn open(
    uart: usize,
    baud: u32,
    came: &'static mut [u8],
    goes: &'static mut [u8],
    ends: Option<u8>,
) {
    let line = Line::new(came, goes, ends);
    // SAFETY: interrupts are masked.
    masked(|| unsafe { *LINES[uart].0.get() = Some(line) });
    board::start_uart(uart, baud);
}

/// The handler of interrupt `number`: true if the kernel group has something to do.
pub(crate) fn interrupt(number: usize) -> bool {
    let turn = |uart| with(uart, |line| line.interrupt(&board::UARTS[uart]));
    board::uart_of(number).and_then(turn).unwrap_or(false)
}

/// The tick: true if bytes came that the kernel group has not heard of.
pub(crate) fn tick() -> bool {
    (0..LINES.len()).fold(false, |any, uart| any | with(uart, Line::tick).unwrap_or(false))
}

/// As [`Line::read`].
pub(crate) fn read(uart: usize, buf: &mut [u8]) -> usize {
    with(uart, |line| line.read(buf)).unwrap_or(0)
}

/// As [`Line::write`].
pub(crate) fn write(uart: usize, bytes: &[u8]) -> bool {
    with(uart, |line| line.write(bytes, &board::UARTS[uart])).unwrap_or(false)
}

/// Bytes that can be written now.
pub(crate) fn room(uart: usize) -> usize {
    with(uart, |line| line.room()).unwrap_or(0)
}

/// Whether nothing waits in either direction.
pub(crate) fn is_quiet(uart: usize) -> bool {
    with(uart, |line| line.is_quiet()).unwrap_or(true)
}

/// Bytes that came and found no room.
pub(crate) fn lost(uart: usize) -> u32 {
    with(uart, |line| line.lost()).unwrap_or(0)
}

/// Sends without the ring, and returns when it is out.
pub(crate) fn write_now(uart: usize, bytes: &[u8]) {
    let port = board::UARTS[uart];
    bytes.iter().for_each(|byte| while !port.put(*byte) {});
    while port.full() {}
}

/// Returns when all that waits is out.
pub(crate) fn drain(uart: usize) {
    let port = board::UARTS[uart];
    while !with(uart, |line| {
        line.send(&port);
        line.is_sent()
    })
    .unwrap_or(true)
    {}
    while port.full() {}
}
