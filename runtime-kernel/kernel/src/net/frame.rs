//! The header of a message: what its two ends and the forwarders between them say to each other.
//!
//! Little-endian, [`HEADER`] bytes, then the payload (already encoded arguments or result, never looked at here):
//! ```text
//! 0 version  1 kind  2 flags  3 hops left  4 route u32  8 edge u32  12 session u64 of the sending end
//! 20 tag u32 of the receiving end's session  24 seq u32  28 time left u32 µs  32 word u32  36 slot u16  38 zero u16
//! ```
//! Forwarders change `hops` and `time left` only. A later sealed frame keeps this header, sets [`SEALED`], authenticates
//! the rest of it and carries [`TAG`] more bytes after the payload; all buffers already have room for them.

/// Bytes before the payload.
pub const HEADER: usize = 40;
/// Bytes a sealed frame will carry after the payload.
pub const TAG: usize = 16;
/// Flag bit of a sealed frame. Forwarders pass it on; an end does not accept one yet.
pub const SEALED: u8 = 1;
/// The only version there is.
pub const VERSION: u8 = 1;
/// `slot` of a frame that is about the whole edge.
pub const NO_SLOT: u16 = u16::MAX;
/// `left_us` of a call without deadline.
pub const FOREVER: u32 = u32::MAX;

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Run this call. `word` is the procedure.
    Request,
    /// Its result. `word` is the status.
    Reply,
    /// Nobody waits for this call any more; answered like a `Probe`. With [`NO_SLOT`]: for any of them, nor will there be
    /// others; not answered.
    Cancel,
    /// It will not run or is lost. `word` is a `CallError` code.
    Nack,
    /// What became of this call? With [`NO_SLOT`]: what is your session?
    Probe,
    /// Answer to a `Probe` or `Request` that has no reply yet. `word` is a [`State`].
    State,
}

/// What the callee's node says about a call without reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The session is open; the header's `session` is the callee's.
    Opened = 1,
    /// The call is running.
    Working,
    /// It never arrived; send it again.
    Unknown,
    /// No room for it now; send it again later.
    Busy,
}

impl Kind {
    /// Frames from caller to callee; the others go back.
    pub const fn forward(self) -> bool {
        matches!(self, Kind::Request | Kind::Cancel | Kind::Probe)
    }

    /// Frames without payload: sent without acknowledgement, repeated by whoever misses an answer.
    pub const fn control(self) -> bool {
        !matches!(self, Kind::Request | Kind::Reply)
    }

    const fn code(self) -> u8 {
        match self {
            Kind::Request => 1,
            Kind::Reply => 2,
            Kind::Cancel => 3,
            Kind::Nack => 4,
            Kind::Probe => 5,
            Kind::State => 6,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Kind::Request,
            2 => Kind::Reply,
            3 => Kind::Cancel,
            4 => Kind::Nack,
            5 => Kind::Probe,
            6 => Kind::State,
            _ => return None,
        })
    }
}

impl State {
    pub(super) const fn from_word(word: u32) -> Option<Self> {
        Some(match word {
            1 => State::Opened,
            2 => State::Working,
            3 => State::Unknown,
            4 => State::Busy,
            _ => return None,
        })
    }
}

/// A decoded header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the frame says.
    pub kind: Kind,
    /// [`SEALED`] or nothing.
    pub flags: u8,
    /// Networks it may still cross.
    pub hops: u8,
    /// Route id.
    pub route: u32,
    /// Edge or export id.
    pub edge: u32,
    /// Session of the end that sent it: grows with each start of its node. 0: unknown.
    pub session: u64,
    /// [`tag`] of the session its sender believes the other end to be in.
    pub tag: u32,
    /// Number of the call within its slot; compared as a serial number.
    pub seq: u32,
    /// Time left for the call in µs, or [`FOREVER`].
    pub left_us: u32,
    /// Procedure, status, state or error, by `kind`.
    pub word: u32,
    /// Slot of the edge, or [`NO_SLOT`].
    pub slot: u16,
}

impl Header {
    /// The bytes of this header.
    pub fn encode(&self) -> [u8; HEADER] {
        let mut b = [0; HEADER];
        b[..4].copy_from_slice(&[VERSION, self.kind.code(), self.flags, self.hops]);
        b[4..8].copy_from_slice(&self.route.to_le_bytes());
        b[8..12].copy_from_slice(&self.edge.to_le_bytes());
        b[12..20].copy_from_slice(&self.session.to_le_bytes());
        b[20..24].copy_from_slice(&self.tag.to_le_bytes());
        b[24..28].copy_from_slice(&self.seq.to_le_bytes());
        b[28..32].copy_from_slice(&self.left_us.to_le_bytes());
        b[32..36].copy_from_slice(&self.word.to_le_bytes());
        b[36..38].copy_from_slice(&self.slot.to_le_bytes());
        b
    }

