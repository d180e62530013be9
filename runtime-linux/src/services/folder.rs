//! Files of one folder and nothing beside it.
//!
//! Names are file names, not paths, and each is resolved by the kernel below the folder (`openat2` with `RESOLVE_BENEATH` and without symbolic links), so
//! no name, and no link somebody left in the folder, leads out of it.

use ambience::FileError;
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

/// What interfaces call a failure of the system.
fn error(errno: Errno) -> FileError {
    match errno {
        Errno::NOENT => FileError::NotFound,
        // XDEV: it leads out. LOOP: a symbolic link.
        Errno::XDEV | Errno::LOOP | Errno::ISDIR | Errno::NOTDIR | Errno::INVAL | Errno::NAMETOOLONG => {
            FileError::BadName
        }
        Errno::ACCESS | Errno::PERM | Errno::ROFS => FileError::ReadOnly,
        Errno::NOSPC | Errno::DQUOT | Errno::FBIG => FileError::Full,
        _ => FileError::Io,
    }
}

/// A file that is being written, until it takes the place of the one it replaces.
const NEW: &str = ".ambc-new";

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
    pub fn size(&self, name: &str) -> Result<u64, FileError> {
        let file = self.file(name, OFlags::RDONLY)?;
        Ok(u64::try_from(rustix::fs::fstat(&file).map_err(error)?.st_size).unwrap_or(0))
    }

    /// Reads file `name` from `offset` into `buf`; how many bytes there were. Fewer than `buf` takes only at its end.
    pub fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<usize, FileError> {
        let file = self.file(name, OFlags::RDONLY)?;
        let mut got = 0;
        while got < buf.len() {
            match rustix::io::pread(&file, &mut buf[got..], offset.saturating_add(got as u64)) {
                Ok(0) => break,
                Ok(n) => got += n,
                Err(Errno::INTR) => {}
                Err(Errno::INVAL) => break, // an offset beyond what files can have: beyond the end
                Err(e) => return Err(error(e)),
            }
        }
        Ok(got)
    }

    /// Gives file `name` this content, which is made if it does not exist. Whoever reads sees the old content or the new.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), FileError> {
        self.writable()?;
        self.plain(name)?;
        if matches!(self.file(name, OFlags::RDONLY), Err(FileError::BadName)) {
            return Err(FileError::BadName); // something that is no file has this name
        }
        let file = self.resolve(NEW, OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC).map_err(error)?;
        put(&file, content)?;
        rustix::fs::renameat(&self.fd, NEW, &self.fd, name).map_err(error)
    }

    /// Adds to the end of file `name`, which is made if it does not exist.
    pub fn append(&self, name: &str, content: &[u8]) -> Result<(), FileError> {
        self.writable()?;
        let file = self.file(name, OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND)?;
        put(&file, content)
    }

    /// Removes file `name`.
    pub fn remove(&self, name: &str) -> Result<(), FileError> {
        self.writable()?;
        self.plain(name)?;
        rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()).map_err(error)
    }

    /// Names of the files, in byte order. Names that are no UTF-8, or longer than [`MAX_NAME`], are left out.
    pub fn list(&self) -> Result<Vec<String>, FileError> {
        let own = self.resolve(".", OFlags::DIRECTORY | OFlags::RDONLY).map_err(error)?;
        let mut names = Vec::new();
        for entry in Dir::read_from(&own).map_err(error)? {
            let entry = entry.map_err(error)?;
            let name = entry.file_name().to_str().ok().filter(|name| self.plain(name).is_ok());
            names.extend(name.filter(|name| self.is_file(name, entry.file_type())).map(str::to_owned));
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

    fn writable(&self) -> Result<(), FileError> {
        if self.read_only { Err(FileError::ReadOnly) } else { Ok(()) }
    }

    /// A name, not a path, and not one that this module uses itself.
    fn plain(&self, name: &str) -> Result<(), FileError> {
        let bad = name.is_empty()
            || name.len() > MAX_NAME
            || name.contains(['/', '\0'])
            || name == "."
            || name == "..";
        if bad || name == NEW { Err(FileError::BadName) } else { Ok(()) }
    }

    fn file(&self, name: &str, flags: OFlags) -> Result<OwnedFd, FileError> {
        self.plain(name)?;
        // Without NONBLOCK, opening a pipe that lies there would wait for its other end.
        let file = self.resolve(name, flags | OFlags::NONBLOCK | OFlags::NOCTTY).map_err(error)?;
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&file).map_err(error)?.st_mode);
        if kind == FileType::RegularFile { Ok(file) } else { Err(FileError::BadName) }
    }

    fn resolve(&self, name: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let mode = if flags.contains(OFlags::CREATE) { Mode::from_raw_mode(0o644) } else { Mode::empty() };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        rustix::fs::openat2(&self.fd, name, flags | OFlags::CLOEXEC, mode, resolve)
    }
}

