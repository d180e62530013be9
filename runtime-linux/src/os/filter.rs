//! The system calls a group may make, as two seccomp programs.
//!
//! The first is installed by the node between `fork` and `exec`, so that no instruction of a group, not even a constructor
//! before `main`, runs without it. It lets the start-up of a static program happen, lets the group map the descriptors it
//! was given, and allows one `execveat`: of descriptor K with an empty path whose *address* is a page that only exists
//! before the exec and that nothing can map afterwards. The second is installed by the group itself once its lanes are
//! mapped and takes away what was needed only until then.
//!
//! Everything else is answered with `EPERM`. Filters can only be added, never removed.

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

const AT_EMPTY_PATH: u64 = 0x1000;
const SECCOMP_SET_MODE_FILTER: u64 = 1;
/// Not in every libc's headers; one number on all architectures.
const SYS_FUTEX_WAITV: i64 = 449;
#[cfg(target_arch = "x86_64")]
const ARCH_SET_FS: u64 = 0x1002;

/// What the first filter must know about the child it is made for.
#[derive(Clone, Copy, Debug)]
pub struct First {
    /// Descriptor of the group's executable at the time of the exec.
    pub exec_fd: i32,
    /// Address of the empty path given to `execveat`.
    pub path_at: u64,
    /// Descriptors the group may write to: standard output, standard error, the node's eventfd.
    pub writable: [i32; 3],
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// The filter a group starts under.
pub fn first(of: First) -> Result<BpfProgram, BackendError> {
    let mut rules = Rules::new();
    always(&mut rules);
    memory(&mut rules)?;
    waiting(&mut rules)?;
    own_process(&mut rules)?;
    let fds = of.writable.iter().map(|fd| rule(&[eq32(0, *fd as u64)?])).collect::<Result<Vec<_>, _>>()?;
    rules.insert(libc::SYS_write, fds.clone());
    rules.insert(libc::SYS_writev, fds);
    let exec = [eq32(0, of.exec_fd as u64)?, eq64(1, of.path_at)?, eq32(4, AT_EMPTY_PATH)?];
    rules.insert(libc::SYS_execveat, vec![rule(&exec)?]);
    rules.insert(libc::SYS_seccomp, vec![rule(&[eq32(0, SECCOMP_SET_MODE_FILTER)?, eq32(1, 0)?])?]);
    program(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow)
}

/// What a group gives up once its lanes are mapped: mapping descriptors, replacing itself, further filters.
pub fn second() -> Result<BpfProgram, BackendError> {
    let mut rules = Rules::new();
    rules.insert(
        libc::SYS_mmap,
        vec![rule(&[SeccompCondition::new(4, Len::Dword, Op::Ne, u64::from(u32::MAX))?])?],
    );
    for call in [libc::SYS_execveat, libc::SYS_seccomp, libc::SYS_close, libc::SYS_set_tid_address] {
        rules.insert(call, vec![]);
    }
    program(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32))
}

/// Harmless with any arguments: they read a clock, give up time, or touch nothing but the caller.
fn always(rules: &mut Rules) {
    let calls = [
        libc::SYS_brk,
        libc::SYS_clock_getres,
        libc::SYS_clock_gettime,
        libc::SYS_close,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_gettid,
        libc::SYS_madvise,
        libc::SYS_munmap,
        libc::SYS_nanosleep,
        libc::SYS_restart_syscall,
        libc::SYS_rseq,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_yield,
        libc::SYS_set_robust_list,
        libc::SYS_set_tid_address,
        libc::SYS_sigaltstack,
    ];
    rules.extend(calls.map(|call| (call, vec![])));
}

