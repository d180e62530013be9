//! `allow`, `deny`, `require`.

use super::help::{fine, said};
use crate::hir::{CompareOp, Condition, MemoryLimit, Operand, Predicate, Value};

const BASE: &str = "instance a = source { to: c; } instance b[2] = relay { to: c; } instance c = keeper;
    node n : linux; deploy n { a; b[*]; c; } ";

#[test]
fn rules_find_their_edges() {
    let hir = fine(&format!(
        "{BASE}
         allow a -> c.put where value < 16 and rate <= 10/s and not .rate in [1, 2];
         deny * -> c;
         deny b[*].to -> c.get;
         allow a -> c.send where frame.mode == fast and len(frame.tags) > 2 and urgent and frame.inner.x != -1;"
    ));
    let edges: Vec<usize> = hir.access.iter().map(|r| r.edges.len()).collect();
    assert_eq!(edges, [1, 3, 2, 1]);
    let Some(Predicate::All(parts)) = &hir.access[0].predicate else { panic!("a conjunction") };
    let Predicate::All(first) = &parts[0] else { panic!("a conjunction") };
    let value = Operand::Field(vec!["value".to_owned()]);
    let compare =
        Predicate::Compare { left: value, op: CompareOp::Lt, right: Operand::Value(Value::Int(16)) };
    assert_eq!(first[0], compare);
    assert_eq!(first[1], Predicate::Rate { per_second: 10.0 });
    let of = Operand::Field(vec!["rate".to_owned()]);
    let one_of = Predicate::OneOf { operand: of, values: vec![Value::Int(1), Value::Int(2)] };
    assert_eq!(parts[1], Predicate::Not(Box::new(one_of)));
    assert!(hir.access.iter().all(|r| !r.broken));
}

#[test]
fn mistakes_in_rules() {
    assert_eq!(
        said(&format!(
            "{BASE}
             allow c -> a;
             allow a -> c.putt;
             allow a.from -> c;
             allow a -> zz;
             allow a -> c where value < 3;
             allow a -> c.put where valu < 3;
             allow a -> c.put where value;
             allow a -> c.put where value < 3s;
             allow a -> c.put where value < \"x\";
             allow a -> c.send where frame.mode == fats;
             allow a -> c.send where frame.mode < fast;
             allow a -> c.send where frame.nam == \"x\";
             allow a -> c.send where frame == 1;
             allow a -> c.send where len(urgent) > 1;
             allow a -> c.put where rate <= 3;
             allow a -> c.put where rate <= 3/s or value < 1;
             allow a -> c.put where 1 < 2;
             allow a -> c.put where value in 3;"
        )),
        [
            "deploy.amb:4:20: error[E0260]: `c` is not wired to `a`",
            "deploy.amb:5:27: error[E0249]: `demo::store` has no procedure `putt`",
            "deploy.amb:6:22: error[E0240]: the service `source` has no need `from`",
            "deploy.amb:7:25: error[E0201]: there is no instance `zz`",
            "deploy.amb:8:33: error[E0261]: `value` of which procedure?",
            "deploy.amb:9:37: error[E0261]: `put` has no parameter `valu`",
            "deploy.amb:10:37: error[E0261]: this is no condition",
            "deploy.amb:11:45: error[E0210]: expected a whole number, found a duration",
            "deploy.amb:12:45: error[E0210]: expected a whole number, found a string",
            "deploy.amb:13:52: error[E0212]: `demo::mode` has no value `fats`",
            "deploy.amb:14:38: error[E0261]: only numbers have an order",
            "deploy.amb:15:44: error[E0261]: `frame` has no field `nam`",
            "deploy.amb:16:38: error[E0261]: `frame` cannot be compared",
            "deploy.amb:17:42: error[E0261]: `urgent` has no length",
            "deploy.amb:18:45: error[E0211]: expected a rate, found the number 3",
            "deploy.amb:19:37: error[E0261]: `rate` can only be joined by `and`",
            "deploy.amb:20:37: error[E0261]: this compares nothing of the call",
            "deploy.amb:21:46: error[E0261]: `in` takes a list",
        ]
    );
}

#[test]
fn requirements_have_their_forms() {
    let hir = fine(&format!(
        "{BASE}
         require latency(a -> c) <= 250ms; require separate(a, c); require not together(b[*], c);
         require near(a, c); require on(a, n); require memory(n) <= 80%; require 64KiB >= memory(n);
         require lifetime(n) >= 2 * 365d; require survives(1 node, a -> c);"
    ));
    assert_eq!(hir.requirements.len(), 9);
    assert!(matches!(hir.requirements[0].condition, Condition::Latency { limit: 250e6, .. }));
    let Condition::Memory { op, limit, .. } = &hir.requirements[6].condition else { panic!("memory") };
    assert_eq!((*op, *limit), (CompareOp::Le, MemoryLimit::Size(65536.0)));
    assert!(
        matches!(&hir.requirements[2].condition, Condition::Not(c) if matches!(&**c, Condition::Together(b, _) if b.len() == 2))
    );
}

#[test]
fn mistakes_in_requirements() {
    assert_eq!(
        said(&format!(
            "{BASE}
             require latency(a -> c) <= 5;
             require latency(a, c) <= 5ms;
             require latency(a -> zz) <= 5ms;
             require memory(m) <= 80%;
             require memory(n) <= 3s;
             require memory(n);
             require separate(a);
             require separate(a, c) <= 3;
             require seperate(a, c);
             require on(a, c);
             require near(a, c) and near(a, c);
             require a;"
        )),
        [
            "deploy.amb:4:41: error[E0211]: expected a duration, found the number 5",
            "deploy.amb:5:22: error[E0262]: `latency` does not take these",
            "deploy.amb:6:35: error[E0201]: there is no instance `zz`",
            "deploy.amb:7:29: error[E0201]: there is no node `m`",
            "deploy.amb:8:35: error[E0211]: expected a percentage, found a duration",
            "deploy.amb:9:22: error[E0262]: `memory(…)` is compared with a limit",
            "deploy.amb:10:22: error[E0262]: `separate` does not take these",
            "deploy.amb:11:22: error[E0262]: `separate(…)` holds or not; it has no limit",
            "deploy.amb:12:22: error[E0262]: there is no requirement `seperate`",
            "deploy.amb:13:28: error[E0204]: `c` is an instance, not a node",
            "deploy.amb:14:22: error[E0262]: one `require` says one thing",
            "deploy.amb:15:22: error[E0262]: this is no requirement",
        ]
    );
}
