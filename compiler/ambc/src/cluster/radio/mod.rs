//! The radios of a run: an emulated module behind the serial device of each node, and one air for each network.
//!
//! A module speaks the API mode of XBee modules with 802.15.4 firmware to its node, which opens a pseudo-terminal and cannot
//! tell the difference. A thread for each network moves bytes and time along.

mod air;
mod module;

use super::pty::{Pty, moved};
use crate::emit::{EmitError, at};
use air::{Air, Kept};
use ambc_linux::link::medium::Figures;
use module::Module;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The modules of a network, until it is dropped.
#[derive(Debug)]
pub(super) struct Radios {
    stop: Option<UnixStream>,
    carrier: Option<JoinHandle<Kept>>,
}

/// Bits per second of 802.15.4, where none is declared.
pub(super) const BANDWIDTH: u64 = 250_000;
const PIECE: usize = 512;

impl Radios {
    /// A module at each of these serial lines, and their air. Anything that is no end of file may be such a line: it must not
    /// wait when it is read or written.
    pub(super) fn start(figures: Figures, lines: Vec<Pty>) -> Result<Self, EmitError> {
        Self::begin(figures, lines).map_err(at("start the radios of", Path::new("a network")))
    }

    fn begin(figures: Figures, lines: Vec<Pty>) -> io::Result<Self> {
        let (stop, stopped) = UnixStream::pair()?;
        let air = Air::new(figures, lines.len());
        let carrier = std::thread::Builder::new().name("radio".to_owned());
        let carrier = carrier.spawn(move || carry(air, lines, &stopped))?;
        Ok(Self { stop: Some(stop), carrier: Some(carrier) })
    }

    /// Ends it, and says what the air did if it kept anything.
    pub(super) fn end(mut self) -> Option<String> {
        let Kept { frames, lost, gave_up, overrun } = self.join()?;
        let unread = if overrun > 0 { format!(", {overrun} not read by their node") } else { String::new() };
        (lost + gave_up + overrun > 0).then(|| {
            format!("of {frames} frames sent {lost} were lost, {gave_up} datagrams reached nobody{unread}")
        })
    }

    fn join(&mut self) -> Option<Kept> {
        self.stop = None;
        self.carrier.take()?.join().ok()
    }
}

impl Drop for Radios {
    fn drop(&mut self) {
        self.join();
    }
}

/// The line between a module and its node.
#[derive(Debug)]
struct Wire<L> {
    line: L,
    /// Came in, and waits until the module has room.
    waiting: Vec<u8>,
}

fn carry<L: AsFd>(mut air: Air, lines: Vec<L>, stopped: &UnixStream) -> Kept {
    let start = Instant::now();
    let mut wires: Vec<_> = lines.into_iter().map(|line| Wire { line, waiting: Vec::new() }).collect();
    loop {
        let now = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let Ok(more) = exchange(now, &mut air, &mut wires) else { return air.kept() };
        let pause = air.next_timer().map(|at| Duration::from_nanos(at.saturating_sub(now)));
        let pause = if more { Some(Duration::ZERO) } else { pause };
        if !wait(&mut air, &wires, pause, stopped) {
            return air.kept();
        }
    }
}

/// Moves bytes to and from the modules, and whatever is due through the air. True if there is more to do at once.
fn exchange<L: AsFd>(now: u64, air: &mut Air, wires: &mut [Wire<L>]) -> Result<bool, Errno> {
    for (module, wire) in air.modules().iter_mut().zip(&mut *wires) {
        wire.read(now, module)?;
    }
    air.step(now);
    let mut more = false;
    for (module, wire) in air.modules().iter_mut().zip(wires) {
        wire.write(module)?;
        more |= !wire.waiting.is_empty() && !module.is_full();
    }
    Ok(more)
}

impl<L: AsFd> Wire<L> {
    /// Takes what the node says, as far as its module has room.
    fn read(&mut self, now: u64, module: &mut Module) -> Result<(), Errno> {
        if self.waiting.is_empty() && !module.is_full() {
            self.waiting.resize(PIECE, 0);
            let got = moved(rustix::io::read(&self.line, &mut self.waiting[..]));
            self.waiting.truncate(*got.as_ref().unwrap_or(&0));
            got?;
        }
        let taken = module.hear(now, &self.waiting);
        self.waiting.drain(..taken);
        Ok(())
    }

