//! The boards that an emulator has, and which microcontroller runs on which.

use super::{Deployment, NodeId};

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

impl Deployment {
    /// Which UART for links, from 0, a link of a node on this board has: what its device says, or else the first that no other
    /// link names. None if the board has no such UART.
    pub fn uart(&self, board: &EmulatedBoard, node: NodeId, link: usize) -> Option<usize> {
        let links = &self.nodes[node].links;
        let named = |at: usize| links[at].device.as_ref().and_then(|d| board.uart(&d.value));
        if links[link].device.is_some() {
            return named(link);
        }
        let nameless = links[..link].iter().filter(|l| l.device.is_none() && self.is_serial(l)).count();
        let free = |uart: &usize| (0..links.len()).all(|at| named(at) != Some(*uart));
        (0..board.uarts).filter(free).nth(nameless)
    }

    fn is_serial(&self, link: &super::Link) -> bool {
        use super::NetworkKind::{Uart, Xbee};
        link.network.is_some_and(|n| matches!(self.networks[n].kind, Uart | Xbee))
    }
}

impl EmulatedBoard {
    /// Which of the board's UARTs for links a device is, from 0.
    pub fn uart(&self, device: &str) -> Option<usize> {
        device.strip_prefix("uart")?.parse().ok().filter(|n| *n < self.uarts)
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
        let uarts: Vec<_> = ["uart0", "uart2", "uart3", "spi0", "uart"].map(|d| AN386.uart(d)).to_vec();
        assert_eq!(uarts, [Some(0), Some(2), None, None, None]);
    }
}
