//! Instances, groups, deploys, bindings.

use super::help::{fine, place, said, wires};

#[test]
fn a_small_deployment_is_wired_and_placed() {
    let hir = fine(
        "instance a = source { to: b; }
         instance b = relay { to: c { timeout 2s; } }
         instance c = keeper;
         group g { b, c }
         node n : linux;
         node m : stm32f746;
         deploy n { g; a; }",
    );
    assert_eq!(hir.name, "deploy");
    assert_eq!(wires(&hir, "a"), [["b"]]);
    assert_eq!(wires(&hir, "b"), [["c"]]);
    assert_eq!(["a", "b", "c"].map(|i| place(&hir, i)), ["n/own a", "n/g", "n/g"]);
    assert_eq!(place(&hir, "m.logger"), "m/kernel");
    let (_, b) = hir.instances.iter().nth(1).unwrap();
    assert_eq!(b.bindings[0].as_ref().unwrap().targets[0].timeout, Some(2_000_000_000));
}

#[test]
fn a_deploy_of_a_member_moves_its_group() {
    let hir = fine(
        "instance a = source { to: b; } instance b = keeper; group g { a, b }
         node n : linux; deploy n { kernel a; }",
    );
    assert_eq!(["a", "b"].map(|i| place(&hir, i)), ["n/kernel", "n/kernel"]);
}

#[test]
fn offers_belong_to_their_node() {
    let hir = fine(
        "service chatty { crate \"c\"; run; needs log: ambience::logger from node; needs disk: ambience::storage; }
         instance a = chatty { disk: node.disk; }
         platform board : linux { offers disk: ambience::storage { path = \"db\"; size = 1MiB; } }
         node n : board; node m : board;
         deploy m { a; }",
    );
    assert_eq!(wires(&hir, "a"), [["m.logger"], ["m.disk"]]);
}

#[test]
fn unknown_names_are_said_once_with_the_nearest() {
    assert_eq!(
        said(
            "instance a = sourse { to: b; }
             instance b = keeper;
             instance c = relay { too: b; to: d; }
             node n : linuxx;
             deploy m { a; b; c; }"
        ),
        [
            "deploy.amb:2:14: error[E0201]: there is no service `sourse`",
            "deploy.amb:4:35: error[E0240]: the service `relay` has no need `too`",
            "deploy.amb:4:47: error[E0201]: there is no instance `d`",
            "deploy.amb:5:23: error[E0201]: there is no platform `linuxx`",
            "deploy.amb:6:21: error[E0201]: there is no node `m`",
        ]
    );
}

#[test]
fn an_offer_can_share_a_group_and_cannot_leave_its_node() {
    let text = |node: &str| {
        format!(
            "instance a = keeper; instance b = source {{ to: a; }}
             node n : linux {{ offers disk: ambience::storage {{ path = \"x\"; size = 1MiB; }} }} node m : linux;
             group g {{ a, b, n.disk }} deploy {node} {{ g; }}"
        )
    };
    let hir = fine(&text("n"));
    assert_eq!(["a", "n.disk", "n.logger"].map(|i| place(&hir, i)), ["n/g", "n/g", "n/kernel"]);
    assert_eq!(
        said(&text("m")),
        ["deploy.amb:4:50: error[E0251]: `n.disk` is offered by `n` and cannot run on `m`"]
    );
}
