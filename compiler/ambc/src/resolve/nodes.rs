//! Nodes and their links.

use super::arrays::Element;
use super::attrs::{get, word};
use super::codes;
use super::ctx::{Ctx, Env};
use super::names::{DefId, Kind};
use super::networks::HIGHEST_COST;
use crate::hir::{Address, Dimension, Link, NetworkId, Node, PlatformId, Value};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Spanned};

const ATTRIBUTES: &[&str] = &["relay", "power", "watchdog"];
/// In nanoseconds.
const SHORTEST_WATCHDOG: u64 = 100_000_000;
const LINK_ATTRIBUTES: &[&str] = &["cost", "port", "bind", "gateway", "baud", "mtu"];
const DEFAULT_PORT: u16 = 7411;
const HIGHEST_BAUD: u64 = 100_000_000;

impl<'a> Ctx<'a> {
    /// Nodes without their offers, which are instances and come later; with what they were made from.
    pub(super) fn nodes(&mut self) -> Vec<Element<'a>> {
        let mut elements = Vec::new();
        for index in 0..self.names.defs.len() {
            if self.names.defs[index].kind != Kind::Node {
                continue;
            }
            for element in self.elements(DefId(index), self.hir.nodes.len()) {
                if let Some(node) = self.node(&element) {
                    self.hir.nodes.push(node);
                    elements.push(element);
                }
            }
        }
        elements
    }

    fn node(&mut self, element: &Element<'a>) -> Option<Node> {
        let ast::ItemKind::Node(item) = &element.item.kind else { return None };
        let env = element.env();
        let settings = &item.settings;
        self.attributes("node", settings, ATTRIBUTES, &[]);
        let platform = self.node_platform(item, element);
        let relay = self.attr_word(settings, "relay", &["off", "on"]);
        Some(Node {
            name: element.name.clone(),
            name_span: element.name_span,
            span: element.item.span,
            platform,
            links: item.links.iter().map(|l| self.link(l, env)).collect(),
            offers: Vec::new(),
            relay: relay.is_none_or(|r| r.value == 1),
            battery: self.battery(settings, env),
            watchdog: self.watchdog(settings, env),
            broken: element.broken || platform.is_none(),
        })
    }

    fn watchdog(&mut self, settings: &[ast::Setting], env: Env<'_>) -> Option<Spanned<u64>> {
        let limit = self.attr_whole(settings, "watchdog", Dimension::Duration, env)?;
        if limit.value >= SHORTEST_WATCHDOG {
            return Some(limit);
        }
        let d = Diagnostic::new(codes::OUT_OF_RANGE, limit.span, "a watchdog waits at least 100 ms")
            .label("too short")
            .help("a busy machine lets a healthy group wait longer: write a second or more");
        self.report(d);
        None
    }

    /// An override without `: platform` keeps the platform of what it replaces.
    fn node_platform(&mut self, item: &ast::Node, element: &Element<'_>) -> Option<PlatformId> {
        let old = element.replaced.and_then(|r| match &r.item.kind {
            ast::ItemKind::Node(old) => old.platform.as_ref().map(|p| (p, r.scope)),
            _ => None,
        });
        match item.platform.as_ref().map(|p| (p, element.scope)).or(old) {
            Some((path, scope)) => self.platform_named(path, scope),
            None => {
                if !element.item.broken {
                    let message = format!("the node `{}` has no platform", element.name);
                    let d = Diagnostic::new(codes::ATTRIBUTE_VALUE, element.name_span, message)
                        .help(format!("write `node {} : linux`, or another platform", item.name.text));
                    self.report(d);
                }
                None
            }
        }
    }

    /// `power battery 13Wh;` or `power mains;`, in joule.
    fn battery(&mut self, settings: &[ast::Setting], env: Env<'_>) -> Option<f64> {
        let setting = get(settings, "power")?;
        match setting.values.as_slice() {
            [source] if word(source) == Some("mains") => None,
            [source, energy] if word(source) == Some("battery") => {
                let joule = self.eval_quantity(energy, Dimension::Energy, env)?;
                self.not_negative(joule, "battery", energy.span).map(|j| j.value)
            }
            _ => {
                self.bad_value(setting, "`power battery 13Wh` or `power mains`");
                None
            }
        }
    }

    fn link(&mut self, link: &ast::Link, env: Env<'_>) -> Link {
        let settings = &link.settings;
        self.attributes("link", settings, LINK_ATTRIBUTES, &[]);
        let network = self.one_network(&link.network, env);
        let address = link.address.as_ref().and_then(|a| self.address(a, env));
        let device = link.device.as_ref().and_then(|d| self.device(d, env));
        let port = self.attr_int(settings, "port", u64::from(u16::MAX), env).and_then(|p| self.port(p));
        let mtu = self.attr_whole(settings, "mtu", Dimension::Size, env).and_then(|m| self.mtu(m));
        let neither = link.import.is_none() && link.export.is_none();
        let broken =
            (link.address.is_some() && address.is_none()) || (link.device.is_some() && device.is_none());
        Link {
            network,
            network_span: link.network.span,
            address,
            device,
            import: link.import.is_some() || neither,
            export: link.export.is_some() || neither,
            cost: self.attr_int(settings, "cost", HIGHEST_COST, env).map_or(0, |c| c.value),
            port: port.map_or(DEFAULT_PORT, |p| p.value),
            port_span: get(settings, "port").map(|s| s.span),
            bind: self.attr_text(settings, "bind", env),
            gateway: self.attr_text(settings, "gateway", env),
            baud: self.attr_int(settings, "baud", HIGHEST_BAUD, env),
            mtu,
            span: link.span,
            broken,
        }
    }

    pub(super) fn port(&mut self, port: Spanned<u64>) -> Option<Spanned<u16>> {
        if (1..=u64::from(u16::MAX)).contains(&port.value) {
            return Some(port.map(|p| p as u16));
        }
        self.report(Diagnostic::new(codes::OUT_OF_RANGE, port.span, "a port is between 1 and 65535"));
        None
    }

    /// The one network that a reference means.
    pub(super) fn one_network(&mut self, reference: &ast::Ref, env: Env<'_>) -> Option<NetworkId> {
        let id = self.find(Kind::Network, env.scope, &reference.head)?;
        let range = self.select(id, reference.select.as_ref(), reference.span, false, env)?;
        self.no_member(reference)?;
        if range.len() != 1 {
            self.needs_one(reference, range.len(), Kind::Network);
            return None;
        }
        Some(NetworkId(range.start))
    }

    fn address(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<Spanned<Address>> {
        let address = match self.eval(expr, env)? {
            Value::Str(text) => Some(Address::Text(text)),
            Value::Int(number) => u64::try_from(number).ok().map(Address::Number),
            _ => None,
        };
        if address.is_none() {
            let d = Diagnostic::new(codes::WRONG_TYPE, expr.span, "this is no address")
                .help("write a string such as `\"10.0.0.2/24\"`, or a number such as `0x0002`");
            self.report(d);
        }
        address.map(|a| Spanned::new(a, expr.span))
    }

    /// A device of the platform by its name, or a path as a string.
    fn device(&mut self, expr: &ast::Expr, env: Env<'_>) -> Option<Spanned<String>> {
        if let ast::ExprKind::Name(_) = &expr.kind
            && let Some(device) = word(expr)
        {
            return Some(Spanned::new(device.to_owned(), expr.span));
        }
        Some(Spanned::new(self.eval_text(expr, env)?, expr.span))
    }
}
