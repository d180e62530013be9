//! Platforms: what one inherits, what it changes, what it offers.

use super::attrs::{get, whole, word};
use super::builtin;
use super::codes;
use super::ctx::{Ctx, Env, Extent};
use super::names::{DefId, Kind, ScopeId, segments, written};
use crate::hir::{Dimension, Id, Name, Platform, PlatformId, PlatformKind};
use crate::syntax::ast;
use ambc_diag::{Diagnostic, Span};
use ambc_lidl::model::InterfaceId;

/// `offers NAME: INTERFACE …` of a platform or node.
#[derive(Clone, Copy, Debug)]
pub(super) struct OfferDef<'a> {
    pub(super) name: &'a str,
    pub(super) interface: Option<InterfaceId>,
    /// Absent for what a built-in platform offers by itself.
    pub(super) written: Option<(&'a ast::Offer, ScopeId)>,
}

const ATTRIBUTES: &[&str] =
    &["kind", "target", "memory", "clock", "mpu", "mmu", "features", "devices", "power"];
const KINDS: [(&str, PlatformKind); 3] =
    [("linux", PlatformKind::Linux), ("cortex_m", PlatformKind::CortexM), ("x86_64", PlatformKind::X86_64)];

/// The kind of platform that a word names.
pub(super) fn kind_named(name: &str) -> Option<PlatformKind> {
    KINDS.iter().find(|(word, _)| *word == name).map(|(_, kind)| *kind)
}

impl<'a> Ctx<'a> {
    /// Built-in platforms first, then declared ones in order.
    pub(super) fn platforms(&mut self) {
        for platform in builtin::platforms() {
            self.platform_offers.push(self.own_offers(platform.kind));
            self.hir.platforms.push(platform);
        }
        let mut slots: Vec<Slot<'_>> = Vec::new();
        let first = self.hir.platforms.len();
        for index in 0..self.names.defs.len() {
            if self.names.defs[index].kind == Kind::Platform {
                let at = (first + slots.len()) as u32;
                self.extents[index] = Extent { first: at, len: 1, array: false, broken: false };
                slots.push(Slot { def: DefId(index), state: State::Unread });
            }
        }
        for index in 0..slots.len() {
            self.platform(index, first, &mut slots, 0);
        }
        for slot in slots {
            if let State::Done(platform, offers) = slot.state {
                self.hir.platforms.push(*platform);
                self.platform_offers.push(offers);
            }
        }
    }

