//! The UART of a link, and its rate.

use super::Link;

/// 1 for `uart1`.
pub(super) fn uart_number(device: &str) -> Option<usize> {
    device.strip_prefix("uart")?.parse().ok()
}

/// Of a device that declares no rate, in bits a second.
const USUAL_BAUD: u64 = 115_200;

impl Link {
    /// 1 for a link on `uart1`.
    pub fn uart(&self) -> Option<usize> {
        uart_number(&self.device.as_ref()?.value)
    }

    /// Bits a second on the line of its device.
    pub fn baud(&self) -> u64 {
        self.baud.as_ref().map_or(USUAL_BAUD, |b| b.value)
    }
}