    fn write(&self, module: &mut Module) -> Result<(), Errno> {
        if !module.says().is_empty() {
            let sent = moved(rustix::io::write(&self.line, module.says()))?;
            module.said(sent);
        }
        Ok(())
    }
}

/// Sleeps until something can be done; false if it is time to end.
fn wait<L: AsFd>(air: &mut Air, wires: &[Wire<L>], pause: Option<Duration>, stopped: &UnixStream) -> bool {
    let mut fds = vec![PollFd::new(stopped, PollFlags::IN)];
    for (module, wire) in air.modules().iter().zip(wires) {
        let read =
            if module.is_full() || !wire.waiting.is_empty() { PollFlags::empty() } else { PollFlags::IN };
        let write = if module.says().is_empty() { PollFlags::empty() } else { PollFlags::OUT };
        fds.push(PollFd::new(&wire.line, read | write));
    }
    let pause = pause.and_then(|p| Timespec::try_from(p).ok());
    let woken = poll(&mut fds, pause.as_ref());
    matches!(woken, Ok(_) | Err(Errno::INTR)) && fds[0].revents().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ambc_kernel::xbee::{Config, PAYLOAD, Radio, peer};
    use std::io::{Read, Write};

    /// A node's end of the line to its module.
    struct Node {
        line: UnixStream,
        radio: Radio,
    }

    impl Node {
        /// Tells and is told, once; the datagram that came, if one did.
        fn turn(&mut self, now: u64, rest: &mut Vec<u8>) -> Option<Vec<u8>> {
            self.radio.poll(now);
            let sent = self.line.write(self.radio.output()).unwrap_or(0);
            self.radio.written(sent);
            let mut piece = [0; 64];
            let got = self.line.read(&mut piece).unwrap_or(0);
            rest.extend_from_slice(&piece[..got]);
            let (taken, datagram) = self.radio.receive(now, rest);
            let datagram = datagram.map(|d| d.bytes.to_vec());
            rest.drain(..taken);
            datagram
        }
    }

    /// Two drivers over sockets in place of terminals, in a network that loses much: all arrives that was acknowledged.
    #[test]
    fn drivers_reach_each_other_over_any_stream() {
        let ends = [(); 2].map(|()| UnixStream::pair().unwrap());
        let (mut nodes, mut lines) = (Vec::new(), Vec::new());
        for ((line, module), address) in ends.into_iter().zip(1u16..) {
            line.set_nonblocking(true).unwrap();
            module.set_nonblocking(true).unwrap();
            let radio = Radio::new(Config { address, pan: 0x1111, channel: 0x0c });
            nodes.push((Node { line, radio }, Vec::new(), Vec::new()));
            lines.push(module);
        }
        let (stop, stopped) = UnixStream::pair().unwrap();
        let air = Air::new(Figures { loss: 0.2, seed: 7, ..Figures::default() }, 2);
        let carrier = std::thread::spawn(move || carry(air, lines, &stopped));
        let (start, mut number) = (Instant::now(), [0u8; 2]);
        while nodes.iter().zip(number).any(|((node, ..), n)| n < 100 || !node.radio.is_idle()) {
            let now = start.elapsed().as_nanos() as u64;
            for ((i, (node, rest, got)), other) in nodes.iter_mut().enumerate().zip([2, 1]) {
                if number[i] < 100 && node.radio.send(now, peer(other), &[number[i]; PAYLOAD]) {
                    number[i] += 1;
                }
                got.extend(node.turn(now, rest));
            }
            std::thread::sleep(Duration::from_micros(50));
        }
        for _ in 0..100 {
            for (node, rest, got) in &mut nodes {
                got.extend(node.turn(start.elapsed().as_nanos() as u64, rest));
            }
        }
        drop(stop);
        let kept = carrier.join().unwrap();
        for (i, (.., got)) in nodes.iter().enumerate() {
            let delivered = nodes[1 - i].0.radio.stats().delivered as usize;
            assert!(got.len() >= delivered && delivered > 90, "{delivered} acknowledged, {} came", got.len());
            assert!(got.windows(2).all(|w| w[0][0] < w[1][0]), "in order, once each");
        }
        assert!(kept.lost > 20 && kept.frames > 220, "{kept:?}");
    }
}
