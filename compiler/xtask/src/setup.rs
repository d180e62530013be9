//! Brings a fresh machine with rustup to where a step can run, or says why it cannot.

use std::process::Command;

/// The standard library of a target.
pub(crate) fn target(triple: &str) -> Result<(), String> {
    let installed = output("rustup", &["target", "list", "--installed"])?;
    if installed.lines().any(|l| l == triple) {
        return Ok(());
    }
    println!("    rustup target add {triple}");
    output("rustup", &["target", "add", triple])
        .map(|_| ())
        .map_err(|e| format!("the target `{triple}` is not here and cannot be added: {e}"))
}

/// The emulator of the boards, from the packages of the distribution where this user may install them.
pub(crate) fn emulator() -> Result<(), String> {
    const PROGRAM: &str = "qemu-system-arm";
    if output(PROGRAM, &["--version"]).is_ok() {
        return Ok(());
    }
    let root = output("id", &["-u"]).is_ok_and(|id| id.trim() == "0");
    let install: &[&str] = if root { &["apt-get"] } else { &["sudo", "-n", "apt-get"] };
    let apt = |args: &[&str]| output(install[0], &[&install[1..], args].concat());
    println!("    {} install -y {PROGRAM}", install.join(" "));
    apt(&["update"])
        .and_then(|_| apt(&["install", "-y", "--no-install-recommends", PROGRAM]))
        .map(|_| ())
        .map_err(|e| format!("`{PROGRAM}` is not here and cannot be installed: {e}"))
}

/// Miri of the nightly toolchain.
pub(crate) fn miri() -> Result<(), String> {
    let toolchains = output("rustup", &["toolchain", "list"])?;
    if !toolchains.lines().any(|l| l.starts_with("nightly")) {
        return Err(
            "there is no nightly toolchain: rustup toolchain install nightly -c miri -c rust-src".into()
        );
    }
    if output("cargo", &["+nightly", "miri", "--version"]).is_err() {
        println!("    rustup +nightly component add miri rust-src");
        output("rustup", &["+nightly", "component", "add", "miri", "rust-src"])
            .map_err(|e| format!("the component `miri` cannot be added: {e}"))?;
    }
    output("cargo", &["+nightly", "miri", "setup"])
        .map(|_| ())
        .map_err(|e| format!("miri cannot be set up: {e}"))
}

fn output(program: &str, args: &[&str]) -> Result<String, String> {
    let out = Command::new(program).args(args).output().map_err(|e| format!("{program}: {e}"))?;
    if out.status.success() {
        return Ok(String::from_utf8_lossy(&out.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&out.stderr);
    Err(text.lines().last().unwrap_or("it failed").to_owned())
}
