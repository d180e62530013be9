//! Mean and deviation, as they are logged.

use client::times::Times;

fn shown(micros: &[u64]) -> String {
    let mut times = Times::default();
    micros.iter().for_each(|micros| times.add(*micros));
    times.to_string()
}

#[test]
fn mean_and_deviation_of_a_sample() {
    assert_eq!(shown(&[2, 4, 4, 4, 5, 5, 7, 9]), "8 calls, mean 5.00 us, standard deviation 2.13 us");
    assert_eq!(shown(&[7]), "1 calls, mean 7.00 us, standard deviation 0.00 us");
    assert_eq!(shown(&[]), "0 calls, mean 0.00 us, standard deviation 0.00 us");
}

#[test]
fn an_hour_per_call_does_not_overflow() {
    let expected = "2 calls, mean 3600000000.00 us, standard deviation 0.00 us";
    assert_eq!(shown(&[3_600_000_000; 2]), expected);
}
