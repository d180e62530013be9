//! Streams through a socket file.

use super::stream::Dialed;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// The file of a listening socket; removed with it.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    /// A file of this path that somebody else made since stays.
    made: (u64, i64, i64),
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|m| made(&m) == self.made) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What tells a file from one that had its inode before.
fn made(file: &fs::Metadata) -> (u64, i64, i64) {
    (file.ino(), file.ctime(), file.ctime_nsec())
}

/// Listens at `path`. A socket file of an earlier life, where nobody answers any more, makes room.
pub(super) fn listen(path: &Path) -> io::Result<(OwnedFd, SocketFile)> {
    let listener = match UnixListener::bind(path) {
        Err(e) if e.kind() == ErrorKind::AddrInUse && is_stale(path)? => {
            fs::remove_file(path)?;
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    listener.set_nonblocking(true)?;
    let file = SocketFile { path: path.to_owned(), made: made(&fs::symlink_metadata(path)?) };
    Ok((listener.into(), file))
}

/// Whether there is a socket file and nobody behind it.
fn is_stale(path: &Path) -> io::Result<bool> {
    let socket = fs::symlink_metadata(path)?.file_type().is_socket();
    Ok(socket && UnixStream::connect(path).is_err_and(|e| e.kind() == ErrorKind::ConnectionRefused))
}

/// Connects, or begins to.
pub(super) fn dial(path: &Path) -> io::Result<Dialed> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    Dialed::of(rustix::net::connect(&socket, &SocketAddrUnix::new(path)?), socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_files_make_room_and_nothing_else_does() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sock");
        drop(UnixListener::bind(&path).unwrap()); // the standard library leaves the file
        assert!(path.exists());
        let (_fd, file) = listen(&path).unwrap();
        assert_eq!(listen(&path).unwrap_err().kind(), ErrorKind::AddrInUse, "somebody listens");
        drop(file);
        assert!(!path.exists());
        fs::write(&path, "no socket").unwrap();
        assert!(listen(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"no socket");
    }

    #[test]
    fn the_file_of_a_successor_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sock");
        let (fd, file) = listen(&path).unwrap();
        drop(fd);
        std::thread::sleep(std::time::Duration::from_millis(20)); // a file system's clock ticks slowly
        let (_fd, _next) = listen(&path).unwrap();
        drop(file);
        assert!(path.exists());
    }
}
