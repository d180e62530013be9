//! The whole of what the zones say.

use climate::{AccountError, Summary, Totals};
use examples_tests::fake::{Lines, now};
use ledger::{MOST, Needs, Service};

fn summary(probes: u32, readings: u32, sum: i64) -> Summary {
    Summary { probes, readings, sum, lowest: -5, highest: 2_150 }
}

#[test]
fn the_newest_of_each_zone_counts() {
    let log = Lines::default();
    let ledger = Service::new(Needs { log: &log });
    for (zone, of) in [(0, summary(2, 10, 20_000)), (0, summary(1, 5, 9_000)), (3, summary(1, 5, 1_000))] {
        assert_eq!(now(ledger.update(zone, &of)), Ok(()));
    }
    let lines = [
        "Info 2 probes in 1 zones, 10 readings: -0.05 to 21.50, mean 20.00",
        "Info 3 probes in 2 zones, 15 readings: -0.05 to 21.50, mean 14.00",
    ];
    assert_eq!(log.0.take(), lines);
}

#[test]
fn a_probe_without_readings_has_no_temperature() {
    let log = Lines::default();
    let none = Summary { probes: 1, readings: 0, sum: 0, lowest: i32::MAX, highest: i32::MIN };
    assert_eq!(now(Service::new(Needs { log: &log }).update(0, &none)), Ok(()));
    assert_eq!(log.0.take(), ["Info 1 probes in 1 zones, 0 readings"]);
}

#[test]
fn one_zone_too_many_is_refused() {
    let log = Lines::default();
    let ledger = Service::new(Needs { log: &log });
    for zone in 0..MOST as u32 {
        assert_eq!(now(ledger.update(zone, &summary(1, 1, 1))), Ok(()));
    }
    assert_eq!(now(ledger.update(99, &summary(1, 1, 1))), Err(AccountError::Full.into()));
}
