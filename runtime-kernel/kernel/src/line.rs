//! Frames on a line of bytes, such as a UART: each with a check sum, stuffed so that it holds no zero, between zeros.
//!
//! Consistent overhead byte stuffing: every run of up to 254 bytes that are not 0 stands behind its length plus one. So a
//! receiver that lost its place, or heard noise, is in step again at the next zero. All memory is the caller's: the sender
//! gives [`stuff`] a slice of [`stuffed`] bytes, the receiver gives [`Unstuffer`] one of its longest frame and [`SUM`].

use crate::crc::CRC32;

/// Bytes of the check sum behind a frame.
pub const SUM: usize = 4;
/// Bytes that a frame takes on the line beside its own, for frames of up to 249 bytes.
pub const OVERHEAD: usize = stuffed(249) - 249;
const END: u8 = 0;
/// Longest run, without its length.
const RUN: usize = 254;

/// Most bytes that a frame of `frame` bytes takes on the line.
#[must_use]
pub const fn stuffed(frame: usize) -> usize {
    let body = frame + SUM;
    // A zero at each end, and a length before each run: a last full run is followed by an empty one.
    2 + body + body / RUN + 1
}

/// Writes `frame` as it goes over the line and returns its bytes there; `None` if `out` is too small. The zero in front ends
/// what noise began.
#[must_use]
pub fn stuff(frame: &[u8], out: &mut [u8]) -> Option<usize> {
    let sum = CRC32.of(&[frame]).to_le_bytes();
    let mut line = Stuffer { out, len: 0, length_at: 1 };
    line.put(END)?;
    line.put(1)?;
    for byte in frame.iter().chain(&sum) {
        line.byte(*byte)?;
    }
    line.put(END)?;
    Some(line.len)
}

struct Stuffer<'o> {
    out: &'o mut [u8],
    len: usize,
    /// Where the length of the present run is.
    length_at: usize,
}

impl Stuffer<'_> {
    fn put(&mut self, byte: u8) -> Option<()> {
        *self.out.get_mut(self.len)? = byte;
        self.len += 1;
        Some(())
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        if byte != 0 {
            self.put(byte)?;
            self.out[self.length_at] += 1;
        }
        if byte == 0 || usize::from(self.out[self.length_at]) > RUN {
            self.length_at = self.len;
            self.put(1)?;
        }
        Some(())
    }
}

