//! Every code has a page, whose example has the mistake and whose remedy has none.

mod common;

use ambc_lidl::codes::{ALL, NOT_IMPORTED};
use common::run;
use std::path::Path;

/// The `.lidl` text under a heading of a page.
fn block(page: &str, heading: &str) -> String {
    let after = page.split(heading).nth(1).expect("the page has this heading");
    after
        .split("```lidl\n")
        .nth(1)
        .and_then(|t| t.split("```").next())
        .expect("the heading has a block")
        .to_owned()
}

#[test]
fn every_code_has_a_page_whose_examples_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ambc/src/diag/explain");
    for code in ALL {
        let page = std::fs::read_to_string(folder.join(format!("{}.md", code.0))).expect(code.0);
        let check = |text: &str| {
            let geometry = "namespace geometry; struct rect { w: u16; }";
            let other = if *code == NOT_IMPORTED {
                "import \"geometry.lidl\"; struct user { r: geometry::rect; }"
            } else {
                ""
            };
            let files = [("main.lidl", "import \"example\"; import \"other\";"), ("example.lidl", text)];
            let diagnostics =
                run(&[files[0], files[1], ("other.lidl", other), ("geometry.lidl", geometry)]).diagnostics;
            let lines = diagnostics.lines().filter(|l| l.starts_with("example.lidl"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let found = check(&block(&page, "## Example"));
        assert!(found.iter().all(|l| l.contains(code.0)) && !found.is_empty(), "{}: {found:?}", code.0);
        let instead = check(&block(&page, "## Instead"));
        assert!(instead.is_empty(), "{}: {instead:?}", code.0);
    }
}
