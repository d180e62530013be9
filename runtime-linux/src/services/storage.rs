//! `ambience::storage`: records that survive restarts and loss of power.

use super::journal::Journal;
use crate::log::{self, Level};
use crate::node::Host;
use ambc_kernel::time::yield_now;
use ambience::{Bulk, Failure, StorageError, Vector};
use core::cell::RefCell;
use std::path::Path;

/// An offer of a journal.
#[derive(Debug)]
pub struct Storage {
    journal: RefCell<Journal>,
}

/// What the deployment says about it.
#[derive(Clone, Copy, Debug)]
pub struct StorageParams {
    /// The folder of the journal, as written: see [`Host::folder`].
    pub path: &'static str,
    /// Bytes it may grow to.
    pub size: u64,
}

impl Storage {
    /// Opens the journal of an offer, and says so in the log if its end had to be repaired.
    pub fn new(host: &Host, params: StorageParams) -> Result<Self, String> {
        Self::open(&host.folder(params.path)?, params.size)
    }

    /// Opens the journal in folder `path`.
    pub fn open(path: &Path, size: u64) -> Result<Self, String> {
        let (journal, torn) =
            Journal::open(path, size).map_err(|e| format!("storage {}: {e}", path.display()))?;
        if torn > 0 {
            let what = format!("storage {}: {torn} bytes at its end were no whole record", path.display());
            log::line(Level::Warn, "ambc", format_args!("{what}; they are in the file `torn` beside it"));
        }
        Ok(Self { journal: RefCell::new(journal) })
    }
}

impl ambience::Storage for Storage {
    async fn append(&self, record: Bulk<'_, u8>) -> Result<u64, Failure<StorageError>> {
        let number = self.journal.borrow_mut().append(record.as_slice())?;
        // Others that append in this turn get to write first; then one flush is for all of them.
        yield_now().await;
        self.journal.borrow_mut().flush()?;
        Ok(number)
    }

    async fn read(&self, index: u64) -> Result<Vector<u8, 1024>, Failure<StorageError>> {
        let mut bytes = Vector::new();
        bytes.resize(bytes.capacity(), 0).map_err(|_| StorageError::Io)?;
        let len = self.journal.borrow().read(index, &mut bytes)?;
        bytes.truncate(len);
        Ok(bytes)
    }

    async fn count(&self) -> Result<u64, Failure<StorageError>> {
        Ok(self.journal.borrow().len())
    }

    async fn clear(&self) -> Result<(), Failure<StorageError>> {
        Ok(self.journal.borrow_mut().clear()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::block_on;
    use ambience::Storage as _;

    #[test]
    fn records_are_there_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        let storage = Storage::open(&path, 4096).unwrap();
        assert_eq!(block_on(storage.append(Bulk::from(b"one".as_slice()))), Ok(0));
        assert_eq!(block_on(storage.append(Bulk::from([7; 1024].as_slice()))), Ok(1));
        drop(storage);
        let storage = Storage::open(&path, 4096).unwrap();
        assert_eq!(block_on(storage.count()), Ok(2));
        assert_eq!(block_on(storage.read(0)).unwrap().as_slice(), b"one");
        assert_eq!(block_on(storage.read(1)).unwrap().as_slice(), [7; 1024]);
        assert_eq!(block_on(storage.read(2)), Err(StorageError::NotFound.into()));
        block_on(storage.clear()).unwrap();
        assert_eq!(block_on(storage.count()), Ok(0));
        for _ in 0..3 {
            block_on(storage.append(Bulk::from([7; 1024].as_slice()))).unwrap();
        }
        assert_eq!(
            block_on(storage.append(Bulk::from([7; 1024].as_slice()))),
            Err(StorageError::Full.into())
        );
    }
}
