//! Networks and their attributes.

use super::arrays::Element;
use super::attrs::get;
use super::codes;
use super::ctx::{Ctx, Env, with_nearest};
use super::names::{DefId, Kind};
use crate::hir::{Dimension, Network, NetworkId, NetworkKind, NodeId, Value};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Spanned};

const ATTRIBUTES: &[&str] =
    &["cost", "latency", "bandwidth", "mtu", "loss", "energy", "encrypted", "trusted", "hub"];
const DEFAULT_COST: u64 = 1000;
/// Costs add up along a path; this keeps any sum far from overflow.
pub(super) const HIGHEST_COST: u64 = u32::MAX as u64;
/// Nothing larger can be framed.
pub(super) const LARGEST_MTU: u64 = 1 << 24;

const KINDS: [(&str, NetworkKind); 7] = [
    ("udp", NetworkKind::Udp),
    ("tcp", NetworkKind::Tcp),
    ("unix", NetworkKind::Unix),
    ("xbee", NetworkKind::Xbee),
    ("uart", NetworkKind::Uart),
    ("spi", NetworkKind::Spi),
    ("usb", NetworkKind::Usb),
];

fn default_mtu(kind: NetworkKind) -> u32 {
    match kind {
        NetworkKind::Udp | NetworkKind::Tcp => 1400,
        NetworkKind::Xbee => kind.largest_frame(),
        NetworkKind::Uart | NetworkKind::Spi => 256,
        NetworkKind::Unix | NetworkKind::Usb => 65_536,
    }
}

