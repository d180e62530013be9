//! Long paths in a text, made short by `use`.

use std::collections::{BTreeMap, BTreeSet};

/// What the prelude of `ambience` has, and may be written as it is.
const PRELUDE: &str = " Block Bulk CallError Clock Condition Failure Files GpioIn GpioOut Health Level List Logger Metrics \
    Random Run Seq Stop Storage Timer Uart Vector ";

/// Other names that mean something in every service: nothing is imported under them.
const TAKEN: &str = " Default Err Needs None Ok Option Params Result Self Service Some ";

/// What a text has to import.
#[derive(Default)]
pub(super) struct Imports {
    /// By name: the module.
    names: BTreeMap<String, String>,
    libraries: BTreeSet<String>,
    alloc: bool,
}

pub(super) struct Found {
    /// Modules, each with its names.
    pub(super) uses: Vec<(String, Vec<String>)>,
    /// Of interfaces.
    pub(super) libraries: Vec<String>,
    /// Whether anything is on the heap.
    pub(super) needs_alloc: bool,
}

impl Imports {
    /// Each path from a crate on (`::calc::Arithmetic`, `__rt::String`) becomes its last name, if that is free.
    pub(super) fn shorten(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = start(rest, out.chars().next_back()) {
            let (before, path) = rest.split_at(at);
            out.push_str(before);
            let end = path.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '#')));
            let (path, after) = path.split_at(end.unwrap_or(path.len()));
            out.push_str(&self.name(path));
            rest = after;
        }
        out + rest
    }

    fn name(&mut self, path: &str) -> String {
        let path = match path.strip_prefix("__rt::") {
            Some(of) => match of.strip_prefix("alloc::") {
                Some(of) if of.starts_with("BTreeMap") => format!("::alloc::collections::{of}"),
                Some(of) if of.starts_with("Vec") => format!("::alloc::vec::{of}"),
                Some(of) => format!("::alloc::string::{of}"),
                None => format!("::ambience::{of}"),
            },
            None => path.to_owned(),
        };
        // A variant or a function follows the type, which is what is imported.
        let segments: Vec<&str> = path.trim_start_matches("::").split("::").collect();
        let upper = |s: &&str| s.starts_with(|c: char| c.is_ascii_uppercase());
        let Some(ty) = segments.iter().position(upper) else { return path };
        let (module, name) = (segments[..ty].join("::"), segments[ty].to_owned());
        let short = segments[ty..].join("::");
        let library = segments.first().copied().unwrap_or("");
        match library {
            "alloc" => self.alloc = true,
            "ambience" => {}
            other => drop(self.libraries.insert(other.trim_start_matches("r#").to_owned())),
        }
        let listed = |list: &str| list.contains(&format!(" {name} "));
        if module == "ambience" && listed(PRELUDE) {
            return short;
        }
        if listed(PRELUDE) || listed(TAKEN) || self.names.get(&name).is_some_and(|m| *m != module) {
            return path;
        }
        self.names.insert(name, module);
        short
    }

    pub(super) fn finish(self) -> Found {
        let mut uses: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, module) in self.names {
            uses.entry(module).or_default().push(name);
        }
        Found {
            uses: uses.into_iter().collect(),
            libraries: self.libraries.into_iter().collect(),
            needs_alloc: self.alloc,
        }
    }
}

/// Where the next path from a crate on starts.
fn start(text: &str, before: Option<char>) -> Option<usize> {
    let inside = |at: usize| {
        let last = text.get(..at).and_then(|t| t.chars().next_back()).or(before);
        last.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '>'))
    };
    let found = text.match_indices("::").chain(text.match_indices("__rt::")).map(|(at, _)| at);
    found.filter(|at| !inside(*at)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prelude_is_known() {
        let text = include_str!("../../../../runtime-kernel/ambience/src/prelude.rs");
        let code: String = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
        let names = code.split(|c: char| !c.is_alphanumeric()).filter(|w| w.starts_with(char::is_uppercase));
        let names: BTreeSet<&str> = names.collect();
        assert_eq!(names, PRELUDE.split_whitespace().collect());
    }
}
