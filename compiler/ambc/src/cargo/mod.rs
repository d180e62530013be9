//! Runs cargo on one node's workspace and reads what it says.
//!
//! Cargo's own words never reach a user as they are: the driver maps each [`RustcMessage`] back to the `.amb` or `.lidl`
//! text that its line was generated from.

mod stamp;

pub use stamp::{Stamp, begin, is_current, record};

use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};
use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Images are built for the machine that ambc was built for.
pub const HOST_TRIPLE: &str = env!("AMBC_HOST");

/// The cargo that builds: the one that called us, if one did.
pub fn program() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// One `cargo build`.
#[derive(Clone, Debug)]
pub struct Invocation<'a> {
    pub workspace: &'a Path,
    /// Shared by all node workspaces, so that the runtime is compiled once.
    pub target_dir: &'a Path,
    pub triple: &'a str,
    pub release: bool,
    pub locked: bool,
    pub offline: bool,
}

/// What cargo did.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub success: bool,
    /// Executables and static libraries; see [`Outcome::made`].
    artifacts: BTreeMap<String, PathBuf>,
    pub messages: Vec<RustcMessage>,
    /// What cargo wrote to its standard error: kept for failures that have no message.
    pub stderr: String,
}

/// One error of rustc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustcMessage {
    /// `E0277`.
    pub code: Option<String>,
    pub message: String,
    /// Absolute, or relative to the workspace root of the crate that was compiled.
    pub file: Option<PathBuf>,
    pub line: u32,
    pub column: u32,
    /// What is said at the place.
    pub label: Option<String>,
    /// Every other place, macro expansions included: file and line.
    pub places: Vec<(PathBuf, u32)>,
    /// rustc's own rendering, for notes.
    pub rendered: String,
    /// The package that was being compiled.
    pub package: String,
}

impl Outcome {
    /// The executable or static library of a package.
    pub fn made(&self, package: &str) -> Option<&Path> {
        self.artifacts.get(&crate_name(package)).map(PathBuf::as_path)
    }
}

/// An executable is called like its package, a library like its crate.
fn crate_name(target: &str) -> String {
    target.replace('-', "_")
}

/// Runs cargo; `progress` hears the name of each package that is done.
pub fn build(call: &Invocation<'_>, mut progress: impl FnMut(&str)) -> io::Result<Outcome> {
    let mut child =
        command(call).stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn()?;
    let stderr = child.stderr.take().map(|mut e| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = e.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    });
    let mut out = Outcome::default();
    if let Some(stdout) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(stdout)) {
            take(message?, &mut out, &mut progress);
        }
    }
    out.success = child.wait()?.success();
    out.stderr = stderr.and_then(|t| t.join().ok()).unwrap_or_default();
    Ok(out)
}

fn command(call: &Invocation<'_>) -> Command {
    let mut cargo = Command::new(program());
    cargo.arg("build").arg("--message-format=json").arg("--keep-going").args(["--target", call.triple]);
    cargo.current_dir(call.workspace).arg("--target-dir").arg(call.target_dir);
    for (on, flag) in [(call.release, "--release"), (call.locked, "--locked"), (call.offline, "--offline")] {
        if on {
            cargo.arg(flag);
        }
    }
    // The generated workspace says how it is to be built; the caller's environment must not change its images, and a
    // test harness's cargo variables must not make cargo rebuild everything.
    for (name, _) in std::env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let foreign = matches!(
            name,
            "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "CARGO_TARGET_DIR" | "CARGO_BUILD_TARGET"
        );
        if foreign
            || name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST")
            || name.starts_with("CARGO_PROFILE_")
        {
            cargo.env_remove(name);
        }
    }
    cargo
}

fn take(message: Message, out: &mut Outcome, progress: &mut impl FnMut(&str)) {
    match message {
        Message::CompilerArtifact(a) => {
            progress(&a.target.name);
            let library = a.filenames.iter().find(|f| f.extension() == Some("a"));
            if let Some(made) = a.executable.as_ref().or(library) {
                let made = made.clone().into_std_path_buf();
                out.artifacts.insert(crate_name(&a.target.name), made);
            }
        }
        Message::CompilerMessage(m) if is_error(&m.message) => {
            out.messages.push(read_error(m.target.name, &m.message));
        }
        _ => {}
    }
}

/// "aborting due to 3 previous errors" has no place and says nothing new.
fn is_error(d: &Diagnostic) -> bool {
    matches!(d.level, DiagnosticLevel::Error | DiagnosticLevel::Ice)
        && !(d.spans.is_empty() && d.message.starts_with("aborting due to"))
}

fn read_error(package: String, d: &Diagnostic) -> RustcMessage {
    let primary = d.spans.iter().find(|s| s.is_primary).or(d.spans.first());
    let mut places = Vec::new();
    for span in d.spans.iter().chain(d.children.iter().flat_map(|c| &c.spans)) {
        let mut at = Some(span);
        while let Some(s) = at {
            places.push((PathBuf::from(&s.file_name), s.line_start as u32));
            at = s.expansion.as_ref().map(|e| &e.span);
        }
    }
    RustcMessage {
        code: d.code.as_ref().map(|c| c.code.clone()),
        message: d.message.clone(),
        file: primary.map(|s| PathBuf::from(&s.file_name)),
        line: primary.map_or(0, |s| s.line_start as u32),
        column: primary.map_or(0, |s| s.column_start as u32),
        label: primary.and_then(|s| s.label.clone()),
        places,
        rendered: d.rendered.clone().unwrap_or_default(),
        package,
    }
}
