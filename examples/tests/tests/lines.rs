//! Small deployments are small.

use examples_tests::{examples, reach};

fn lines(manifest: &str) -> Vec<String> {
    let used = reach(&examples().join("camera_trap").join(manifest)).expect("all files are there");
    assert!(used.len() >= 2, "service manifests are counted too");
    used.into_iter().flat_map(|m| m.lines).collect()
}

/// The rule: blank lines and comments left out, one statement a line; a block is on one line if it holds at most three
/// statements, nested ones included, and fits in 100 columns; a `}` on its own line counts.
#[test]
fn the_camera_trap_fits_in_53_lines() {
    let lines = lines("deployment.amb");
    for line in &lines {
        assert!(line.len() <= 100, "too long: {line}");
        // a block on one line stands for itself and at most three statements; outside of one there is one a line
        let statements =
            if line.contains('{') { line.matches(';').count() } else { line.matches(';').count() + 2 };
        assert!(statements <= 3, "too many statements: {line}");
    }
    assert!(lines.len() <= 53, "{} lines", lines.len());
}

#[test]
fn a_second_motion_sensor_takes_at_most_5_lines() {
    assert!(lines("two_sensors.amb").len() - lines("deployment.amb").len() <= 5);
}
