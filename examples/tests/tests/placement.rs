//! A service never knows where it runs.

use examples_tests::{all_examples, deployments, reach, service_sources, words};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The crates that a deployment names, doubles for tests left out.
fn crates(deployment: &Path) -> BTreeSet<PathBuf> {
    let files = reach(deployment).expect("every file is there");
    let named = files.into_iter().flat_map(|m| m.crates().expect("every crate is there"));
    named.filter(|path| !path.iter().any(|part| part == "doubles")).collect()
}

#[test]
fn all_deployments_of_an_example_name_the_same_service_crates() {
    for example in all_examples() {
        let all = deployments(&example).unwrap();
        let (first, others) = all.split_first().expect("an example has a deployment");
        let services = crates(first);
        assert!(services.len() >= 2, "{}", example.display());
        for other in others {
            assert_eq!(crates(other), services, "{}", other.display());
        }
    }
}

/// The crates are those of the example, all of them: none is there twice, for two placements.
#[test]
fn every_service_crate_of_an_example_is_in_its_deployments() {
    for example in all_examples() {
        let folders = std::fs::read_dir(example.join("services")).unwrap().map(|e| e.unwrap().path());
        let here: BTreeSet<_> = folders.filter(|p| p.is_dir()).map(|p| p.canonicalize().unwrap()).collect();
        assert_eq!(crates(&deployments(&example).unwrap()[0]), here, "{}", example.display());
    }
}

#[test]
fn no_service_names_a_node_network_group_or_platform() {
    for example in all_examples() {
        let mut names = BTreeSet::new();
        for manifest in deployments(&example).unwrap().iter().flat_map(|d| reach(d).unwrap()) {
            for keyword in ["node", "network", "group", "platform"] {
                names.extend(manifest.declared(keyword).map(str::to_owned));
            }
        }
        assert!(names.len() >= 4, "{names:?}");
        let sources = service_sources(&example).unwrap();
        assert!(sources.len() >= 2, "{}", example.display());
        for (path, text) in sources {
            let said: Vec<_> = words(&text).into_iter().filter(|word| names.contains(*word)).collect();
            assert_eq!(said, Vec::<&str>::new(), "{}", path.display());
        }
    }
}

#[test]
fn no_service_has_an_address_or_a_condition_of_compilation() {
    const UNWANTED: [&str; 12] = [
        "cfg",
        "cfg_attr",
        "feature",
        "target_os",
        "target_arch",
        "option_env",
        "env",
        "net",
        "socket",
        "udp",
        "port",
        "std",
    ];
    for (path, text) in all_examples().iter().flat_map(|e| service_sources(e).unwrap()) {
        let said: Vec<_> = words(&text).into_iter().filter(|word| UNWANTED.contains(word)).collect();
        assert_eq!(said, Vec::<&str>::new(), "{}", path.display());
        let address = text
            .split(|c: char| !c.is_ascii_digit() && c != '.')
            .find(|part| part.split('.').filter(|number| number.parse::<u8>().is_ok()).count() == 4);
        assert_eq!(address, None, "{}", path.display());
        assert!(text.contains("#![forbid(unsafe_code)]") || !path.ends_with("lib.rs"), "{}", path.display());
    }
}
