//! By name, with the nearest one when there is none.

use super::{ConstId, ConstValue, InterfaceId, Model, TypeId};

/// The answer to a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<Id> {
    Found(Id),
    /// With the name that was probably meant.
    Unknown {
        nearest: Option<String>,
    },
}

impl<Id> Lookup<Id> {
    #[must_use]
    pub fn found(self) -> Option<Id> {
        match self {
            Self::Found(id) => Some(id),
            Self::Unknown { .. } => None,
        }
    }
}

impl Model {
    /// An interface by its whole path.
    #[must_use]
    pub fn find_interface(&self, path: &[&str]) -> Lookup<InterfaceId> {
        let names = self.interfaces.iter().map(|i| i.path.as_slice());
        find(names, path).map(InterfaceId)
    }

    /// A type by its whole path; not the uses of generic ones.
    #[must_use]
    pub fn find_type(&self, path: &[&str]) -> Lookup<TypeId> {
        find(self.types.iter().map(|t| t.path.as_slice()), path).map(TypeId)
    }

    /// A constant by its whole path.
    #[must_use]
    pub fn find_const(&self, path: &[&str]) -> Lookup<ConstId> {
        find(self.consts.iter().map(|c| c.path.as_slice()), path).map(ConstId)
    }

    /// The value of a constant, for expressions of other languages.
    #[must_use]
    pub fn const_value(&self, path: &[&str]) -> Option<&ConstValue> {
        self.find_const(path).found().and_then(|id| self.constant(id).value.as_ref())
    }
}

impl Lookup<u32> {
    fn map<Id>(self, id: impl FnOnce(u32) -> Id) -> Lookup<Id> {
        match self {
            Self::Found(index) => Lookup::Found(id(index)),
            Self::Unknown { nearest } => Lookup::Unknown { nearest },
        }
    }
}

fn find<'a>(names: impl Iterator<Item = &'a [String]> + Clone, path: &[&str]) -> Lookup<u32> {
    match names.clone().position(|name| name == path) {
        Some(index) => Lookup::Found(index as u32),
        None => Lookup::Unknown { nearest: nearest(&path.join("::"), names.map(|name| name.join("::"))) },
    }
}

/// The candidate that differs least from `name`, if it is near enough to be meant: the same last segment, or about one
/// letter in three. The first of equals.
pub fn nearest(name: &str, candidates: impl IntoIterator<Item = String>) -> Option<String> {
    let last = |name: &str| name.rsplit("::").next().unwrap_or("").to_owned();
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let distance = if last(&candidate) == last(name) { 0 } else { distance(name, &candidate) };
            (distance <= limit).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Letters to insert, delete, replace or swap.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut rows: [Vec<usize>; 3] = [Vec::new(), (0..=b.len()).collect(), vec![0; b.len() + 1]];
    for i in 1..=a.len() {
        rows[2][0] = i;
        for j in 1..=b.len() {
            let mut best = (rows[1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                .min(rows[1][j] + 1)
                .min(rows[2][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[0][j - 2] + 1);
            }
            rows[2][j] = best;
        }
        rows.rotate_left(1);
        rows[2] = vec![0; b.len() + 1];
    }
    rows[1].last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn the_nearest_name_is_one_that_could_be_meant() {
        let of = |name: &str, all: &[&str]| nearest(name, all.iter().map(|s| (*s).to_owned()));
        assert_eq!(
            of("vision::frame_handlr", &["vision::frame_handler", "x"]).as_deref(),
            Some("vision::frame_handler")
        );
        assert_eq!(of("rect", &["geometry::rect"]).as_deref(), Some("geometry::rect"));
        assert_eq!(of("abc", &["xyz"]), None);
        assert_eq!(distance("hte", "the"), 1);
    }
}
