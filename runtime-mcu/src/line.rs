//! A line of bytes in both directions: bounded rings between a program and the handler of a UART's interrupts.
//!
//! What comes in above the ring is counted and lost: whoever frames the bytes finds that out and asks again.

/// The hardware's end of a line.
pub trait Port {
    /// What caused the interrupts is dealt with by what follows.
    fn acknowledge(&self);
    /// Takes a byte that came in.
    fn take(&self) -> Option<u8>;
    /// Sends a byte; false if the one before is still there.
    fn put(&self, byte: u8) -> bool;
}

/// Bytes in the order in which they came.
#[derive(Debug)]
pub struct Ring {
    bytes: &'static mut [u8],
    first: usize,
    len: usize,
}

impl Ring {
    /// An empty ring over this memory.
    #[must_use]
    pub const fn new(bytes: &'static mut [u8]) -> Self {
        Self { bytes, first: 0, len: 0 }
    }

    /// Bytes that wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether none waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes that still fit.
    #[must_use]
    pub const fn room(&self) -> usize {
        self.bytes.len() - self.len
    }

    /// The byte that came first.
    #[must_use]
    pub fn first(&self) -> Option<u8> {
        (self.len > 0).then(|| self.bytes[self.first])
    }

    /// Appends a byte; false if there is no room.
    pub fn push(&mut self, byte: u8) -> bool {
        let fits = self.room() > 0;
        if fits {
            let at = self.place(self.len);
            self.bytes[at] = byte;
            self.len += 1;
        }
        fits
    }

    /// Removes and returns the first byte.
    pub fn pop(&mut self) -> Option<u8> {
        let byte = self.first()?;
        self.first = self.place(1);
        self.len -= 1;
        Some(byte)
    }

    fn place(&self, offset: usize) -> usize {
        let at = self.first + offset;
        if at < self.bytes.len() { at } else { at - self.bytes.len() }
    }
}

/// Both directions.
#[derive(Debug)]
pub struct Line {
    came: Ring,
    goes: Ring,
    /// A byte after which the program hears of what came at once; otherwise with the next tick.
    ends: Option<u8>,
    /// Something came that the program has not heard of.
    news: bool,
    lost: u32,
}

impl Line {
    /// A line without anything on it. `ends`: the byte that ends whatever the program waits for.
    #[must_use]
    pub const fn new(came: &'static mut [u8], goes: &'static mut [u8], ends: Option<u8>) -> Self {
        Self { came: Ring::new(came), goes: Ring::new(goes), ends, news: false, lost: 0 }
    }

    /// An interrupt of the UART: moves bytes. True if the program has something to do now.
    pub fn interrupt(&mut self, port: &impl Port) -> bool {
        port.acknowledge();
        let mut ended = false;
        while let Some(byte) = port.take() {
            if self.came.push(byte) {
                self.news = true;
                ended |= self.ends == Some(byte);
            } else {
                self.lost = self.lost.saturating_add(1);
            }
        }
        let waited = !self.goes.is_empty();
        self.send(port);
        let emptied = waited && self.goes.is_empty();
        (ended && core::mem::take(&mut self.news)) || emptied
    }

    /// A tick: true if bytes came that the program has not heard of.
    pub fn tick(&mut self) -> bool {
        core::mem::take(&mut self.news)
    }

    /// Takes bytes that came, as many as fit into `buf`, and says how many.
    pub fn read(&mut self, buf: &mut [u8]) -> usize {
        let len = self.came.len().min(buf.len());
        for byte in &mut buf[..len] {
            *byte = self.came.pop().unwrap_or_default();
        }
        len
    }

    /// Sends all of `bytes`, now or by and by; false, and nothing of it, if there is no room.
    pub fn write(&mut self, bytes: &[u8], port: &impl Port) -> bool {
        let fits = bytes.len() <= self.goes.room();
        if fits {
            bytes.iter().for_each(|byte| {
                self.goes.push(*byte);
            });
            self.send(port);
        }
        fits
    }

    /// Gives the hardware as much as it takes.
    pub fn send(&mut self, port: &impl Port) {
        while let Some(byte) = self.goes.first()
            && port.put(byte)
        {
            self.goes.pop();
        }
    }

