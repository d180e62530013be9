//! A sandboxed group that reaches the machine through the offers of its node, and through nothing else.

mod common;

use common::Node;

fn one_run(folder: &std::path::Path, record: u64) {
    let folder = folder.display();
    let mut node = Node::start(
        "desk_kernel",
        &format!(
            "node desk\ndata {folder}/data\nfolder papers {folder}/papers\ngroup office {{bin}}/desk_office\n"
        ),
    );
    node.expect(&["INFO clerk: slept enough: true"]);
    node.expect(&["INFO clerk: after 2020: true, random: true"]);
    node.expect(&["INFO clerk: two\\nlines\\u{1b}[31m"]);
    node.expect(&["INFO clerk: 1 file(s), a paper has 10000 bytes, sum 30000"]);
    node.expect(&["INFO clerk: kept inside: true, read only: true"]);
    node.expect(&[&format!("INFO clerk: record {record}: a record")]);
    node.expect_idle();
    assert!(node.stop().success());
    assert!(node.has_said(&["INFO clerk: closing, waited: true"]), "{:#?}", node.said);
    assert!(!node.has_said(&["run-failed"]), "{:#?}", node.said);
}

#[test]
fn every_offer_works_and_storage_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("papers")).unwrap();
    std::fs::write(dir.path().join("papers/a paper"), [3; 10_000]).unwrap();
    one_run(dir.path(), 0);
    one_run(dir.path(), 1);
    assert!(dir.path().join("data/db/journal").is_file());
}
