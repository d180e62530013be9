//! Text about large arrays: what is said alike of many elements is said once.

use std::collections::BTreeMap;

/// So many elements are shown one by one.
const FEW: usize = 8;

/// A piece of text, and how many pieces it stands for. In one that stands for several, indices are `[*]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) text: String,
    pub(super) count: usize,
}

impl Folded {
    /// ` (480 alike)`, or nothing.
    pub(super) fn alike(&self) -> String {
        if self.count > 1 { format!(" ({} alike)", self.count) } else { String::new() }
    }
}

/// Pieces that differ in indices only become one, at the place of the first, if they are more than a few.
pub(super) fn fold(pieces: Vec<String>) -> Vec<Folded> {
    let starred: Vec<_> = pieces.iter().map(|p| without_indices(p)).collect();
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for s in &starred {
        *left.entry(s).or_default() += 1;
    }
    left.retain(|_, count| *count > FEW);
    let mut out = Vec::new();
    for (piece, starred) in pieces.into_iter().zip(&starred) {
        match left.get_mut(starred.as_str()) {
            None => out.push(Folded { text: piece, count: 1 }),
            Some(0) => {}
            Some(count) => out.push(Folded { text: starred.clone(), count: std::mem::take(count) }),
        }
    }
    out
}

/// `sensor[17] > radio[0]` as `sensor[*] > radio[*]`.
fn without_indices(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let is_index = digits > 0 && after[digits..].starts_with(']');
        out.push_str(if is_index { "[*" } else { "[" });
        rest = if is_index { &after[digits..] } else { after };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_alike_are_one_and_few_are_themselves() {
        let many = (0..9).map(|i| format!("a[{i}].x[0] -> b"));
        let few = (0..8).map(|i| format!("c[{i}]"));
        let pieces: Vec<_> =
            few.clone().take(1).chain(many).chain(few.clone().skip(1)).chain(["d".to_owned()]).collect();
        let folded = fold(pieces);
        let texts: Vec<_> = folded.iter().map(|f| format!("{}{}", f.text, f.alike())).collect();
        let mut wanted = vec!["c[0]".to_owned(), "a[*].x[*] -> b (9 alike)".to_owned()];
        wanted.extend(few.skip(1));
        wanted.push("d".to_owned());
        assert_eq!(texts, wanted);
    }

    #[test]
    fn only_indices_are_starred() {
        assert_eq!(without_indices("a[12] [x] [ 3] b[] c[0]"), "a[*] [x] [ 3] b[] c[*]");
    }
}
