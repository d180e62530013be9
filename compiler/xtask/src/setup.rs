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
