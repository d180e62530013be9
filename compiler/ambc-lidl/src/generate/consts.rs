//! Constants.

use super::Writer;
use super::text::Text;
use crate::model::{ConstType, ConstValue, Dimension, Scalar, constant};

impl Writer<'_> {
    pub(super) fn constant(&self, index: usize, out: &mut Text) {
        let Some(item) = self.model.consts.get(index) else { return };
        let Some(value) = &item.value else { return };
        let (ty, value) = match (item.ty, value) {
            (ConstType::Scalar(Scalar::F32), ConstValue::Float(v)) => {
                ("f32".to_owned(), format!("{:?}", *v as f32))
            }
            (ConstType::Scalar(scalar), ConstValue::Float(v)) => (scalar.name().to_owned(), format!("{v:?}")),
            (ConstType::Scalar(scalar), ConstValue::Int(v)) => (scalar.name().to_owned(), v.to_string()),
            (_, ConstValue::Bool(v)) => ("bool".to_owned(), v.to_string()),
            (_, ConstValue::Str(v)) => ("&str".to_owned(), format!("{v:?}")),
            (_, ConstValue::Quantity(dimension, v)) => quantity(*dimension, *v),
            (_, ConstValue::Int(_) | ConstValue::Float(_)) => return,
        };
        out.blank();
        out.doc(&item.doc);
        if ty.starts_with('f') {
            out.line("#[allow(clippy::approx_constant, reason = \"the value is as declared\")]");
        }
        let name = constant(item.path.last().map_or("", String::as_str));
        out.assign(&format!("pub const {name}: {ty}"), &format!("{value};"));
    }
}

/// Sizes in bytes, bandwidths in bits per second, frequencies in hertz, energies in joule, powers in watt.
fn quantity(dimension: Dimension, value: f64) -> (String, String) {
    match dimension {
        Dimension::Duration => {
            let value = format!("::core::time::Duration::from_nanos({})", value as u64);
            ("::core::time::Duration".to_owned(), value)
        }
        Dimension::Size | Dimension::Bandwidth | Dimension::Frequency | Dimension::Cycles => {
            ("u64".to_owned(), (value as u64).to_string())
        }
        Dimension::Rate | Dimension::Energy | Dimension::Power | Dimension::Share => {
            ("f64".to_owned(), format!("{value:?}"))
        }
    }
}
