//! Image classes: nodes whose images differ only in names, ids and parameters are one image and a table of identities.

use super::{DomainImage, NodeImage, ParamImage};
use crate::hir::{Deployment, NodeId};
use ambc_abi::ParamKind;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Nodes that one image is built for, by name.
#[derive(Clone, Debug)]
pub struct ClassImage {
    /// What is compiled. That of a class of one node holds the node's names and ids.
    pub image: NodeImage,
    pub members: Vec<MemberImage>,
}

/// A node of a class.
#[derive(Clone, Debug)]
pub struct MemberImage {
    pub node: NodeId,
    /// As [`ClassImage::image`], with the names, ids and parameters of this node.
    pub image: NodeImage,
}

/// What generated code leaves to the identity of each member.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Varying {
    /// What the image calls instances and groups.
    pub names: Vec<String>,
    pub params: Vec<VaryingParam>,
}

/// A parameter whose values differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VaryingParam {
    /// As the image calls it.
    pub instance: String,
    pub name: String,
    #[serde(serialize_with = "super::as_debugged")]
    pub kind: ParamKind,
}

impl ClassImage {
    /// Its image has no names and ids of its own.
    pub fn is_shared(&self) -> bool {
        self.members.len() > 1
    }

    /// `sensor (500 nodes)`, or the node.
    pub fn label(&self) -> String {
        match self.members.len() {
            1 => self.image.node.clone(),
            n => format!("{} ({n} nodes)", self.image.node),
        }
    }

    /// The values of this member for the parameters that differ: instance as the image calls it, parameter, value.
    pub fn params<'c>(&'c self, member: &'c NodeImage) -> impl Iterator<Item = (&'c str, &'c str, &'c str)> {
        let varying = domains(&self.image).flat_map(|d| &d.varying.params);
        varying.filter_map(|v| {
            let param = params(member).find(|(i, p)| *i == v.instance && plain(p) == v.name);
            Some((v.instance.as_str(), v.name.as_str(), param?.1.text.as_str()))
        })
    }
}

/// Groups `shared`, the images of all nodes under shared names; `own` lowers a node under its own.
pub(super) fn classes(
    hir: &Deployment,
    shared: impl Iterator<Item = (NodeId, NodeImage)>,
    own: impl Fn(NodeId) -> NodeImage,
) -> Vec<ClassImage> {
    let (mut found, mut groups) = (BTreeMap::new(), Vec::<Vec<MemberImage>>::new());
    for (node, image) in shared {
        let next = groups.len();
        let at = *found.entry(structure(&image)).or_insert(next);
        if at == next {
            groups.push(Vec::new());
        }
        groups[at].push(MemberImage { node, image });
    }
    for group in &mut groups {
        group.sort_by_key(|m| &hir.nodes[m.node].name);
    }
    let names = names(hir, &groups);
    let class = |(members, name): (Vec<MemberImage>, String)| match members.as_slice() {
        [one] => {
            let image = own(one.node);
            let members = vec![MemberImage { node: one.node, image: image.clone() }];
            ClassImage { image, members }
        }
        _ => ClassImage { image: image(&members, &name), members },
    };
    groups.into_iter().zip(names).map(class).collect()
}

/// What all members of a class have in common, as text to compare. Where it is declared and what it is called does not count.
fn structure(image: &NodeImage) -> String {
    let name = (!image.target.is_linux()).then(|| image.node.clone());
    let mut image = anonymous(image);
    // Identity is not in a table on a microcontroller yet: such a node is a class of its own.
    image.node = name.unwrap_or_default();
    params_mut(&mut image).filter(|p| p.kind.is_some()).for_each(|p| p.value.clear());
    serde_json::to_string(&image).expect("an image is plain data")
}

/// The image without what makes it one node.
fn anonymous(image: &NodeImage) -> NodeImage {
    let mut out = image.clone();
    out.node.clear();
    out.slug.clear();
    for domain in domains_mut(&mut out) {
        domain.name.clone_from(&domain.key);
        domain.package.clear();
        for instance in &mut domain.instances {
            instance.name.clone_from(&instance.key);
            instance.label.iter_mut().for_each(|(key, name)| name.clone_from(key));
        }
    }
    for lane in &mut out.lanes {
        lane.edge.clone_from(&lane.key);
        lane.to.clone_from(&lane.to_key);
        lane.from_node.clear();
        lane.to_node.clear();
    }
    let net = &mut out.net;
    net.wire_id = 0;
    net.ifaces.iter_mut().for_each(|i| i.network.clear());
    net.peers.iter_mut().for_each(|p| (p.wire_id, p.node) = Default::default());
    net.routes.iter_mut().for_each(|r| (r.wire_id, r.way) = Default::default());
    net.outs.iter_mut().for_each(|o| (o.edge, o.name) = Default::default());
    net.ins.iter_mut().for_each(|i| (i.edge, i.name) = Default::default());
    net.exports.iter_mut().for_each(|e| (e.id, e.name, e.port) = (0, "export".into(), 0));
    params_mut(&mut out).for_each(|p| p.text.clear());
    out
}

