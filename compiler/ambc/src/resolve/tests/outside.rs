//! Exports, imports, place, logs, groups.

use super::help::{fine, said};
use crate::hir::{InstanceKind, LogLevel, RestartThen};

const BASE: &str = "instance a = source { to: b; } instance b = keeper; network lan : udp;
    node n : linux { link lan at \"10.0.0.1\"; } deploy n { a; b; } ";

#[test]
fn exports_imports_and_operation() {
    let hir = fine(&format!(
        "{BASE}
         export b as demo::store over lan as rest at \"/x\" port 8080 via n {{ token t {{ allows put; expires 30d; }} tls file \"c.pem\"; }}
         export b over lan port 4898 {{ public; }}
         import far : demo::store over lan as rest from \"https://x\" via n {{ header \"K\" = secret(\"k\"); timeout 3s; }}
         instance c = source {{ to: far; }}
         group g {{ c; priority 3; restart {{ backoff 100ms .. 10s; limit 5 per 1min; then reboot; }} }}
         place g on n; place * minimize latency;
         logs * to b level warn;"
    ));
    let [rest, plain] = hir.exports.as_slice() else { panic!("two exports") };
    assert_eq!((rest.rest.as_ref().unwrap().value.as_str(), rest.port.unwrap().value), ("/x", 8080));
    assert_eq!(rest.tokens[0].allows[0].value, "put");
    assert_eq!(rest.tls.as_ref().unwrap().path.value, "c.pem");
    assert!(plain.public.is_some());
    assert_eq!(hir.imports[0].timeout, Some(3_000_000_000));
    let restart = hir.groups.iter().next().unwrap().1.restart.clone().unwrap();
    assert_eq!(restart.limit, Some((5, 60_000_000_000)));
    assert_eq!(restart.then, Some(RestartThen::Reboot));
    assert_eq!(hir.places[0].instances.len(), 1);
    assert_eq!(hir.logs[0].level, LogLevel::Warn);
}

#[test]
fn mistakes_outside() {
    assert_eq!(
        said(&format!(
            "{BASE}
             export bb over lan;
             export b over lann;
             export b as demo::stor over lan;
             export b over lan port 0 {{ token t {{ allows putt; expire 3d; }} token t; tls \"x\"; colour 1; }}
             export b over lan as rest at \"x\";
             import f : demo::stor over lan from 5;
             import g : demo::store over lan {{ header \"x\"; timeot 1s; }}
             place c on n; place a on m; place a minimize latencey;
             logs a to c; logs a to b level loud;
             group h {{ zz; priority 300; restart {{ backoff 10s .. 1s; limit 5; then explode; }} }}"
        )),
        [
            "deploy.amb:4:21: error[E0201]: there is no instance `bb`",
            "deploy.amb:5:28: error[E0201]: there is no network `lann`",
            "deploy.amb:6:26: error[E0203]: there is no interface `demo::stor`",
            "deploy.amb:7:37: error[E0212]: a port is between 1 and 65535",
            "deploy.amb:7:58: error[E0249]: `demo::store` has no procedure `putt`",
            "deploy.amb:7:64: error[E0230]: a token has no attribute `expire`",
            "deploy.amb:7:83: error[E0202]: the token `t` is defined twice",
            "deploy.amb:7:86: error[E0232]: `tls` does not take this",
            "deploy.amb:7:95: error[E0230]: an export has no attribute `colour`",
            "deploy.amb:8:43: error[E0212]: a path starts with `/`",
            "deploy.amb:9:25: error[E0203]: there is no interface `demo::stor`",
            "deploy.amb:9:50: error[E0210]: expected a string, found the number 5",
            "deploy.amb:10:21: error[E0232]: the import `g` does not say where it is",
            "deploy.amb:10:48: error[E0232]: `header` does not take this",
            "deploy.amb:10:60: error[E0230]: an import has no attribute `timeot`",
            "deploy.amb:11:20: error[E0201]: there is no instance `c`",
            "deploy.amb:11:39: error[E0201]: there is no node `m`",
            "deploy.amb:11:59: error[E0263]: `latencey` is not something to minimize",
            "deploy.amb:12:24: error[E0201]: there is no instance `c`",
            "deploy.amb:12:45: error[E0263]: `loud` is not a level",
            "deploy.amb:13:24: error[E0201]: there is no instance `zz`",
            "deploy.amb:13:37: error[E0212]: 300 is out of range",
            "deploy.amb:13:52: error[E0212]: the first wait is longer than the longest",
            "deploy.amb:13:71: error[E0232]: `limit` does not take this",
            "deploy.amb:13:85: error[E0232]: `then` is one of `reboot`, `stop`",
        ]
    );
}

#[test]
fn a_star_leaves_out_collectors_what_they_call_and_what_others_send() {
    let hir = fine(
        "service taker : ambience::logger { crate \"k\"; needs to: ambience::logger; needs log: ambience::logger from node; }
         service leaf : ambience::logger { crate \"k\"; needs log: ambience::logger from node; }
         service mute : ambience::logger { crate \"k\"; }
         service talker { crate \"t\"; run; needs log: ambience::logger; }
         node m : linux; node n : linux;
         instance one = taker { to: below; } instance below = leaf; instance two = mute;
         instance here = talker { log: node.logger; } instance far = talker { log: m.logger; }
         instance own = talker { log: node.logger; }
         group talkers { here; own; }
         deploy n { one; below; far; talkers; } deploy m { two; }
         logs * to one; logs talkers to two level error; logs own to one level trace;",
    );
    let of = |index: usize| -> Vec<String> {
        hir.logs[index].from.keys().map(|i| hir.instances[*i].name.to_string()).collect()
    };
    assert_eq!([of(0), of(1), of(2)], [vec!["here", "far"], vec!["here", "own"], vec!["own"]]);
    let routes: Vec<_> = hir
        .instances
        .iter()
        .filter(|(_, i)| matches!(i.kind, InstanceKind::LogRoute { .. }))
        .map(|(_, i)| i.name.to_string())
        .collect();
    assert_eq!(routes, ["m.log_to_one", "n.log_to_one", "n.log_to_two", "n.log_to_one_2"]);
}
