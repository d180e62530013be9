//! The photographs are what their README says, and the models do on them what training promised.

use camera_trap_report::{Confusion, Photo, photo, truth};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../photos")
}

fn labels() -> BTreeMap<String, Vec<Photo>> {
    truth(&std::fs::read_to_string(folder().join("labels.csv")).expect("labels.csv")).expect("five columns")
}

#[test]
fn there_are_two_halves_of_at_least_20_frames_of_each_class() {
    let halves = labels();
    assert_eq!(halves.keys().collect::<Vec<_>>(), ["test", "tune"]);
    for (name, half) in &halves {
        for class in ["animal", "none"] {
            assert!(half.iter().filter(|p| p.class == class).count() >= 20, "{class} in {name}");
        }
        assert!(
            half.iter().all(|p| p.class == "none" || !p.stamp.is_empty()),
            "an animal without a source in {name}"
        );
    }
}

#[test]
fn no_source_picture_is_in_both_halves_and_there_are_at_least_12_animals() {
    let halves = labels();
    let sources = |half: &str| -> BTreeSet<String> {
        halves[half].iter().map(|p| p.stamp.clone()).filter(|s| !s.is_empty()).collect()
    };
    assert_eq!(sources("tune").intersection(&sources("test")).collect::<Vec<_>>(), Vec::<&String>::new());
    let animals: BTreeSet<_> =
        halves.values().flatten().filter(|p| p.class == "animal").map(|p| &p.stamp).collect();
    assert!(animals.len() >= 12, "{}", animals.len());
}

#[test]
fn every_file_is_labelled_and_all_are_equally_large() {
    for (name, half) in labels() {
        let mut files: Vec<_> =
            std::fs::read_dir(folder().join(&name)).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        let labelled: Vec<_> = half.iter().map(|p| folder().join(&p.path)).collect();
        assert_eq!(files, labelled, "{name}");
        for file in files {
            assert_eq!(file.metadata().unwrap().len(), 20_749, "{}", file.display());
        }
    }
}

/// What the services decide, without anything between them.
fn judge(half: &str) -> Confusion {
    let mut table = Confusion::default();
    for entry in &labels()[half] {
        let bytes = std::fs::read(folder().join(&entry.path)).expect("a labelled file");
        let photo = photo(&bytes).expect("a photograph");
        let says = detection::presence(&photo) > 0.0 && recognition::animal(&photo) > 0.0;
        table.add(entry.class == "animal", Some(says));
    }
    table
}

/// Trained on these, so this says only that neither measures nor weights have changed unnoticed.
#[test]
fn the_half_tuned_on_is_judged_as_it_was_when_the_weights_were_made() {
    let table = judge("tune");
    assert_eq!((table.animal().right, table.none().right), (72, 80), "\n{table}");
}

/// The half that nothing was chosen by.
#[test]
fn nine_of_ten_are_right_on_the_other_half_and_eight_of_ten_in_each_class() {
    let table = judge("test");
    assert!(table.good_enough(), "\n{table}");
}
