//! Records appended to one file: what was appended is there after a restart, whole or not at all.
//!
//! **Format.** Each record is its length (u32), the CRC-32C of length and bytes (u32), both little endian, and its bytes.
//!
//! **Start.** The file is read from its beginning. What does not check ends it: a record that was being written when the
//! power failed. The torn tail is moved to the file `torn` beside it (the last one only) and cut off.
//!
//! **When it is safe.** `append` gives a record to the operating system, so it survives the death of any process, the
//! node's included; `flush` waits until everything appended survives the loss of power. The storage service flushes before
//! it answers, once for all records that came in the same turn.

use ambc_kernel::crc::CRC32C;
use ambience::StorageError;
use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// An open journal. Only one process has it at a time.
#[derive(Debug)]
pub struct Journal {
    file: OwnedFd,
    /// Where each record's bytes begin, and how long they are.
    records: Vec<(u64, u32)>,
    end: u64,
    limit: u64,
    dirty: bool,
}

/// What interfaces call a failure of the system.
fn error(errno: Errno) -> StorageError {
    match errno {
        Errno::NOSPC | Errno::DQUOT | Errno::FBIG => StorageError::Full,
        _ => StorageError::Io,
    }
}

const HEAD: u64 = 8;
/// Longest record.
pub const MAX_RECORD: usize = 1 << 26;

