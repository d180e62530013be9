//! Case folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder below `cases/`.
#[derive(Debug)]
pub struct Case {
    /// `deploy.amb`, or `main.lidl` where there is no deployment.
    pub root: PathBuf,
    /// The case's own files by their path in it.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// `common/`, which every case sees below that name.
    pub common: BTreeMap<PathBuf, Vec<u8>>,
    /// Values of `--set`, from the lines `set name=value` of a file `options`.
    pub set: Vec<String>,
}

impl Case {
    /// Reads a case.
    ///
    /// # Panics
    /// If its folder cannot be read.
    #[must_use]
    pub fn load(kind: &str, name: &str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = read(&here.join("cases").join(kind).join(name));
        let options = files.remove(Path::new("options")).unwrap_or_default();
        let options = String::from_utf8(options).expect("options are text");
        let set = options.lines().filter_map(|l| l.strip_prefix("set ")).map(str::to_owned).collect();
        let common = read(&here.join("common"));
        let common = common.into_iter().map(|(path, text)| (Path::new("common").join(path), text)).collect();
        let root = if files.contains_key(Path::new("deploy.amb")) { "deploy.amb" } else { "main.lidl" };
        Self { root: PathBuf::from(root), files, common, set }
    }
}

/// All files below a folder, by their path in it.
fn read(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap_or_else(|e| panic!("{}: {e}", at.display())) {
            let path = entry.expect("a folder that can be listed").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            files.insert(path.strip_prefix(folder).expect("below its folder").to_path_buf(), text);
        }
    }
    files
}