/// Takes a line of bytes apart, in a buffer of the longest frame and [`SUM`]: what is longer is noise.
#[derive(Debug)]
pub struct Unstuffer<B> {
    buffer: B,
    len: usize,
    /// Bytes left of the present run; 0 where a length comes next.
    left: u8,
    /// Whether a zero stands behind the present run, if anything does.
    zero: bool,
    /// The rest up to the next zero is noise.
    noise: bool,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Unstuffer<B> {
    /// Before the first byte.
    pub const fn new(buffer: B) -> Self {
        Self { buffer, len: 0, left: 0, zero: false, noise: false }
    }

    /// Takes bytes up to the end of the next whole frame and returns how many, with the frame if there is one.
    pub fn take(&mut self, bytes: &[u8]) -> (usize, Option<&[u8]>) {
        for (i, byte) in bytes.iter().enumerate() {
            if let Some(len) = self.byte(*byte) {
                return (i + 1, Some(&self.buffer.as_ref()[..len]));
            }
        }
        (bytes.len(), None)
    }

    /// Takes one byte and returns the frame that it ends.
    pub fn push(&mut self, byte: u8) -> Option<&[u8]> {
        let len = self.byte(byte)?;
        Some(&self.buffer.as_ref()[..len])
    }

    /// Forgets what came since the last frame.
    pub fn reset(&mut self) {
        (self.len, self.left, self.zero, self.noise) = (0, 0, false, false);
    }

    /// The length of the frame that this byte ends; the frame is at the start of the buffer.
    fn byte(&mut self, byte: u8) -> Option<usize> {
        if byte == END {
            let whole = self.whole();
            self.reset();
            return whole;
        }
        if self.noise {
            return None;
        }
        if self.left == 0 {
            if core::mem::replace(&mut self.zero, usize::from(byte) <= RUN) {
                self.put(0);
            }
            self.left = byte - 1;
        } else {
            self.put(byte);
            self.left -= 1;
        }
        None
    }

    fn put(&mut self, byte: u8) {
        match self.buffer.as_mut().get_mut(self.len) {
            Some(room) => {
                *room = byte;
                self.len += 1;
            }
            None => self.noise = true,
        }
    }

    fn whole(&self) -> Option<usize> {
        if self.noise || self.left > 0 {
            return None;
        }
        let (frame, sum) = self.buffer.as_ref()[..self.len].split_last_chunk::<SUM>()?;
        (!frame.is_empty() && CRC32.of(&[frame]).to_le_bytes() == *sum).then_some(frame.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const LONGEST: usize = 600;

    fn unstuffer() -> Unstuffer<[u8; LONGEST + SUM]> {
        Unstuffer::new([0; LONGEST + SUM])
    }

    /// Appends a frame as it goes over the line.
    fn append(frame: &[u8], line: &mut Vec<u8>) {
        let mut room = vec![0; stuffed(frame.len())];
        let len = stuff(frame, &mut room).unwrap();
        line.extend_from_slice(&room[..len]);
    }

    /// All frames in `bytes`, which come in pieces of `piece`.
    fn frames(bytes: &[u8], piece: usize) -> Vec<Vec<u8>> {
        let (mut unstuffer, mut out) = (unstuffer(), Vec::new());
        for mut piece in bytes.chunks(piece) {
            while !piece.is_empty() {
                let (taken, frame) = unstuffer.take(piece);
                out.extend(frame.map(<[u8]>::to_vec));
                piece = &piece[taken..];
            }
        }
        out
    }

    #[test]
    fn the_overhead_is_as_said() {
        for frame in [&[1; 1][..], &[0; 200], &[9; 249]] {
            let mut line = Vec::new();
            append(frame, &mut line);
            assert_eq!(line.len(), frame.len() + OVERHEAD);
        }
    }

    #[test]
    fn a_known_frame_is_these_bytes() {
        let mut line = [0; stuffed(9)];
        assert_eq!(stuff(b"123456789", &mut line), Some(16));
        assert_eq!(line, *b"\0\x0e123456789\x26\x39\xf4\xcb\0");
    }

    #[test]
    fn nothing_is_written_past_the_end_of_the_room() {
        let needed = stuffed(300);
        for room in 0..needed {
            assert_eq!(stuff(&[7; 300], &mut vec![0; room]), None, "{room}");
        }
        assert_eq!(stuff(&[7; 300], &mut vec![0; needed]), Some(needed));
    }

    #[test]
    fn what_is_longer_than_the_buffer_is_noise() {
        let mut unstuffer = unstuffer();
        for _ in 0..100 {
            assert_eq!(unstuffer.take(&[5; 4096]), (4096, None));
        }
        let mut line = Vec::new();
        append(&[1; LONGEST + 1], &mut line);
        append(&[2; LONGEST], &mut line);
        let (taken, longest) = unstuffer.take(&line);
        assert_eq!((taken, longest), (line.len(), Some(&[2; LONGEST][..])));
    }

    /// Frames with many zeros and long runs without.
    fn frame() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            vec(any::<u8>(), 1..LONGEST),
            vec(prop_oneof![Just(0u8), Just(1u8)], 1..LONGEST),
            vec(1u8..=255, 250..520),
        ]
    }

    proptest! {
        #[test]
        fn frames_come_back(list in vec(frame(), 1..8), piece in 1usize..700) {
            let mut line = Vec::new();
            list.iter().for_each(|f| append(f, &mut line));
            prop_assert_eq!(frames(&line, piece), list);
        }

        #[test]
        fn bytes_one_by_one_are_the_same(bytes in vec(prop_oneof![Just(0u8), 0u8..6], 0..400)) {
            let mut unstuffer = unstuffer();
            let found: Vec<_> = bytes.iter().filter_map(|b| unstuffer.push(*b).map(<[u8]>::to_vec)).collect();
            prop_assert_eq!(found, frames(&bytes, 64));
        }

        /// Whatever stands between the frames, all of them are found, and hardly anything else.
        #[test]
        fn noise_between_frames_costs_none(
            list in vec((vec(any::<u8>(), 0..300), frame()), 1..6),
            piece in 1usize..300,
        ) {
            let mut line = Vec::new();
            for (noise, frame) in &list {
                line.extend_from_slice(noise);
                append(frame, &mut line);
            }
            let found = frames(&line, piece);
            let wanted: Vec<_> = list.into_iter().map(|(_, frame)| frame).collect();
            prop_assert_eq!(found, wanted);
        }

        /// Damage costs the frames it touches (and at a frame's end the next one), no more.
        #[test]
        fn damage_costs_the_frames_it_touches(
            list in vec(frame(), 3..8),
            at in any::<prop::sample::Index>(),
            flip in 1u8..=255,
        ) {
            let (mut line, mut ends) = (Vec::new(), Vec::new());
            for f in &list {
                append(f, &mut line);
                ends.push(line.len());
            }
            let at = at.index(line.len());
            line[at] ^= flip;
            let hit = ends.iter().position(|end| at < *end).unwrap();
            let found = frames(&line, 64);
            for (i, f) in list.iter().enumerate().filter(|(i, _)| *i != hit && *i != hit + 1) {
                prop_assert!(found.contains(f), "frame {} after damage in {}", i, hit);
            }
        }
    }
}
