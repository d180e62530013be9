//! Records as they lie on the disk: eight bytes of frame number, least first, and one of the verdict.

use vision::{Record, Verdict};

/// Bytes of a record.
pub const LENGTH: usize = 9;

/// The bytes of a record.
#[must_use]
pub fn encode(record: Record) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    let (frame, verdict) = bytes.split_at_mut(8);
    frame.copy_from_slice(&record.frame.to_le_bytes());
    verdict.fill(record.verdict as u8);
    bytes
}

/// The record that these bytes are; `None` if they are none.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Record> {
    let (frame, verdict) = bytes.split_first_chunk::<8>()?;
    let &[verdict] = verdict else { return None };
    Some(Record { frame: u64::from_le_bytes(*frame), verdict: Verdict::try_from(verdict).ok()? })
}

/// The verdict in a word.
#[must_use]
pub fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Empty => "empty",
        Verdict::Object => "object",
        Verdict::Animal => "animal",
    }
}
