//! API frames on a serial line: `0x7e`, length, data, check sum.

/// Whether bytes that mean something to the line are escaped: the module's parameter `AP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `AP` = 1: as they are. After noise, a frame may be lost that a receiver took for a part of the noise.
    Plain,
    /// `AP` = 2: escaped, so that a start is a start wherever it is.
    Escaped,
}

const START: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
const FLIP: u8 = 0x20;

/// Start and escape of a frame, and the two of software flow control.
const fn is_special(byte: u8) -> bool {
    matches!(byte, START | ESCAPE | 0x11 | 0x13)
}

/// Most bytes that a frame with `data` bytes takes on the line.
#[must_use]
pub const fn framed(data: usize) -> usize {
    // All after the start may be escaped: length, data, sum.
    1 + 2 * (2 + data + 1)
}

/// Writes the frame of this data, which comes in pieces, and returns its bytes; `None` if `out` is too small.
#[must_use]
pub fn enframe(mode: Mode, data: &[&[u8]], out: &mut [u8]) -> Option<usize> {
    let length = u16::try_from(data.iter().map(|piece| piece.len()).sum::<usize>()).ok()?.to_be_bytes();
    let bytes = || data.iter().copied().flatten().copied();
    let sum = 0xff - bytes().fold(0u8, u8::wrapping_add);
    let mut room = out.iter_mut();
    *room.next()? = START;
    for byte in length.into_iter().chain(bytes()).chain([sum]) {
        if mode == Mode::Escaped && is_special(byte) {
            *room.next()? = ESCAPE;
            *room.next()? = byte ^ FLIP;
        } else {
            *room.next()? = byte;
        }
    }
    let left = room.len();
    Some(out.len() - left)
}

/// Takes frames off a line, in a buffer for the data of the longest one: what is longer is skipped.
#[derive(Debug)]
pub struct Deframer<B> {
    mode: Mode,
    buffer: B,
    at: At,
    escaped: bool,
}

#[derive(Clone, Copy, Debug)]
enum At {
    /// Until a start.
    Noise,
    /// The first byte of the length comes.
    High,
    Low(u8),
    /// `have` bytes of data are there, whose sum is `sum`.
    Data {
        have: usize,
        length: usize,
        sum: u8,
    },
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Deframer<B> {
    /// Before the first byte.
    pub const fn new(mode: Mode, buffer: B) -> Self {
        Self { mode, buffer, at: At::Noise, escaped: false }
    }

    /// What the bytes that follow are taken for.
    pub fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
    }

    /// Forgets a frame that came in part.
    pub fn reset(&mut self) {
        (self.at, self.escaped) = (At::Noise, false);
    }

    /// Takes bytes up to the end of the next whole frame and returns how many, with its data if there is one.
    pub fn take(&mut self, bytes: &[u8]) -> (usize, Option<&[u8]>) {
        let (taken, len) = self.seek(bytes);
        (taken, len.map(|len| self.data(len)))
    }

    /// Like [`Self::take`], with the length of the data for [`Self::data`].
    pub(super) fn seek(&mut self, bytes: &[u8]) -> (usize, Option<usize>) {
        for (i, byte) in bytes.iter().enumerate() {
            if let Some(len) = self.byte(*byte) {
                return (i + 1, Some(len));
            }
        }
        (bytes.len(), None)
    }

    pub(super) fn data(&self, len: usize) -> &[u8] {
        &self.buffer.as_ref()[..len]
    }

    /// The length of the data that this byte ends.
    fn byte(&mut self, byte: u8) -> Option<usize> {
        let frames_begin = self.mode == Mode::Escaped || matches!(self.at, At::Noise);
        if byte == START && frames_begin {
            (self.at, self.escaped) = (At::High, false);
            return None;
        }
        if self.mode == Mode::Escaped && byte == ESCAPE {
            self.escaped = true;
            return None;
        }
        let byte = if core::mem::take(&mut self.escaped) { byte ^ FLIP } else { byte };
        match self.at {
            At::Noise => None,
            At::High => self.go(At::Low(byte)),
            At::Low(high) => self.begin(usize::from(u16::from_be_bytes([high, byte]))),
            At::Data { have, length, sum } if have < length => {
                self.buffer.as_mut()[have] = byte;
                self.go(At::Data { have: have + 1, length, sum: sum.wrapping_add(byte) })
            }
            At::Data { length, sum, .. } => {
                self.at = At::Noise;
                (sum.wrapping_add(byte) == 0xff).then_some(length)
            }
        }
    }

