//! What a unit measures and how many base units it is.

use crate::hir::{Dimension, Quantity};
use crate::syntax::ast::Unit;

/// The quantity that `number` (decimal text) and a unit stand for. `None`: the number is too large to be one.
pub(super) fn quantity(number: &str, unit: Unit) -> Option<Quantity> {
    let (dimension, factor) = measure(unit);
    let value = number.parse::<f64>().ok()? * factor;
    value.is_finite().then_some(Quantity { dimension, value })
}

fn measure(unit: Unit) -> (Dimension, f64) {
    const MINUTE: f64 = 60.0;
    const HOUR: f64 = 3600.0;
    const DAY: f64 = 86_400.0;
    const NS: f64 = 1e9;
    match unit {
        Unit::Us => (Dimension::Duration, 1e3),
        Unit::Ms => (Dimension::Duration, 1e6),
        Unit::S => (Dimension::Duration, NS),
        Unit::Min => (Dimension::Duration, MINUTE * NS),
        Unit::H => (Dimension::Duration, HOUR * NS),
        Unit::D => (Dimension::Duration, DAY * NS),
        Unit::B => (Dimension::Size, 1.0),
        Unit::KiB => (Dimension::Size, 1024.0),
        Unit::MiB => (Dimension::Size, 1024.0 * 1024.0),
        Unit::GiB => (Dimension::Size, 1024.0 * 1024.0 * 1024.0),
        Unit::KB => (Dimension::Size, 1e3),
        Unit::MB => (Dimension::Size, 1e6),
        Unit::GB => (Dimension::Size, 1e9),
        Unit::Bps => (Dimension::Bandwidth, 1.0),
        Unit::Kbps => (Dimension::Bandwidth, 1e3),
        Unit::Mbps => (Dimension::Bandwidth, 1e6),
        Unit::Gbps => (Dimension::Bandwidth, 1e9),
        Unit::PerS => (Dimension::Rate, 1.0),
        Unit::PerMin => (Dimension::Rate, 1.0 / MINUTE),
        Unit::PerH => (Dimension::Rate, 1.0 / HOUR),
        Unit::PerD => (Dimension::Rate, 1.0 / DAY),
        Unit::Hz => (Dimension::Frequency, 1.0),
        Unit::KHz => (Dimension::Frequency, 1e3),
        Unit::MHz => (Dimension::Frequency, 1e6),
        Unit::GHz => (Dimension::Frequency, 1e9),
        Unit::Cycles => (Dimension::Cycles, 1.0),
        Unit::UJ => (Dimension::Energy, 1e-6),
        Unit::MJ => (Dimension::Energy, 1e-3),
        Unit::J => (Dimension::Energy, 1.0),
        Unit::Wh => (Dimension::Energy, 3600.0),
        Unit::UW => (Dimension::Power, 1e-6),
        Unit::MW => (Dimension::Power, 1e-3),
        Unit::W => (Dimension::Power, 1.0),
        Unit::Percent => (Dimension::Share, 0.01),
    }
}

/// A quantity as it can be written.
pub(super) fn text(q: Quantity) -> String {
    match q.dimension {
        Dimension::Duration => format!("{}us", q.value / 1e3),
        Dimension::Size => format!("{}B", q.value),
        Dimension::Bandwidth => format!("{}bps", q.value),
        Dimension::Rate => format!("{}/s", q.value),
        Dimension::Frequency => format!("{}Hz", q.value),
        Dimension::Cycles => format!("{} cycles", q.value),
        Dimension::Energy => format!("{}J", q.value),
        Dimension::Power => format!("{}W", q.value),
        Dimension::Share => format!("{}%", q.value * 100.0),
    }
}

/// A quantity of this dimension as one would write it, for messages.
pub(super) fn example(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Duration => "250ms",
        Dimension::Size => "64KiB",
        Dimension::Bandwidth => "250kbps",
        Dimension::Rate => "10/s",
        Dimension::Frequency => "64MHz",
        Dimension::Cycles => "54_000 cycles",
        Dimension::Energy => "13Wh",
        Dimension::Power => "5mW",
        Dimension::Share => "80%",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let units =
            [Unit::Ms, Unit::KiB, Unit::Kbps, Unit::PerMin, Unit::MHz, Unit::Cycles, Unit::Wh, Unit::MW];
        for unit in units.into_iter().chain([Unit::Percent]) {
            let q = quantity("3", unit).unwrap();
            let ty = crate::hir::ParamType::Quantity(q.dimension);
            let read = super::super::set_value::read(&text(q), &ty, &ambc_lidl::model::Model::default());
            let Some(crate::hir::Value::Quantity(back)) = read else { panic!("{}", text(q)) };
            assert!((back.value - q.value).abs() <= q.value * 1e-12, "{}", text(q));
            assert_eq!(back.dimension, q.dimension);
        }
    }

    #[test]
    fn quantities_are_in_base_units() {
        assert_eq!(quantity("5", Unit::Ms), Some(Quantity { dimension: Dimension::Duration, value: 5e6 }));
        assert_eq!(quantity("1.5", Unit::KiB), Some(Quantity { dimension: Dimension::Size, value: 1536.0 }));
        assert_eq!(quantity("60", Unit::PerMin), Some(Quantity { dimension: Dimension::Rate, value: 1.0 }));
        assert_eq!(
            quantity("13", Unit::Wh),
            Some(Quantity { dimension: Dimension::Energy, value: 46_800.0 })
        );
        assert_eq!(quantity(&"9".repeat(400), Unit::S), None);
    }
}
