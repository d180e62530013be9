//! The project: a Cargo workspace whose dependencies name `ambience`.

use super::{Draft, Refused};
use crate::emit::{self, PROJECT_RUNTIME, at};
use crate::render::Renderer;
use ambc_templates::{NEW_GITIGNORE, NEW_WORKSPACE};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What crates name by `workspace = true`, and its folder below the runtime.
const RUNTIME: &[(&str, &str)] = &[
    ("ambience", "runtime-kernel/ambience"),
    ("ambience-fake", "runtime-kernel/fake"),
    ("ambc-lidl", "compiler/ambc-lidl"),
];

/// A project that is there.
#[derive(Debug)]
pub(super) struct Project {
    root: PathBuf,
    text: String,
    table: Table,
}

impl Project {
    /// The nearest one, from a folder upwards.
    pub(super) fn find(from: &Path) -> Result<Option<Self>, Refused> {
        for root in from.ancestors() {
            let path = root.join("Cargo.toml");
            if !path.is_file() {
                continue;
            }
            let text = fs::read_to_string(&path).map_err(at("read", &path))?;
            let table = text.parse::<Table>().map_err(|e| {
                Refused::place(format!("`{}`: {}", path.display(), e.message()), "mend it, then try again")
            })?;
            let project = Self { root: root.to_owned(), text, table };
            if project.dependency("ambience").is_some() {
                return Ok(Some(project));
            }
        }
        Ok(None)
    }

