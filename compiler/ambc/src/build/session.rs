//! From a plan to what is built and run: the images wanted, where they go, which runtime they use.

use super::{BuildOptions, RuntimeChoice};
use crate::cargo::HOST_TRIPLE;
use crate::check::Checked;
use crate::emit::{EmitError, refresh_runtime, unpack_runtime};
use crate::hir::{BuiltFor, Deployment, NodeId};
use crate::image::{ClassImage, lower};
use crate::plan::Plan;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders below that of the deployment's root file.
#[derive(Clone, Debug)]
pub struct Places {
    /// `target/ambc`.
    pub root: PathBuf,
    /// `target/ambc/<deployment>`.
    pub out: PathBuf,
    /// `target/ambc/run/<deployment>`.
    pub run: PathBuf,
    /// The folder of the root file.
    pub beside: PathBuf,
}

impl Places {
    /// All absolute: they stand in generated files.
    pub fn new(root_file: &Path, deployment: &str) -> std::io::Result<Self> {
        let beside = root_file
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .canonicalize()?;
        let root = beside.join("target/ambc");
        Ok(Self { out: root.join(deployment), run: root.join("run").join(deployment), root, beside })
    }

    /// Cargo's folder, shared by every node and every deployment beside this one.
    pub fn target_dir(&self) -> PathBuf {
        self.root.join("cargo")
    }
}

/// The folder of the runtime crates.
pub fn runtime_dir(choice: &RuntimeChoice, places: &Places) -> Result<PathBuf, EmitError> {
    match choice {
        RuntimeChoice::Tree(root) => Ok(root.clone()),
        RuntimeChoice::Project(root) => refresh_runtime(root),
        RuntimeChoice::Embedded => unpack_runtime(&places.root),
    }
}

/// The image of every class of nodes.
pub fn images(checked: &Checked<Deployment>, plan: &Plan, built_for: BuiltFor) -> Vec<ClassImage> {
    lower(checked, plan, built_for)
}

/// The nodes that these names mean: `camera`, `sensor[3]`, all of `sensor`, or `sensor[0..8]`; without a name, all.
/// `Err`: the name that means none.
pub fn select(hir: &Deployment, names: &[String]) -> Result<BTreeSet<NodeId>, String> {
    let mut out = BTreeSet::new();
    for name in names {
        let mut found = 0;
        let range = name.strip_suffix(']').and_then(|n| n.split_once('[')).and_then(|(array, range)| {
            let (first, end) = range.split_once("..")?;
            Some((array, first.parse::<u32>().ok()?..end.parse::<u32>().ok()?))
        });
        for (id, node) in hir.nodes.iter() {
            let meant = match &range {
                Some((array, range)) => {
                    node.name.text == *array && node.name.index.is_some_and(|i| range.contains(&i))
                }
                None => node.name.text == *name || node.name.to_string() == *name,
            };
            found += usize::from(meant);
            out.extend(meant.then_some(id));
        }
        if found == 0 || range.is_some_and(|(_, r)| found != r.len()) {
            return Err(name.clone());
        }
    }
    Ok(if names.is_empty() { hir.nodes.ids().collect() } else { out })
}

impl BuildOptions {
    /// For trees that nobody builds: the runtime is where the crates say, or a name that stands for the embedded one.
    pub fn to_look_at(hir: &Deployment) -> Self {
        let runtime = match super::choose_runtime(hir, &mut ambc_diag::Diagnostics::default()) {
            RuntimeChoice::Tree(root) | RuntimeChoice::Project(root) => root,
            RuntimeChoice::Embedded => PathBuf::from("target/ambc/runtime"),
        };
        let none = PathBuf::new;
        let places = Places { root: none(), out: none(), run: none(), beside: none() };
        Self::new(&places, runtime)
    }

    /// The usual ones for a deployment.
    pub fn new(places: &Places, runtime: PathBuf) -> Self {
        Self {
            out: places.out.clone(),
            target_dir: places.target_dir(),
            runtime,
            triple: HOST_TRIPLE.to_owned(),
            release: false,
            locked: false,
            offline: false,
        }
    }
}
