//! Starting a group: fork, a fixed set of descriptors, limits, both walls, exec.
//!
//! Everything is prepared before the fork; between fork and exec the child only makes system calls (no allocation, no lock),
//! so it does not matter what state the node was in.
#![expect(unsafe_code, reason = "fork, exec and what must happen between them")]

use super::filter::{self, First};
use super::{landlock, last_error};
use core::ffi::{CStr, c_char, c_int, c_void};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags};
use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::path::Path;

/// Exit status of a child that could not be set up; its standard error says at which step.
pub const SETUP_FAILED: i32 = 126;
/// First descriptor after standard input, output and error.
pub const FIRST_FD: i32 = 3;
/// Where the child keeps the empty path of its `execveat`: a page nothing can map after the exec.
const PATH_AT: usize = 0x1_0000;

/// What a group process may use up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of address space, lanes included.
    pub memory: u64,
    /// Added to the niceness of this process: the scheduler gives it less than others that want the processor too.
    pub nice: i32,
}

/// A group executable with everything prepared to start it again and again.
#[derive(Debug)]
pub struct Image {
    executable: OwnedFd,
    landlock: Option<OwnedFd>,
    filter: seccompiler::BpfProgram,
    /// Sources of descriptors 0, 1, 2, 3, … of the child. Kept open by whoever owns them.
    fds: Vec<RawFd>,
    args: Vec<CString>,
    limits: Limits,
}

/// A running group process.
#[derive(Debug)]
pub struct Child {
    /// Its process id.
    pub pid: Pid,
    /// Readable once it ended.
    pub pidfd: OwnedFd,
}

impl Image {
    /// Opens `path` and prepares both walls. `fds` become descriptors 0, 1, 2, … of the child, whatever their numbers here;
    /// the child may write to 1, 2 and `bell`. The executable must be static: a dynamic one would have to open its libraries.
    pub fn prepare(
        path: &Path,
        args: &[&str],
        fds: &[RawFd],
        bell: RawFd,
        limits: Limits,
    ) -> io::Result<Self> {
        refuse_dynamic(path)?;
        let executable = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
        let bell_at = fds.iter().position(|fd| *fd == bell).unwrap_or(2) as i32;
        let first = First { exec_fd: fds.len() as i32, path_at: PATH_AT as u64, writable: [1, 2, bell_at] };
        Ok(Self {
            landlock: landlock::only(executable.as_fd()).map_err(io::Error::other)?,
            executable,
            filter: filter::first(first).map_err(io::Error::other)?,
            fds: fds.to_vec(),
            args: args.iter().map(|a| CString::new(*a)).collect::<Result<_, _>>()?,
            limits,
        })
    }

    /// Starts one process. It dies with this one, whatever happens.
    pub fn start(&self) -> Result<Child, Errno> {
        let argv: Vec<*const c_char> =
            self.args.iter().map(|a| a.as_ptr()).chain([core::ptr::null()]).collect();
        let parent = rustix::process::getpid().as_raw_nonzero().get();
        // SAFETY: the child runs `become_group` only, which makes system calls and ends in exec or exit.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            // SAFETY: this is the forked child, and `argv` is a null-terminated array of live strings.
            unsafe { become_group(self, &argv, parent) }
        }
        let pid = Pid::from_raw(pid).ok_or_else(last_error)?;
        match rustix::process::pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => Ok(Child { pid, pidfd }),
            Err(e) => {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
                let _ = rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::empty());
                Err(e)
            }
        }
    }
}

/// Ends this process without unwinding or running anything at exit.
pub fn end_now(status: i32) -> ! {
    // SAFETY: does not return.
    unsafe { libc::_exit(status) }
}

/// An ELF file with an interpreter is dynamically linked.
fn refuse_dynamic(path: &Path) -> io::Result<()> {
    use std::io::Read;
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(4096).read_to_end(&mut head)?;
    match has_interpreter(&head) {
        Some(false) => Ok(()),
        Some(true) => {
            Err(io::Error::other("is dynamically linked; build it with `-C target-feature=+crt-static`"))
        }
        None => Err(io::Error::other("is not a 64-bit ELF executable")),
    }
}

