//! The value text of `--set name=value`. A string is written as it is, with or without quotes.

use super::{idl, units};
use crate::hir::{ParamType, Value};
use crate::syntax::ast::Unit;
use ambc_lidl::model::Model;

/// The value that the text stands for, if it is one; whether it fits the type is asked elsewhere.
pub(super) fn read(text: &str, ty: &ParamType, lidl: &Model) -> Option<Value> {
    let text = text.trim();
    match ty {
        ParamType::Bool => text.parse().ok().map(Value::Bool),
        ParamType::Int { .. } => integer(text).map(Value::Int),
        ParamType::F32 | ParamType::F64 => {
            text.replace('_', "").parse::<f64>().ok().filter(|v| v.is_finite()).map(Value::Float)
        }
        ParamType::Str(_) => Some(Value::Str(unquoted(text).to_owned())),
        ParamType::Enum(id) => {
            let path: Vec<&str> = text.split("::").collect();
            idl::enum_value(lidl, *id, &path).map(|v| Value::Enum(*id, v))
        }
        ParamType::Quantity(_) => quantity(text),
        ParamType::Secret => quoted_call(text, "secret").map(Value::Secret),
        ParamType::Array(of, _) => {
            let inner = text.strip_prefix('[')?.strip_suffix(']')?.trim();
            if inner.is_empty() {
                return Some(Value::Array(Vec::new()));
            }
            inner.split(',').map(|item| read(item, of, lidl)).collect::<Option<Vec<_>>>().map(Value::Array)
        }
    }
}

fn integer(text: &str) -> Option<i128> {
    let digits = text.replace('_', "");
    match digits.strip_prefix("0x") {
        Some(hex) => i128::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

fn quoted_call(text: &str, name: &str) -> Option<String> {
    let inner = text.strip_prefix(name)?.trim().strip_prefix('(')?.strip_suffix(')')?;
    Some(unquoted(inner.trim()).to_owned())
}

fn quantity(text: &str) -> Option<Value> {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    units::quantity(&number.replace('_', ""), unit_of(unit.trim_start())?).map(Value::Quantity)
}

fn unit_of(text: &str) -> Option<Unit> {
    Some(match text {
        "us" => Unit::Us,
        "ms" => Unit::Ms,
        "s" => Unit::S,
        "min" => Unit::Min,
        "h" => Unit::H,
        "d" => Unit::D,
        "B" => Unit::B,
        "KiB" => Unit::KiB,
        "MiB" => Unit::MiB,
        "GiB" => Unit::GiB,
        "kB" => Unit::KB,
        "MB" => Unit::MB,
        "GB" => Unit::GB,
        "bps" => Unit::Bps,
        "kbps" => Unit::Kbps,
        "Mbps" => Unit::Mbps,
        "Gbps" => Unit::Gbps,
        "/s" => Unit::PerS,
        "/min" => Unit::PerMin,
        "/h" => Unit::PerH,
        "/d" => Unit::PerD,
        "Hz" => Unit::Hz,
        "kHz" => Unit::KHz,
        "MHz" => Unit::MHz,
        "GHz" => Unit::GHz,
        "cycles" => Unit::Cycles,
        "uJ" => Unit::UJ,
        "mJ" => Unit::MJ,
        "J" => Unit::J,
        "Wh" => Unit::Wh,
        "uW" => Unit::UW,
        "mW" => Unit::MW,
        "W" => Unit::W,
        "%" => Unit::Percent,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::{Dimension, Quantity};

    fn int() -> ParamType {
        ParamType::Int { bits: 32, signed: false }
    }

    #[test]
    fn values_are_read_by_their_type() {
        let lidl = Model::default();
        let read = |text, ty: &ParamType| read(text, ty, &lidl);
        assert_eq!(read("8", &int()), Some(Value::Int(8)));
        assert_eq!(read("0x10", &int()), Some(Value::Int(16)));
        assert_eq!(read("8k", &int()), None);
        assert_eq!(read("8", &ParamType::Str(4)), Some(Value::Str("8".to_owned())));
        assert_eq!(read("\"a b\"", &ParamType::Str(4)), Some(Value::Str("a b".to_owned())));
        assert_eq!(read("yes", &ParamType::Bool), None);
        assert_eq!(read("1e999", &ParamType::F64), None);
        let rate = Value::Quantity(Quantity { dimension: Dimension::Rate, value: 10.0 });
        assert_eq!(read("10/s", &ParamType::Quantity(Dimension::Rate)), Some(rate));
        assert_eq!(read("10", &ParamType::Quantity(Dimension::Rate)), None);
        let list = ParamType::Array(Box::new(int()), 2);
        assert_eq!(read("[1, 2]", &list), Some(Value::Array(vec![Value::Int(1), Value::Int(2)])));
        assert_eq!(read("[]", &list), Some(Value::Array(Vec::new())));
    }
}
