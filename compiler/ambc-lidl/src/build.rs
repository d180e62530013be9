//! The build script of an interface crate: the only part of this crate that touches files.
#![expect(clippy::print_stdout, clippy::print_stderr, clippy::exit, reason = "a build script talks to cargo")]

use crate::codes::NAMESPACE;
use crate::model::Model;
use crate::{BUILT_IN, LoadError, Loader, analyze, generate, load, parse};
use ambc_diag::{Diagnostic, Diagnostics, FileId, Severity, Sources, Span, short_line};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Reads the files that `[package.metadata.ambience] lidl = […]` of the package being built lists, and writes
/// `OUT_DIR/lidl.rs`, which `ambience::interfaces!()` includes. Mistakes are printed one a line and end the process.
pub fn build() {
    if let Err(message) = run() {
        eprintln!("{message}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let folder = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?).join("lidl.rs");
    println!("cargo::rerun-if-changed=Cargo.toml");
    let package = Package::read(&folder)?;
    let mut sources = Sources::default();
    let mut disk = Disk::default();
    let mut roots = Vec::new();
    for path in &package.lidl {
        let path = folder.join(path);
        let id =
            disk.open(&mut sources, &path).map_err(|e| format!("{}: {}", path.display(), describe(&e)))?;
        roots.push(id);
    }
    let mut diags = Diagnostics::default();
    let mut files = load(&roots, &mut disk, &mut sources, &mut diags);
    if package.library != "ambience" {
        for (path, text) in BUILT_IN {
            let id = sources.add(*path, *text);
            files.push(parse(id, &sources, &mut diags));
        }
    }
    let model = analyze(files, &sources, &mut diags);
    check_library(&model, &roots, &package.library, &mut diags);
    report(&sources, diags)?;
    let text = generate(&model, &roots);
    fs::write(&out, text).map_err(|e| format!("cannot write {}: {e}", out.display()))
}

/// Prints warnings through cargo; errors are the message of this build.
fn report(sources: &Sources, diags: Diagnostics) -> Result<(), String> {
    let mut errors = Vec::new();
    for d in diags.sorted() {
        let line = short_line(sources, &d);
        let help = d.help.map(|help| format!(" ({help})")).unwrap_or_default();
        match d.severity {
            Severity::Error => errors.push(format!("{line}{help}")),
            Severity::Warning => println!("cargo::warning={line}{help}"),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}

/// The first segment of a namespace is the library, so that others find the items in Rust.
fn check_library(model: &Model, roots: &[FileId], library: &str, diags: &mut Diagnostics) {
    for file in model.files.iter().filter(|f| roots.contains(&f.id) && f.library != library) {
        let message = format!("this belongs to a library `{}`, the package has `{library}`", file.library);
        let d = Diagnostic::new(NAMESPACE, Span::new(file.id, 0, 0), message);
        diags.push(d.help(format!("write `namespace {library};`, or rename the package")));
    }
}

/// What the manifest of the package says.
struct Package {
    /// The name of its library in Rust.
    library: String,
    lidl: Vec<String>,
}

impl Package {
    fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("Cargo.toml");
        let text = fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        let manifest: toml::Table = text.parse().map_err(|e| format!("{}: {e}", path.display()))?;
        let package = manifest.get("package");
        let name = manifest.get("lib").and_then(|lib| lib.get("name")).or_else(|| package?.get("name"));
        let library = name.and_then(toml::Value::as_str).unwrap_or_default().replace('-', "_");
        let listed = package.and_then(|p| p.get("metadata")?.get("ambience")?.get("lidl")?.as_array());
        let lidl: Vec<String> =
            listed.into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect();
        if lidl.is_empty() {
            return Err(format!(
                "{}: `[package.metadata.ambience] lidl = […]` lists no file",
                path.display()
            ));
        }
        Ok(Self { library, lidl })
    }
}

/// Files as they lie on disk, each once.
#[derive(Default)]
struct Disk {
    ids: BTreeMap<PathBuf, FileId>,
    folders: BTreeMap<FileId, PathBuf>,
}

impl Disk {
    fn open(&mut self, sources: &mut Sources, path: &Path) -> Result<FileId, LoadError> {
        let missing = |_| LoadError::NotFound(vec![path.display().to_string()]);
        let path = path.canonicalize().map_err(missing)?;
        if let Some(id) = self.ids.get(&path) {
            return Ok(*id);
        }
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).map_err(|e| match e.kind() {
            io::ErrorKind::InvalidData => LoadError::Unreadable("it is not UTF-8".to_owned()),
            _ => LoadError::Unreadable(e.to_string()),
        })?;
        let id = sources.add(path.display().to_string(), text);
        self.folders.insert(id, path.parent().map(Path::to_path_buf).unwrap_or_default());
        self.ids.insert(path, id);
        Ok(id)
    }
}

impl Loader for Disk {
    fn load(&mut self, sources: &mut Sources, from: FileId, path: &str) -> Result<FileId, LoadError> {
        let folder = self.folders.get(&from).cloned().unwrap_or_default();
        self.open(sources, &folder.join(path))
    }
}

fn describe(error: &LoadError) -> String {
    match error {
        LoadError::NotFound(_) => "no such file".to_owned(),
        LoadError::Unreadable(why) => why.clone(),
    }
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set: this runs as a build script"))
}
