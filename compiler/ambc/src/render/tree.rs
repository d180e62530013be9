//! Generated files before they reach a disk.

use std::collections::BTreeMap;

/// Where a line of a generated file comes from: index into [`crate::image::Origins`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct OriginId(pub u32);

/// One generated file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GeneratedFile {
    pub text: String,
    /// For line numbers from 1: what the user wrote that this line stands for. Holds until the next entry.
    pub origins: BTreeMap<u32, OriginId>,
}

impl GeneratedFile {
    /// The origin of a line: that of the nearest marked line at or above it.
    pub fn origin(&self, line: u32) -> Option<OriginId> {
        self.origins.range(..=line).next_back().map(|(_, o)| *o)
    }
}

/// All files of one node, by path relative to the node's folder. Sorted, so that everything made from it is too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileTree {
    pub files: BTreeMap<String, GeneratedFile>,
}

/// Marks the line it stands in: `⟦17⟧`. Templates write it, [`strip_marks`] takes it out again.
pub(crate) fn mark(origin: OriginId) -> String {
    format!("\u{27e6}{}\u{27e7}", origin.0)
}

/// Takes the marks out of rendered text and records the lines they stood in.
pub(crate) fn strip_marks(rendered: &str) -> GeneratedFile {
    let mut out = GeneratedFile::default();
    for (i, line) in rendered.lines().enumerate() {
        let mut rest = line;
        while let Some((before, after)) = rest.split_once('\u{27e6}') {
            out.text.push_str(before);
            let Some((number, after)) = after.split_once('\u{27e7}') else {
                rest = after;
                break;
            };
            if let Ok(id) = number.parse() {
                out.origins.insert(i as u32 + 1, OriginId(id));
            }
            rest = after;
        }
        out.text.push_str(rest);
        out.text.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_names_its_line_and_those_below_it_until_the_next() {
        let f = strip_marks("a\n\u{27e6}7\u{27e7}b\nc\n    d\u{27e6}9\u{27e7}\n");
        assert_eq!(f.text, "a\nb\nc\n    d\n");
        assert_eq!([1, 2, 3, 4].map(|l| f.origin(l).map(|o| o.0)), [None, Some(7), Some(7), Some(9)]);
    }
}
