//! What is in the photographs: `photos/labels.csv`.

use picture::Picture;
use std::collections::BTreeMap;

/// One line of `labels.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Path below the folder of photographs.
    pub path: String,
    /// `animal` or `none`.
    pub class: String,
    /// The source picture, empty where nothing stands before the background.
    pub stamp: String,
    /// `tune` or `test`.
    pub half: String,
}

/// The photographs of each half in the order of their names, which is the order in which the camera takes them.
///
/// # Errors
/// The first line that has not the five columns of `photos/README.md`.
pub fn truth(labels: &str) -> Result<BTreeMap<String, Vec<Photo>>, String> {
    let mut halves: BTreeMap<String, Vec<Photo>> = BTreeMap::new();
    for (number, line) in labels.lines().enumerate().skip(1) {
        let columns: Vec<&str> = line.split(',').collect();
        let &[path, class, stamp, _, half] = columns.as_slice() else {
            return Err(format!("labels.csv line {}: not five columns", number + 1));
        };
        let photo = Photo { path: path.into(), class: class.into(), stamp: stamp.into(), half: half.into() };
        halves.entry(half.into()).or_default().push(photo);
    }
    halves.values_mut().for_each(|half| half.sort_by(|a, b| a.path.cmp(&b.path)));
    Ok(halves)
}

/// A photograph of `photos/`: binary PPM, 96 x 72.
#[must_use]
pub fn photo(bytes: &[u8]) -> Option<Picture<'_>> {
    Picture::new(96, 72, bytes.strip_prefix(b"P6\n96 72\n255\n")?)
}

#[cfg(test)]
mod tests {
    use super::truth;

    #[test]
    fn halves_are_in_the_order_of_names() {
        let halves =
            truth("frame,…\nb/2,animal,x.png,grass,b\nb/1,none,,grass,b\na/1,none,,brick,a\n").unwrap();
        let paths = |half: &str| halves[half].iter().map(|p| p.path.as_str()).collect::<Vec<_>>();
        assert_eq!(paths("b"), ["b/1", "b/2"]);
        assert_eq!(paths("a"), ["a/1"]);
    }

    #[test]
    fn a_line_with_too_few_columns_is_named() {
        assert_eq!(truth("head\na,b\n"), Err("labels.csv line 2: not five columns".into()));
    }
}
