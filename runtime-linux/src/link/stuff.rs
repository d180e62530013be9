//! Frames on a line of bytes: each with a check sum, stuffed so that it holds no zero, between zeros.
//!
//! Consistent overhead byte stuffing: every run of up to 254 bytes that are not 0 stands behind its length plus one. So a
//! receiver that lost its place, or heard noise, is in step again at the next zero.

use super::MAX_FRAME;
use crate::crc::CRC32;

/// Bytes that a frame takes on the line beside its own, for frames of up to 249 bytes.
pub(super) const OVERHEAD: usize = CRC + 3;
const CRC: usize = 4;
const END: u8 = 0;
/// Longest run, without its length.
const RUN: usize = 254;
/// Nothing valid is longer.
const LONGEST: usize = MAX_FRAME + CRC + (MAX_FRAME + CRC) / RUN + 1;

/// Appends `frame` as it goes over the line. The zero in front ends what noise began.
pub(super) fn stuff(frame: &[u8], out: &mut Vec<u8>) {
    out.push(END);
    let sum = CRC32.of(&[frame]).to_le_bytes();
    let mut length_at = out.len();
    out.push(1);
    for byte in frame.iter().chain(&sum) {
        if *byte != 0 {
            out.push(*byte);
            out[length_at] += 1;
        }
        if *byte == 0 || out[length_at] == u8::MAX {
            length_at = out.len();
            out.push(1);
        }
    }
    out.push(END);
}

/// Takes a line of bytes apart.
#[derive(Debug, Default)]
pub(super) struct Unstuffer {
    /// Since the last zero.
    stuffed: Vec<u8>,
    /// Too long to be anything: the rest up to the next zero is noise.
    noise: bool,
    frame: Vec<u8>,
}

impl Unstuffer {
    /// Takes bytes up to the end of the next whole frame and returns how many, with the frame if there is one.
    pub(super) fn take(&mut self, bytes: &[u8]) -> (usize, Option<&[u8]>) {
        for (i, byte) in bytes.iter().enumerate() {
            if *byte != END {
                self.noise |= self.stuffed.len() >= LONGEST;
                if !self.noise {
                    self.stuffed.push(*byte);
                }
                continue;
            }
            let whole = !core::mem::take(&mut self.noise) && self.unstuff();
            self.stuffed.clear();
            if whole {
                return (i + 1, Some(&self.frame));
            }
        }
        (bytes.len(), None)
    }

    /// Whether the bytes since the last zero are a frame; it is in `frame` then.
    fn unstuff(&mut self) -> bool {
        self.frame.clear();
        let mut rest = self.stuffed.as_slice();
        while let Some((length, after)) = rest.split_first() {
            let Some((run, after)) = after.split_at_checked(usize::from(*length) - 1) else { return false };
            self.frame.extend_from_slice(run);
            if usize::from(*length) <= RUN && !after.is_empty() {
                self.frame.push(0);
            }
            rest = after;
        }
        let Some((frame, sum)) = self.frame.split_last_chunk::<CRC>() else { return false };
        let whole = !frame.is_empty() && frame.len() <= MAX_FRAME && CRC32.of(&[frame]).to_le_bytes() == *sum;
        self.frame.truncate(self.frame.len() - CRC);
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// All frames in `bytes`, which come in pieces of `piece`.
    fn frames(bytes: &[u8], piece: usize) -> Vec<Vec<u8>> {
        let (mut unstuffer, mut out) = (Unstuffer::default(), Vec::new());
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
    fn the_sum_is_the_usual_one() {
        assert_eq!(CRC32.of(&[b"123456789"]), 0xcbf4_3926);
    }

    #[test]
    fn the_overhead_is_as_said() {
        for frame in [&[1; 1][..], &[0; 200], &[9; 249]] {
            let mut line = Vec::new();
            stuff(frame, &mut line);
            assert_eq!(line.len(), frame.len() + OVERHEAD);
        }
    }

    #[test]
    fn endless_noise_takes_no_endless_memory() {
        let mut unstuffer = Unstuffer::default();
        for _ in 0..100 {
            assert_eq!(unstuffer.take(&[5; 4096]), (4096, None));
        }
        assert!(unstuffer.stuffed.len() <= LONGEST);
        let mut line = Vec::new();
        stuff(b"after", &mut line);
        let (taken, none) = unstuffer.take(&line);
        assert_eq!((taken, none), (line.len(), Some(&b"after"[..])));
    }

    /// Frames with many zeros and long runs without.
    fn frame() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            vec(any::<u8>(), 1..600),
            vec(prop_oneof![Just(0u8), Just(1u8)], 1..600),
            vec(1u8..=255, 250..520),
        ]
    }

    proptest! {
        #[test]
        fn frames_come_back(list in vec(frame(), 1..8), piece in 1usize..700) {
            let mut line = Vec::new();
            list.iter().for_each(|f| stuff(f, &mut line));
            prop_assert_eq!(frames(&line, piece), list);
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
                stuff(frame, &mut line);
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
                stuff(f, &mut line);
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
