//! The identity file of a node: what one image needs to be this node on this machine.
//!
//! One entry per line: a key and its fields, separated by blanks. `#` starts a comment line. A path is the last field of its
//! line and may contain blanks. Everything is strict: an unknown key, a missing or extra field, a second value is an error
//! that names the line, and nothing starts.
//!
//! ```text
//! node cloud                          # required: this node's name, must be the image's
//! data /var/lib/ambc/cloud            # folder for what the node keeps
//! group trap /opt/cloud/groups/trap   # executable of each user group
//! bind lan udp:127.0.0.1:7411         # place of an interface, by the name of its network or its index
//! peer 0 udp:127.0.0.1:7412           # place of a neighbour, by its index in the image's table
//! export 0 tcp:127.0.0.1:4898         # place of an export, by its index in the image's table
//! medium lan loss=0.05 latency_us=5000 bandwidth_bps=250000 mtu=100 seed=1   # what an interface imposes, optional
//! folder data/db /var/lib/ambc/cloud/db   # where a folder is that an offer names; else it is below the data folder
//! impair loss=0.05 dup=0.05 reorder=0.05 seed=1   # fault injection at every link that is no stream, optional
//! ```
//! A place is `udp:ADDRESS:PORT` (`udp:` may be left out), `tcp:ADDRESS:PORT`, `unix:/PATH`, `serial:/DEVICE,BAUD`, or
//! `xbee:/DEVICE,BAUD,ADDRESS,NETWORK,CHANNEL` with the 16-bit address of this node's radio, its personal area network and its
//! channel in hexadecimal. A neighbour has the transport of its interface; on a serial line there is one, and it needs no
//! `peer`; a neighbour's radio is `xbee:ADDRESS`. What radios lose and delay is up to the air: of a `medium` they have
//! `bandwidth_bps` and `mtu` only, from which a node knows how long a frame takes.
//!
//! A node whose image several nodes share has further lines: see [`crate::member`].

use crate::link::Place;
use crate::link::impair::Impairment;
use crate::link::medium::Figures;
use crate::member::MemberLines;
use std::fmt;
use std::path::{Path, PathBuf};

/// A parsed identity file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity {
    /// Name of the node.
    pub node: String,
    /// Folder for what the node keeps.
    pub data: Option<PathBuf>,
    /// Executable of each user group.
    pub groups: Vec<(String, PathBuf)>,
    /// Place of each interface, by network or index.
    pub binds: Vec<(String, Place)>,
    /// Place of each neighbour, by index.
    pub peers: Vec<(usize, Place)>,
    /// Place of each export, by index.
    pub exports: Vec<(String, Place)>,
    /// What interfaces impose on what they send, by network or index.
    pub media: Vec<(String, Figures)>,
    /// Folder of each offer that has one.
    pub folders: Vec<(String, PathBuf)>,
    /// Faults to inject at the sockets.
    pub impair: Option<Impairment>,
    /// Names, ids and parameters, where the image is one of several nodes.
    pub member: MemberLines,
}

/// What is wrong with an identity file, and in which line (0: with all of it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.what),
            n => write!(f, "line {n}: {}", self.what),
        }
    }
}

impl std::error::Error for IdentityError {}

impl Identity {
    /// Parses the text of an identity file.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let mut found = Self::default();
        for (i, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            found.entry(line).map_err(|what| IdentityError { line: i + 1, what })?;
        }
        if found.node.is_empty() {
            return Err(IdentityError { line: 0, what: "`node NAME` is missing".to_owned() });
        }
        Ok(found)
    }

    /// Reads and parses the file at `path`.
    pub fn read(path: &Path) -> Result<Self, IdentityError> {
        let text =
            std::fs::read_to_string(path).map_err(|e| IdentityError { line: 0, what: e.to_string() })?;
        Self::parse(&text)
    }

    /// The neighbour of this index.
    #[must_use]
    pub fn peer(&self, index: usize) -> Option<&Place> {
        self.peers.iter().find(|(i, _)| *i == index).map(|(_, at)| at)
    }

    /// The executable of group `name`.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Path> {
        find(&self.groups, name).map(PathBuf::as_path)
    }

    /// The folder of offer `name`; without one of its own, a folder of that name below the data folder.
    #[must_use]
    pub fn folder(&self, name: &str) -> Option<PathBuf> {
        find(&self.folders, name).cloned().or_else(|| Some(self.data.as_ref()?.join(name)))
    }

    fn entry(&mut self, line: &str) -> Result<(), String> {
        let (key, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match key {
            "node" if self.node.is_empty() => self.node = word(rest)?.to_owned(),
            "data" if self.data.is_none() => self.data = Some(path(rest)?),
            "impair" if self.impair.is_none() => self.impair = Some(Impairment::parse(rest)?),
            "node" | "data" | "impair" => return Err(format!("`{key}` is given twice")),
            "group" => named(&mut self.groups, rest, path)?,
            "bind" => named(&mut self.binds, rest, str::parse)?,
            "export" => named(&mut self.exports, rest, str::parse)?,
            "medium" => named(&mut self.media, rest, Figures::parse)?,
            "folder" => named(&mut self.folders, rest, path)?,
            "peer" => self.neighbour(rest)?,
            _ if self.member.entry(key, rest)? => {}
            _ => return Err(format!("unknown key `{key}`")),
        }
        Ok(())
    }

    fn neighbour(&mut self, rest: &str) -> Result<(), String> {
        let (index, at) = two(rest)?;
        let index = index.parse().map_err(|_| format!("`{index}` is not the index of a neighbour"))?;
        if self.peers.iter().any(|(i, _)| *i == index) {
            return Err(format!("neighbour {index} is given twice"));
        }
        let at: Place = at.parse()?;
        match at {
            Place::Serial { .. } => return Err("the neighbour on a serial line needs no `peer`".to_owned()),
            Place::Xbee { .. } => {
                return Err("a neighbour's radio is only its address, like xbee:0x0002".to_owned());
            }
            _ => {}
        }
        self.peers.push((index, at));
        Ok(())
    }
}

