//! A large fleet: every element an entity, nothing said.

use super::help::{place, run_files, wires};

/// 500 sensors on ten radios, ten field gateways, a cloud.
const GREENHOUSE: &str = r#"
deployment greenhouse;
use "parts.amb";
param sensors: u32 = 500;
param gateways: u32 = 10;
network radio[r in gateways] : xbee { cost 40; }
network backbone : udp { cost 5; }
node sensor[i in sensors] : nrf52840 { link radio[i / 50] at 0x0100 + i % 50 on uart0; relay off; power battery 13Wh; }
node gateway[g in gateways] : linux { link radio[g] at 0x0001 on "/dev/ttyUSB{g}"; link backbone at "10.0.{g}.1/16"; }
node cloud : linux { link backbone at "10.1.0.1/16"; offers disk: ambience::storage { path = "db"; size = 64MiB; } }
instance probe[i in sensors] = climate { out: agg[i / 50]; id = i; label = "probe {i}"; }
instance agg[g in gateways] = merge { next: history; }
instance history = archive { disk: node.disk; }
deploy sensor[i] { kernel probe[i]; }
deploy gateway[g] { agg[g]; }
deploy cloud { history; }
"#;
const PARTS: &str = r#"
service climate { crate "climate"; run; needs out: demo::store; needs log: ambience::logger from node;
                  param id: u32; param label: string<16> = ""; }
service merge : demo::store { crate "merge"; needs next: demo::store; }
service archive : demo::store { crate "archive"; needs disk: ambience::storage; }
"#;

#[test]
fn a_greenhouse_of_500_sensors() {
    let run = run_files(&[("greenhouse.amb", GREENHOUSE), ("parts.amb", PARTS)], &[]);
    assert_eq!(run.said, Vec::<String>::new());
    assert_eq!((run.hir.nodes.len(), run.hir.networks.len()), (511, 11));
    assert_eq!(wires(&run.hir, "probe[499]"), [["agg[9]"], ["sensor[499].logger"]]);
    assert_eq!(wires(&run.hir, "history"), [["cloud.disk"]]);
    assert_eq!(place(&run.hir, "probe[123]"), "sensor[123]/kernel");
    assert_eq!(place(&run.hir, "agg[3]"), "gateway[3]/own agg[3]");
    let wires: usize =
        run.hir.instances.iter().flat_map(|(_, i)| &i.bindings).flatten().map(|b| b.targets.len()).sum();
    assert_eq!(wires, 500 * 2 + 10 + 1);
}

#[test]
fn two_thousand_nodes_and_a_hundred_thousand_bindings() {
    let text = r#"
        use "parts.amb";
        network lan : udp;
        node n[i in 2000] : linux { link lan at "10.{i / 200}.{i % 200}.1"; }
        instance store[i in 2000] = archive { disk: node.d; }
        instance w[i in 50000] = climate { out: store[i % 2000]; id = i; }
        deploy n[i] { store[i]; w[i * 25 .. i * 25 + 25]; }
    "#;
    let parts = format!("{PARTS} override platform linux : linux;");
    let run = run_files(&[("big.amb", text), ("parts.amb", &parts)], &[]);
    assert_eq!(run.said.len(), 2, "{:?}", run.said);
    let bound = run
        .hir
        .instances
        .iter()
        .flat_map(|(_, i)| &i.bindings)
        .flatten()
        .map(|b| b.targets.len())
        .sum::<usize>();
    assert_eq!(bound, 100_000);
}

#[test]
fn one_setting_selects_the_size_and_nothing_else_changes() {
    let small = run_files(
        &[("greenhouse.amb", GREENHOUSE), ("parts.amb", PARTS)],
        &[("sensors", "50"), ("gateways", "1")],
    );
    assert_eq!(small.said, Vec::<String>::new());
    assert_eq!(small.hir.nodes.len(), 52);
}