impl Journal {
    /// Opens the journal in folder `path`, which is made if it does not exist, and repairs its end. `limit`: bytes it may grow
    /// to, heads included. Also says how many torn bytes were cut off.
    pub fn open(path: &Path, limit: u64) -> io::Result<(Self, u64)> {
        std::fs::create_dir_all(path)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC;
        let file = rustix::fs::open(path.join("journal"), flags, Mode::from_raw_mode(0o600))?;
        rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| io::Error::other("the storage is in use by another process"))?;
        let mut journal = Self { file, records: Vec::new(), end: 0, limit, dirty: false };
        let torn = journal.recover(path)?;
        Ok((journal, torn))
    }

    /// Appends a record; its number, from 0. On an error nothing was appended.
    ///
    /// # Errors
    /// `Full` if the journal would become larger than its limit or the disk is full, `Io` if the disk failed.
    pub fn append(&mut self, record: &[u8]) -> Result<u64, StorageError> {
        let size = HEAD + record.len() as u64;
        if record.len() > MAX_RECORD || self.end + size > self.limit {
            return Err(StorageError::Full);
        }
        let mut bytes = Vec::with_capacity(size as usize);
        bytes.extend_from_slice(&(record.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&checksum(record).to_le_bytes());
        bytes.extend_from_slice(record);
        if let Err(e) = self.put(&bytes) {
            // Half a record would hide every later one at the next start.
            let _ = rustix::fs::ftruncate(&self.file, self.end);
            return Err(error(e));
        }
        self.records.push((self.end + HEAD, record.len() as u32));
        self.end += size;
        self.dirty = true;
        Ok(self.records.len() as u64 - 1)
    }

    /// Copies record `number` into `buf`; its length.
    ///
    /// # Errors
    /// `NotFound` if there is none, `Io` if it is longer than `buf` or does not check any more.
    pub fn read(&self, number: u64, buf: &mut [u8]) -> Result<usize, StorageError> {
        let index = usize::try_from(number).map_err(|_| StorageError::NotFound)?;
        let (at, len) = *self.records.get(index).ok_or(StorageError::NotFound)?;
        let record = buf.get_mut(..len as usize).ok_or(StorageError::Io)?;
        let mut head = [0; HEAD as usize];
        let there = fill(&self.file, at - HEAD, &mut head).map_err(error)?
            && fill(&self.file, at, record).map_err(error)?;
        let [_, _, _, _, a, b, c, d] = head;
        let whole = there && u32::from_le_bytes([a, b, c, d]) == checksum(record);
        if whole { Ok(len as usize) } else { Err(StorageError::Io) }
    }

    /// Bytes of record `number`.
    #[must_use]
    pub fn size(&self, number: u64) -> Option<usize> {
        self.records.get(usize::try_from(number).ok()?).map(|(_, len)| *len as usize)
    }

    /// Records there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.records.len() as u64
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Bytes used of the limit.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.end
    }

    /// Waits until everything appended survives the loss of power.
    ///
    /// # Errors
    /// `Io` if the disk failed. Nothing is certain then, so the next flush tries again.
    pub fn flush(&mut self) -> Result<(), StorageError> {
        if self.dirty {
            rustix::fs::fdatasync(&self.file).map_err(error)?;
            self.dirty = false;
        }
        Ok(())
    }

    /// Removes all records.
    ///
    /// # Errors
    /// `Io` if the disk failed.
    pub fn clear(&mut self) -> Result<(), StorageError> {
        rustix::fs::ftruncate(&self.file, 0).map_err(error)?;
        self.records.clear();
        self.end = 0;
        self.dirty = true;
        self.flush()
    }

    fn put(&self, bytes: &[u8]) -> Result<(), Errno> {
        let mut put = 0;
        while put < bytes.len() {
            match rustix::io::pwrite(&self.file, &bytes[put..], self.end + put as u64) {
                Ok(n) => put += n,
                Err(Errno::INTR) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Finds all whole records and cuts off what follows them.
    fn recover(&mut self, path: &Path) -> io::Result<u64> {
        let size = u64::try_from(rustix::fs::fstat(&self.file)?.st_size).unwrap_or(0);
        let mut record = Vec::new();
        while let Some(len) = self.whole_record(size, &mut record)? {
            self.records.push((self.end + HEAD, len));
            self.end += HEAD + u64::from(len);
        }
        let torn = size - self.end;
        if torn > 0 {
            self.keep_torn(path, torn)?;
            rustix::fs::ftruncate(&self.file, self.end)?;
            rustix::fs::fdatasync(&self.file)?;
        }
        Ok(torn)
    }

    /// Length of the record at the end of what was recovered so far, if it is whole.
    fn whole_record(&self, size: u64, record: &mut Vec<u8>) -> io::Result<Option<u32>> {
        let mut head = [0; HEAD as usize];
        if !fill(&self.file, self.end, &mut head)? {
            return Ok(None);
        }
        let [l0, l1, l2, l3, c0, c1, c2, c3] = head;
        let len = u32::from_le_bytes([l0, l1, l2, l3]);
        if u64::from(len) > size - self.end - HEAD || len as usize > MAX_RECORD {
            return Ok(None);
        }
        record.resize(len as usize, 0);
        let there = fill(&self.file, self.end + HEAD, record)?;
        Ok((there && u32::from_le_bytes([c0, c1, c2, c3]) == checksum(record)).then_some(len))
    }

    fn keep_torn(&self, path: &Path, torn: u64) -> io::Result<()> {
        let mut tail = vec![0; usize::try_from(torn.min(MAX_RECORD as u64)).unwrap_or(0)];
        fill(&self.file, self.end, &mut tail)?;
        std::fs::write(path.join("torn"), tail)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

/// False if the file ends before `buf` is full.
fn fill(file: &OwnedFd, offset: u64, buf: &mut [u8]) -> Result<bool, Errno> {
    let mut got = 0;
    while got < buf.len() {
        match rustix::io::pread(file, &mut buf[got..], offset + got as u64) {
            Ok(0) => return Ok(false),
            Ok(n) => got += n,
            Err(Errno::INTR) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(true)
}

/// CRC-32C of length and bytes: a run of zeros is no record.
fn checksum(record: &[u8]) -> u32 {
    CRC32C.of(&[&(record.len() as u32).to_le_bytes(), record])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(journal: &Journal) -> Vec<Vec<u8>> {
        let mut buf = vec![0; 4096];
        (0..journal.len())
            .map(|i| {
                let n = journal.read(i, &mut buf).unwrap();
                buf[..n].to_vec()
            })
            .collect()
    }

    fn filled(records: &[&[u8]]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, torn) = Journal::open(dir.path(), 1 << 20).unwrap();
        assert_eq!(torn, 0);
        for (i, record) in records.iter().enumerate() {
            assert_eq!(journal.append(record), Ok(i as u64));
        }
        dir
    }

    #[test]
    fn known_checksum() {
        // CRC-32C of "123456789" is 0xe3069283; here its length goes first.
        assert_eq!(CRC32C.of(&[b"123456789"]), 0xe306_9283);
        assert_ne!(checksum(&[]), 0);
    }

    #[test]
    fn records_survive_a_restart() {
        let dir = filled(&[b"one", b"", b"three"]);
        let (mut journal, torn) = Journal::open(dir.path(), 1 << 20).unwrap();
        assert_eq!((torn, all(&journal)), (0, vec![b"one".to_vec(), vec![], b"three".to_vec()]));
        assert_eq!(journal.append(b"four"), Ok(3));
        assert_eq!(journal.size(2), Some(5));
        assert_eq!(journal.read(4, &mut [0; 8]), Err(StorageError::NotFound));
        assert_eq!(journal.read(2, &mut [0; 4]), Err(StorageError::Io));
    }

    #[test]
    fn wherever_the_power_fails_the_records_before_are_whole() {
        let whole: [&[u8]; 3] = [b"first", b"second", b"third record"];
        let dir = filled(&whole);
        let bytes = std::fs::read(dir.path().join("journal")).unwrap();
        let ends = [0, 13, 27, 47];
        for cut in 0..=bytes.len() {
            std::fs::write(dir.path().join("journal"), &bytes[..cut]).unwrap();
            let (mut journal, torn) = Journal::open(dir.path(), 1 << 20).unwrap();
            let kept = ends.iter().filter(|end| **end <= cut).count() - 1;
            assert_eq!(
                all(&journal),
                whole[..kept].iter().map(|r| r.to_vec()).collect::<Vec<_>>(),
                "cut at {cut}"
            );
            assert_eq!(torn, (cut - ends[kept]) as u64);
            assert_eq!(journal.append(b"next"), Ok(kept as u64));
        }
    }

    #[test]
    fn a_changed_byte_ends_the_journal_there_and_is_kept_aside() {
        let dir = filled(&[b"first", b"second", b"third"]);
        let file = dir.path().join("journal");
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[22] ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        let (journal, torn) = Journal::open(dir.path(), 1 << 20).unwrap();
        assert_eq!((journal.len(), torn), (1, 27));
        assert_eq!(std::fs::read(dir.path().join("torn")).unwrap(), bytes[13..]);
    }

    #[test]
    fn zeros_after_a_crash_are_no_records() {
        let dir = filled(&[b"first"]);
        let file = dir.path().join("journal");
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.resize(4096, 0);
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(Journal::open(dir.path(), 1 << 20).unwrap().0.len(), 1);
    }

    #[test]
    fn the_limit_holds_and_damage_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path(), 40).unwrap();
        assert_eq!(journal.append(&[1; 20]), Ok(0));
        assert_eq!(journal.append(&[2; 5]), Err(StorageError::Full));
        assert_eq!(journal.append(&[3; 4]), Ok(1));
        assert_eq!(journal.used(), 40);
        assert!(Journal::open(dir.path(), 40).is_err(), "two processes must not have it at once");
        let file = dir.path().join("journal");
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[9] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert_eq!(journal.read(0, &mut [0; 64]), Err(StorageError::Io));
        journal.clear().unwrap();
        assert_eq!((journal.len(), journal.append(b"x")), (0, Ok(0)));
    }
}