/// What a list says about the interface or export of this name and index.
pub(crate) fn numbered<'a, T>(list: &'a [(String, T)], name: &str, index: usize) -> Option<&'a T> {
    find(list, &index.to_string()).or_else(|| find(list, name))
}

fn find<'a, T>(list: &'a [(String, T)], name: &str) -> Option<&'a T> {
    list.iter().find(|(n, _)| n == name).map(|(_, v)| v)
}

fn named<T>(
    list: &mut Vec<(String, T)>,
    rest: &str,
    value: impl Fn(&str) -> Result<T, String>,
) -> Result<(), String> {
    let (name, rest) = two(rest)?;
    if find(list, name).is_some() {
        return Err(format!("`{name}` is given twice"));
    }
    list.push((name.to_owned(), value(rest)?));
    Ok(())
}

pub(crate) fn two(rest: &str) -> Result<(&str, &str), String> {
    let (a, b) = rest.split_once(char::is_whitespace).ok_or("a field is missing")?;
    Ok((a, b.trim()))
}

pub(crate) fn word(text: &str) -> Result<&str, String> {
    match text.split_whitespace().count() {
        1 => Ok(text),
        0 => Err("a field is missing".to_owned()),
        _ => Err(format!("`{text}` has more fields than one")),
    }
}

fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("a path is missing".to_owned()) } else { Ok(PathBuf::from(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "# a comment\nnode cloud\ndata /tmp/data of mine\n\ngroup trap /opt/a b/trap\nbind lan 127.0.0.1:7411\n\
        bind usb serial:/dev/tty A,9600\nbind air xbee:/dev/ttyUSB0,9600,0x0001,0x3332,0x0c\npeer 1 127.0.0.1:7412\npeer 2 xbee:0x0002\nexport 0 tcp:[::1]:4898\nmedium lan loss=0.5\nfolder disk /db\nimpair loss=0.05 dup=0.01 reorder=0.5 seed=3\n";

    #[test]
    fn every_entry_is_read() {
        let id = Identity::parse(FULL).unwrap();
        assert_eq!(id.node, "cloud");
        assert_eq!(id.group("trap"), Some(Path::new("/opt/a b/trap")));
        assert_eq!(numbered(&id.binds, "lan", 0), Some(&Place::Udp("127.0.0.1:7411".parse().unwrap())));
        assert_eq!(
            numbered(&id.binds, "usb", 1),
            Some(&Place::Serial { device: "/dev/tty A".into(), baud: 9600 })
        );
        assert_eq!(numbered(&id.binds, "air", 2).map(Place::transport), Some("xbee"));
        assert_eq!(id.peer(2), Some(&Place::Radio(2)));
        assert_eq!(id.peer(1), Some(&Place::Udp("127.0.0.1:7412".parse().unwrap())));
        assert_eq!(numbered(&id.exports, "", 0), Some(&Place::Tcp("[::1]:4898".parse().unwrap())));
        assert_eq!(numbered(&id.media, "lan", 0).map(|m| m.loss), Some(0.5));
        assert_eq!(id.folder("disk"), Some(PathBuf::from("/db")));
        assert_eq!(id.folder("other"), Some(PathBuf::from("/tmp/data of mine/other")));
        assert_eq!(id.impair.unwrap().seed, 3);
    }

    #[test]
    fn mistakes_name_their_line() {
        let cases = [
            ("node a\nnode b", 2, "`node` is given twice"),
            ("node a\ncolour red", 2, "unknown key `colour`"),
            ("node a b", 1, "`a b` has more fields than one"),
            ("node a\nbind lan", 2, "a field is missing"),
            ("node a\nbind lan here", 2, "`here` is not an address like 127.0.0.1:7411"),
            ("node a\nbind lan udp:here", 2, "`here` is not an address like 127.0.0.1:7411"),
            ("node a\nbind lan unix:here", 2, "`here` is not the path of a socket like /run/site/a.sock"),
            ("node a\npeer 0 serial:/dev/tty,9600", 2, "the neighbour on a serial line needs no `peer`"),
            (
                "node a\npeer 0 xbee:/d,9600,0x1,0x1,0xc",
                2,
                "a neighbour's radio is only its address, like xbee:0x0002",
            ),
            ("node a\nmedium lan loss=2", 2, "`loss` must be between 0 and 1"),
            ("node a\nmedium lan delay=2", 2, "a medium has no `delay`"),
            ("node a\npeer x 1.2.3.4:5", 2, "`x` is not the index of a neighbour"),
            ("node a\npeer 0 1.2.3.4:5\npeer 0 1.2.3.4:6", 3, "neighbour 0 is given twice"),
            ("node a\ngroup g /x\ngroup g /y", 3, "`g` is given twice"),
            ("node a\nimpair loss=2", 2, "`loss` must be between 0 and 1"),
            ("data /x", 0, "`node NAME` is missing"),
        ];
        for (text, line, what) in cases {
            assert_eq!(Identity::parse(text), Err(IdentityError { line, what: what.to_owned() }), "{text}");
        }
    }
}