    /// Bytes that can be written now.
    #[must_use]
    pub const fn room(&self) -> usize {
        self.goes.room()
    }

    /// Whether all that was written is with the hardware.
    #[must_use]
    pub const fn is_sent(&self) -> bool {
        self.goes.is_empty()
    }

    /// Whether that is so, and all that came was read.
    #[must_use]
    pub const fn is_quiet(&self) -> bool {
        self.is_sent() && self.came.is_empty()
    }

    /// Bytes that came and found no room.
    #[must_use]
    pub const fn lost(&self) -> u32 {
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::{Cell, RefCell};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    /// A UART of one byte each way. What it has sent is `sent`; `come` is what the other end sends next.
    #[derive(Default)]
    struct Uart {
        come: RefCell<VecDeque<u8>>,
        full: Cell<bool>,
        sent: RefCell<Vec<u8>>,
    }

    impl Port for Uart {
        fn acknowledge(&self) {}
        fn take(&self) -> Option<u8> {
            self.come.borrow_mut().pop_front()
        }
        fn put(&self, byte: u8) -> bool {
            if !self.full.replace(true) {
                self.sent.borrow_mut().push(byte);
                return true;
            }
            false
        }
    }

    fn line(came: usize, goes: usize, ends: Option<u8>) -> Line {
        Line::new(Vec::leak(vec![0; came]), Vec::leak(vec![0; goes]), ends)
    }

    #[test]
    fn the_end_of_a_frame_is_heard_of_at_once_and_the_rest_with_the_tick() {
        let (mut line, uart) = (line(8, 8, Some(b'\n')), Uart::default());
        uart.come.borrow_mut().extend(b"ab");
        assert!(!line.interrupt(&uart));
        assert!(line.tick() && !line.tick());
        uart.come.borrow_mut().extend(b"c\n");
        assert!(line.interrupt(&uart) && !line.tick());
        let mut buf = [0; 8];
        assert_eq!((line.read(&mut buf), &buf[..4]), (4, &b"abc\n"[..]));
    }

    #[test]
    fn what_finds_no_room_is_counted_and_what_was_sent_is_told() {
        let (mut line, uart) = (line(2, 3, None), Uart::default());
        uart.come.borrow_mut().extend(b"abcd");
        line.interrupt(&uart);
        assert_eq!((line.lost(), line.is_quiet()), (2, false));
        line.read(&mut [0; 2]);
        assert!(line.is_quiet() && line.write(b"xyz", &uart));
        assert!(!line.write(b"123", &uart), "nothing of what does not fit is sent");
        let mut told = Vec::new();
        while !line.is_quiet() {
            uart.full.set(false);
            told.push(line.interrupt(&uart));
        }
        assert_eq!((told, uart.sent.take()), (vec![false, true], b"xyz".to_vec()));
    }

    proptest! {
        /// However interrupts, reads and writes alternate, bytes arrive once and in order.
        #[test]
        fn bytes_pass_in_order(steps in vec((0u8..4, vec(any::<u8>(), 0..9)), 0..200)) {
            let (mut line, uart) = (line(7, 7, Some(0)), Uart::default());
            let (mut sent, mut written, mut read, mut told) = (vec![], vec![], vec![], 0);
            for (what, bytes) in steps {
                match what {
                    0 => uart.come.borrow_mut().extend(bytes.iter().take(7 - (sent.len() - read.len()))
                        .inspect(|b| sent.push(**b))),
                    1 => if line.write(&bytes, &uart) { written.extend(bytes) },
                    2 => { uart.full.set(false); told += u32::from(line.interrupt(&uart)); }
                    _ => {
                        let mut buf = vec![0; bytes.len()];
                        let len = line.read(&mut buf);
                        read.extend_from_slice(&buf[..len]);
                    }
                }
                prop_assert_eq!(&read[..], &sent[..read.len()]);
                prop_assert!(written.starts_with(&uart.sent.borrow()));
                prop_assert_eq!(written.len() - uart.sent.borrow().len(), 7 - line.room());
            }
            prop_assert_eq!(line.lost(), 0);
            prop_assert!(told as usize <= sent.len() + written.len());
        }
    }
}
