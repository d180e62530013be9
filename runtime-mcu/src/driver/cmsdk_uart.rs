//! The UART of Arm's Cortex-M System Design Kit: one byte of buffer each way. Its technical reference manual, chapter 4.3.

use super::memory::Device;
use crate::line::Port;

const DATA: usize = 0x00;
const STATE: usize = 0x04;
const CTRL: usize = 0x08;
const INT: usize = 0x0c;
const BAUDDIV: usize = 0x10;

const TX_FULL: u32 = 1;
const RX_FULL: u32 = 1 << 1;
/// Transmitter, receiver, and an interrupt for each.
const ON: u32 = 0b1111;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Uart(Device);

impl Uart {
    pub(crate) const fn at(base: usize) -> Self {
        Self(Device::at(base))
    }

    pub(crate) fn start(self, clock_hz: u32, baud: u32) {
        self.0.write(BAUDDIV, (clock_hz / baud.max(1)).max(16));
        self.0.write(CTRL, ON);
        // QEMU's main loop looks for bytes that wait only when one was taken.
        self.0.read(DATA);
    }

    pub(crate) fn full(self) -> bool {
        self.0.read(STATE) & TX_FULL != 0
    }
}

impl Port for Uart {
    fn acknowledge(&self) {
        self.0.write(INT, 0b1111);
    }

    fn take(&self) -> Option<u8> {
        let there = self.0.read(STATE) & RX_FULL != 0;
        there.then(|| self.0.read(DATA) as u8)
    }

    fn put(&self, byte: u8) -> bool {
        let room = !self.full();
        if room {
            self.0.write(DATA, u32::from(byte));
        }
        room
    }
}
