//! `ambience::files`: the files of one folder.

use super::folder::Folder;
use crate::node::Host;
use ambience::{Bulk, Failure, FileError, String, Vector};
use std::path::Path;

/// An offer of one folder.
#[derive(Debug)]
pub struct Files {
    folder: Folder,
}

/// What the deployment says about it.
#[derive(Clone, Copy, Debug)]
pub struct FilesParams {
    /// The folder, as written: see [`Host::folder`].
    pub path: &'static str,
    /// Nothing can be changed.
    pub read_only: bool,
}

/// Most bytes of one read.
const MAX_READ: usize = 4096;

impl Files {
    /// Opens the folder of an offer; it is made if it may be written to.
    pub fn new(host: &Host, params: FilesParams) -> Result<Self, std::string::String> {
        Self::open(&host.folder(params.path)?, params.read_only)
    }

    /// Opens a folder.
    pub fn open(path: &Path, read_only: bool) -> Result<Self, std::string::String> {
        let folder = Folder::open(path, read_only).map_err(|e| format!("folder {}: {e}", path.display()))?;
        Ok(Self { folder })
    }
}

impl ambience::Files for Files {
    async fn count(&self) -> Result<u32, Failure<FileError>> {
        Ok(u32::try_from(self.folder.list()?.len()).unwrap_or(u32::MAX))
    }

    async fn name(&self, index: u32) -> Result<String<128>, Failure<FileError>> {
        let names = self.folder.list()?;
        let name = names.get(index as usize).ok_or(FileError::NotFound)?;
        Ok(String::try_from(name.as_str()).map_err(|_| FileError::BadName)?)
    }

    async fn size(&self, name: &str) -> Result<u64, Failure<FileError>> {
        Ok(self.folder.size(name)?)
    }

    async fn read(&self, name: &str, offset: u64, len: u32) -> Result<Vector<u8, 4096>, Failure<FileError>> {
        let mut bytes = Vector::new();
        let len = (len as usize).min(MAX_READ);
        bytes.resize(len, 0).map_err(|_| FileError::Io)?;
        let got = self.folder.read(name, offset, &mut bytes)?;
        bytes.truncate(got);
        Ok(bytes)
    }

    async fn write(&self, name: &str, content: Bulk<'_, u8>) -> Result<(), Failure<FileError>> {
        Ok(self.folder.write(name, content.as_slice())?)
    }

    async fn append(&self, name: &str, content: Bulk<'_, u8>) -> Result<(), Failure<FileError>> {
        Ok(self.folder.append(name, content.as_slice())?)
    }

    async fn remove(&self, name: &str) -> Result<(), Failure<FileError>> {
        Ok(self.folder.remove(name)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::block_on;
    use ambience::Files as _;

    #[test]
    fn long_files_are_read_in_pieces() {
        let dir = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..10_000u32).map(|i| i as u8).collect();
        std::fs::write(dir.path().join("long"), &content).unwrap();
        let files = Files::open(dir.path(), true).unwrap();
        let mut got = Vec::new();
        loop {
            let part = block_on(files.read("long", got.len() as u64, u32::MAX)).unwrap();
            if part.is_empty() {
                break;
            }
            got.extend_from_slice(&part);
        }
        assert_eq!(got, content);
        assert_eq!(block_on(files.count()), Ok(1));
        assert_eq!(block_on(files.name(0)).unwrap().as_str(), "long");
        assert_eq!(block_on(files.name(1)), Err(FileError::NotFound.into()));
        assert_eq!(block_on(files.write("x", Bulk::from(&content[..10]))), Err(FileError::ReadOnly.into()));
    }
}
