//! Tries to get out of the sandbox and prints one line per attempt: `NAME ok` or `NAME ERRNO`.
//!
//! A program of its own for `tests/sandbox.rs`, which compiles it with plain rustc, and a part of the hostile group of
//! `node_by_hand`. So it calls `syscall` itself.
use std::ffi::{CStr, c_long};
use std::sync::atomic::{AtomicU32, Ordering};

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
    fn __errno_location() -> *mut i32;
}

/// What the constructor below saw, before `main` and before any code of the runtime: errno of an `openat`.
static BEFORE_MAIN: AtomicU32 = AtomicU32::new(0);

#[used]
#[unsafe(link_section = ".init_array")]
static CONSTRUCTOR: extern "C" fn() = before_main;
extern "C" fn before_main() {
    let rc = unsafe { syscall(257, -100 as c_long, c"/etc/passwd".as_ptr(), 0 as c_long, 0 as c_long) };
    BEFORE_MAIN.store(if rc < 0 { unsafe { *__errno_location() as u32 } } else { 0 }, Ordering::Relaxed);
}

fn try_call(name: &str, number: c_long, args: [c_long; 6]) -> c_long {
    let rc = unsafe { syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]) };
    if rc < 0 {
        eprintln!("{name} {}", unsafe { *__errno_location() })
    } else {
        eprintln!("{name} ok")
    }
    rc
}
fn text(s: &CStr) -> c_long {
    s.as_ptr() as c_long
}

#[allow(dead_code, reason = "unused as a part of another program")]
fn main() {
    let parent: c_long = std::env::args().nth(1).unwrap().parse().unwrap();
    let fds: c_long = std::env::args().nth(2).unwrap().parse().unwrap();
    run(parent, fds);
}

