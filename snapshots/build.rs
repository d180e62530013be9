//! Writes one `#[test]` for each case folder, so that a failure has the name of its case.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    println!("cargo::rerun-if-changed=common");
    for kind in ["ok", "fail"] {
        let cases = root.join("cases").join(kind);
        println!("cargo::rerun-if-changed={}", cases.display());
        let mut found = Vec::new();
        find(&cases, &mut found)?;
        found.sort();
        fs::write(out.join(format!("{kind}.rs")), tests(kind, &cases, &found))?;
    }
    Ok(())
}

/// A folder that holds a root file is a case; any other holds cases.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if ["deploy.amb", "main.lidl"].iter().any(|root| folder.join(root).is_file()) {
        found.push(folder.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, found)?;
        }
    }
    Ok(())
}

/// A module for each folder, so that `cargo test fail::check::` runs one stage.
fn tests(kind: &str, cases: &Path, found: &[PathBuf]) -> String {
    let mut modules: BTreeMap<String, String> = BTreeMap::new();
    for case in found {
        let name = case.strip_prefix(cases).unwrap_or(case).to_string_lossy().replace('\\', "/");
        let (folder, function) = name.rsplit_once('/').unwrap_or(("", &name));
        let text = modules.entry(folder.replace('/', "_")).or_default();
        let _ = writeln!(text, "#[test]\nfn {function}() {{\n    ambc_snapshots::{kind}({name:?});\n}}\n");
    }
    let module = |(name, text): (String, String)| match name.as_str() {
        "" => text,
        name => format!("mod {name} {{\n{text}}}\n"),
    };
    modules.into_iter().map(module).collect()
}