fn has_interpreter(head: &[u8]) -> Option<bool> {
    const PT_INTERP: u32 = 3;
    if head.get(..5)? != b"\x7fELF\x02" {
        return None;
    }
    let u16_at = |at: usize| Some(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?));
    let offset = usize::try_from(u64::from_le_bytes(head.get(32..40)?.try_into().ok()?)).ok()?;
    let (size, count) = (usize::from(u16_at(54)?), usize::from(u16_at(56)?));
    for i in 0..count {
        let at = offset.checked_add(i * size)?;
        if u32::from_le_bytes(head.get(at..at.checked_add(4)?)?.try_into().ok()?) == PT_INTERP {
            return Some(true);
        }
    }
    Some(false)
}

/// # Safety
/// Only in a freshly forked child.
unsafe fn become_group(image: &Image, argv: &[*const c_char], parent: i32) -> ! {
    // SAFETY: plain system calls on values prepared before the fork; `fail` does not return.
    unsafe {
        if let Some(output) = image.fds.get(2) {
            check(libc::dup2(*output, 2), c"standard error"); // from here on, the node hears what fails
        }
        check(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL), c"die with the node");
        if libc::getppid() != parent {
            libc::_exit(SETUP_FAILED); // the node died between fork and prctl
        }
        libc::setpgid(0, 0); // Ctrl-C is for the node, which stops its groups in order
        let mut none = core::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&raw mut none);
        check(libc::sigprocmask(libc::SIG_SETMASK, &raw const none, core::ptr::null_mut()), c"signal mask");
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        check(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), c"no new privileges");
        if let Some(set) = &image.landlock {
            check(libc::syscall(libc::SYS_landlock_restrict_self, set.as_raw_fd(), 0) as c_int, c"landlock");
        }
        arrange_fds(image);
        drop_capabilities();
        limit(&image.limits, image.fds.len() as u64);
        let path = empty_path();
        let fprog = libc::sock_fprog {
            len: image.filter.len() as u16,
            filter: image.filter.as_ptr().cast_mut().cast(),
        };
        check(libc::syscall(libc::SYS_seccomp, 1, 0, &raw const fprog) as c_int, c"system call filter");
        let env: [*const c_char; 1] = [core::ptr::null()];
        let exec = image.fds.len() as c_int;
        libc::syscall(libc::SYS_execveat, exec, path, argv.as_ptr(), env.as_ptr(), libc::AT_EMPTY_PATH);
        fail(c"exec")
    }
}

/// Sources to 0, 1, 2, …, the executable behind them (closed by the exec), everything else closed.
unsafe fn arrange_fds(image: &Image) {
    let n = image.fds.len() as c_int;
    // SAFETY: descriptor numbers only; sources are copied above the targets first, so no target overwrites a source.
    unsafe {
        let base = libc::fcntl(image.executable.as_raw_fd(), libc::F_DUPFD_CLOEXEC, n + 1);
        check(base, c"descriptors");
        let mut copies = [0 as c_int; MAX_FDS];
        for (copy, source) in copies.iter_mut().zip(&image.fds) {
            *copy = libc::fcntl(*source, libc::F_DUPFD_CLOEXEC, n + 1);
            check(*copy, c"descriptors");
        }
        for (target, copy) in (0..n).zip(&copies) {
            check(libc::dup2(*copy, target), c"descriptors");
        }
        check(libc::dup3(base, n, libc::O_CLOEXEC), c"descriptors");
        check(libc::syscall(libc::SYS_close_range, n + 1, c_int::MAX, 0) as c_int, c"closing descriptors");
    }
}

/// Most descriptors a group can be given; a node with more lanes per group is refused before anything starts.
pub const MAX_FDS: usize = 480;

