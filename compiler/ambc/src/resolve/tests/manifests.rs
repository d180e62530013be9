//! Service manifests, offers, `from node`.

use super::help::{fine, said, wires};
use crate::hir::{Dimension, PlatformKind, ServiceSource};

#[test]
fn a_manifest_keeps_what_it_says() {
    let hir = fine(
        "service big : demo::store, demo::hints {
             crate \"detector\" version \"1.2\";
             type Big;
             needs next: demo::store;
             needs optional log: ambience::logger from node;
             memory { stack 8KiB; heap 64KiB; }
             concurrency 16; bulk 1;
             work put 54_000 cycles; work hint 250us on stm32f746;
             runs on linux, cortex_m;
             requires fpu, dsp;
             blocking;
             put calls next.get, next.put;
         }",
    );
    let (_, big) = hir.services.iter().find(|(_, s)| s.name.text == "big").unwrap();
    assert!(matches!(&big.source, ServiceSource::Registry { version, .. } if version.value == "1.2"));
    assert_eq!(big.stack.unwrap().value, 8192);
    assert_eq!(big.concurrency.unwrap().value, 16);
    assert_eq!(big.work[0].amount.dimension, Dimension::Cycles);
    assert_eq!(hir.platforms[big.work[1].platform.unwrap()].name.to_string(), "stm32f746");
    let kinds: Vec<PlatformKind> = big.runs_on.iter().flatten().map(|k| k.value).collect();
    assert_eq!(kinds, [PlatformKind::Linux, PlatformKind::CortexM]);
    let called: Vec<(usize, &str)> =
        big.calls[0].targets.iter().map(|(i, p)| (*i, p.value.as_str())).collect();
    assert_eq!(called, [(0, "get"), (0, "put")]);
    assert_eq!(hir.deferred.len(), 2, "a registry crate and blocking calls");
}

#[test]
fn mistakes_in_manifests() {
    assert_eq!(
        said(
            "service a : demo::stor, demo::frame, demo::store, demo::store { crate \".\"; }
             service b { crate \".\"; crate \"..\"; needs x: demo::store; needs x: demo::store; param p: u8; param p: u8; }
             service c : demo::store { needs x: demo::stre; work putt 5 cycles; work put 5ms on stm; work get 5KiB; }
             service d : demo::store { crate \".\"; needs x: demo::store; put calls y.get, x.gett; pit calls x.get; }
             service e { crate \".\"; runs on lynux; memory { stak 1KiB; heap 5s; } concurrency -1; }
             service f : demo::store;"
        ),
        [
            "deploy.amb:2:13: error[E0203]: there is no interface `demo::stor`",
            "deploy.amb:2:25: error[E0203]: `demo::frame` is a type, not an interface",
            "deploy.amb:2:51: error[E0202]: the interface `demo::store` is named twice",
            "deploy.amb:3:37: error[E0248]: `crate` is said twice",
            "deploy.amb:3:77: error[E0202]: the need `x` is defined twice",
            "deploy.amb:3:112: error[E0202]: the parameter `p` is defined twice",
            "deploy.amb:4:22: error[E0248]: the service `c` names no crate",
            "deploy.amb:4:49: error[E0203]: there is no interface `demo::stre`",
            "deploy.amb:4:66: error[E0249]: `demo::store` has no procedure `putt`",
            "deploy.amb:4:97: error[E0201]: there is no platform `stm`",
            "deploy.amb:4:111: error[E0211]: expected a number of cycles, found a size",
            "deploy.amb:5:83: error[E0240]: the service `d` has no need `y`",
            "deploy.amb:5:92: error[E0249]: `demo::store` has no procedure `gett`",
            "deploy.amb:5:98: error[E0249]: `demo::store` has no procedure `pit`",
            "deploy.amb:6:45: error[E0201]: there is no kind of platform `lynux`",
            "deploy.amb:6:61: error[E0230]: a memory block has no attribute `stak`",
            "deploy.amb:6:77: error[E0211]: expected a size, found a duration",
            "deploy.amb:6:95: error[E0212]: -1 is out of range",
            "deploy.amb:7:22: error[E0248]: the service `f` names no crate",
        ]
    );
}

#[test]
fn defaults_from_the_node() {
    let needy = "service needy { crate \"n\"; run; needs log: ambience::logger from node; needs disk: ambience::storage from node;
                                needs optional pin: ambience::gpio_in from node; }";
    assert_eq!(
        said(&format!(
            "{needy}
             instance a = needy; instance b = needy; instance c = needy;
             node n : linux {{ offers disk: ambience::storage {{ path = \"a\"; size = 1MiB; }} }}
             node m : linux {{ offers one: ambience::storage {{ path = \"a\"; size = 1MiB; }}
                               offers two: ambience::storage {{ path = \"b\"; size = 1MiB; }} offers log: ambience::logger; }}
             deploy n {{ a; }} deploy m {{ b; }}"
        )),
        [
            "deploy.amb:4:43: error[E0246]: `b` takes its `disk` from its node, and `m` offers `ambience::storage` 2 times: `m.one`, `m.two`",
            "deploy.amb:4:43: error[E0246]: `b` takes its `log` from its node, and `m` offers `ambience::logger` 2 times: `m.logger`, `m.log`",
        ]
    );
    let hir = fine(&format!(
        "{needy} instance a = needy {{ log: node.logger; }}
         node n : linux {{ offers disk: ambience::storage {{ path = \"a\"; size = 1MiB; }} }} deploy n {{ a; }}"
    ));
    assert_eq!(wires(&hir, "a"), [vec!["n.logger"], vec!["n.disk"], vec![]]);
}

#[test]
fn offers_need_a_server_their_parameters_and_their_node() {
    assert_eq!(
        said(
            "service clock : ambience::clock { crate \"c\"; needs log: ambience::logger from node; param zone: string<8>; }
             platform board : linux { offers time: ambience::clock = clock { zone = \"utc\"; } offers x: demo::store; }
             node n : board { offers disk: ambience::storage; offers disk: ambience::storage; offers y: ambience::random = klock; }
             node m : linux;
             deploy m { n.time; }"
        ),
        [
            "deploy.amb:3:101: error[E0247]: nobody serves the offer `x`: `demo::store` is no interface of the runtime",
            "deploy.amb:4:38: error[E0244]: `n.disk` does not set `path`, `size`",
            "deploy.amb:4:70: error[E0202]: the offer `disk` is defined twice",
            "deploy.amb:4:124: error[E0201]: there is no service `klock`",
            "deploy.amb:6:25: error[E0251]: `n.time` is offered by `n` and cannot run on `m`",
        ]
    );
}
