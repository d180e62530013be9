//! A node that starts anew: on Linux its process replaces itself with a fresh one of the same program.
//!
//! Process id, identity, standard output and control socket stay; everything else is closed by the exec, and built again.

use crate::control::Control;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Starts this program anew, with the arguments it had. Returns only if that fails: why.
pub(super) fn again(control: &Control) -> String {
    if let Err(e) = control.keep_open() {
        return format!("the control socket is lost in a reboot: {e}");
    }
    let mut args = std::env::args_os();
    let name = args.next().unwrap_or_default();
    let mut command = Command::new("/proc/self/exe");
    format!("the node cannot start anew: {}", command.arg0(name).args(args).exec())
}
