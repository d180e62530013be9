//! Deaths of groups in words.

use crate::kernel::thread::Death;
use core::fmt;

/// A death in words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(pub(super) Death);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Death::Ended => f.write_str("it ended itself"),
            Death::Fault { status, address, pc } => {
                f.write_str(what(status))?;
                if let Some(address) = address {
                    write!(f, " at {address:#010x}")?;
                }
                if let Some(pc) = pc {
                    write!(f, ", instruction at {pc:#010x}")?;
                }
                Ok(())
            }
            Death::BadCall(number) => write!(f, "it called the kernel with number {number}"),
            Death::BadPointer(at) => write!(f, "it gave the kernel memory at {at:#010x} that is not its own"),
            Death::BadPeer(peers) => write!(f, "it rang a group it has no edge to (set {peers:#x})"),
            Death::Stuck => f.write_str("its loop stood still"),
            Death::Silent => f.write_str("an instance of it fell silent"),
        }
    }
}

/// A status of the configurable faults in words; the most telling bit first.
fn what(status: u32) -> &'static str {
    const WORDS: [(u32, &str); 10] = [
        (1 << 4 | 1 << 12, "its stack is full, or it lost it"),
        (1 << 0, "it jumped out of its code"),
        (1 << 1, "it touched memory that is not its own"),
        (1 << 3 | 1 << 11, "it returned from an exception with a broken stack"),
        (1 << 8, "an instruction could not be read"),
        (1 << 9 | 1 << 10, "it touched a device or memory that is not there"),
        (1 << 16, "an instruction is undefined"),
        (1 << 17 | 1 << 18 | 1 << 19, "an instruction is not allowed"),
        (1 << 24, "it touched memory unaligned"),
        (1 << 25, "it divided by zero"),
    ];
    WORDS.iter().find(|(bits, _)| status & bits != 0).map_or("a fault", |(_, words)| words)
}
