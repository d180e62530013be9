//! The boards that an emulator has, and which microcontroller runs on which.

use super::Link;
use super::uart::uart_number;

/// What the nodes of a deployment are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltFor {
    /// The platforms that they name.
    Platforms,
    /// The same, but boards that are emulated where there is an emulator for none of that name.
    Emulators,
    /// This machine, all of them.
    ThisMachine,
}

/// A board that QEMU has. Its first UART is the console, the last one here is the line to `ambc run`, and those between are
/// `uart0`, `uart1`, … of the deployment.
#[derive(Debug, PartialEq, Eq)]
pub struct EmulatedBoard {
    /// The built-in platform whose images it runs.
    pub board: &'static str,
    /// What QEMU calls it.
    pub machine: &'static str,
    /// UARTs for links.
    pub uarts: usize,
}

/// The program that emulates all of them.
pub const EMULATOR: &str = "qemu-system-arm";

const AN386: EmulatedBoard = EmulatedBoard { board: "mps2_an386", machine: "mps2-an386", uarts: 3 };
const AN505: EmulatedBoard = EmulatedBoard { board: "mps2_an505", machine: "mps2-an505", uarts: 3 };

/// Where images of a built-in microcontroller run without it. No emulator has the real boards: of those that it has, this is
/// the one with the same core.
pub fn emulated(platform: &str) -> Option<&'static EmulatedBoard> {
    match platform {
        "mps2_an386" | "nrf52840" | "stm32f746" | "stm32l475" => Some(&AN386),
        "mps2_an505" => Some(&AN505),
        _ => None,
    }
}

impl EmulatedBoard {
    /// Which of the board's UARTs for links a link names, from 0.
    pub fn uart(&self, link: &Link) -> Option<usize> {
        self.numbered(&link.device.as_ref()?.value)
    }

    fn numbered(&self, device: &str) -> Option<usize> {
        uart_number(device).filter(|n| *n < self.uarts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_board_runs_on_one_that_is_emulated() {
        assert_eq!(emulated("nrf52840").map(|b| b.board), Some("mps2_an386"));
        assert_eq!(emulated("mps2_an505").map(|b| b.machine), Some("mps2-an505"));
        assert_eq!(emulated("linux"), None);
    }

    #[test]
    fn a_device_is_one_of_the_boards_uarts_or_none() {
        let uarts: Vec<_> = ["uart0", "uart2", "uart3", "spi0", "uart"].map(|d| AN386.numbered(d)).to_vec();
        assert_eq!(uarts, [Some(0), Some(2), None, None, None]);
    }
}