    /// The one around a folder, or a new one in it, drafted.
    pub(super) fn find_or_set_up(
        folder: &Path,
        draft: &mut Draft,
        member: &str,
        renderer: &Renderer,
    ) -> Result<PathBuf, Refused> {
        if let Some(project) = Self::find(folder)? {
            project.has_no_package(member.rsplit('/').next().unwrap_or(member))?;
            draft.manifest = project.with_member(member)?;
            if project.has_own_runtime() {
                emit::refresh_runtime(&project.root.join(PROJECT_RUNTIME))?;
            }
            return Ok(project.root);
        }
        if folder.join("Cargo.toml").exists() {
            return Err(Refused::place(
                "the `Cargo.toml` here belongs to no project of ambc: its workspace has no dependency `ambience`",
                "go to an empty folder, or start with `ambc new NAME`",
            ));
        }
        set_up(draft, Path::new(""), &[member], renderer);
        Ok(folder.to_owned())
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    fn dependency(&self, name: &str) -> Option<&Value> {
        self.table.get("workspace")?.get("dependencies")?.get(name)
    }

    /// Whether its crates use the folder that ambc keeps.
    fn has_own_runtime(&self) -> bool {
        let path = self.dependency("ambience").and_then(|d| d.get("path")).and_then(Value::as_str);
        path.is_some_and(|p| p.starts_with(PROJECT_RUNTIME))
    }

    fn members(&self) -> Vec<&str> {
        let list = self.table.get("workspace").and_then(|w| w.get("members")).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// No member may have the name yet.
    fn has_no_package(&self, name: &str) -> Result<(), Refused> {
        let named = |member: &&str| {
            let text = fs::read_to_string(self.root.join(member).join("Cargo.toml")).unwrap_or_default();
            let table = text.parse::<Table>().unwrap_or_default();
            let of =
                |table_name: &str| table.get(table_name).and_then(|t| t.get("name")).and_then(Value::as_str);
            [of("package"), of("lib")].into_iter().flatten().any(|n| n.replace('-', "_") == name)
        };
        match self.members().into_iter().find(named) {
            Some(member) => Err(Refused::place(
                format!("`{member}` is a crate called `{name}` already"),
                "nothing was changed: choose another name",
            )),
            None => Ok(()),
        }
    }

    /// Its manifest with one more member, unless a pattern covers it. It says what is lacking where crates could not be
    /// built.
    fn with_member(&self, member: &str) -> Result<Option<(PathBuf, String)>, Refused> {
        let path = PathBuf::from("Cargo.toml");
        let lacking: Vec<_> = RUNTIME.iter().filter(|(name, _)| self.dependency(name).is_none()).collect();
        if !lacking.is_empty() {
            let lines: Vec<_> = lacking
                .iter()
                .map(|(name, folder)| format!("{name} = {{ path = \"{PROJECT_RUNTIME}/{folder}\" }}"))
                .collect();
            return Err(Refused::place(
                format!("`{}` lacks dependencies of new crates", self.root.join(&path).display()),
                format!("add to `[workspace.dependencies]`: {}", lines.join(", ")),
            ));
        }
        let parent = member.rsplit_once('/').map_or("", |(parent, _)| parent);
        if self.members().iter().any(|m| *m == member || *m == format!("{parent}/*")) {
            return Ok(None);
        }
        match add_member(&self.text, member).filter(|text| self.differs_by(text, member)) {
            Some(text) => Ok(Some((path, text))),
            None => Err(Refused::place(
                format!("cannot add a member to `{}`", self.root.join(&path).display()),
                format!("add `\"{member}\"` to `members` of `[workspace]`, then try again"),
            )),
        }
    }

    /// Holds the edit to what it is for.
    fn differs_by(&self, text: &str, member: &str) -> bool {
        let Ok(mut wanted) = text.parse::<Table>() else { return false };
        let list =
            wanted.get_mut("workspace").and_then(|w| w.get_mut("members")).and_then(Value::as_array_mut);
        let Some(list) = list else { return false };
        let before = list.len();
        list.retain(|m| m.as_str() != Some(member));
        list.len() + 1 == before && wanted == self.table
    }
}

/// The text of a manifest with one more line in its `members`, before the first that comes later.
fn add_member(text: &str, member: &str) -> Option<String> {
    let start = text.find("members = [")? + "members = [".len();
    let (before, rest) = text.split_at(start);
    let (list, after) = rest.split_at(rest.find(']')?);
    let mut lines: Vec<String> =
        list.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    if !list.contains('\n') {
        lines = list.split(',').map(str::trim).filter(|l| !l.is_empty()).map(|l| format!("{l},")).collect();
    }
    if let Some(last) = lines.last_mut().filter(|l| !l.ends_with(',') && !l.contains('#')) {
        last.push(',');
    }
    let new = format!("\"{member}\",");
    let place = lines.iter().position(|l| l.starts_with('"') && *l > new).unwrap_or(lines.len());
    lines.insert(place, new);
    let lines: String = lines.iter().map(|l| format!("    {l}\n")).collect();
    Some(format!("{before}\n{lines}{after}"))
}

#[derive(Serialize)]
struct Dependency {
    name: &'static str,
    path: String,
}

/// Drafts the files of a new project in `folder`. What is there already and does not matter is left as it is.
pub(super) fn set_up(draft: &mut Draft, folder: &Path, members: &[&str], renderer: &Renderer) {
    let mut cx = tera::Context::new();
    cx.insert("members", members);
    let path = |at: &&str| format!("{PROJECT_RUNTIME}/{at}");
    let runtime: Vec<_> = RUNTIME.iter().map(|(name, at)| Dependency { name, path: path(at) }).collect();
    cx.insert("runtime", &runtime);
    draft.files.push((folder.join("Cargo.toml"), renderer.text(NEW_WORKSPACE, &cx)));
    draft.files.push((folder.join(".gitignore"), renderer.text(NEW_GITIGNORE, &cx)));
    draft.runtime = Some(folder.join(PROJECT_RUNTIME));
}

#[cfg(test)]
mod tests {
    use super::add_member;

    #[test]
    fn members_are_added_where_they_belong() {
        let one = "[workspace]\nmembers = [\n    \"services/b\", # why\n    \"services/c\"\n]\nx = 1\n";
        assert_eq!(
            add_member(one, "services/a").unwrap(),
            "[workspace]\nmembers = [\n    \"services/a\",\n    \"services/b\", # why\n    \"services/c\",\n]\nx = 1\n"
        );
        let flat = "[workspace]\nmembers = [\"a\", \"c\"]\n";
        assert_eq!(
            add_member(flat, "b").unwrap(),
            "[workspace]\nmembers = [\n    \"a\",\n    \"b\",\n    \"c\",\n]\n"
        );
        assert_eq!(add_member("members = []", "b").unwrap(), "members = [\n    \"b\",\n]");
        assert_eq!(add_member("[workspace]\n", "b"), None);
    }
}