/// No capability survives, also not for a node that runs as root.
unsafe fn drop_capabilities() {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    let header = Header { version: 0x2008_0522, pid: 0 };
    let nothing = [0u32; 6];
    const NOROOT_AND_LOCKED: libc::c_ulong = 0b1111; // uid 0 means nothing on exec or setuid, for good
    // SAFETY: plain system calls on local data. Securebits and the bounding set need a capability an ordinary user has not.
    unsafe {
        let mut cap = 0;
        while libc::prctl(libc::PR_CAPBSET_READ, cap, 0, 0, 0) >= 0 {
            libc::prctl(libc::PR_CAPBSET_DROP, cap, 0, 0, 0);
            cap += 1;
        }
        libc::prctl(libc::PR_SET_SECUREBITS, NOROOT_AND_LOCKED, 0, 0, 0);
        let rc = libc::syscall(libc::SYS_capset, &raw const header, nothing.as_ptr());
        check(rc as c_int, c"capabilities");
    }
}

unsafe fn limit(limits: &Limits, fds: u64) {
    let zero = [
        libc::RLIMIT_CORE,
        libc::RLIMIT_FSIZE,
        libc::RLIMIT_MEMLOCK,
        libc::RLIMIT_MSGQUEUE,
        libc::RLIMIT_NPROC,
    ];
    // SAFETY: plain system calls on local data.
    unsafe {
        for what in zero {
            set_limit(what, 0);
        }
        set_limit(libc::RLIMIT_NOFILE, fds);
        set_limit(libc::RLIMIT_AS, limits.memory);
        libc::nice(limits.nice); // to be nicer needs no right
    }
}

unsafe fn set_limit(what: libc::__rlimit_resource_t, value: u64) {
    let both = libc::rlimit { rlim_cur: value, rlim_max: value };
    // SAFETY: reads a local struct. A limit that is lower already cannot be raised, which is as good.
    let rc = unsafe { libc::setrlimit(what, &raw const both) };
    if rc != 0 && last_errno() != libc::EPERM {
        // SAFETY: in the forked child.
        unsafe { fail(c"limits") }
    }
}

/// One page below every other mapping, holding an empty string. The filter wants the path to be here, and after the exec
/// nothing is and nothing can be: the filter allows no mapping at a chosen address.
unsafe fn empty_path() -> *const c_void {
    // SAFETY: a fresh anonymous page at an address nothing of ours uses.
    let at = unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
        libc::mmap(PATH_AT as *mut c_void, 4096, libc::PROT_READ, flags, -1, 0)
    };
    if at as usize != PATH_AT {
        // SAFETY: in the forked child.
        unsafe { fail(c"page for the exec path") }
    }
    at
}

fn last_errno() -> c_int {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

unsafe fn check(rc: c_int, step: &'static CStr) {
    if rc < 0 {
        // SAFETY: in the forked child.
        unsafe { fail(step) }
    }
}

/// Says which step failed on standard error (the pipe to the node) and ends the child. Allocates nothing.
unsafe fn fail(step: &'static CStr) -> ! {
    let errno = last_errno();
    let digits =
        [b'0' + (errno / 100 % 10) as u8, b'0' + (errno / 10 % 10) as u8, b'0' + (errno % 10) as u8, b'\n'];
    // SAFETY: writes constant and local bytes, then ends the process.
    unsafe {
        for part in [b"cannot be set up: ".as_slice(), step.to_bytes(), b": error ", &digits] {
            libc::write(2, part.as_ptr().cast(), part.len());
        }
        libc::_exit(SETUP_FAILED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dynamic_executables_are_refused() {
        let dynamic = std::env::current_exe().unwrap();
        let error = refuse_dynamic(&dynamic).unwrap_err().to_string();
        assert!(error.contains("crt-static"), "{error}");
        assert!(refuse_dynamic(Path::new("/etc/passwd")).unwrap_err().to_string().contains("ELF"));
    }

    #[test]
    fn torn_headers_are_not_executables() {
        let mut head = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        head.truncate(4096);
        for n in 0..64 {
            assert_ne!(has_interpreter(&head[..n]), Some(true));
        }
        head[32..40].fill(0xff);
        assert_eq!(has_interpreter(&head), None);
    }
}