/// Memory without execution, at addresses the kernel chooses, of the caller's own descriptors.
fn memory(rules: &mut Rules) -> Result<(), BackendError> {
    let no_exec = |arg| none_of(arg, libc::PROT_EXEC as u64);
    let flags = libc::MAP_SHARED
        | libc::MAP_PRIVATE
        | libc::MAP_ANONYMOUS
        | libc::MAP_NORESERVE
        | libc::MAP_STACK
        | libc::MAP_POPULATE;
    let map = [eq64(0, 0)?, no_exec(2)?, none_of(3, !(flags as u32 as u64))?];
    rules.insert(libc::SYS_mmap, vec![rule(&map)?]);
    rules.insert(libc::SYS_mprotect, vec![rule(&[no_exec(2)?])?]);
    rules.insert(libc::SYS_mremap, vec![rule(&[none_of(3, !(libc::MREMAP_MAYMOVE as u32 as u64))?])?]);
    Ok(())
}

/// Sleeping and waking on words of the caller's own memory; polling the three standard descriptors.
fn waiting(rules: &mut Rules) -> Result<(), BackendError> {
    let ops = [libc::FUTEX_WAIT, libc::FUTEX_WAKE, libc::FUTEX_WAIT_BITSET, libc::FUTEX_WAKE_BITSET];
    let option_bits = (libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME) as u32;
    let masked =
        |op: i32| SeccompCondition::new(1, Len::Dword, Op::MaskedEq(u64::from(!option_bits)), op as u64);
    let allowed = ops.iter().map(|op| rule(&[masked(*op)?])).collect::<Result<Vec<_>, _>>()?;
    rules.insert(libc::SYS_futex, allowed);
    rules.insert(SYS_FUTEX_WAITV, vec![]);
    let monotonic = rule(&[eq32(0, libc::CLOCK_MONOTONIC as u64)?])?;
    let realtime = rule(&[eq32(0, libc::CLOCK_REALTIME as u64)?])?;
    rules.insert(libc::SYS_clock_nanosleep, vec![monotonic, realtime]);
    let three = || SeccompCondition::new(1, Len::Qword, Op::Le, 3);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_poll, vec![rule(&[three()?])?]);
    rules.insert(libc::SYS_ppoll, vec![rule(&[three()?])?]);
    Ok(())
}

/// Reading the caller's own limits; setting its own thread pointer.
fn own_process(rules: &mut Rules) -> Result<(), BackendError> {
    rules.insert(libc::SYS_prlimit64, vec![rule(&[eq32(0, 0)?, eq64(2, 0)?])?]);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_arch_prctl, vec![rule(&[eq32(0, ARCH_SET_FS)?])?]);
    Ok(())
}

fn program(
    rules: Rules,
    otherwise: SeccompAction,
    on_match: SeccompAction,
) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(rules, otherwise, on_match, arch())?.try_into()
}

fn arch() -> TargetArch {
    if cfg!(target_arch = "aarch64") { TargetArch::aarch64 } else { TargetArch::x86_64 }
}

fn rule(all: &[SeccompCondition]) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(all.to_vec())
}

fn eq32(arg: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(arg, Len::Dword, Op::Eq, value)
}

fn eq64(arg: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(arg, Len::Qword, Op::Eq, value)
}

fn none_of(arg: u8, bits: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(arg, Len::Qword, Op::MaskedEq(bits), 0)
}

/// Adds `program` to the filters of this process. Wants `no_new_privs`, which the node set before the exec.
#[expect(unsafe_code, reason = "hands a BPF program to the kernel")]
pub fn install(program: &BpfProgram) -> Result<(), rustix::io::Errno> {
    let fprog = libc::sock_fprog {
        len: u16::try_from(program.len()).map_err(|_| rustix::io::Errno::TOOBIG)?,
        filter: program.as_ptr().cast_mut().cast(),
    };
    // SAFETY: pointer and length describe `program`, which the kernel only reads; `sock_filter` has one layout.
    let rc = unsafe { libc::syscall(libc::SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0u64, &raw const fprog) };
    if rc == 0 { Ok(()) } else { Err(super::last_error()) }
}
