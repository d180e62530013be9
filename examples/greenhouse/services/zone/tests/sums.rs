//! Sums of probes, each reading once.

use ambience::Failure;
use climate::{AccountError, Reading, Sink, Summary, Totals};
use examples_tests::fake::now;
use std::cell::RefCell;
use zone::{MOST, Needs, Params, Service};

/// Keeps what it is told.
#[derive(Default)]
struct Told(RefCell<Vec<(u32, Summary)>>);

impl Totals for Told {
    async fn update(&self, zone: u32, summary: &Summary) -> Result<(), Failure<AccountError>> {
        self.0.borrow_mut().push((zone, *summary));
        Ok(())
    }
}

fn reading(probe: u32, number: u32, temperature: i32) -> Reading {
    Reading { probe, number, temperature }
}

#[test]
fn a_reading_that_comes_twice_counts_once_and_only_finished_probes_count() {
    let told = Told::default();
    let zone = Service::new(Needs { out: &told }, Params { id: 4 });
    for (probe, number, temperature) in [(1, 0, 100), (1, 0, 100), (1, 1, -50), (2, 0, 999), (1, 1, -50)] {
        assert_eq!(now(zone.report(&reading(probe, number, temperature))), Ok(()));
    }
    assert_eq!(now(zone.finish(1)), Ok(()));
    let one = Summary { probes: 1, readings: 2, sum: 50, lowest: -50, highest: 100 };
    assert_eq!(told.0.take(), [(4, one)]);
    assert_eq!(now(zone.finish(2)), Ok(()));
    let both = Summary { probes: 2, readings: 3, sum: 1049, lowest: -50, highest: 999 };
    assert_eq!(told.0.take(), [(4, both)]);
}

#[test]
fn one_probe_too_many_is_refused() {
    let told = Told::default();
    let zone = Service::new(Needs { out: &told }, Params { id: 0 });
    for probe in 0..MOST as u32 {
        assert_eq!(now(zone.report(&reading(probe, 0, 1))), Ok(()));
    }
    assert_eq!(now(zone.report(&reading(1_000, 0, 1))), Err(AccountError::Full.into()));
    assert_eq!(now(zone.report(&reading(3, 1, 1))), Ok(()), "those that it knows go on");
}
