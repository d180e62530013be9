//! `ambc top` beside a running cluster, and an instance that reads the same numbers from its node.

use ambc_e2e::{Running, ambc, finish, signal};
use std::time::Duration;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");
const BUILD: Duration = Duration::from_secs(900);
const RUN: Duration = Duration::from_secs(120);
const DECK: &str = "examples/e2e/decks/reader.amb";

#[test]
fn top_and_health_see_what_was_called() {
    let mut run = Running::start(ambc(AMBC, &["run", DECK]));
    run.line("reader: own edge: 5 calls, metric calls: 5", BUILD);

    let json = finish("top, as JSON", ambc(AMBC, &["top", DECK, "--once", "--format", "json"]));
    assert_eq!(json.code(), Some(0), "{}", json.all());
    for part in [
        r#"{"schema":"ambc.top/1","deployment":"reader","#,
        r#""node":"here","from":"reader","need":"counter","to":"counter","to_node":"there","transport":"route","networks":["lan"],"counts":{"calls":5,"errors":0,"errors_by_kind":{},"#,
        r#"{"instance":"reader","name":"calls","kind":"counter","count":5}"#,
        r#"{"instance":"reader","name":"done","kind":"gauge","value":1.0}"#,
        r#"{"instance":"reader","name":"number","kind":"histogram","count":5,"sum":10.0,"least":0.0,"most":4.0,"p50":4.0,"p99":4.0}"#,
        r#""restarts":0,"#,
    ] {
        assert!(json.stdout.contains(part), "{part}\n{}", json.all());
    }
    let table = finish("top, as a table", ambc(AMBC, &["top", DECK]));
    assert!(
        table.stdout.contains("reader.counter -> counter") && table.stdout.contains("lan > there"),
        "{}",
        table.all()
    );

    signal(run.pid(), "INT");
    assert_eq!(run.end(RUN).0.code(), Some(0));
    let nothing = finish("top of nothing", ambc(AMBC, &["top", DECK]));
    assert_eq!(nothing.code(), Some(4), "{}", nothing.all());
    assert!(nothing.stderr.contains("`reader` does not run here"), "{}", nothing.all());
}
