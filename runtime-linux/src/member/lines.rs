//! The lines of an identity file that only members of a class have.

use crate::identity::{two, word};

/// What they say, unchecked against any image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemberLines {
    /// The class.
    pub class: Option<String>,
    /// This node's id.
    pub id: Option<u32>,
    /// What the image calls it, and its name here.
    pub names: Vec<(String, String)>,
    /// Instance as the image calls it, parameter, value as text.
    pub params: Vec<(String, String, String)>,
    /// Network of each interface.
    pub networks: Vec<(usize, String)>,
    /// Id of each neighbour.
    pub neighbours: Vec<(usize, u32)>,
    /// Id of each route.
    pub routes: Vec<(usize, u32)>,
    /// Every lane.
    pub lanes: Vec<(usize, LaneLine)>,
}

/// A lane of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneLine {
    /// Id of the edge or export it carries, if it leaves the node.
    pub id: Option<u32>,
    /// The node at the other end.
    pub node: Option<String>,
    /// `caller.need -> callee`.
    pub name: String,
}

impl MemberLines {
    /// Lines of these kinds only.
    pub fn parse<'l>(lines: impl IntoIterator<Item = &'l str>) -> Result<Self, String> {
        let mut found = Self::default();
        for line in lines {
            let (key, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            if !found.entry(key, rest.trim())? {
                return Err(format!("unknown key `{key}`"));
            }
        }
        Ok(found)
    }

    /// No line of these kinds was there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes one line; false if its key is not one of these.
    pub(crate) fn entry(&mut self, key: &str, rest: &str) -> Result<bool, String> {
        match key {
            "class" => once(&mut self.class, key, word(rest)?.to_owned())?,
            "id" => once(&mut self.id, key, id(rest)?)?,
            "name" => {
                let (of, name) = two(rest)?;
                add(&mut self.names, of.to_owned(), word(name)?.to_owned())?;
            }
            "param" => self.param(rest)?,
            "network" => indexed(&mut self.networks, rest, |name| word(name).map(str::to_owned))?,
            "neighbour" => indexed(&mut self.neighbours, rest, id)?,
            "route" => indexed(&mut self.routes, rest, id)?,
            "lane" => indexed(&mut self.lanes, rest, lane)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn param(&mut self, rest: &str) -> Result<(), String> {
        let (instance, rest) = two(rest)?;
        let (name, value) = two(rest)?;
        if self.params.iter().any(|(i, n, _)| i == instance && n == name) {
            return Err(format!("`{instance} {name}` is given twice"));
        }
        self.params.push((instance.to_owned(), name.to_owned(), value.to_owned()));
        Ok(())
    }
}

fn once<T>(slot: &mut Option<T>, key: &str, value: T) -> Result<(), String> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("`{key}` is given twice")),
    }
}

fn add<K: PartialEq + std::fmt::Display, V>(list: &mut Vec<(K, V)>, key: K, value: V) -> Result<(), String> {
    if list.iter().any(|(k, _)| *k == key) {
        return Err(format!("`{key}` is given twice"));
    }
    list.push((key, value));
    Ok(())
}

fn indexed<T>(
    list: &mut Vec<(usize, T)>,
    rest: &str,
    value: impl Fn(&str) -> Result<T, String>,
) -> Result<(), String> {
    let (index, rest) = two(rest)?;
    let index = index.parse::<usize>().map_err(|_| format!("`{index}` is no index"))?;
    add(list, index, value(rest)?)
}

fn id(text: &str) -> Result<u32, String> {
    word(text)?.parse().map_err(|_| format!("`{text}` is no id"))
}

fn lane(rest: &str) -> Result<LaneLine, String> {
    let (number, rest) = two(rest)?;
    let (node, name) = two(rest)?;
    let present = |text: &str| (text != "-").then(|| text.to_owned());
    let id = present(number).map(|n| id(&n)).transpose()?;
    Ok(LaneLine { id, node: present(node), name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let lines = "class sensor\nid 7\nname climate probe[3]\nparam climate label \"a  b\"\nnetwork 0 radio[0]\n\
            neighbour 0 8\nroute 0 9\nlane 0 10 gateway[0] probe[3].out -> merge[0]\nlane 1 - - a.log -> b.logger";
        let found = MemberLines::parse(lines.lines()).unwrap();
        assert_eq!((found.class.as_deref(), found.id), (Some("sensor"), Some(7)));
        assert_eq!(found.names, [("climate".to_owned(), "probe[3]".to_owned())]);
        assert_eq!(found.params, [("climate".to_owned(), "label".to_owned(), "\"a  b\"".to_owned())]);
        assert_eq!(
            (found.networks, found.neighbours, found.routes),
            (vec![(0, "radio[0]".to_owned())], vec![(0, 8)], vec![(0, 9)])
        );
        let out = LaneLine {
            id: Some(10),
            node: Some("gateway[0]".to_owned()),
            name: "probe[3].out -> merge[0]".to_owned(),
        };
        let log = LaneLine { id: None, node: None, name: "a.log -> b.logger".to_owned() };
        assert_eq!(found.lanes, [(0, out), (1, log)]);
    }

    #[test]
    fn mistakes_are_named() {
        let cases = [
            ("id 1\nid 2", "`id` is given twice"),
            ("id x", "`x` is no id"),
            ("route a 1", "`a` is no index"),
            ("route 0 4294967296", "`4294967296` is no id"),
            ("neighbour 0 1\nneighbour 0 2", "`0` is given twice"),
            ("lane 0 1 a", "a field is missing"),
            ("name a b c", "`b c` has more fields than one"),
            ("param a b", "a field is missing"),
            ("param a b 1\nparam a b 2", "`a b` is given twice"),
            ("peer 0 127.0.0.1:1", "unknown key `peer`"),
        ];
        for (text, what) in cases {
            assert_eq!(MemberLines::parse(text.lines()), Err(what.to_owned()), "{text}");
        }
    }
}
