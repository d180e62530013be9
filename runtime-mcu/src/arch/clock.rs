//! The time: ticks of SysTick, and cycles since the last.

use super::registers::{ICSR, SYST_CSR, SYST_CVR, SYST_RVR, masked};
use crate::board::CLOCK_HZ;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Ticks a second.
const TICK_HZ: u32 = 1000;
const TICK_NS: u32 = 1_000_000_000 / TICK_HZ;
/// Clock cycles of a tick.
pub(super) const CYCLES: u32 = CLOCK_HZ / TICK_HZ;
/// Nanoseconds of a cycle, times 2^16.
const NS_SHIFTED: u64 = (1_000_000_000 << 16) / CLOCK_HZ as u64;
const PENDING: u32 = 1 << 26;

/// At the last tick: ns since the start, low and high word, and clock cycles, which wrap. Only the handler of the tick writes them.
static NS: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];
static TICKED: AtomicU32 = AtomicU32::new(0);

/// One reading of the clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// ns since the start.
    pub(super) ns: u64,
    /// Clock cycles since the start; they wrap.
    pub(super) cycles: u32,
}

pub(super) fn start() {
    SYST_RVR.write(CYCLES - 1);
    SYST_CVR.write(0);
    SYST_CSR.write(0b111); // processor clock, exception, on
}

pub(super) fn ticked() {
    let (low, carry) = NS[0].load(Relaxed).overflowing_add(TICK_NS);
    NS[0].store(low, Relaxed);
    NS[1].store(NS[1].load(Relaxed) + u32::from(carry), Relaxed);
    TICKED.store(TICKED.load(Relaxed).wrapping_add(CYCLES), Relaxed);
}

/// For handlers, or with interrupts masked.
#[inline]
pub(super) fn read() -> Reading {
    let mut since = CYCLES - 1 - SYST_CVR.read();
    if ICSR.read() & PENDING != 0 {
        // The counter went round and its handler waits for us.
        since = 2 * CYCLES - 1 - SYST_CVR.read();
    }
    let ticked = u64::from(NS[1].load(Relaxed)) << 32 | u64::from(NS[0].load(Relaxed));
    Reading {
        ns: ticked + ((u64::from(since) * NS_SHIFTED) >> 16),
        cycles: TICKED.load(Relaxed).wrapping_add(since),
    }
}

/// ns since the start, for the kernel group.
pub(crate) fn now() -> u64 {
    masked(read).ns
}
