//! Kernels and containers that lack a part of what the sandbox wants: the node says so, and refuses where groups could not be
//! isolated. A filter over the node plays such a container.
#![cfg(target_arch = "x86_64")]
#![expect(
    unsafe_code,
    clippy::unwrap_used,
    reason = "installs a filter between fork and exec; ends at the first surprise"
)]

mod common;

use ambc_linux::os::filter;
use common::Node;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use std::os::unix::process::CommandExt;

const ALPHA: &str = "node alpha\ngroup ask {bin}/alpha_ask\ngroup keep {bin}/alpha_keep\n";
const FUTEX_WAITV: i64 = 449;

/// A filter under which `calls` fail as if the kernel did not know them.
fn without(calls: &[i64]) -> BpfProgram {
    let rules = calls.iter().map(|call| (*call, vec![])).collect();
    let missing = SeccompAction::Errno(libc::ENOSYS as u32);
    SeccompFilter::new(rules, SeccompAction::Allow, missing, TargetArch::x86_64).unwrap().try_into().unwrap()
}

fn start(lacking: &[i64]) -> Node {
    let program = without(lacking);
    Node::start_with("alpha_kernel", ALPHA, |command| {
        // SAFETY: the closure makes two system calls on a program built before.
        unsafe {
            command.pre_exec(move || {
                libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                Ok(filter::install(&program)?)
            });
        }
    })
}

#[test]
fn without_landlock_and_futex_waitv_it_says_so_and_works() {
    let mut node = start(&[libc::SYS_landlock_create_ruleset, FUTEX_WAITV]);
    node.expect(&["WARN ambc: landlock is missing here"]);
    node.expect(&["WARN ambc: futex_waitv is missing here"]);
    node.expect(&["! ready"]);
    node.expect(&["keeper Ok(1000) tally Ok(2000) sum Ok(50000)"]);
    node.expect(&["died Err(Restarted) again Ok(7)"]);
    node.expect_idle();
    assert!(node.stop().success());
}

#[test]
fn without_seccomp_it_refuses() {
    let mut node = start(&[libc::SYS_seccomp]);
    node.expect(&["stderr: node alpha cannot start", "does not allow seccomp filters", "refusing to start"]);
    assert_eq!(node.wait().code(), Some(1));
    assert!(!node.has_said(&["! group"]));
}

#[test]
fn without_close_range_no_group_runs() {
    let mut node = start(&[libc::SYS_close_range]);
    node.expect(&["group keep: cannot be set up: closing descriptors"]);
    node.expect(&["! died keep", "exit 126"]);
    assert!(!node.has_said(&["! ready"]));
    assert!(node.stop().success());
}
