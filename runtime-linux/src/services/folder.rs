//! Files of one folder and nothing beside it.
//!
//! Every name is resolved by the kernel below the folder (`openat2` with `RESOLVE_BENEATH` and without symbolic links), so
//! no name, and no link somebody left in the folder, leads out of it.

use rustix::fs::{Access, AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::os::fd::OwnedFd;
use std::path::Path;

/// An open folder.
#[derive(Debug)]
pub struct Folder {
    fd: OwnedFd,
    read_only: bool,
}

/// Why something did not work on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderError {
    /// No file of that name.
    NotFound,
    /// The name is empty, absolute, leads out of the folder, or names something that is not a file.
    BadName,
    /// The folder is read only, or the system does not let this process do that.
    Denied,
    /// No room left.
    Full,
    /// The system failed: its error number.
    Io(i32),
}

impl From<Errno> for FolderError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::NOENT => Self::NotFound,
            // XDEV: it leads out. LOOP: a symbolic link.
            Errno::XDEV | Errno::LOOP | Errno::ISDIR | Errno::NOTDIR | Errno::INVAL | Errno::NAMETOOLONG => {
                Self::BadName
            }
            Errno::ACCESS | Errno::PERM | Errno::ROFS => Self::Denied,
            Errno::NOSPC | Errno::DQUOT | Errno::FBIG => Self::Full,
            other => Self::Io(other.raw_os_error()),
        }
    }
}

