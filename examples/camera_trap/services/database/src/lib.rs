//! Keeps verdicts in the order in which they come.
#![no_std]
#![forbid(unsafe_code)]

pub mod stored;

use ambience::prelude::*;
use ambience::{StorageError, String};
use core::fmt::Write;
use vision::{Archive, ArchiveError, Record, Results, Verdict};

/// Records of one answer.
const PAGE: usize = 16;

/// What it works with.
#[derive(Debug)]
pub struct Needs<D, L> {
    /// Where records survive.
    pub disk: D,
    /// Told of each record.
    pub log: L,
}

/// Holds nothing itself: what is on the disk is all there is.
#[derive(Debug)]
pub struct Service<D, L> {
    needs: Needs<D, L>,
}

impl<D: Storage, L: Logger> Service<D, L> {
    /// Goes on with what the disk holds.
    pub fn new(needs: Needs<D, L>) -> Self {
        Self { needs }
    }

    async fn record(&self, number: u64) -> Result<Record, Failure<ArchiveError>> {
        let bytes = self.needs.disk.read(number).await.map_err(failed)?;
        Ok(stored::decode(&bytes).ok_or(ArchiveError::Broken)?)
    }
}

impl<D: Storage, L: Logger> Results for Service<D, L> {
    /// Kept when it returns; the log may miss a line.
    async fn add(&self, frame: u64, verdict: Verdict) -> Result<u64, Failure<ArchiveError>> {
        let bytes = stored::encode(Record { frame, verdict });
        let number = self.needs.disk.append(Bulk::from(&bytes)).await.map_err(failed)?;
        let mut line = String::<64>::new();
        let written = write!(line, "frame {frame}: {}", stored::name(verdict));
        debug_assert!(written.is_ok(), "20 digits fit");
        self.needs.log.info(&line).await.ok();
        Ok(number)
    }
}

impl<D: Storage, L: Logger> Archive for Service<D, L> {
    async fn count(&self) -> Result<u64, Failure<ArchiveError>> {
        self.needs.disk.count().await.map_err(failed)
    }

    async fn read(&self, from: u64) -> Result<Vector<Record, PAGE>, Failure<ArchiveError>> {
        let end = self.count().await?;
        let mut page = Vector::new();
        for number in (from..end).take(PAGE) {
            page.push(self.record(number).await?).map_err(|_| ArchiveError::Broken)?;
        }
        Ok(page)
    }
}

fn failed(failure: Failure<StorageError>) -> Failure<ArchiveError> {
    match failure {
        Failure::Call(failed) => Failure::Call(failed),
        Failure::Error(StorageError::Full) => ArchiveError::Full.into(),
        Failure::Error(_) => ArchiveError::Broken.into(),
    }
}
