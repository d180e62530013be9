//! Parameters of an instance as Rust values.

use super::Context;
use crate::hir::{Deployment, Dimension, Instance, InstanceId, ParamType, Quantity, Service, Value};
use crate::image::lanes::end_of;
use crate::image::naming::Naming;
use crate::image::origin::{OriginKind, Origins};
use crate::image::{End, ParamImage};
use crate::render::OriginId;
use ambc_abi::ParamKind;
use ambc_lidl::model::{camel, escape};

/// One field of `Params` for each `param` of the manifest: what the instance says, else the default.
pub(super) fn params(
    hir: &Deployment,
    instance: &Instance,
    service: &Service,
    origins: &mut Origins,
) -> Vec<ParamImage> {
    let mut out = Vec::new();
    for (i, param) in service.params.iter().enumerate() {
        let own = instance.params.get(i).and_then(Option::as_ref);
        let (Some(value), Some(ty)) = (own.or(param.default.as_ref()), &param.ty) else { continue };
        let kind = OriginKind::Param { service: service.name.to_string(), param: param.name.value.clone() };
        let origin = origins.add(param.name.span, kind);
        out.push(ParamImage {
            name: escape(&param.name.value),
            value: rust_value(hir, ty, &value.value),
            kind: identity_kind(ty),
            text: identity_text(&value.value),
            origin,
        });
    }
    out
}

/// The `label` of a logger.
pub(super) fn label(value: String, origin: OriginId) -> ParamImage {
    ParamImage { name: "label".into(), value, kind: None, text: String::new(), origin }
}

/// Of a log route: its name, and its number among those of the node.
pub(super) fn of_route(at: &Context<'_>, id: InstanceId, logs: usize, origin: OriginId) -> [ParamImage; 2] {
    let number = at.log_routes.iter().position(|l| *l == logs).unwrap_or(0);
    let (value, text) = (number.to_string(), String::new());
    let number = ParamImage { name: "number".into(), value, kind: None, text, origin };
    [label(at.naming.shown(at.hir, id), origin), number]
}

/// The `routes` of a logger: the numbers of those that take its caller's lines.
pub(super) fn routes(at: &Context<'_>, caller: InstanceId, origin: OriginId) -> ParamImage {
    let takes = |logs: &usize| at.hir.logs[*logs].from.contains_key(&caller);
    let numbers: Vec<_> = at.log_routes.iter().enumerate().filter(|(_, logs)| takes(logs)).collect();
    let numbers: Vec<_> = numbers.into_iter().map(|(number, _)| number.to_string()).collect();
    let value = format!("&[{}]", numbers.join(", "));
    ParamImage { name: "routes".into(), value, kind: None, text: String::new(), origin }
}

/// What an identity can hold. Enums and arrays stay in the image: nodes that differ in them are no class.
fn identity_kind(ty: &ParamType) -> Option<ParamKind> {
    Some(match ty {
        ParamType::Bool => ParamKind::Bool,
        ParamType::Int { bits, signed: true } => ParamKind::Signed(*bits),
        ParamType::Int { bits, signed: false } => ParamKind::Unsigned(*bits),
        ParamType::F32 => ParamKind::F32,
        ParamType::F64 => ParamKind::F64,
        ParamType::Str(most) => ParamKind::Text(*most),
        ParamType::Quantity(Dimension::Duration) => ParamKind::Duration,
        ParamType::Quantity(
            Dimension::Size | Dimension::Bandwidth | Dimension::Frequency | Dimension::Cycles,
        ) => ParamKind::Unsigned(64),
        ParamType::Quantity(Dimension::Rate | Dimension::Energy | Dimension::Power | Dimension::Share) => {
            ParamKind::F64
        }
        ParamType::Enum(_) | ParamType::Array(..) | ParamType::Secret => return None,
    })
}

/// The value as an identity file writes it.
fn identity_text(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("{text:?}"),
        Value::Quantity(q)
            if matches!(
                q.dimension,
                Dimension::Rate | Dimension::Energy | Dimension::Power | Dimension::Share
            ) =>
        {
            format!("{:?}", q.value)
        }
        Value::Quantity(q) => (q.value as u64).to_string(),
        Value::Float(v) => format!("{v:?}"),
        other => other.to_string(),
    }
}

/// The `side` of a health service: where its caller runs, seen from this node.
pub(super) fn side(at: &Context<'_>, caller: InstanceId, origin: OriginId) -> ParamImage {
    let side = match end_of(at.hir, at.plan, at.node, caller) {
        Some(End::Kernel) => "Side::Kernel".to_owned(),
        Some(End::Group(number)) => format!("Side::Group({number})"),
        // Nothing is done about a caller elsewhere, so members of a class need not know its node.
        Some(End::Net) | None if matches!(at.naming, Naming::Shared(_)) => {
            "Side::Net(\"outside\")".to_owned()
        }
        Some(End::Net) | None => {
            let placement = at.hir.instances[caller].placement.as_ref();
            let node = placement.map(|p| at.hir.nodes[p.node].name.to_string()).unwrap_or_default();
            format!("Side::Net({node:?})")
        }
    };
    let value = format!("ambc_linux::spec::{side}");
    ParamImage { name: "side".into(), value, kind: None, text: String::new(), origin }
}

fn rust_value(hir: &Deployment, ty: &ParamType, value: &Value) -> String {
    match (ty, value) {
        // With their types, so that a field of another type is no accident.
        (ParamType::F32, Value::Int(v)) => format!("{v}f32"),
        (ParamType::F64, Value::Int(v)) => format!("{v}f64"),
        (ParamType::F32, Value::Float(v)) => format!("{v:?}f32"),
        (ParamType::F64, Value::Float(v)) => format!("{v:?}f64"),
        (ParamType::Int { bits, signed }, Value::Int(v)) => {
            format!("{v}{}{bits}", if *signed { 'i' } else { 'u' })
        }
        (ParamType::Quantity(d), Value::Quantity(q)) => quantity(*d, *q),
        (ParamType::Enum(id), Value::Enum(_, name)) => {
            format!("::{}::{}", hir.lidl.rust_type(*id), camel(name))
        }
        (ParamType::Array(inner, _), Value::Array(items)) => {
            let items: Vec<_> = items.iter().map(|v| rust_value(hir, inner, v)).collect();
            format!("[{}]", items.join(", "))
        }
        (_, Value::Str(text)) => format!("{text:?}"),
        (_, Value::Bool(v)) => v.to_string(),
        (_, Value::Int(v)) => v.to_string(),
        // The rest is refused by `check` or not carried out yet, which `build` reports.
        (_, other) => format!("{:?}", other.to_string()),
    }
}

/// Durations are `core::time::Duration`; sizes bytes, rates per second, frequencies hertz, energy joule, power watt.
fn quantity(dimension: Dimension, q: Quantity) -> String {
    match dimension {
        Dimension::Duration => format!("core::time::Duration::from_nanos({})", q.value as u64),
        Dimension::Size | Dimension::Bandwidth | Dimension::Frequency | Dimension::Cycles => {
            format!("{}", q.value as u64)
        }
        Dimension::Rate | Dimension::Energy | Dimension::Power | Dimension::Share => {
            format!("{:?}f64", q.value)
        }
    }
}
