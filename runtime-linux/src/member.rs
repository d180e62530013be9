//! What one member of an image class is: its names, ids and parameters, as its identity file gives them.
//!
//! Nodes that differ in nothing else share one image. Its tables hold neutral names and no ids; at start the member's lines of
//! the identity file fill them in, once, so that nothing costs more later. A group's process gets the same lines as arguments
//! from its node. Everything is strict: a line that is missing, or one for something the image has not, is an error.
//!
//! ```text
//! class sensor                        # the class whose image this is
//! id 3735928559                       # this node's id on the wire
//! name climate probe[3]               # what the image calls `climate` is `probe[3]` here: an instance or a group
//! param climate id 3                  # a parameter whose values differ among the members
//! param climate label "probe 3"       # text stands in quotes, with \", \\, \n, \r, \t, \0 and \u{e4}
//! network 0 radio[0]                  # network of an interface, by its index in the image's table
//! neighbour 0 305419896               # id of a neighbour, by index
//! route 0 2596069104                  # id of a route, by index
//! lane 0 19088743 gateway[0] probe[3].out -> merge[0]   # a lane by index: id of its edge or export, the other node, its name
//! lane 1 - - probe[3].log -> sensor[3].logger           # one that does not leave the node
//! ```

mod lines;
mod tables;
mod value;

pub use ambc_abi::ParamKind;
pub use lines::{LaneLine, MemberLines};
pub use value::FromIdentity;

pub(crate) use tables::node_spec;

use crate::spec::NodeGroup;
use std::fmt::Display;

/// What members of an image class do not share, besides ids: constants of generated code.
#[derive(Clone, Copy, Debug)]
pub struct ClassSpec {
    /// Name of the class.
    pub name: &'static str,
    /// What the image calls instances and groups that each member has another name for.
    pub names: &'static [&'static str],
    /// Parameters whose values differ among the members.
    pub params: &'static [ClassParam],
}

impl ClassSpec {
    /// Of an image that is one node's alone.
    pub(crate) const NONE: Self = Self { name: "", names: &[], params: &[] };
}

/// One such parameter.
#[derive(Clone, Copy, Debug)]
pub struct ClassParam {
    /// The instance, as the image calls it.
    pub instance: &'static str,
    /// The parameter.
    pub name: &'static str,
    /// What it holds.
    pub holds: ParamKind,
}

impl ClassParam {
    /// Parameter `name` of `instance`.
    #[must_use]
    pub const fn new(instance: &'static str, name: &'static str, holds: ParamKind) -> Self {
        Self { instance, name, holds }
    }
}

/// One member, checked: every name and parameter of its class is there.
#[derive(Debug, Default)]
pub(crate) struct Member {
    names: Vec<(String, &'static str)>,
    params: Vec<(String, String, String)>,
}

impl Member {
    /// Takes what `class` asks for from the lines, and nothing else may be there.
    pub(crate) fn of(class: &ClassSpec, lines: &MemberLines) -> Result<Self, String> {
        for (key, _) in &lines.names {
            known(class.names.contains(&key.as_str()), format_args!("name {key}"))?;
        }
        for (instance, name, _) in &lines.params {
            let found = class.params.iter().any(|p| p.instance == instance && p.name == name);
            known(found, format_args!("param {instance} {name}"))?;
        }
        let names = class.names.iter().map(|key| {
            let found = lines.names.iter().find(|(k, _)| k == key);
            let (key, name) = found.ok_or_else(|| format!("`name {key}` is missing"))?;
            Ok((key.clone(), &*name.clone().leak()))
        });
        let params = class.params.iter().map(|p| {
            let found = lines.params.iter().find(|(i, n, _)| i == p.instance && n == p.name);
            let line = found.ok_or_else(|| format!("`param {} {}` is missing", p.instance, p.name))?;
            value::check(p.holds, &line.2)
                .map_err(|what| format!("`param {} {}`: {what}", p.instance, p.name))?;
            Ok(line.clone())
        });
        Ok(Self {
            names: names.collect::<Result<_, String>>()?,
            params: params.collect::<Result<_, String>>()?,
        })
    }

    /// What this member calls `key`.
    pub(crate) fn find(&self, key: &str) -> Option<&'static str> {
        self.names.iter().find(|(k, _)| k == key).map(|(_, name)| *name)
    }

    /// As [`Self::find`], for a key that generated code took from the class's table.
    pub(crate) fn name(&self, key: &'static str) -> &'static str {
        self.find(key).unwrap_or(key)
    }

    /// The value of a parameter, by what the image calls its instance.
    ///
    /// # Panics
    /// If the class's table does not have it with this type: generated code and its table come from one compiler.
    pub(crate) fn param<T: FromIdentity>(&self, instance: &str, name: &str) -> T {
        let found = self.params.iter().find(|(i, n, _)| i == instance && n == name);
        let value = found.and_then(|(_, _, text)| T::read(text));
        value.unwrap_or_else(|| {
            panic!("the image's table has no parameter `{name}` of `{instance}` of this type")
        })
    }

    /// The lines that the process of a group needs: what [`MemberLines::parse`] reads again. `group` has this member's names.
    pub(crate) fn lines_of(&self, group: &NodeGroup) -> Vec<String> {
        let here = |name: &str| name == group.name || group.instances.contains(&name);
        let names: Vec<_> = self.names.iter().filter(|(_, name)| here(name)).collect();
        let params =
            self.params.iter().filter(|(instance, _, _)| names.iter().any(|(key, _)| key == instance));
        let params: Vec<_> = params.collect();
        names
            .iter()
            .map(|(key, name)| format!("name {key} {name}"))
            .chain(params.iter().map(|(instance, name, value)| format!("param {instance} {name} {value}")))
            .collect()
    }
}

/// What the two hosts, of a node and of a group, say of the member they have, to generated code. Where it stands, `ran` is a
/// function that takes an instance and what its `run` returned.
macro_rules! say_who_it_is {
    () => {
        /// What this member of the class calls the instance or group that the image calls `key`.
        #[must_use]
        pub fn name(&self, key: &'static str) -> &'static str {
            self.member.name(key)
        }

        /// A parameter that the identity file of the node gives.
        ///
        /// # Panics
        /// If the class's table has no such parameter of this type.
        #[must_use]
        pub fn param<T: $crate::member::FromIdentity>(&self, instance: &str, name: &str) -> T {
            self.member.param(instance, name)
        }

        /// As the function [`ran`], for the instance that the image calls `key`.
        pub fn ran<E: ::core::fmt::Display>(&self, key: &'static str) -> impl FnOnce(Result<(), E>) + use<E> {
            let instance = self.name(key);
            move |result| ran(instance, result)
        }
    };
}
pub(crate) use say_who_it_is;

fn known(is: bool, what: impl Display) -> Result<(), String> {
    if is { Ok(()) } else { Err(format!("`{what}`: the image has no such thing")) }
}
