//! Wire ids: hashes of names, so that adding a node renumbers nothing on the others.

use std::collections::BTreeMap;

/// FNV-1a, 32 bits (Fowler, Noll, Vo), never 0: 0 means "none" on the wire.
pub(crate) fn hash(name: &str) -> u32 {
    let h = name.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    h.max(1)
}

/// Two names that hash to the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Collision {
    pub first: String,
    pub second: String,
}

/// The ids given out in one range of names.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    taken: BTreeMap<u32, String>,
}

impl Ids {
    /// The id of a name; the same name gets the same id.
    pub(crate) fn get(&mut self, name: String) -> Result<u32, Collision> {
        let id = hash(&name);
        match self.taken.get(&id) {
            Some(first) if *first != name => Err(Collision { first: first.clone(), second: name }),
            Some(_) => Ok(id),
            None => {
                self.taken.insert(id, name);
                Ok(id)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_with_one_hash_are_named() {
        // A known pair of FNV-1a 32 collisions.
        assert_eq!(hash("costarring"), hash("liquid"));
        let mut ids = Ids::default();
        let id = ids.get("costarring".into()).unwrap();
        assert_eq!(ids.get("costarring".into()).unwrap(), id);
        assert_eq!(ids.get("liquid".into()).unwrap_err().first, "costarring");
    }
}