impl Folder {
    /// Opens `path`, which is made if it does not exist, unless it is to be read only.
    pub fn open(path: &Path, read_only: bool) -> std::io::Result<Self> {
        if !read_only {
            std::fs::create_dir_all(path)?;
        }
        let fd = rustix::fs::open(path, OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        let folder = Self { fd, read_only };
        match folder.resolve(".", OFlags::DIRECTORY | OFlags::RDONLY) {
            Ok(_) => {}
            Err(Errno::NOSYS | Errno::PERM) => {
                return Err(std::io::Error::other(
                    "this kernel or container has no openat2, without which names could lead out of the folder",
                ));
            }
            Err(e) => return Err(e.into()),
        }
        if !read_only {
            rustix::fs::accessat(&folder.fd, ".", Access::WRITE_OK, AtFlags::empty())?;
        }
        Ok(folder)
    }

    /// Bytes of file `name`.
    pub fn size(&self, name: &str) -> Result<u64, FolderError> {
        let file = self.file(name, OFlags::RDONLY)?;
        Ok(u64::try_from(rustix::fs::fstat(&file)?.st_size).unwrap_or(0))
    }

    /// Reads file `name` from `offset` into `buf`; how many bytes there were, 0 at its end.
    pub fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<usize, FolderError> {
        let file = self.file(name, OFlags::RDONLY)?;
        let mut got = 0;
        while got < buf.len() {
            match rustix::io::pread(&file, &mut buf[got..], offset.saturating_add(got as u64)) {
                Ok(0) => break,
                Ok(n) => got += n,
                Err(Errno::INTR) => {}
                Err(e) => return Err(e.into()),
            }
        }
        Ok(got)
    }

    /// Writes `bytes` at `offset` of file `name`, which is made if it does not exist.
    pub fn write(&self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), FolderError> {
        self.writable()?;
        let file = self.file(name, OFlags::WRONLY | OFlags::CREATE)?;
        let mut put = 0;
        while put < bytes.len() {
            match rustix::io::pwrite(&file, &bytes[put..], offset.saturating_add(put as u64)) {
                Ok(n) => put += n,
                Err(Errno::INTR) => {}
                Err(e) => return Err(e.into()),
            }
        }
        Ok(())
    }

    /// Removes file `name`.
    pub fn remove(&self, name: &str) -> Result<(), FolderError> {
        self.writable()?;
        // The file's own folder is resolved safely; its last part cannot contain a separator.
        let (parent, last) = name.rsplit_once('/').unwrap_or((".", name));
        if last.is_empty() || last == "." || last == ".." {
            return Err(FolderError::BadName);
        }
        let parent = self.resolve(parent, OFlags::DIRECTORY | OFlags::RDONLY)?;
        Ok(rustix::fs::unlinkat(&parent, last, AtFlags::empty())?)
    }

    /// Names of the files in the folder itself, in byte order. Names that are no UTF-8 are left out.
    pub fn list(&self) -> Result<Vec<String>, FolderError> {
        let own = self.resolve(".", OFlags::DIRECTORY | OFlags::RDONLY)?;
        let mut names = Vec::new();
        for entry in Dir::read_from(&own)? {
            let entry = entry?;
            let name = entry.file_name().to_str().ok().map(str::to_owned);
            names.extend(name.filter(|name| self.is_file(name, entry.file_type())));
        }
        names.sort_unstable();
        Ok(names)
    }

    fn is_file(&self, name: &str, told: FileType) -> bool {
        match told {
            FileType::RegularFile => true,
            FileType::Unknown => self.file(name, OFlags::RDONLY).is_ok(), // file systems that do not tell
            _ => false,
        }
    }

    fn writable(&self) -> Result<(), FolderError> {
        if self.read_only { Err(FolderError::Denied) } else { Ok(()) }
    }

    fn file(&self, name: &str, flags: OFlags) -> Result<OwnedFd, FolderError> {
        // Without NONBLOCK, opening a pipe that lies there would wait for its other end.
        let file = self.resolve(name, flags | OFlags::NONBLOCK | OFlags::NOCTTY)?;
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&file)?.st_mode);
        if kind == FileType::RegularFile { Ok(file) } else { Err(FolderError::BadName) }
    }

    fn resolve(&self, name: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let mode = if flags.contains(OFlags::CREATE) { Mode::from_raw_mode(0o644) } else { Mode::empty() };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        rustix::fs::openat2(&self.fd, name, flags | OFlags::CLOEXEC, mode, resolve)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(read_only: bool) -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("in")).unwrap();
        std::fs::write(dir.path().join("secret"), "s").unwrap();
        let folder = Folder::open(&dir.path().join("in"), read_only).unwrap();
        (dir, folder)
    }

    #[test]
    fn files_are_written_read_listed_and_removed() {
        let (_dir, folder) = folder(false);
        folder.write("b", 0, b"hello").unwrap();
        folder.write("a", 3, b"x").unwrap();
        assert_eq!(folder.list().unwrap(), ["a", "b"]);
        assert_eq!((folder.size("a"), folder.size("b")), (Ok(4), Ok(5)));
        let mut buf = [0; 8];
        assert_eq!(folder.read("b", 1, &mut buf), Ok(4));
        assert_eq!(&buf[..4], b"ello");
        assert_eq!(folder.read("b", 99, &mut buf), Ok(0));
        folder.remove("b").unwrap();
        assert_eq!(folder.size("b"), Err(FolderError::NotFound));
        assert_eq!(folder.remove("b"), Err(FolderError::NotFound));
    }

    #[test]
    fn no_name_leads_out() {
        let (dir, folder) = folder(false);
        std::os::unix::fs::symlink(dir.path().join("secret"), dir.path().join("in/link")).unwrap();
        std::os::unix::fs::symlink("..", dir.path().join("in/up")).unwrap();
        std::fs::create_dir(dir.path().join("in/sub")).unwrap();
        let mut buf = [0; 8];
        let names = [
            "../secret",
            "/etc/passwd",
            "link",
            "up/secret",
            "sub/../../secret",
            "",
            ".",
            "..",
            "sub",
            "a\0b",
        ];
        for name in names {
            let read = folder.read(name, 0, &mut buf);
            assert!(matches!(read, Err(FolderError::BadName | FolderError::NotFound)), "{name}: {read:?}");
            let written = folder.write(name, 0, b"x");
            assert!(
                matches!(written, Err(FolderError::BadName | FolderError::NotFound)),
                "{name}: {written:?}"
            );
        }
        for name in ["../secret", "up/secret", "..", ".", "", "sub/..", "/etc/passwd"] {
            assert!(folder.remove(name).is_err(), "{name}");
        }
        assert_eq!(std::fs::read_to_string(dir.path().join("secret")).unwrap(), "s");
        folder.write("sub/ok", 0, b"x").unwrap();
        assert_eq!(folder.size("sub/../sub/ok"), Ok(1));
    }

    #[test]
    fn pipes_and_devices_are_no_files() {
        let (dir, folder) = folder(false);
        let path = std::ffi::CString::new(dir.path().join("in/pipe").to_str().unwrap()).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, path.as_c_str(), FileType::Fifo, Mode::from_raw_mode(0o600), 0)
            .unwrap();
        assert_eq!(folder.size("pipe"), Err(FolderError::BadName));
        assert_eq!(folder.list().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn read_only_means_it() {
        let (dir, folder) = folder(true);
        std::fs::write(dir.path().join("in/f"), "x").unwrap();
        assert_eq!(folder.write("f", 0, b"y"), Err(FolderError::Denied));
        assert_eq!(folder.write("g", 0, b"y"), Err(FolderError::Denied));
        assert_eq!(folder.remove("f"), Err(FolderError::Denied));
        assert_eq!(folder.size("f"), Ok(1));
        assert!(Folder::open(&dir.path().join("missing"), true).is_err());
    }
}