/// Longest name, in bytes.
pub const MAX_NAME: usize = 128;

fn put(file: &OwnedFd, content: &[u8]) -> Result<(), FileError> {
    let mut put = 0;
    while put < content.len() {
        match rustix::io::write(file, &content[put..]) {
            Ok(n) => put += n,
            Err(Errno::INTR) => {}
            Err(e) => return Err(error(e)),
        }
    }
    Ok(())
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
        folder.write("b", b"a longer text").unwrap();
        folder.write("b", b"hel").unwrap();
        folder.append("b", b"lo").unwrap();
        folder.append("a", b"new").unwrap();
        assert_eq!(folder.list().unwrap(), ["a", "b"]);
        assert_eq!((folder.size("a"), folder.size("b")), (Ok(3), Ok(5)));
        let mut buf = [0; 8];
        assert_eq!(folder.read("b", 1, &mut buf), Ok(4));
        assert_eq!(&buf[..4], b"ello");
        assert_eq!(folder.read("b", 99, &mut buf), Ok(0));
        assert_eq!(folder.read("b", u64::MAX, &mut buf), Ok(0));
        folder.remove("b").unwrap();
        assert_eq!(folder.size("b"), Err(FileError::NotFound));
        assert_eq!(folder.remove("b"), Err(FileError::NotFound));
    }

    #[test]
    fn no_name_leads_out() {
        let (dir, folder) = folder(false);
        std::os::unix::fs::symlink(dir.path().join("secret"), dir.path().join("in/link")).unwrap();
        std::os::unix::fs::symlink("..", dir.path().join("in/up")).unwrap();
        std::fs::create_dir(dir.path().join("in/sub")).unwrap();
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
            "up",
        ];
        for name in names.into_iter().chain([NEW, "x".repeat(MAX_NAME + 1).as_str()]) {
            assert_eq!(folder.read(name, 0, &mut [0; 8]), Err(FileError::BadName), "{name}");
            assert_eq!(folder.write(name, b"x"), Err(FileError::BadName), "{name}");
            assert_eq!(folder.append(name, b"x"), Err(FileError::BadName), "{name}");
        }
        for name in ["../secret", "up/secret", "..", ".", "", "sub/..", "/etc/passwd", "sub"] {
            assert_eq!(folder.remove(name), Err(FileError::BadName), "{name}");
        }
        assert_eq!(std::fs::read_to_string(dir.path().join("secret")).unwrap(), "s");
        assert_eq!(folder.list().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn pipes_and_devices_are_no_files() {
        let (dir, folder) = folder(false);
        let path = std::ffi::CString::new(dir.path().join("in/pipe").to_str().unwrap()).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, path.as_c_str(), FileType::Fifo, Mode::from_raw_mode(0o600), 0)
            .unwrap();
        assert_eq!(folder.size("pipe"), Err(FileError::BadName));
        assert_eq!(folder.write("pipe", b"x"), Err(FileError::BadName));
        assert_eq!(folder.list().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn read_only_means_it() {
        let (dir, folder) = folder(true);
        std::fs::write(dir.path().join("in/f"), "x").unwrap();
        assert_eq!(folder.write("f", b"y"), Err(FileError::ReadOnly));
        assert_eq!(folder.append("g", b"y"), Err(FileError::ReadOnly));
        assert_eq!(folder.remove("f"), Err(FileError::ReadOnly));
        assert_eq!(folder.size("f"), Ok(1));
        assert!(Folder::open(&dir.path().join("missing"), true).is_err());
    }
}