/// The image of a class: the first member's without its names, with parameters that differ left to the identity.
fn image(members: &[MemberImage], name: &str) -> NodeImage {
    let mut out = anonymous(&members[0].image);
    name.clone_into(&mut out.node);
    name.clone_into(&mut out.slug);
    out.is_class = true;
    let values =
        |at: usize| members.iter().filter_map(move |m| Some(params(&m.image).nth(at)?.1.value.as_str()));
    let differing: Vec<bool> =
        (0..params(&out).count()).map(|at| values(at).collect::<BTreeSet<_>>().len() > 1).collect();
    let mut differing = differing.into_iter();
    let deployment = out.deployment.clone();
    for domain in domains_mut(&mut out) {
        domain.package = super::package(&deployment, name, &domain.key);
        vary(domain, &mut differing);
    }
    out
}

/// The kernel group is called so everywhere; no key of another is, as it comes first.
const KERNEL: &str = "kernel";

/// Takes the next of `differing` for each parameter.
fn vary(domain: &mut DomainImage, differing: &mut impl Iterator<Item = bool>) {
    let mut names: BTreeSet<_> = domain.instances.iter().map(|i| i.key.clone()).collect();
    names.extend((domain.key != KERNEL).then(|| domain.key.clone()));
    for instance in &mut domain.instances {
        names.extend(instance.label.iter().map(|(key, _)| key.clone()));
        for param in &mut instance.params {
            let (true, Some(kind)) = (differing.next() == Some(true), param.kind) else { continue };
            let name = plain(param).to_owned();
            param.value = format!("host.param::<{}>({:?}, {name:?})", rust_type(kind), instance.key);
            domain.varying.params.push(VaryingParam { instance: instance.key.clone(), name, kind });
        }
    }
    domain.varying.names = names.into_iter().collect();
}

/// What the `param` of a host returns.
fn rust_type(kind: ParamKind) -> String {
    match kind {
        ParamKind::Bool => "bool".into(),
        ParamKind::Unsigned(bits) => format!("u{bits}"),
        ParamKind::Signed(bits) => format!("i{bits}"),
        ParamKind::F32 => "f32".into(),
        ParamKind::F64 => "f64".into(),
        ParamKind::Text(_) => "&str".into(),
        ParamKind::Duration => "core::time::Duration".into(),
    }
}

/// The name as the manifest has it, also where it is a keyword of Rust.
fn plain(param: &ParamImage) -> &str {
    param.name.trim_start_matches("r#")
}

fn domains(image: &NodeImage) -> impl Iterator<Item = &DomainImage> {
    std::iter::once(&image.kernel).chain(&image.groups)
}

fn domains_mut(image: &mut NodeImage) -> impl Iterator<Item = &mut DomainImage> {
    std::iter::once(&mut image.kernel).chain(&mut image.groups)
}

/// Every parameter with its instance, always in the same order.
fn params(image: &NodeImage) -> impl Iterator<Item = (&str, &ParamImage)> {
    let instances = domains(image).flat_map(|d| &d.instances);
    instances.flat_map(|i| i.params.iter().map(|p| (i.key.as_str(), p)))
}

fn params_mut(image: &mut NodeImage) -> impl Iterator<Item = &mut ParamImage> {
    domains_mut(image).flat_map(|d| &mut d.instances).flat_map(|i| &mut i.params)
}

/// The array whose only class this is, else the first member.
fn names(hir: &Deployment, groups: &[Vec<MemberImage>]) -> Vec<String> {
    let array = |m: &MemberImage| hir.nodes[m.node].name.text.clone();
    let arrays = |group: &Vec<MemberImage>| group.iter().map(array).collect::<BTreeSet<_>>();
    let all: Vec<_> = groups.iter().map(arrays).collect();
    let mut count: BTreeMap<&String, usize> = BTreeMap::new();
    all.iter().flatten().for_each(|a| *count.entry(a).or_default() += 1);
    let mut taken: BTreeSet<String> =
        groups.iter().filter(|g| g.len() == 1).map(|g| g[0].image.slug.clone()).collect();
    let name = |(group, arrays): (&Vec<MemberImage>, &BTreeSet<String>)| {
        let first = &group[0].image.slug;
        if group.len() == 1 {
            return first.clone();
        }
        let of_array = arrays.first().filter(|a| arrays.len() == 1 && count[a] == 1);
        super::rust_names::give_out(
            &mut taken,
            &of_array.map_or_else(|| first.clone(), |a| super::rust_names::slug(a)),
        )
    };
    groups.iter().zip(&all).map(name).collect()
}
