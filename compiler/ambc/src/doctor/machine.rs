//! The machine that `ambc` runs on. Each question is put to the thing itself: a tool is started, a call is made.

use super::{Machine, Packages};
use crate::cargo::{HOST_TRIPLE, program};
use crate::emit;
use ambc_linux::os::support::Support;
use rustix::fs::{MemfdFlags, memfd_create, statvfs};
use rustix::process::{Resource, getrlimit};
use std::io::Write;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where `ambc doctor` was called.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThisMachine;

impl Machine for ThisMachine {
    fn output(&self, name: &str, args: &[&str]) -> Option<String> {
        let name = if name == "cargo" { program() } else { name.into() };
        let out = Command::new(name).args(args).stdin(Stdio::null()).output().ok()?;
        // `dot -V` answers on standard error.
        let said = if out.stdout.is_empty() { out.stderr } else { out.stdout };
        out.status.success().then(|| String::from_utf8_lossy(&said).trim().to_owned())
    }

    fn links_statically(&self) -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let mut cc = Command::new("cc")
            .args(["-static", "-x", "c", "-", "-o"])
            .arg(folder.path().join("program"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|_| "no `cc` to try it with".to_owned())?;
        if let Some(mut text) = cc.stdin.take() {
            // A compiler that has gone says why itself.
            let _ = text.write_all(b"int main(void) { return 0; }\n");
        }
        let out = cc.wait_with_output().map_err(|e| e.to_string())?;
        if out.status.success() { Ok(()) } else { Err(last_line(&out)) }
    }

    fn has_target(&self, triple: &str) -> bool {
        let folder = self.output("rustc", &["--print", "target-libdir", "--target", triple]);
        let files = folder.and_then(|f| std::fs::read_dir(f).ok()).into_iter().flatten().flatten();
        files.into_iter().any(|f| f.file_name().to_string_lossy().starts_with("libcore-"))
    }

    fn builds_offline(&self) -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let package = draft(folder.path()).map_err(|e| e.to_string())?;
        let out = Command::new(program())
            .args(["metadata", "--offline", "--format-version", "1", "--filter-platform", HOST_TRIPLE])
            .current_dir(package)
            .output()
            .map_err(|_| "no cargo to try it with".to_owned())?;
        if out.status.success() { Ok(()) } else { Err("not all in cargo's cache".to_owned()) }
    }

    fn kernel(&self) -> Support {
        Support::detect()
    }

    fn has_memfd(&self) -> bool {
        memfd_create("ambc-doctor", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).is_ok()
    }

    fn limits(&self) -> (Option<u64>, Option<u64>) {
        (getrlimit(Resource::Nofile).current, getrlimit(Resource::Nproc).current)
    }

    fn has_loopback(&self) -> Result<(), String> {
        UdpSocket::bind("127.77.0.2:0").map(|_| ()).map_err(|e| e.to_string())
    }

    fn free_space(&self, folder: &Path) -> Option<u64> {
        let fs = statvfs(folder).ok()?;
        Some(fs.f_bavail.saturating_mul(fs.f_frsize))
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn packages(&self) -> Option<Packages> {
        let has = |name: &str| {
            let folders = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
        };
        Packages::ALL.into_iter().find(|(_, program)| has(program)).map(|(packages, _)| packages)
    }
}

/// A package that depends on all that nodes and interface crates do; its folder, beside that of the runtime.
fn draft(folder: &Path) -> Result<PathBuf, emit::EmitError> {
    let package = folder.join("probe");
    let runtime = emit::unpack_runtime(folder)?;
    let dependency = |name: &str, at: &str| {
        let path: PathBuf = runtime.join(at);
        format!("{name} = {{ path = {:?} }}\n", path.display().to_string())
    };
    let manifest = format!(
        "[package]\nname = \"probe\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}{}",
        dependency("ambc-linux", "runtime-linux"),
        dependency("ambc-lidl", "compiler/ambc-lidl"),
    );
    emit::write_if_changed(&package.join("Cargo.toml"), manifest.as_bytes())?;
    emit::write_if_changed(&package.join("src/lib.rs"), b"")?;
    emit::write_if_changed(&package.join("Cargo.lock"), emit::seed_lock())?;
    Ok(package)
}

fn last_line(out: &Output) -> String {
    let said = String::from_utf8_lossy(&out.stderr);
    let line = said.lines().find(|l| l.contains("cannot find")).or(said.lines().last());
    line.unwrap_or("it failed").trim().to_owned()
}