/// `parent`: somebody to attack. `fds`: how many descriptors this process was given.
pub fn run(parent: c_long, fds: c_long) {
    let word = AtomicU32::new(0);
    let mut buffer = [0u8; 64];
    let buf = buffer.as_mut_ptr() as c_long;
    eprintln!("constructor-open {}", BEFORE_MAIN.load(Ordering::Relaxed));
    try_call("open", 2, [text(c"/etc/passwd"), 0, 0, 0, 0, 0]);
    try_call("openat", 257, [-100, text(c"/etc/passwd"), 0, 0, 0, 0]);
    try_call("openat2", 437, [-100, text(c"/etc/passwd"), buf, 24, 0, 0]);
    try_call("creat", 85, [text(c"/tmp/ambc-hostile"), 0o600, 0, 0, 0, 0]);
    try_call("unlink", 87, [text(c"/tmp/ambc-hostile"), 0, 0, 0, 0, 0]);
    try_call("reopen-memfd", 257, [-100, text(c"/proc/self/fd/3"), 2, 0, 0, 0]);
    try_call(
        "proc-mem",
        257,
        [
            -100,
            text(CStr::from_bytes_with_nul(format!("/proc/{parent}/mem\0").as_bytes()).unwrap()),
            2,
            0,
            0,
            0,
        ],
    );
    try_call("socket-inet", 41, [2, 2, 0, 0, 0, 0]);
    try_call("socket-unix", 41, [1, 1, 0, 0, 0, 0]);
    try_call("socketpair", 53, [1, 1, 0, buf, 0, 0]);
    try_call("connect", 42, [3, buf, 16, 0, 0, 0]);
    try_call("fork", 57, [0; 6]);
    try_call("vfork", 58, [0; 6]);
    try_call("clone", 56, [17, 0, 0, 0, 0, 0]);
    try_call("clone3", 435, [buf, 64, 0, 0, 0, 0]);
    let argv = [c"sh".as_ptr(), std::ptr::null()];
    try_call("execve", 59, [text(c"/bin/sh"), argv.as_ptr() as c_long, 0, 0, 0, 0]);
    try_call("execveat", 322, [fds, text(c"/bin/sh"), argv.as_ptr() as c_long, 0, 0x1000, 0]);
    try_call("execveat-old-page", 322, [fds, 0x10000, argv.as_ptr() as c_long, 0, 0x1000, 0]);
    try_call("map-old-page", 9, [0x10000, 4096, 3, 0x32, -1, 0]);
    try_call("remap-old-page", 25, [buf & !4095, 4096, 4096, 3, 0x10000, 0]);
    try_call("ptrace-parent", 101, [16, parent, 0, 0, 0, 0]);
    try_call("ptrace-me", 101, [0, 0, 0, 0, 0, 0]);
    try_call("kill-parent", 62, [parent, 0, 0, 0, 0, 0]);
    try_call("kill-all", 62, [-1, 0, 0, 0, 0, 0]);
    try_call("tgkill", 234, [parent, parent, 0, 0, 0, 0]);
    try_call("pidfd-open", 434, [parent, 0, 0, 0, 0, 0]);
    let iov = [buf, 8];
    let iov_at = iov.as_ptr() as c_long;
    try_call("process-vm-readv", 310, [parent, iov_at, 1, iov_at, 1, 0]);
    try_call("process-vm-writev", 311, [parent, iov_at, 1, iov_at, 1, 0]);
    try_call("memfd-create", 319, [text(c"x"), 0, 0, 0, 0, 0]);
    try_call("ftruncate-lane", 77, [3, 0, 0, 0, 0, 0]);
    try_call("seal-lane", 72, [3, 1033, 8, 0, 0, 0]);
    try_call("dup", 32, [3, 0, 0, 0, 0, 0]);
    try_call("dup2", 33, [3, fds, 0, 0, 0, 0]);
    try_call("read-fd", 0, [3, buf, 8, 0, 0, 0]);
    try_call("write-foreign-fd", 1, [fds + 1, buf, 8, 0, 0, 0]);
    try_call("write-lane", 1, [3, buf, 8, 0, 0, 0]);
    try_call("mmap-exec", 9, [0, 4096, 7, 0x22, -1, 0]);
    try_call("mprotect-exec", 10, [buf & !4095, 4096, 5, 0, 0, 0]);
    try_call("prctl-dumpable", 157, [4, 1, 0, 0, 0, 0]);
    try_call("prctl-pdeathsig", 157, [1, 0, 0, 0, 0, 0]);
    try_call("setrlimit", 160, [9, buf, 0, 0, 0, 0]);
    try_call("prlimit-parent", 302, [parent, 7, 0, buf, 0, 0]);
    try_call("bpf", 321, [0, buf, 64, 0, 0, 0]);
    try_call("io-uring", 425, [8, buf, 0, 0, 0, 0]);
    try_call("userfaultfd", 323, [0; 6]);
    try_call("unshare", 272, [0x1000_0000, 0, 0, 0, 0, 0]);
    try_call("setsid", 112, [0; 6]);
    try_call("setuid", 105, [0; 6]);
    try_call("chroot", 161, [text(c"/"), 0, 0, 0, 0, 0]);
    try_call("shmget", 29, [0, 4096, 0o1777, 0, 0, 0]);
    try_call("futex-unmapped", 202, [0x20000, 1, 1, 0, 0, 0]);
    try_call("futex-requeue", 202, [&word as *const _ as c_long, 3, 1, 1, &word as *const _ as c_long, 0]);
    try_call("x32-open", 0x4000_0002, [text(c"/etc/passwd"), 0, 0, 0, 0, 0]);
    for fd in fds..200 {
        let polled = [fd as i32, 0];
        unsafe { syscall(7, polled.as_ptr(), 1 as c_long, 0 as c_long) };
        if (polled[1] >> 16) & 0x20 == 0 {
            eprintln!("inherited-fd-{fd} ok");
        }
    }
    eprintln!("own-memory {}", if try_own_memory() { "ok" } else { "0" });
    eprintln!("done ok");
}

/// What a service needs keeps working: memory, clock, randomness for its hash maps.
fn try_own_memory() -> bool {
    let map: std::collections::HashMap<u32, Vec<u8>> = (0..10).map(|i| (i, vec![1; 100_000])).collect();
    map.len() == 10 && std::time::Instant::now().elapsed().as_secs() < 1000
}
