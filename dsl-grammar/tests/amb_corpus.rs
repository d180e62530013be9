//! Every file of the corpus parses whole, without a damaged statement, and is cut into the same items by the scanner.

use ambc_grammar::amb::{AmbParser, Rule};
use ambc_grammar::keywords::starts_amb_item;
use ambc_grammar::scan::{Ending, scan};
use pest::Parser;
use std::path::Path;

fn corpus() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/amb");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus is beside this test")
        .map(|e| e.expect("readable").path())
        .map(|p| (p.display().to_string(), std::fs::read_to_string(&p).expect("UTF-8")))
        .collect();
    files.sort();
    assert!(files.len() >= 8);
    files
}

fn damaged(text: &str) -> Vec<String> {
    let pairs = AmbParser::parse(Rule::file, text).unwrap_or_else(|e| panic!("{e}"));
    pairs.flatten().filter(|p| p.as_rule() == Rule::bad_member).map(|p| p.as_str().to_owned()).collect()
}

#[test]
fn the_corpus_parses_whole() {
    for (path, text) in corpus() {
        assert_eq!(damaged(&text), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn the_scanner_finds_the_items_that_the_grammar_finds() {
    for (path, text) in corpus() {
        let pairs = AmbParser::parse(Rule::file, &text).expect("parses").flatten();
        let items = pairs.filter(|p| p.as_rule() == Rule::item).count();
        let found = scan(&text, starts_amb_item);
        assert_eq!(found.items.len(), items, "{path}");
        assert!(found.items.iter().all(|i| i.ending == Ending::Complete), "{path}");
        assert!(found.problems.is_empty(), "{path}");
    }
}

#[test]
fn the_corpus_parses_with_windows_line_ends_and_a_byte_order_mark() {
    for (path, text) in corpus() {
        let text = format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
        assert_eq!(damaged(&text), Vec::<String>::new(), "{path}");
    }
}

/// The tree of an expression, operators and units by rule name.
fn shape(text: &str) -> String {
    let text = format!("require {text};");
    let pairs = AmbParser::parse(Rule::file, &text).unwrap_or_else(|e| panic!("{e}"));
    let words: Vec<_> = pairs
        .flatten()
        .filter(|p| {
            matches!(
                p.as_rule(),
                Rule::op_rem | Rule::op_div | Rule::unit_percent | Rule::unit_per | Rule::unit
            )
        })
        .map(|p| format!("{:?}", p.as_rule()))
        .collect();
    words.join(" ")
}

#[test]
fn percent_and_per_are_units_only_behind_digits_and_not_before_an_operand() {
    assert_eq!(shape("5 % 2"), "op_rem");
    assert_eq!(shape("5%2"), "op_rem");
    assert_eq!(shape("5%n"), "op_rem");
    assert_eq!(shape("5%(2)"), "op_rem");
    assert_eq!(shape("30%"), "unit_percent");
    assert_eq!(shape("30% - 5%"), "unit_percent unit_percent");
    assert_eq!(shape("30% and 1"), "unit_percent");
    assert_eq!(shape("10/s"), "unit_per");
    assert_eq!(shape("10/s * 2"), "unit_per");
    assert_eq!(shape("10 /s"), "op_div");
    assert_eq!(shape("10/ s"), "op_div");
    assert_eq!(shape("10/sec"), "op_div");
    assert_eq!(shape("10/min(2)"), "op_div");
    assert_eq!(shape("10/s[2]"), "op_div");
    assert_eq!(shape("0x10%2"), "op_rem");
    assert_eq!(shape("i%2"), "op_rem");
    assert_eq!(shape("5ms"), "unit");
}

#[test]
fn keywords_end_at_a_word_boundary() {
    for text in ["nodes a : b;", "deployx a;", "usefile \"a\";"] {
        assert!(AmbParser::parse(Rule::file, text).is_err(), "{text}");
    }
}
