//! Arrays, selections, interpolation.

use super::help::{fine, place, said, wires};
use crate::hir::{Address, Value};

#[test]
fn every_element_is_an_entity_of_its_own() {
    let hir = fine(
        "param agents: u32 = 4;
         network radio[r in 2] : xbee;
         node sensor[i in agents] : nrf52840 { link radio[i / 2] at 0x0100 + i % 2 on uart0; }
         node hub : linux { link radio[0] at 0x01 on \"/dev/tty{0}\"; link radio[1] at 0x01 on \"/dev/tty1\"; }
         instance probe[i in agents] = fan { to: agg; id = i * 10; label = \"probe {i} {{x}}\"; }
         instance agg = keeper;
         deploy sensor[k] { kernel probe[k]; }
         deploy hub { agg; }",
    );
    assert_eq!(hir.nodes.len(), 5);
    let (_, sensor) = hir.nodes.iter().nth(3).unwrap();
    assert_eq!(sensor.name.to_string(), "sensor[3]");
    assert_eq!(sensor.links[0].address.as_ref().unwrap().value, Address::Number(0x0101));
    assert_eq!(hir.networks[sensor.links[0].network.unwrap()].name.to_string(), "radio[1]");
    assert_eq!(place(&hir, "probe[3]"), "sensor[3]/kernel");
    let (_, probe) = hir.instances.iter().nth(3).unwrap();
    let params: Vec<Value> = probe.params.iter().flatten().map(|v| v.value.clone()).collect();
    assert_eq!(params, [Value::Int(30), Value::Str("probe 3 {x}".to_owned())]);
    let (_, hub) = hir.nodes.iter().nth(4).unwrap();
    assert_eq!(hub.links[0].device.as_ref().unwrap().value, "/dev/tty{0}", "no index variable, no change");
}

#[test]
fn selections_take_elements_in_order() {
    let hir = fine(
        "instance w[3] = keeper; instance one = keeper;
         instance a = fan { to: w[*], one; } instance b = fan { to: w[1..3]; } instance c = fan { to: w[2]; }
         node n : linux; deploy n { w[*]; one; a; b; c; }",
    );
    assert_eq!(wires(&hir, "a"), [["w[0]", "w[1]", "w[2]", "one"]]);
    assert_eq!(wires(&hir, "b"), [["w[1]", "w[2]"]]);
    assert_eq!(wires(&hir, "c"), [["w[2]"]]);
    assert_eq!(place(&hir, "w[1]"), "n/own w[1]");
}

#[test]
fn elements_that_are_not_there_are_named_once() {
    assert_eq!(
        said(
            "instance w[i in 3] = keeper;
             instance none[0] = keeper;
             instance a[i in 5] = fan { to: w[i]; }
             instance b = fan { to: w; }
             instance d = fan { to: b[0]; }
             instance e = fan { to: none[*]; }
             instance f = fan { to: w[2..9]; }
             instance g = fan { to: none[0]; }
             instance h[1 / 0] = keeper;
             instance i[5_000_000] = keeper;"
        ),
        [
            "deploy.amb:4:47: error[E0220]: `w` has elements 0 to 2, not 3",
            "deploy.amb:5:37: error[E0222]: `w` is an array of 3",
            "deploy.amb:6:38: error[E0221]: `b` is no array",
            "deploy.amb:8:42: error[E0220]: `w` has elements 0 to 2, not 9",
            "deploy.amb:9:42: error[E0220]: `none` has no elements, not 0",
            "deploy.amb:10:25: error[E0213]: division by zero",
            "deploy.amb:11:25: error[E0223]: an array has at most 100000 elements, not 5000000",
        ]
    );
}

#[test]
fn an_array_of_unknown_size_still_uses_what_it_names() {
    let run = super::help::run(
        "instance w[i in many] = source { to: store; } instance store = keeper;
         node n[i in many] : linux { link lan at \"10.0.0.{i}\"; } network lan : udp;
         instance a = source { to: w[7]; } deploy n[i] { w[i]; a; }",
    );
    assert_eq!(
        run.said,
        [
            "deploy.amb:2:17: error[E0214]: `many` is no value here",
            "deploy.amb:3:22: error[E0214]: `many` is no value here"
        ]
    );
    assert_eq!(wires(&run.hir, "w[0]"), [["store"]]);
    assert!(run.hir.nodes.iter().all(|(_, n)| n.broken));
}

#[test]
fn an_empty_array_is_no_mistake() {
    let hir = fine(
        "param n: u32 = 0; instance w[i in n] = source { to: s; } instance s = keeper; node b[i in n] : linux;
         instance f = fan { to: w[*], s; } node m : linux; deploy b[i] { w[i]; } deploy m { s; f; }",
    );
    assert_eq!((hir.nodes.len(), hir.deploys.len()), (1, 1));
    assert_eq!(wires(&hir, "f"), [["s"]]);
}