    fn own_offers(&self, kind: PlatformKind) -> Vec<OfferDef<'a>> {
        builtin::offered(kind)
            .map(|service| {
                let name = builtin::word(service);
                let interface = self.hir.lidl.find_interface(&["ambience", name]).found();
                OfferDef { name, interface, written: None }
            })
            .collect()
    }

    /// Evaluates one declared platform, its base first.
    fn platform(&mut self, index: usize, first: usize, slots: &mut Vec<Slot<'a>>, depth: u32) {
        if !matches!(slots[index].state, State::Unread) {
            return;
        }
        slots[index].state = State::Busy;
        let def = self.names.def(slots[index].def);
        let (now, name, name_span, clash) = (def.now, def.name.clone(), def.name_span, def.clash);
        let ast::ItemKind::Platform(item) = &now.item.kind else { return };
        if self.builtin_platform(&item.name.text).is_some() && !name.contains("::") {
            let message = format!("`{}` is a built-in platform", item.name.text);
            let d = Diagnostic::new(codes::DEFINED_TWICE, name_span, message)
                .help(format!("choose another name, such as `my_{0}` : `{0}`", item.name.text));
            self.report(d);
        }
        let base = item.base.as_ref().map(|b| (b, self.base(b, now.scope, first, slots, depth)));
        let (mut platform, mut offers) = match base {
            Some((_, Some(found))) => found,
            Some((_, None)) => (unknown(), self.own_offers(PlatformKind::Linux)),
            None => (Platform { broken: false, ..unknown() }, Vec::new()),
        };
        platform.name = Name::new(name);
        platform.span = Some(now.item.span);
        platform.broken |= now.item.broken || clash;
        self.platform_attributes(&mut platform, item, Env::of(now.scope), name_span);
        if item.base.is_none() {
            offers = self.own_offers(platform.kind);
        }
        self.add_offers(&mut offers, &item.offers, now.scope);
        slots[index].state = State::Done(Box::new(platform), offers);
    }

    fn base(
        &mut self,
        path: &ast::Path,
        scope: ScopeId,
        first: usize,
        slots: &mut Vec<Slot<'a>>,
        depth: u32,
    ) -> Option<(Platform, Vec<OfferDef<'a>>)> {
        let id = self.platform_named(path, scope)?;
        let Some(index) = id.index().checked_sub(first) else {
            return Some((self.hir.platforms[id].clone(), self.platform_offers.get(id.index())?.clone()));
        };
        // A chain this long is a mistake of a generator; it must not exhaust the stack.
        if depth < 200 {
            self.platform(index, first, slots, depth + 1);
        }
        match &slots.get(index)?.state {
            State::Done(platform, offers) => Some(((**platform).clone(), offers.clone())),
            State::Busy | State::Unread => {
                let d = Diagnostic::new(
                    codes::PLATFORM,
                    path.span,
                    format!("the platform `{}` inherits from itself", written(path)),
                );
                self.report(d);
                None
            }
        }
    }

    /// The platform of a name: a declared or a built-in one.
    pub(super) fn platform_named(&mut self, path: &ast::Path, scope: ScopeId) -> Option<PlatformId> {
        if path.segments.is_empty() {
            return None;
        }
        if let Some(id) = self.names.find(Kind::Platform, scope, &segments(path)) {
            return Some(PlatformId(self.extents[id.0].first));
        }
        if let [single] = path.segments.as_slice()
            && let Some(id) = self.builtin_platform(&single.text)
        {
            return Some(id);
        }
        let mut known: Vec<String> =
            self.names.visible(Kind::Platform, scope).into_iter().map(|(n, _)| n).collect();
        known.extend(builtin::platforms().into_iter().map(|p| p.name.text));
        let close = self.close(&written(path), known.iter().map(String::as_str));
        match close {
            Some(close) => {
                let message = format!("there is no platform `{}`", written(path));
                let d = Diagnostic::new(codes::UNKNOWN_NAME, path.span, message).label("not found");
                self.report(super::ctx::with_nearest(d, path.span, Some(&close)));
            }
            None => self.report_unknown(Kind::Platform, scope, path),
        }
        None
    }

    fn builtin_platform(&self, name: &str) -> Option<PlatformId> {
        let mut builtin = self.hir.platforms.iter().take_while(|(_, p)| p.span.is_none());
        builtin.find(|(_, p)| p.name.text == name).map(|(id, _)| id)
    }

    fn platform_attributes(&mut self, p: &mut Platform, item: &ast::Platform, env: Env<'_>, name_span: Span) {
        let settings = &item.settings;
        self.attributes("platform", settings, ATTRIBUTES, &["features", "devices"]);
        let kinds = KINDS.map(|(word, _)| word);
        if let Some(kind) = self.attr_word(settings, "kind", &kinds) {
            p.kind = KINDS[kind.value].1;
            p.heap = p.kind != PlatformKind::CortexM;
        }
        if let Some(target) = self.attr_text(settings, "target", env) {
            p.target = target.value;
        }
        let described = get(settings, "kind").is_some() && get(settings, "target").is_some();
        if item.base.is_none() && !described && !p.broken {
            let d = Diagnostic::new(
                codes::PLATFORM,
                name_span,
                "a platform inherits from another one, or says its `kind` and its `target`",
            )
            .help(format!("write `platform {} : linux` or another built-in platform", item.name.text));
            self.report(d);
            p.broken = true;
        }
        if let Some(clock) = self.attr_whole(settings, "clock", Dimension::Frequency, env) {
            p.clock_hz = Some(clock.value);
        }
        self.platform_memory(p, settings, env);
        self.platform_mpu(p, settings, env);
        self.platform_power(settings, env);
        self.words(settings, "features", &mut p.features);
        self.words(settings, "devices", &mut p.devices);
        if let Some(mmu) = self.attr_word(settings, "mmu", &["off", "on"]) {
            p.features.retain(|f| f != "mmu");
            p.features.extend((mmu.value == 1).then(|| "mmu".to_owned()));
        }
    }

    fn platform_memory(&mut self, p: &mut Platform, settings: &[ast::Setting], env: Env<'_>) {
        let Some(block) = self.attr_block(settings, "memory") else { return };
        self.attributes("memory block", block, &["flash", "ram"], &[]);
        let (flash, ram) = (
            self.attr_whole(block, "flash", Dimension::Size, env),
            self.attr_whole(block, "ram", Dimension::Size, env),
        );
        p.flash = flash.map(|v| v.value).or(p.flash);
        p.ram = ram.map(|v| v.value).or(p.ram);
    }

    /// `mpu regions 8;`, `mpu off;`
    fn platform_mpu(&mut self, p: &mut Platform, settings: &[ast::Setting], env: Env<'_>) {
        let Some(setting) = get(settings, "mpu") else { return };
        match setting.values.as_slice() {
            [off] if word(off) == Some("off") => p.mpu_regions = None,
            [regions, count] if word(regions) == Some("regions") => {
                if let Some(count) = self.eval_int(count, 255, env) {
                    p.mpu_regions = Some(count as u32);
                }
            }
            _ => self.bad_value(setting, "`mpu regions 8` or `mpu off`"),
        }
    }

    /// Power figures are for `require lifetime`, which says so when they are missing.
    fn platform_power(&mut self, settings: &[ast::Setting], env: Env<'_>) {
        let Some(block) = self.attr_block(settings, "power") else { return };
        self.attributes("power block", block, &["active", "sleep", "transmit", "receive"], &[]);
        for name in ["active", "sleep", "transmit", "receive"] {
            self.attr_quantity(block, name, Dimension::Power, env).map(|q| whole(q.value));
        }
    }

    /// The words of an attribute such as `features fpu dsp;`, added to those there are.
    fn words(&mut self, settings: &[ast::Setting], name: &str, out: &mut Vec<String>) {
        for setting in settings.iter().filter(|s| s.name.text == name) {
            for value in &setting.values {
                match word(value) {
                    Some(word) if out.iter().any(|w| w == word) => {}
                    Some(word) => out.push(word.to_owned()),
                    None => self.bad_value(setting, &format!("`{name} a b`")),
                }
            }
        }
    }

    /// Adds offers to inherited ones: one of the same name takes the place of an inherited one.
    pub(super) fn add_offers(
        &mut self,
        to: &mut Vec<OfferDef<'a>>,
        offers: &'a [ast::Offer],
        scope: ScopeId,
    ) {
        let mut own: Vec<&'a ast::Offer> = Vec::new();
        for offer in offers {
            if let Some(first) = own.iter().find(|o| o.name.text == offer.name.text) {
                let message = format!("the offer `{}` is defined twice", offer.name.text);
                let d = Diagnostic::new(codes::DEFINED_TWICE, offer.name.span, message)
                    .label("again here")
                    .also(first.name.span, "first defined here");
                self.report(d);
                continue;
            }
            own.push(offer);
            let interface = self.interface(&offer.interface);
            let def = OfferDef { name: &offer.name.text, interface, written: Some((offer, scope)) };
            match to.iter_mut().find(|o| o.name == def.name) {
                Some(old) => *old = def,
                None => to.push(def),
            }
        }
    }
}

struct Slot<'a> {
    def: DefId,
    state: State<'a>,
}

enum State<'a> {
    Unread,
    Busy,
    Done(Box<Platform>, Vec<OfferDef<'a>>),
}

/// Stands for a platform whose base could not be told.
fn unknown() -> Platform {
    Platform {
        name: Name::new(""),
        span: None,
        kind: PlatformKind::Linux,
        board: None,
        target: String::new(),
        flash: None,
        ram: None,
        clock_hz: None,
        mpu_regions: None,
        features: Vec::new(),
        devices: Vec::new(),
        heap: true,
        broken: true,
    }
}
