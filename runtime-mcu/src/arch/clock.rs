//! The time: ticks of SysTick, and cycles since the last.

use super::registers::{ICSR, SYST_CSR, SYST_CVR, SYST_RVR, masked};
use crate::board::CLOCK_HZ;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Ticks a second.
const TICK_HZ: u32 = 1000;
const TICK_NS: u64 = 1_000_000_000 / TICK_HZ as u64;
/// Clock cycles of a tick.
pub(super) const CYCLES: u32 = CLOCK_HZ / TICK_HZ;
/// Nanoseconds of a cycle, times 2^16.
const NS_SHIFTED: u64 = (1_000_000_000 << 16) / CLOCK_HZ as u64;
const PENDING: u32 = 1 << 26;

/// Ticks since the start: low and high word. Only the handler of the tick writes them.
static TICKS: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];

pub(super) fn start() {
    SYST_RVR.write(CYCLES - 1);
    SYST_CVR.write(0);
    SYST_CSR.write(0b111); // processor clock, exception, on
}

pub(super) fn ticked() {
    let low = TICKS[0].load(Relaxed).wrapping_add(1);
    TICKS[0].store(low, Relaxed);
    if low == 0 {
        TICKS[1].store(TICKS[1].load(Relaxed) + 1, Relaxed);
    }
}

/// Ticks, and cycles since the last; for handlers, or with interrupts masked.
fn parts() -> (u64, u32) {
    let mut cycles = CYCLES - 1 - SYST_CVR.read();
    let mut late = 0;
    if ICSR.read() & PENDING != 0 {
        // The counter went round and its handler waits for us.
        cycles = CYCLES - 1 - SYST_CVR.read();
        late = 1;
    }
    let ticks = u64::from(TICKS[1].load(Relaxed)) << 32 | u64::from(TICKS[0].load(Relaxed));
    (ticks + late, cycles)
}

/// ns since the start; for handlers, or with interrupts masked.
pub(super) fn read() -> u64 {
    let (ticks, cycles) = parts();
    ticks * TICK_NS + ((u64::from(cycles) * NS_SHIFTED) >> 16)
}

/// Clock cycles since the start; they wrap.
pub(super) fn cycles() -> u32 {
    let (ticks, cycles) = parts();
    (ticks as u32).wrapping_mul(CYCLES).wrapping_add(cycles)
}

/// ns since the start, for the kernel group.
pub(crate) fn now() -> u64 {
    masked(read)
}
