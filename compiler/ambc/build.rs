//! Packs the runtime crates and the pages of `ambc explain` into `ambc`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What a generated workspace may depend on, and what that needs to build.
const CRATES: [&str; 11] = [
    "runtime-kernel/abi",
    "runtime-kernel/wire",
    "runtime-kernel/kernel",
    "runtime-kernel/node",
    "runtime-kernel/ambience",
    "runtime-kernel/fake",
    "runtime-linux",
    "runtime-mcu",
    "compiler/ambc-lidl",
    "compiler/ambc-diag",
    "dsl-grammar",
];

fn main() -> io::Result<()> {
    let repo = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?)
        .join("../..")
        .canonicalize()?;
    println!("cargo::rustc-env=AMBC_HOST={}", env::var("TARGET").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let mut files = Vec::new();
    for dir in CRATES {
        collect(&repo.join(dir), &mut files)?;
        println!("cargo::rerun-if-changed={}", repo.join(dir).display());
    }
    // Formatters of projects find it above the runtime's sources.
    files.push(repo.join("rustfmt.toml"));
    println!("cargo::rerun-if-changed={}", repo.join("rustfmt.toml").display());
    files.sort();
    let manifest = runtime_manifest(&fs::read_to_string(repo.join("Cargo.toml"))?);
    fs::write(out.join("runtime-Cargo.toml"), &manifest)?;
    let mut hash = fnv(0xcbf2_9ce4_8422_2325, manifest.as_bytes());
    let mut text =
        String::from("/// Path in the repository and content.\nstatic RUNTIME: &[(&str, &[u8])] = &[\n");
    let _ = writeln!(text, "    (\"Cargo.toml\", include_bytes!({:?})),", out.join("runtime-Cargo.toml"));
    for file in &files {
        let relative = file.strip_prefix(&repo).map_err(io::Error::other)?;
        let taken = taken(file, &out.join("manifests").join(relative))?;
        let _ = writeln!(text, "    ({:?}, include_bytes!({:?})),", relative, taken);
        hash = fnv(fnv(hash, relative.to_string_lossy().as_bytes()), &fs::read(taken)?);
    }
    text.push_str("];\n");
    let _ = writeln!(text, "const RUNTIME_HASH: &str = \"{hash:016x}\";");
    let _ = writeln!(text, "static LOCK: &[u8] = include_bytes!({:?});", repo.join("Cargo.lock"));
    println!("cargo::rerun-if-changed={}", repo.join("Cargo.toml").display());
    println!("cargo::rerun-if-changed={}", repo.join("Cargo.lock").display());
    fs::write(out.join("embedded.rs"), text)?;
    fs::write(out.join("explain_pages.rs"), explain_pages(&repo.join("compiler/ambc/src/diag/explain"))?)
}

/// The file whose content is packed: a manifest goes without what only its own tests depend on, since that is not packed,
/// and tools that look at all packages would miss it.
fn taken(file: &Path, copy: &Path) -> io::Result<PathBuf> {
    if file.file_name().is_none_or(|n| n != "Cargo.toml") {
        return Ok(file.to_owned());
    }
    let text = fs::read_to_string(file)?;
    let mut kept = String::new();
    let mut of_tests = false;
    for line in text.lines() {
        if line.starts_with('[') {
            of_tests = line == "[dev-dependencies]";
        }
        if !of_tests {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    fs::create_dir_all(copy.parent().unwrap_or(Path::new(".")))?;
    fs::write(copy, kept)?;
    Ok(copy.to_owned())
}

/// The pages of `ambc explain` as a list, so that a new page needs no line of code.
fn explain_pages(dir: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", dir.display());
    let mut pages: Vec<PathBuf> =
        fs::read_dir(dir)?.map(|e| e.map(|e| e.path())).collect::<io::Result<_>>()?;
    pages.retain(|p| p.extension().is_some_and(|e| e == "md"));
    pages.sort();
    let mut text = String::from("/// Code and page, sorted by code.\nstatic PAGES: &[(&str, &str)] = &[\n");
    for page in &pages {
        let code = page.file_stem().unwrap_or_default().to_string_lossy();
        let _ = writeln!(text, "    ({code:?}, include_str!({page:?})),");
    }
    text.push_str("];\n");
    Ok(text)
}

/// Sources only: no tests, no benches, no build output.
fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "tests" | "benches" | "examples" | "target" | "fuzz" | "testkit") {
                collect(&path, files)?;
            }
        } else if matches!(
            path.extension().and_then(|e| e.to_str()),
            Some("rs" | "toml" | "lidl" | "pest" | "x")
        ) {
            files.push(path);
        }
    }
    Ok(())
}

/// The workspace manifest with only the runtime crates as members.
fn runtime_manifest(root: &str) -> String {
    let (head, rest) = root.split_once("members = [").unwrap_or((root, "]"));
    let (_, tail) = rest.split_once(']').unwrap_or(("", rest));
    let members: String = CRATES.iter().map(|c| format!("    \"{c}\",\n")).collect();
    format!("{head}members = [\n{members}]{tail}")
}

fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    for b in bytes {
        hash = (hash ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash
}
