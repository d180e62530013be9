//! What a node does about groups that fail: it restarts those that fall silent.

use ambc_e2e::{Running, ambc, signal};
use std::time::Duration;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");
const BUILD: Duration = Duration::from_secs(900);
const RUN: Duration = Duration::from_secs(120);

#[test]
fn an_instance_that_falls_silent_is_restarted_and_no_other() {
    let mut run = Running::start(ambc(AMBC, &["run", "examples/e2e/decks/vitals.amb"]));
    run.line("ambc: ready", BUILD);
    for _ in 0..2 {
        run.line("silent: has not said within 100 ms that it is alive", RUN);
        run.line("died (signal 9)", RUN);
        run.line("ambc: group silent is process", RUN);
        run.line("warn  silent: health degraded: tired", RUN);
    }
    signal(run.pid(), "INT");
    let (status, lines) = run.end(RUN);
    let all = lines.join("\n");
    assert_eq!(status.code(), Some(0), "{all}");
    for other in ["sound", "inside", "unheard"] {
        assert!(all.contains(&format!("{other}: health good: up")), "{all}");
        assert!(!all.contains(&format!("{other}: has not said")), "{all}");
    }
    assert!(!all.contains("group sound pid"), "{all}");
}
