//! A service never knows where it runs.

use examples_tests::{examples, reach, service_sources, words};
use std::collections::BTreeSet;

const CALC: [&str; 5] = ["one_group", "two_groups", "two_nodes", "three_hops", "exported"];

fn manifests(example: &str) -> Vec<&'static str> {
    match example {
        "calc" => CALC.to_vec(),
        _ => vec!["deployment", "two_sensors"],
    }
}

#[test]
fn all_placements_of_calc_name_the_same_two_crates() {
    let services = examples().join("calc/services").canonicalize().unwrap();
    let two = BTreeSet::from([services.join("ask"), services.join("calculator")]);
    for name in CALC {
        let used = reach(&examples().join(format!("calc/{name}.amb"))).unwrap();
        let crates: BTreeSet<_> = used.iter().flat_map(|m| m.crates().unwrap()).collect();
        assert_eq!(crates, two, "{name}");
    }
}

#[test]
fn no_service_names_a_node_network_group_or_platform() {
    for example in ["calc", "camera_trap"] {
        let mut names = BTreeSet::new();
        for name in manifests(example) {
            for manifest in reach(&examples().join(format!("{example}/{name}.amb"))).unwrap() {
                for keyword in ["node", "network", "group", "platform"] {
                    names.extend(manifest.declared(keyword).map(str::to_owned));
                }
            }
        }
        assert!(names.len() >= 4, "{names:?}");
        let sources = service_sources(example).unwrap();
        assert!(sources.len() >= 2, "{example}");
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
    for (path, text) in ["calc", "camera_trap"].iter().flat_map(|e| service_sources(e).unwrap()) {
        let said: Vec<_> = words(&text).into_iter().filter(|word| UNWANTED.contains(word)).collect();
        assert_eq!(said, Vec::<&str>::new(), "{}", path.display());
        let address = text
            .split(|c: char| !c.is_ascii_digit() && c != '.')
            .find(|part| part.split('.').filter(|number| number.parse::<u8>().is_ok()).count() == 4);
        assert_eq!(address, None, "{}", path.display());
        assert!(text.contains("#![forbid(unsafe_code)]") || !path.ends_with("lib.rs"), "{}", path.display());
    }
}
