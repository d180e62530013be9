//! The linker of the toolchain, wherever it came from.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A linker that takes GNU scripts and Arm objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linker {
    program: PathBuf,
    /// Words before the others.
    flavor: &'static [&'static str],
}

/// What went wrong with it.
#[derive(Clone, Debug)]
pub enum LinkerError {
    /// None was found; what was tried.
    None(Vec<String>),
    /// It could not be started.
    Start(PathBuf, String),
    /// It refused a program: the program, and its words.
    Refused(String, String),
}

impl fmt::Display for LinkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None(tried) => write!(f, "no linker for Cortex-M was found; tried {}", tried.join(", ")),
            Self::Start(program, why) => write!(f, "cannot start {}: {why}", program.display()),
            Self::Refused(program, words) => write!(f, "program `{program}` cannot be linked: {words}"),
        }
    }
}

const GNU: &[&str] = &["-flavor", "gnu"];
/// In the path, for toolchains of a distribution.
const PROGRAMS: [(&str, &[&str]); 4] =
    [("rust-lld", GNU), ("ld.lld", &[]), ("lld", GNU), ("arm-none-eabi-ld", &[])];

impl Linker {
    /// The one that comes with rustc, or one in the path.
    pub fn find(host: &str) -> Result<Self, LinkerError> {
        let mut tried = Vec::new();
        if let Some(program) = in_toolchain(host) {
            if program.exists() {
                return Ok(Self { program, flavor: GNU });
            }
            tried.push(program.display().to_string());
        }
        for (name, flavor) in PROGRAMS {
            if Command::new(name).args(flavor).arg("--version").output().is_ok_and(|o| o.status.success()) {
                return Ok(Self { program: name.into(), flavor });
            }
            tried.push(name.to_owned());
        }
        Err(LinkerError::None(tried))
    }

    /// Links one static library by a script.
    pub(super) fn link(
        &self,
        name: &str,
        script: &Path,
        archive: &Path,
        to: &Path,
    ) -> Result<(), LinkerError> {
        let mut linker = Command::new(&self.program);
        // A program without its entry would be a warning, and an empty program.
        linker.args(self.flavor).args(["--gc-sections", "--fatal-warnings", "-nostdlib", "-T"]).arg(script);
        let output = linker.arg("-o").arg(to).arg(archive).output();
        let output = output.map_err(|e| LinkerError::Start(self.program.clone(), e.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(LinkerError::Refused(name.to_owned(), words))
    }
}

/// Where rustup puts it: beside the standard library of the host.
fn in_toolchain(host: &str) -> Option<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    let sysroot = String::from_utf8(output.stdout).ok()?;
    Some(Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin/rust-lld"))
}
