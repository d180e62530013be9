//! An active service that uses every offer of its node once.

use ambience::prelude::*;
use ambience::{Clock, FileError, Files, Random, Stop, Storage, Timer};

#[derive(Debug)]
pub struct Needs<L, T, C, R, F, S> {
    pub log: L,
    pub timer: T,
    pub clock: C,
    pub random: R,
    pub files: F,
    pub storage: S,
}

#[derive(Debug)]
pub struct Clerk<L, T, C, R, F, S> {
    needs: Needs<L, T, C, R, F, S>,
}

impl<L, T, C, R, F, S> Clerk<L, T, C, R, F, S> {
    pub fn new(needs: Needs<L, T, C, R, F, S>) -> Self {
        Self { needs }
    }
}

impl<L: Logger, T: Timer, C: Clock, R: Random, F: Files, S: Storage> Clerk<L, T, C, R, F, S> {
    async fn work(&self) -> Result<(), String> {
        let n = &self.needs;
        let say = async |text: &str| n.log.info(text).await.map_err(|e| format!("log: {e}"));
        let before = n.timer.now().await.map_err(|e| e.to_string())?;
        n.timer.sleep(20_000).await.map_err(|e| e.to_string())?;
        let slept = n.timer.now().await.map_err(|e| e.to_string())? - before;
        say(&format!("slept enough: {}", slept >= 20_000)).await?;
        let day = n.clock.now().await.map_err(|e| e.to_string())?;
        let (a, b) = (n.random.next().await, n.random.next().await);
        say(&format!("after 2020: {}, random: {}", day > 1_577_836_800_000_000, a != b)).await?;
        say("two\nlines\u{1b}[31m").await?;
        self.read_files(&say).await?;
        let number =
            n.storage.append(Bulk::from(b"a record".as_slice())).await.map_err(|e| format!("append: {e}"))?;
        let record = n.storage.read(number).await.map_err(|e| format!("read: {e}"))?;
        say(&format!("record {number}: {}", String::from_utf8_lossy(&record))).await
    }

    async fn read_files(&self, say: &impl AsyncFn(&str) -> Result<(), String>) -> Result<(), String> {
        let files = &self.needs.files;
        let count = files.count().await.map_err(|e| format!("count: {e}"))?;
        let name = files.name(0).await.map_err(|e| format!("name: {e}"))?;
        let size = files.size(&name).await.map_err(|e| format!("size: {e}"))?;
        let mut sum = 0u64;
        let mut at = 0;
        while at < size {
            let part = files.read(&name, at, 4096).await.map_err(|e| format!("read: {e}"))?;
            sum += part.iter().map(|b| u64::from(*b)).sum::<u64>();
            at += part.len() as u64;
        }
        say(&format!("{count} file(s), {name} has {size} bytes, sum {sum}")).await?;
        let out = files.read("../identity", 0, 10).await;
        let write = files.write("new", Bulk::from(b"x".as_slice())).await;
        let denied = (out == Err(FileError::BadName.into()), write == Err(FileError::ReadOnly.into()));
        say(&format!("kept inside: {}, read only: {}", denied.0, denied.1)).await
    }
}

impl<L: Logger, T: Timer, C: Clock, R: Random, F: Files, S: Storage> Run for Clerk<L, T, C, R, F, S> {
    async fn run(&self) -> Result<(), impl core::fmt::Display> {
        self.work().await
    }
}

impl<L: Logger, T: Timer, C, R, F, S> Stop for Clerk<L, T, C, R, F, S> {
    /// The offers still serve while user groups end.
    async fn stop(&self) {
        let waited = self.needs.timer.sleep(1000).await;
        let _ = self.needs.log.info(&format!("closing, waited: {}", waited.is_ok())).await;
    }
}
