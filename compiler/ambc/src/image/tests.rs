//! Which nodes are one class, and what is left to their identities.

use super::{ClassImage, lower};
use crate::driver;
use crate::hir::BuiltFor;
use crate::load::{MemFiles, Request};

const LIDL: &str = "namespace api;\nservice echo { say(text: string<20>) -> u32; }\n";
const PARTS: &str = "use \"api.lidl\";
service server : api::echo { crate \"svc\"; param factor: u32 = 1; }
service other : api::echo { crate \"svc\"; }
service keeper : ambience::logger { crate \"svc\"; }
service client { crate \"svc\"; run; needs to: api::echo; needs log: ambience::logger from node;
    param id: u32 = 0; param type: duration = 1s; param label: string<16> = \"\"; param weights: array<u8, 2> = [1, 2]; }
";

fn classes(deck: &str) -> Vec<ClassImage> {
    let files = MemFiles::new([
        ("deck.amb", &*format!("deployment fleet;\nuse \"parts.amb\";\n{deck}")),
        ("parts.amb", PARTS),
        ("api.lidl", LIDL),
        (
            "Cargo.toml",
            "[package]\nname = \"api-pkg\"\n[lib]\nname = \"api\"\n[package.metadata.ambience]\nlidl = [\"api.lidl\"]\n",
        ),
        ("src/lib.rs", "#![no_std]\n"),
        ("svc/Cargo.toml", "[package]\nname = \"svc\"\n"),
        ("svc/src/lib.rs", "#![no_std]\npub struct Needs;\npub struct Params;\n"),
    ]);
    let front = driver::front(&Request { root: "deck.amb".into(), ..Request::default() }, &files);
    assert!(!front.diags.has_errors(), "{:?}", front.diags);
    lower(&front.checked.expect("it checks"), &front.plan.expect("it plans"), BuiltFor::Platforms)
}

/// Name and members of each class.
fn names(classes: &[ClassImage]) -> Vec<(String, Vec<String>)> {
    let members = |c: &ClassImage| c.members.iter().map(|m| m.image.node.clone()).collect();
    classes.iter().map(|c| (c.image.slug.clone(), members(c))).collect()
}

fn expected(classes: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let owned = |m: &&[&str]| m.iter().map(|m| (*m).to_owned()).collect();
    classes.iter().map(|(name, members)| ((*name).to_owned(), owned(members))).collect()
}

const LAN: &str = "network lan : udp { cost 1; }\nnode hub : linux { link lan at \"10.1.0.1\"; }\n";

#[test]
fn nodes_that_differ_in_names_ids_and_values_are_one_class() {
    let found = classes(&format!(
        "{LAN}node box[i in 3] : linux {{ link lan at \"10.0.0.{{i + 1}}\"; }}
         instance ask[i in 3] = client {{ to: all; id = i; type = 1s * (i + 1); label = \"number {{i}}\"; }}
         instance all = server;
         deploy box[i] {{ ask[i]; }} deploy hub {{ all; }}"
    ));
    let mut names = names(&found);
    names.sort();
    assert_eq!(names, expected(&[("box", &["box[0]", "box[1]", "box[2]"]), ("hub", &["hub"])]));
    let class = found.iter().find(|c| c.is_shared()).unwrap();
    assert_eq!(class.label(), "box (3 nodes)");
    let params = |i: usize| {
        class.params(&class.members[i].image).map(|(_, n, v)| format!("{n} = {v}")).collect::<Vec<_>>()
    };
    assert_eq!(params(2), ["id = 2", "type = 3000000000", "label = \"number 2\""]);
    let client = &class.image.groups[0].instances[0];
    assert_eq!(
        (client.key.as_str(), client.ident.as_str(), client.shown.as_str()),
        ("client", "client", "host.name(\"client\")")
    );
    let values: Vec<_> = client.params.iter().map(|p| p.value.as_str()).collect();
    assert_eq!(
        values,
        [
            "host.param::<u32>(\"client\", \"id\")",
            "host.param::<core::time::Duration>(\"client\", \"type\")",
            "host.param::<&str>(\"client\", \"label\")",
            "[1u8, 2u8]"
        ]
    );
    assert_eq!(class.image.groups[0].package, "fleet-box-client");
    let text = serde_json::to_string(&class.image).unwrap();
    assert!(!text.contains("ask[") && !text.contains("box[") && !text.contains("number"), "{text}");
}

#[test]
fn a_value_that_all_share_stays_a_constant() {
    let found =
        classes("node box[2] : linux; instance ask[2] = server { factor = 7; } deploy box[i] { ask[i]; }");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].image.groups[0].instances[0].params[0].value, "7u32");
    assert_eq!(found[0].params(&found[0].members[1].image).count(), 0);
}

#[test]
fn a_class_of_one_keeps_its_names() {
    let found =
        classes("node box[1] : linux; instance ask[1] = server { factor = 7; } deploy box[i] { ask[i]; }");
    assert_eq!(names(&found), expected(&[("box_0", &["box[0]"])]));
    let domain = &found[0].image.groups[0];
    assert_eq!((domain.name.as_str(), domain.instances[0].ident.as_str()), ("ask[0]", "ask_0"));
    assert_eq!(domain.instances[0].shown, "\"ask[0]\"");
}

#[test]
fn another_service_group_binding_or_array_value_makes_another_class() {
    let found = classes(&format!(
        "{LAN}node box[i in 6] : linux {{ link lan at \"10.0.0.{{i + 1}}\"; }}
         instance ask[i in 6] = client {{ to: all; }}
         instance odd = client {{ to: all; weights = [3, 4]; }}
         instance local = client {{ to: near; }}
         instance all = server;
         instance near = other;
         deploy box[0] {{ ask[0]; }} deploy box[1] {{ ask[1]; }} deploy box[2] {{ kernel ask[2]; }}
         deploy box[3] {{ ask[3]; ask[4]; }} deploy box[4] {{ odd; }} deploy box[5] {{ local; near; ask[5]; }}
         deploy hub {{ all; }}"
    ));
    let mut names = names(&found);
    names.sort();
    let all: &[(&str, &[&str])] = &[
        ("box_0", &["box[0]", "box[1]"]),
        ("box_2", &["box[2]"]),
        ("box_3", &["box[3]"]),
        ("box_4", &["box[4]"]),
        ("box_5", &["box[5]"]),
        ("hub", &["hub"]),
    ];
    assert_eq!(names, expected(all));
}

#[test]
fn where_a_node_comes_from_does_not_count() {
    let found = classes(&format!(
        "{LAN}node left : linux {{ link lan at \"10.0.0.1\"; }} node right : linux {{ link lan at \"10.0.0.2\"; }}
         node more[2] : linux;
         instance a = client {{ to: all; id = 4; }} instance z[1] = client {{ to: all; }} instance all = server;
         deploy left {{ a; }} deploy right {{ z[0]; }} deploy hub {{ all; }}"
    ));
    let mut names = names(&found);
    names.sort();
    assert_eq!(
        names,
        expected(&[("hub", &["hub"]), ("left", &["left", "right"]), ("more", &["more[0]", "more[1]"])])
    );
}

#[test]
fn the_order_of_names_of_neighbours_does_not_count() {
    // 9 and 10 sort differently as text, and ids of routes are in no order at all.
    let found = classes(
        "network lan : udp { cost 1; }
         node box[i in 40] : linux { link lan at \"10.0.0.{i + 1}\"; }
         node hub[h in 4] : linux { link lan at \"10.0.1.{h + 1}\"; }
         instance ask[i in 40] = client { to: all[i / 10]; id = i; }
         instance all[h in 4] = server;
         deploy box[i] { kernel ask[i]; } deploy hub[h] { kernel all[h]; }",
    );
    let counts: Vec<_> = found.iter().map(ClassImage::label).collect();
    assert_eq!(counts, ["box (40 nodes)", "hub (4 nodes)"]);
    // A ring: the first and the last node have their neighbours in another order.
    let ring = classes(
        "network lan : udp { cost 1; }
         node box[i in 12] : linux { link lan at \"10.0.0.{i + 1}\"; }
         instance serve[i in 12] = server;
         instance ask[i in 12] = client { to: serve[(i + 1) % 12]; }
         deploy box[i] { kernel ask[i]; serve[i]; }",
    );
    assert_eq!(ring.iter().map(ClassImage::label).collect::<Vec<_>>(), ["box (12 nodes)"]);
}

#[test]
fn nodes_whose_lines_go_the_same_ways_are_one_class() {
    let found = classes(&format!(
        "{LAN}node box[i in 5] : linux {{ link lan at \"10.0.0.{{i + 1}}\"; }}
         instance ask[5] = client {{ to: all; }} instance all = server; instance keep[2] = keeper;
         deploy box[i] {{ ask[i]; }} deploy hub {{ all; keep[*]; }}
         logs * to keep[0] level warn; logs ask[0..2] to keep[1]; logs ask[4] to keep[0] level debug;"
    ));
    let mut names = names(&found);
    names.sort();
    let alike: [(&str, &[&str]); 4] = [
        ("box_0", &["box[0]", "box[1]"]),
        ("box_2", &["box[2]", "box[3]"]),
        ("box_4", &["box[4]"]),
        ("hub", &["hub"]),
    ];
    assert_eq!(names, expected(&alike));
    let class = found.iter().find(|c| c.image.slug == "box_0").unwrap();
    let route = |number: usize| {
        let routes = class.image.kernel.instances.iter().filter(|i| i.type_path == "services::LogRoute");
        routes.filter(|i| i.params[2].value == number.to_string()).map(|i| i.params[0].value.clone()).next()
    };
    assert_eq!(route(0).as_deref(), Some("::ambience::Level::Warn"));
    assert_eq!(route(1).as_deref(), Some("::ambience::Level::Info"));
    let logger = class.image.kernel.instances.iter().find(|i| i.label.is_some()).unwrap();
    assert_eq!((logger.params[1].name.as_str(), logger.params[1].value.as_str()), ("routes", "&[0, 1]"));
}