    fn begin(&mut self, length: usize) -> Option<usize> {
        let fits = (1..=self.buffer.as_ref().len()).contains(&length);
        self.go(if fits { At::Data { have: 0, length, sum: 0 } } else { At::Noise })
    }

    fn go(&mut self, at: At) -> Option<usize> {
        self.at = at;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::LONGEST;
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn deframer(mode: Mode) -> Deframer<[u8; LONGEST]> {
        Deframer::new(mode, [0; LONGEST])
    }

    fn append(mode: Mode, data: &[u8], line: &mut Vec<u8>) {
        let mut room = vec![0; framed(data.len())];
        let len = enframe(mode, &[data], &mut room).unwrap();
        line.extend_from_slice(&room[..len]);
    }

    fn frames(mode: Mode, bytes: &[u8], piece: usize) -> Vec<Vec<u8>> {
        let (mut deframer, mut out) = (deframer(mode), Vec::new());
        for mut piece in bytes.chunks(piece) {
            while !piece.is_empty() {
                let (taken, data) = deframer.take(piece);
                out.extend(data.map(<[u8]>::to_vec));
                piece = &piece[taken..];
            }
        }
        out
    }

    /// Of the user guide: the same data in both modes.
    #[test]
    fn frames_of_the_manual() {
        let transmit = b"\x10\x01\x00\x13\xa2\x00\x40\x0a\x01\x27\xff\xfe\x00\x00TxData0A";
        let cases: [(Mode, &[u8], &[u8]); 3] = [
            (Mode::Plain, b"\x23\x11", b"\x7e\x00\x02\x23\x11\xcb"),
            (Mode::Escaped, b"\x23\x11", b"\x7e\x00\x02\x23\x7d\x31\xcb"),
            (
                Mode::Escaped,
                transmit,
                b"\x7e\x00\x16\x10\x01\x00\x7d\x33\xa2\x00\x40\x0a\x01\x27\xff\xfe\x00\x00TxData0A\x7d\x33",
            ),
        ];
        for (mode, data, line) in cases {
            let mut written = Vec::new();
            append(mode, data, &mut written);
            assert_eq!(written, line);
            assert_eq!(frames(mode, line, 1), [data]);
        }
    }

    #[test]
    fn nothing_is_written_past_the_end_of_the_room() {
        let data = [START; LONGEST];
        for room in 0..framed(LONGEST) - 3 {
            assert_eq!(enframe(Mode::Escaped, &[&data], &mut vec![0; room]), None, "{room}");
        }
        let mut room = [0; framed(LONGEST)];
        assert!(enframe(Mode::Escaped, &[&data], &mut room).is_some());
    }

    #[test]
    fn a_frame_that_is_too_long_or_empty_or_wrong_is_skipped() {
        for mode in [Mode::Plain, Mode::Escaped] {
            let mut line = Vec::new();
            append(mode, &[1; LONGEST + 1], &mut line);
            append(mode, &[], &mut line);
            append(mode, b"spoilt", &mut line);
            *line.last_mut().unwrap() ^= 1;
            append(mode, b"good", &mut line);
            assert_eq!(frames(mode, &line, 7), [b"good"]);
        }
    }

    fn mode() -> impl Strategy<Value = Mode> {
        prop_oneof![Just(Mode::Plain), Just(Mode::Escaped)]
    }

    fn data() -> impl Strategy<Value = Vec<u8>> {
        let special = prop_oneof![Just(START), Just(ESCAPE), Just(0x11), Just(0x13), any::<u8>()];
        vec(special, 1..=LONGEST)
    }

    proptest! {
        #[test]
        fn frames_come_back(mode in mode(), list in vec(data(), 1..6), piece in 1usize..200) {
            let mut line = Vec::new();
            list.iter().for_each(|d| append(mode, d, &mut line));
            prop_assert_eq!(frames(mode, &line, piece), list);
        }

        /// With escapes, whatever came before costs no frame.
        #[test]
        fn a_start_is_a_start_after_any_noise(noise in data(), next in data()) {
            let mut line = noise;
            append(Mode::Escaped, &next, &mut line);
            prop_assert_eq!(frames(Mode::Escaped, &line, 64).pop(), Some(next));
        }

        /// Without, noise may swallow what fits into the longest frame, no more.
        #[test]
        fn without_escapes_the_place_is_found_again(noise in data()) {
            let mut line = noise;
            line.extend([0; LONGEST + 4]);
            append(Mode::Plain, b"good", &mut line);
            prop_assert_eq!(frames(Mode::Plain, &line, 64).pop(), Some(b"good".to_vec()));
        }
    }
}
