//! Node services without a node, for tests of services: everything is in memory and answers at once.
//!
//! ```
//! use ambience::Logger;
//! use ambience_fake::{Lines, now};
//!
//! let log = Lines::default();
//! assert!(now(log.info("hello")).is_ok());
//! assert_eq!(log.0.take(), ["Info hello"]);
//! ```
#![forbid(unsafe_code)]

use ambc_wire::{Encode, Reply};
use ambience::__rt::{CallOptions, Channel};
use ambience::{
    Bulk, CallError, Failure, FileError, Files, Level, Logger, Storage, StorageError, Timer, Vector,
};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The result of a future that never waits.
///
/// # Panics
/// If it waits.
pub fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("waits, although everything it calls answers at once"),
    }
}

/// Stands for any service where none is there: `calc::ArithmeticClient(Nobody)` implements `calc::Arithmetic`, and all its
/// calls end as `Unreachable`.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Channel for Nobody {
    async fn call<Q: Encode, R: Reply>(&self, _: u32, _: &Q, _: CallOptions) -> R {
        R::failed(CallError::Unreachable)
    }
}

/// A folder that is only read.
#[derive(Clone, Debug, Default)]
pub struct Folder(pub BTreeMap<String, Vec<u8>>);

impl Folder {
    fn file(&self, name: &str) -> Result<&Vec<u8>, Failure<FileError>> {
        Ok(self.0.get(name).ok_or(FileError::NotFound)?)
    }
}

impl Files for Folder {
    async fn count(&self) -> Result<u32, Failure<FileError>> {
        Ok(self.0.len() as u32)
    }

    async fn name(&self, index: u32) -> Result<ambience::String<128>, Failure<FileError>> {
        let name = self.0.keys().nth(index as usize).ok_or(FileError::NotFound)?;
        Ok(ambience::String::try_from(name.as_str()).map_err(|_| FileError::Io)?)
    }

    async fn size(&self, name: &str) -> Result<u64, Failure<FileError>> {
        Ok(self.file(name)?.len() as u64)
    }

    async fn read(&self, name: &str, offset: u64, len: u32) -> Result<Vector<u8, 4096>, Failure<FileError>> {
        let bytes = self.file(name)?.iter().skip(offset as usize);
        Ok(bytes.take(len.min(4096) as usize).copied().collect())
    }

    async fn write(&self, _: &str, _: Bulk<'_, u8>) -> Result<(), Failure<FileError>> {
        Err(FileError::ReadOnly.into())
    }

    async fn append(&self, _: &str, _: Bulk<'_, u8>) -> Result<(), Failure<FileError>> {
        Err(FileError::ReadOnly.into())
    }

    async fn remove(&self, _: &str) -> Result<(), Failure<FileError>> {
        Err(FileError::ReadOnly.into())
    }
}

/// A storage with room for so many records.
#[derive(Debug)]
pub struct Disk {
    /// What it holds.
    pub records: RefCell<Vec<Vec<u8>>>,
    /// How many more it takes.
    pub room: Cell<usize>,
}

impl Default for Disk {
    fn default() -> Self {
        Self { records: RefCell::default(), room: Cell::new(usize::MAX) }
    }
}

impl Storage for Disk {
    async fn append(&self, record: Bulk<'_, u8>) -> Result<u64, Failure<StorageError>> {
        self.room.set(self.room.get().checked_sub(1).ok_or(StorageError::Full)?);
        let mut records = self.records.borrow_mut();
        records.push(record.iter().collect());
        Ok(records.len() as u64 - 1)
    }

    async fn read(&self, index: u64) -> Result<Vector<u8, 1024>, Failure<StorageError>> {
        let records = self.records.borrow();
        let record = records.get(index as usize).ok_or(StorageError::NotFound)?;
        Ok(record.iter().copied().collect())
    }

    async fn count(&self) -> Result<u64, Failure<StorageError>> {
        Ok(self.records.borrow().len() as u64)
    }

    async fn clear(&self) -> Result<(), Failure<StorageError>> {
        self.records.borrow_mut().clear();
        Ok(())
    }
}

/// A log that keeps its lines.
#[derive(Debug, Default)]
pub struct Lines(pub RefCell<Vec<String>>);

impl Logger for Lines {
    async fn log(&self, level: Level, message: &str) -> Result<(), CallError> {
        self.0.borrow_mut().push(format!("{level:?} {message}"));
        Ok(())
    }

    async fn error(&self, message: &str) -> Result<(), CallError> {
        self.log(Level::Error, message).await
    }

    async fn warn(&self, message: &str) -> Result<(), CallError> {
        self.log(Level::Warn, message).await
    }

    async fn info(&self, message: &str) -> Result<(), CallError> {
        self.log(Level::Info, message).await
    }

    async fn debug(&self, message: &str) -> Result<(), CallError> {
        self.log(Level::Debug, message).await
    }

    async fn trace(&self, message: &str) -> Result<(), CallError> {
        self.log(Level::Trace, message).await
    }
}

/// A clock that jumps to where it is asked to wait for.
#[derive(Debug, Default)]
pub struct Jump {
    /// Microseconds.
    pub now: Cell<u64>,
}

impl Timer for Jump {
    async fn now(&self) -> Result<u64, CallError> {
        Ok(self.now.get())
    }

    async fn sleep(&self, duration_us: u64) -> Result<(), CallError> {
        self.now.set(self.now.get() + duration_us);
        Ok(())
    }

    async fn sleep_until(&self, at_us: u64) -> Result<(), CallError> {
        self.now.set(self.now.get().max(at_us));
        Ok(())
    }
}
