//! Ties a process to this one: whatever ends this one, ends it.
#![expect(unsafe_code, reason = "what a child does between fork and exec")]

use rustix::io::Errno;
use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What `command` starts is killed by the kernel when the thread that starts it has ended.
pub fn dies_with_us(command: &mut Command) -> &mut Command {
    let parent = getpid();
    let tie = move || {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // This process may have died between fork and that call.
        if getppid() == Some(parent) { Ok(()) } else { Err(Errno::SRCH.into()) }
    };
    // SAFETY: the child makes two system calls; nothing is allocated and no lock is taken.
    unsafe { command.pre_exec(tie) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;

    #[test]
    fn a_process_does_not_survive_who_started_it() {
        let start = || dies_with_us(Command::new("cat").stdin(Stdio::piped())).spawn().unwrap();
        let mut orphan = std::thread::spawn(start).join().unwrap();
        let _open = orphan.stdin.take();
        assert_eq!(orphan.wait().unwrap().signal(), Some(9));
    }
}
