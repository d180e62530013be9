//! What needs no deployment to be running.

use std::process::Command;

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_calc-client")).args(arguments).output().expect("it starts");
    (output.status.code(), String::from_utf8(output.stderr).expect("text"))
}

#[test]
fn wrong_arguments_are_answered_with_the_right_ones() {
    let right = ["127.0.0.1:4898", "0x10", "1", "add", "2"];
    for (place, wrong) in ["127.0.0.1", "0xg", "one", "plus", "2.5"].iter().enumerate() {
        let mut arguments = right;
        arguments[place] = wrong;
        let (code, text) = run(&arguments);
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(text.starts_with("calc-client ADDRESS"), "{text}");
    }
    assert_eq!(run(&right[..4]).0, Some(2));
}
