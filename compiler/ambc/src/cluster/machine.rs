//! An emulated machine: the command line of QEMU, and the identity that it has in its flash.

use crate::emit::write_if_changed;
use crate::hir::{EMULATOR, EmulatedBoard};
use ambc_abi::image::Identity;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A node that runs in an emulator.
#[derive(Clone, Debug)]
pub struct Machine {
    pub board: &'static EmulatedBoard,
    /// What QEMU calls a kernel: the image of the node.
    pub image: PathBuf,
    /// What is at each UART for links.
    pub uarts: Vec<Option<Wire>>,
    /// The block of its identity; written anew at each start.
    pub identity: PathBuf,
    /// Where the image looks for it.
    pub identity_at: u32,
}

/// The far end of a UART.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wire {
    /// A serial device of this machine, or a pseudo-terminal.
    Device(PathBuf),
    /// A socket at which somebody listens.
    Socket(PathBuf),
}

impl Machine {
    /// What starts it. Standard input is the line to `run`, standard output the console.
    pub(super) fn command(&self) -> Command {
        let mut qemu = Command::new(EMULATOR);
        // A machine that resets itself ends: it is started again with another identity.
        qemu.args([
            "-M",
            self.board.machine,
            "-display",
            "none",
            "-monitor",
            "none",
            "-nodefaults",
            "-no-reboot",
        ]);
        qemu.args(["-chardev", "file,id=console,path=/dev/stdout", "-serial", "chardev:console"]);
        for i in 0..self.board.uarts {
            match self.uarts.get(i).and_then(Option::as_ref) {
                Some(wire) => {
                    let name = format!("uart{i}");
                    qemu.arg("-chardev")
                        .arg(wire.chardev(&name))
                        .args(["-serial", &format!("chardev:{name}")])
                }
                None => qemu.args(["-serial", "null"]),
            };
        }
        qemu.args(["-chardev", "socket,id=control,fd=0", "-serial", "chardev:control"]);
        let (identity, at) = (escaped(&self.identity), self.identity_at);
        qemu.arg("-device").arg(format!("loader,file={identity},addr={at:#x},force-raw=on"));
        qemu.arg("-kernel").arg(&self.image);
        qemu
    }

    /// Writes the identity of the next start.
    pub(super) fn renew_identity(&self) -> std::io::Result<()> {
        let last = std::fs::read(&self.identity).ok().and_then(|block| read(&block));
        let session = last.map_or(SESSIONS, |l| l.session.saturating_add(SESSIONS));
        let block = written(&Identity { session, key: key()? });
        write_if_changed(&self.identity, &block).map(drop).map_err(std::io::Error::other)
    }
}

impl Wire {
    fn chardev(&self, id: &str) -> String {
        match self {
            Self::Device(path) => format!("serial,id={id},path={}", escaped(path)),
            Self::Socket(path) => format!("socket,id={id},path={}", escaped(path)),
        }
    }
}

/// A path as part of an option of QEMU, where commas separate.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

/// Sessions that a start has for itself.
const SESSIONS: u64 = 1 << 32;

/// The block of an [`Identity`].
fn written(identity: &Identity) -> Vec<u8> {
    let mut block = Identity::MAGIC.to_vec();
    block.extend(Identity::VERSION.to_le_bytes());
    block.extend([0; 4]);
    block.extend(identity.session.to_le_bytes());
    block.extend(identity.key);
    block
}

/// The identity in a block of an earlier start.
fn read(block: &[u8]) -> Option<Identity> {
    block.try_into().ok().map(Identity::parse)
}

/// The key of a node's random numbers.
fn key() -> std::io::Result<[u8; 32]> {
    let mut key = Identity::NO_KEY;
    std::fs::File::open("/dev/urandom")?.read_exact(&mut key)?;
    Ok(key)
}

/// Whether a line of the emulator's standard error says something: what is left out is that the network controller of the
/// board has no cable, and the registers of a dead machine's floating point unit.
pub(super) fn says_something(line: &str) -> bool {
    let registers = line.starts_with('s') && line.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    !(line.is_empty() || line.ends_with("has no peer") || registers || line.starts_with("FPSCR"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::emulated;

    fn machine(folder: &Path) -> Machine {
        Machine {
            board: emulated("nrf52840").unwrap(),
            image: "images/probe/image.elf".into(),
            uarts: vec![None, Some(Wire::Device("/dev/pts/7".into())), Some(Wire::Socket("a,b".into()))],
            identity: folder.join("identity.bin"),
            identity_at: 0x3f_f000,
        }
    }

    #[test]
    fn every_uart_of_the_board_has_its_far_end() {
        let command = machine(Path::new("run")).command();
        let words: Vec<_> = command.get_args().map(|a| a.to_str().unwrap()).collect();
        assert_eq!(command.get_program(), "qemu-system-arm");
        assert_eq!(
            words.join(" "),
            "-M mps2-an386 -display none -monitor none -nodefaults -no-reboot \
             -chardev file,id=console,path=/dev/stdout -serial chardev:console \
             -serial null \
             -chardev serial,id=uart1,path=/dev/pts/7 -serial chardev:uart1 \
             -chardev socket,id=uart2,path=a,,b -serial chardev:uart2 \
             -chardev socket,id=control,fd=0 -serial chardev:control \
             -device loader,file=run/identity.bin,addr=0x3ff000,force-raw=on \
             -kernel images/probe/image.elf"
        );
    }

    #[test]
    fn no_start_has_a_session_of_an_earlier_one() {
        let folder = tempfile::tempdir().unwrap();
        let machine = machine(folder.path());
        let start = || {
            machine.renew_identity().unwrap();
            read(&std::fs::read(&machine.identity).unwrap()).unwrap()
        };
        let (first, second) = (start(), start());
        assert_eq!((first.session, second.session), (1 << 32, 2 << 32));
        assert!(first.key != Identity::NO_KEY && first.key != second.key);
    }

    #[test]
    fn of_a_dead_machine_the_reason_and_the_registers_of_its_core_are_told() {
        let said = |line: &str| says_something(line);
        assert!(said("qemu: fatal: Lockup: can't escalate 3 to HardFault (current priority -1)"));
        assert!(said("R00=40004004 R01=40009004 R02=40005004 R03=0000006e"));
        assert!(!said("s00=00000000 s01=00000000 d00=0000000000000000"));
        assert!(!said("qemu-system-arm: warning: nic lan9118.0 has no peer"));
    }
}
