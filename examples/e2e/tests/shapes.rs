//! Bindings and parameters of every shape, through generated code and real processes.

use ambc_e2e::{ambc, finish};

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

#[test]
fn bindings_and_parameters_of_every_shape_arrive() {
    let deck = "examples/e2e/decks/shapes.amb";
    let done = finish("run shapes", ambc(AMBC, &["run", "--until-idle", deck]));
    assert_eq!(done.code(), Some(0), "{}", done.all());
    let said = |line: &str| assert!(done.stdout.contains(line), "{line}\n{}", done.all());
    said("lists=4 spare=true peers=2 true -3 0.5 Loud 1ms 4096 [1, 2, 3]");
    said("b \"x\": sum=");
    said("lists=1 spare=false peers=0 false 5 0.5 Calm 1ms 4096 [1, 2, 3]");
    said("lists=1 spare=false peers=0 true -3 2 Loud 2s 1048576 [7, 8, 9]");
}
