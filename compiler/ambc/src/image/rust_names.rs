//! Names of a deployment as Rust names. Nothing else mangles names.

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

/// An identifier that no other of `taken` is: `a_b` stands for `a.b` and for `a[b]`.
pub(crate) fn unique(name: &str, taken: &mut std::collections::BTreeSet<String>) -> String {
    let base = ambc_lidl::model::escape(&slug(name).to_lowercase());
    let mut candidate = base.clone();
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
        let mut taken = std::collections::BTreeSet::new();
        assert_eq!(unique("probe[3]", &mut taken), "probe_3");
        assert_eq!(unique("probe_3", &mut taken), "probe_3_2");
        assert_eq!(slug("site::edge"), "site_edge");
        assert_eq!(slug("cloud.disk"), "cloud_disk");
    }
}
