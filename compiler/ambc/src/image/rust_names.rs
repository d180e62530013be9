//! Names of a deployment as Rust names. Nothing else mangles names.

use std::collections::BTreeSet;

/// `probe[3]` → `probe_3`, `cloud.disk` → `cloud_disk`, `site::edge` → `site_edge`: for folders, packages, identifiers.
pub(crate) fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => out.push(c),
            ']' => {}
            _ if out.ends_with('_') => {}
            _ => out.push('_'),
        }
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) || out.is_empty() {
        out.insert(0, '_');
    }
    out
}

/// Families of names that generated programs derive from those of instances: `pool_x` belongs to `x`.
const FAMILIES: [&str; 10] =
    ["pool_", "lanes_", "children_", "run_", "task_", "serve_", "scratch_", "edge_", "from_", "log_of_"];

/// Values that generated programs name, by themselves or through their prelude.
const VALUES: &str = " ambience build callers ctx host instance kids_bytes made main needs params pin request result run \
    scratch servers services stop tables ";

/// Types that generated programs name, and those of Rust's prelude.
const TYPES: &str = " Absent AsMut AsRef Box CallError Caller Clone Copy Default Drop Either Eq Err ExitCode Fn FnMut \
    FnOnce From Future Handle Host Into IntoFuture IntoIterator Iterator Kids None Ok Option Ord PartialEq PartialOrd \
    Refused Request Result Run Self Send Serve Server Sized Some String Sync Task ToOwned ToString TryFrom TryInto \
    Unpin Vec WakeMask ";

/// Names of one generated program: each is given out once.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    values: BTreeSet<String>,
    types: BTreeSet<String>,
}

impl Taken {
    /// A name that no other is, for people and files.
    pub(crate) fn plain(&mut self, name: &str) -> String {
        give_out(&mut self.values, &slug(name))
    }

    /// The identifier of an instance. One that looks like a derived name gets out of the way.
    pub(crate) fn instance(&mut self, name: &str) -> String {
        let base = slug(name).to_lowercase();
        let clashes = FAMILIES.iter().any(|f| base.starts_with(f)) || VALUES.contains(&format!(" {base} "));
        self.value(&if clashes { format!("i_{base}") } else { base })
    }

    /// An identifier that no other is: `a_b` stands for `a.b` and for `a[b]`.
    pub(crate) fn value(&mut self, name: &str) -> String {
        give_out(&mut self.values, &ambc_lidl::model::escape(&slug(name).to_lowercase()))
    }

    /// The name of a type: `Base`, or with `suffix` where that means something else.
    pub(crate) fn type_name(&mut self, base: &str, suffix: &str) -> String {
        let known = TYPES.contains(&format!(" {base} ")) || self.types.contains(base);
        give_out(&mut self.types, &if known { format!("{base}{suffix}") } else { base.to_owned() })
    }
}

pub(super) fn give_out(taken: &mut BTreeSet<String>, base: &str) -> String {
    let mut candidate = base.to_owned();
    let mut n = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{base}_{n}");
        n += 1;
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_stay_apart() {
        let mut taken = Taken::default();
        assert_eq!(taken.instance("probe[3]"), "probe_3");
        assert_eq!(taken.instance("probe_3"), "probe_3_2");
        assert_eq!(taken.instance("pool_probe_3"), "i_pool_probe_3");
        assert_eq!(taken.instance("host"), "i_host");
        assert_eq!(taken.instance("match"), "r#match");
        assert_eq!(taken.type_name("Caller", "Instance"), "CallerInstance");
        assert_eq!(taken.type_name("Probe3", "Instance"), "Probe3");
        assert_eq!(taken.type_name("Probe3", "Instance"), "Probe3Instance");
        assert_eq!(slug("site::edge"), "site_edge");
        assert_eq!(slug("cloud.disk"), "cloud_disk");
    }
}