impl Ctx<'_> {
    pub(super) fn networks(&mut self) {
        for index in 0..self.names.defs.len() {
            if self.names.defs[index].kind != Kind::Network {
                continue;
            }
            for element in self.elements(DefId(index), self.hir.networks.len()) {
                if let Some(network) = self.network(&element) {
                    self.hir.networks.push(network);
                }
            }
        }
    }

    fn network(&mut self, element: &Element<'_>) -> Option<Network> {
        let ast::ItemKind::Network(item) = &element.item.kind else { return None };
        let env = element.env();
        let settings = &item.settings;
        self.attributes("network", settings, ATTRIBUTES, &[]);
        let kind = self.network_kind(item, element);
        let mtu = self.attr_whole(settings, "mtu", Dimension::Size, env);
        let mtu = mtu.and_then(|m| self.mtu(m));
        Some(Network {
            name: element.name.clone(),
            name_span: element.name_span,
            span: element.item.span,
            kind: kind.unwrap_or(NetworkKind::Udp),
            cost: self.attr_int(settings, "cost", HIGHEST_COST, env).map_or(DEFAULT_COST, |c| c.value),
            latency: self.attr_whole(settings, "latency", Dimension::Duration, env).map(|v| v.value),
            bandwidth: self.attr_whole(settings, "bandwidth", Dimension::Bandwidth, env).map(|v| v.value),
            mtu: mtu.map_or_else(|| default_mtu(kind.unwrap_or(NetworkKind::Udp)), |m| m.value),
            mtu_span: get(settings, "mtu").map(|s| s.span),
            loss: self.loss(settings, env),
            energy: self.attr_quantity(settings, "energy", Dimension::Energy, env).map(|v| v.value),
            encrypted: self.attr_flag(settings, "encrypted", env),
            trusted: self.attr_flag(settings, "trusted", env),
            hub: None,
            broken: element.broken || kind.is_none(),
        })
    }

    fn network_kind(&mut self, item: &ast::Network, element: &Element<'_>) -> Option<NetworkKind> {
        let old = match element.replaced.map(|r| &r.item.kind) {
            Some(ast::ItemKind::Network(old)) => old.kind.as_ref(),
            _ => None,
        };
        let Some(kind) = item.kind.as_ref().or(old) else {
            if !element.item.broken {
                let d = Diagnostic::new(
                    codes::ATTRIBUTE_VALUE,
                    element.name_span,
                    format!("the network `{}` has no kind", element.name),
                )
                .help(format!("write `network {} : udp`, or another kind", item.name.text));
                self.report(d);
            }
            return None;
        };
        let found = KINDS.iter().find(|(word, _)| *word == kind.text).map(|(_, k)| *k);
        if found.is_none() {
            let words = KINDS.map(|(word, _)| word);
            let close = self.close(&kind.text, words);
            let message = format!("there is no kind of network `{}`", kind.text);
            let d = Diagnostic::new(codes::UNKNOWN_NAME, kind.span, message)
                .note(format!("the kinds are {}", super::attrs::listed(&words)));
            self.report(with_nearest(d, kind.span, close.as_deref()));
        }
        found
    }

    pub(super) fn mtu(&mut self, mtu: Spanned<u64>) -> Option<Spanned<u32>> {
        if (1..=LARGEST_MTU).contains(&mtu.value) {
            return Some(mtu.map(|m| m as u32));
        }
        let message = format!("an mtu is between 1B and {}MiB", LARGEST_MTU >> 20);
        self.report(Diagnostic::new(codes::OUT_OF_RANGE, mtu.span, message));
        None
    }

    /// `loss 5%;`, also `loss 0.05;`.
    fn loss(&mut self, settings: &[ast::Setting], env: Env<'_>) -> Option<f64> {
        let expr = self.one(get(settings, "loss")?)?;
        let share = match self.eval(expr, env)? {
            Value::Int(v) => v as f64,
            Value::Float(v) => v,
            Value::Quantity(q) if q.dimension == Dimension::Share => q.value,
            other => {
                let misfit = super::fit::Misfit::Dimension { needed: Dimension::Share };
                self.report(super::eval::misfit_diagnostic(&other, "percentage", &misfit, expr.span));
                return None;
            }
        };
        if (0.0..=1.0).contains(&share) {
            return Some(share);
        }
        let d = Diagnostic::new(codes::OUT_OF_RANGE, expr.span, "a loss is between 0% and 100%");
        self.report(d);
        None
    }

    /// `hub NODE;`, after nodes are known.
    pub(super) fn hubs(&mut self) {
        for index in 0..self.names.defs.len() {
            if self.names.defs[index].kind != Kind::Network {
                continue;
            }
            let extent = self.extents[index];
            let now = self.names.defs[index].now;
            let ast::ItemKind::Network(ast::Network { hub: Some(hub), array, .. }) = &now.item.kind else {
                continue;
            };
            let variable = array.as_ref().and_then(|a| a.variable.as_ref()).map(|v| v.text.as_str());
            for i in 0..extent.len {
                let env = Env { scope: now.scope, index: variable.map(|v| (v, i)) };
                if let Some(node) = self.one_node(hub, env) {
                    let network = NetworkId(extent.first + i);
                    self.hir.networks[network].hub = Some(Spanned::new(node, hub.span));
                }
            }
        }
    }

    /// The one node that a reference means.
    pub(super) fn one_node(&mut self, reference: &ast::Ref, env: Env<'_>) -> Option<NodeId> {
        let nodes: Vec<NodeId> = self.nodes_of(reference, false, env)?.collect();
        match nodes.as_slice() {
            [node] => Some(*node),
            nodes => {
                self.needs_one(reference, nodes.len(), Kind::Node);
                None
            }
        }
    }

    /// Reports a selection of several, or none, where one is needed.
    pub(super) fn needs_one(&mut self, reference: &ast::Ref, count: usize, kind: Kind) {
        let message = format!("one {} is needed here, not {count}", kind.word());
        let d = Diagnostic::new(codes::NEEDS_ONE, reference.span, message)
            .help(format!("write `{}[0]` for one element", super::names::written(&reference.head)));
        self.report(d);
    }

    /// The nodes that a reference means; `whole`: a bare array name means all.
    pub(super) fn nodes_of(
        &mut self,
        reference: &ast::Ref,
        whole: bool,
        env: Env<'_>,
    ) -> Option<impl Iterator<Item = NodeId> + use<>> {
        let id = self.find(Kind::Node, env.scope, &reference.head)?;
        let range = self.select(id, reference.select.as_ref(), reference.span, whole, env)?;
        self.no_member(reference)?;
        Some(range.map(NodeId))
    }

    /// Reports a `.member` where only a name may stand.
    pub(super) fn no_member(&mut self, reference: &ast::Ref) -> Option<()> {
        let Some(member) = &reference.member else { return Some(()) };
        let message = format!("`.{}` cannot stand here", member.text);
        self.report(Diagnostic::new(codes::WRONG_KIND, member.span, message));
        None
    }
}
