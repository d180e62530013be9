//! Units as written.

use super::ast::Unit;

const TABLE: &[(&str, Unit)] = &[
    ("us", Unit::Us),
    ("ms", Unit::Ms),
    ("s", Unit::S),
    ("min", Unit::Min),
    ("h", Unit::H),
    ("d", Unit::D),
    ("B", Unit::B),
    ("KiB", Unit::KiB),
    ("MiB", Unit::MiB),
    ("GiB", Unit::GiB),
    ("kB", Unit::KB),
    ("MB", Unit::MB),
    ("GB", Unit::GB),
    ("bps", Unit::Bps),
    ("kbps", Unit::Kbps),
    ("Mbps", Unit::Mbps),
    ("Gbps", Unit::Gbps),
    ("/s", Unit::PerS),
    ("/min", Unit::PerMin),
    ("/h", Unit::PerH),
    ("/d", Unit::PerD),
    ("Hz", Unit::Hz),
    ("kHz", Unit::KHz),
    ("MHz", Unit::MHz),
    ("GHz", Unit::GHz),
    ("cycles", Unit::Cycles),
    ("uJ", Unit::UJ),
    ("mJ", Unit::MJ),
    ("J", Unit::J),
    ("Wh", Unit::Wh),
    ("uW", Unit::UW),
    ("mW", Unit::MW),
    ("W", Unit::W),
    ("%", Unit::Percent),
];

pub(super) fn unit(text: &str) -> Option<Unit> {
    TABLE.iter().find(|(t, _)| *t == text).map(|(_, u)| *u)
}

/// A unit as it is written: `KiB`, `/s`, `%`.
pub fn unit_text(unit: Unit) -> &'static str {
    TABLE.iter().find(|(_, u)| *u == unit).map_or("", |(t, _)| t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ambc_grammar::keywords::UNITS;

    #[test]
    fn every_unit_of_the_grammar_is_known_and_no_other() {
        assert_eq!(UNITS.len(), TABLE.len());
        for text in UNITS {
            assert_eq!(unit(text).map(unit_text), Some(*text));
        }
    }
}
