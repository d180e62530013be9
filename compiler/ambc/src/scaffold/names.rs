//! Names that crates, manifests and Rust can all live with.

use super::Refused;
use std::path::{Path, PathBuf};

/// Crates that every service sees, or that Rust keeps for itself.
const CRATES: &[&str] = &["alloc", "ambience", "core", "proc_macro", "std", "test"];

/// A name for a deployment, a service or an interface: it is a crate and a word of `.amb` at once.
pub(super) fn item(name: &str) -> Result<(), Refused> {
    let refuse = |message: String, help: &str| Err(Refused::Name { message, help: help.to_owned() });
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts || !name.chars().all(fits) {
        let help = match repaired(name) {
            Some(better) => format!("write `{better}`"),
            None => "a name is made of small letters, digits and `_`, and starts with a letter".to_owned(),
        };
        return refuse(format!("`{name}` cannot be a name"), &help);
    }
    if ambc_lidl::model::escape(name) != name {
        return refuse(format!("`{name}` is a keyword of Rust"), "choose another name");
    }
    if ambc_grammar::keywords::starts_amb_item(name) || ambc_grammar::keywords::SERVICE.contains(&name) {
        return refuse(format!("`{name}` is a keyword of deployments"), "choose another name");
    }
    if CRATES.contains(&name) || name.starts_with("ambc_") || name.starts_with("ambience_") {
        return refuse(format!("there is a crate `{name}` already that services use"), "choose another name");
    }
    Ok(())
}

/// What was probably meant: `front-door` and `FrontDoor` are `front_door`.
fn repaired(name: &str) -> Option<String> {
    let better = ambc_lidl::model::snake(&name.replace(['-', ' ', '.'], "_"));
    (better != name && item(&better).is_ok()).then_some(better)
}

/// Relative to the folder where `ambc` was called, if it lies below.
pub(super) fn shown(here: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(here).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_name_is_refused_with_a_better_one() {
        for good in ["tally", "front_door", "x2"] {
            assert!(item(good).is_ok(), "{good}");
        }
        let help = |name| match item(name) {
            Err(Refused::Name { help, .. }) => help,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(help("front-door"), "write `front_door`");
        assert_eq!(help("FrontDoor"), "write `front_door`");
        for bad in ["", "2x", "_x", "größe", "a/b", "..", "type", "self", "node", "std", "ambc_x", "x::y"] {
            assert!(item(bad).is_err(), "{bad}");
        }
    }
}
