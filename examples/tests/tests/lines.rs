//! Small deployments are small, and small changes of them too.

use examples_tests::variants::VARIANTS;
use examples_tests::{changed, examples, lines, reach};
use std::path::PathBuf;

fn camera_trap(manifest: &str) -> PathBuf {
    examples().join(format!("camera_trap/{manifest}.amb"))
}

/// Those of every file that it reaches.
fn all_lines(manifest: &str) -> Vec<String> {
    reach(&camera_trap(manifest)).expect("every file is there").into_iter().flat_map(|m| m.lines).collect()
}

fn text(manifest: &str) -> String {
    std::fs::read_to_string(camera_trap(manifest)).expect("it is there")
}

#[test]
fn the_camera_trap_fits_in_53_lines() {
    let files = reach(&camera_trap("deployment")).unwrap();
    assert_eq!(files.len(), 3, "instances and service manifests are counted too");
    let all = all_lines("deployment");
    assert!(all.len() <= 53, "{} lines", all.len());
}

/// What a reader counts is what the rule counts.
#[test]
fn the_camera_trap_is_written_as_it_counts() {
    for manifest in reach(&camera_trap("deployment")).unwrap() {
        let text = std::fs::read_to_string(&manifest.path).unwrap();
        let written = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("//"));
        let spaced = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(written.map(spaced).collect::<Vec<_>>(), manifest.lines, "{}", manifest.path.display());
    }
}

#[test]
fn as_edits_a_second_sensor_takes_5_lines_and_detection_at_the_edge_2() {
    let before = text("deployment");
    for variant in VARIANTS {
        let count = changed(&lines(&before), &lines(&variant.edited(&before)));
        assert!((1..=variant.at_most).contains(&count), "{}: {count} lines", variant.file);
    }
}

/// As a file of its own a variant says in two lines what it is called and what it varies.
#[test]
fn as_files_they_take_no_more_besides_their_two_first_lines() {
    for variant in VARIANTS {
        let own = lines(&text(variant.file));
        let (first, rest) = own.split_at(2);
        assert!(first[0].starts_with("deployment "), "{first:?}");
        assert_eq!(first[1], "use \"deployment.amb\";");
        assert!((1..=variant.at_most).contains(&rest.len()), "{}: {} lines", variant.file, rest.len());
        assert_eq!(all_lines(variant.file).len() - all_lines("deployment").len(), own.len());
    }
}

#[test]
fn a_greenhouse_of_500_nodes_fits_in_25_lines() {
    let files = reach(&examples().join("greenhouse/greenhouse.amb")).unwrap();
    assert!(
        files.iter().any(|m| m.declared("service").next().is_some()),
        "service manifests are counted too"
    );
    let all = files.iter().map(|m| m.lines.len()).sum::<usize>();
    assert!(all <= 25, "{all} lines");
}