    /// The header at the start of `bytes`; none if it is not one of this version.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let b: &[u8; HEADER] = bytes.first_chunk()?;
        let word = |at: usize| u32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]]);
        if b[0] != VERSION || b[2] & !SEALED != 0 || b[38..] != [0, 0] {
            return None;
        }
        Some(Header {
            kind: Kind::from_code(b[1])?,
            flags: b[2],
            hops: b[3],
            route: word(4),
            edge: word(8),
            session: u64::from(word(12)) | u64::from(word(16)) << 32,
            tag: word(20),
            seq: word(24),
            left_us: word(28),
            word: word(32),
            slot: u16::from_le_bytes([b[36], b[37]]),
        })
    }

    /// The same call, said the other way by an end in `session`.
    pub(super) fn answer(&self, kind: Kind, word: u32, session: u64, hops: u8) -> Self {
        Header { kind, flags: 0, hops, session, tag: tag(self.session), word, left_us: FOREVER, ..*self }
    }
}

/// Overwrites the fields that a node on the way may change.
pub(super) fn patch(header: &mut [u8], hops: u8, left_us: u32) {
    header[3] = hops;
    header[28..32].copy_from_slice(&left_us.to_le_bytes());
}

/// Hops of an encoded header.
pub(super) fn hops(header: &[u8]) -> u8 {
    header[3]
}

/// Short form of a session, to name the other end's; never 0, which means unknown.
pub const fn tag(session: u64) -> u32 {
    let folded = ((session >> 32) as u32).wrapping_mul(0x9e37_79b1) ^ session as u32;
    if folded == 0 { 1 } else { folded }
}

/// Time until `deadline` in µs as a header carries it, less `latency` ns; 0 if it has passed.
pub(super) fn left_us(deadline: u64, now: u64, latency: u64) -> u32 {
    if deadline == u64::MAX {
        return FOREVER;
    }
    let left = deadline.saturating_sub(now).saturating_sub(latency) / 1000;
    u32::try_from(left).unwrap_or(FOREVER - 1).min(FOREVER - 1)
}

/// The deadline in local ns of a header that arrived at `now`.
pub(super) fn deadline(left_us: u32, now: u64) -> u64 {
    if left_us == FOREVER { u64::MAX } else { now.saturating_add(u64::from(left_us) * 1000) }
}

/// Whether serial number `a` comes after `b`.
pub(super) const fn after(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) as i32 > 0
}

#[cfg(test)]
mod tests {
    use super::{FOREVER, HEADER, Header, Kind, SEALED, deadline, left_us, tag};

    fn header(kind: Kind) -> Header {
        Header {
            kind,
            flags: SEALED,
            hops: 3,
            route: 0x1234_5678,
            edge: 0x9abc_def0,
            session: 0x0102_0304_0506_0708,
            tag: 77,
            seq: u32::MAX,
            left_us: 5_000_000,
            word: 0xfeed_f00d,
            slot: 63,
        }
    }

    #[test]
    fn headers_come_back() {
        for kind in [Kind::Request, Kind::Reply, Kind::Cancel, Kind::Nack, Kind::Probe, Kind::State] {
            assert_eq!(Header::decode(&header(kind).encode()), Some(header(kind)));
        }
    }

    #[test]
    fn other_versions_unknown_flags_and_short_input_are_refused() {
        let good = header(Kind::Request).encode();
        for (at, value) in [(0, 2), (1, 0), (1, 7), (2, 2), (38, 1), (39, 1)] {
            let mut bad = good;
            bad[at] = value;
            assert_eq!(Header::decode(&bad), None, "byte {at} = {value}");
        }
        assert_eq!(Header::decode(&good[..HEADER - 1]), None);
    }

    #[test]
    fn time_left_saturates_and_keeps_forever() {
        assert_eq!(left_us(u64::MAX, 5, 5), FOREVER);
        assert_eq!(left_us(1_000_000, 0, 400_000), 600);
        assert_eq!(left_us(1_000_000, 2_000_000, 0), 0);
        assert_eq!(left_us(u64::MAX - 1, 0, 0), FOREVER - 1);
        assert_eq!(deadline(FOREVER, 9), u64::MAX);
        assert_eq!(deadline(2, 9), 2009);
    }

    #[test]
    fn no_session_has_the_unknown_tag() {
        assert_ne!(tag(0), 0);
        assert_ne!(tag(1 << 20), tag(2 << 20));
    }
}
