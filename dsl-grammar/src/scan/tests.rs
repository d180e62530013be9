use super::*;
use crate::keywords::starts_amb_item;

fn items(text: &str) -> Vec<(String, Ending)> {
    let s = scan(text, starts_amb_item);
    assert_eq!(s.text.len(), text.len());
    s.items.iter().map(|i| (text[i.start..i.end].to_owned(), i.ending)).collect()
}

fn problems(text: &str) -> Vec<(ProblemKind, &str)> {
    scan(text, starts_amb_item).problems.iter().map(|p| (p.kind, &text[p.start..p.end])).collect()
}

#[test]
fn an_item_ends_with_a_semicolon_or_its_block() {
    let text = "use \"a;{\" ; node a : b { x; };\nservice s { }group g;";
    let found: Vec<_> = items(text).into_iter().map(|i| i.0).collect();
    assert_eq!(found, ["use \"a;{\" ;", "node a : b { x; };", "service s { }", "group g;"]);
}

#[test]
fn comments_are_blank_and_docs_know_their_owner() {
    let text = "/// One.\n///  two\nnode a; /* x /* ; */ } */ // ;\n//// no doc\n/// b\nnode /* { */ b;";
    let s = scan(text, starts_amb_item);
    assert_eq!(s.items.len(), 2);
    assert_eq!(s.doc(s.items[0].start), Some("One.\n two"));
    assert_eq!(s.doc(s.items[1].start), Some("b"));
    assert!(s.problems.is_empty());
}

#[test]
fn a_byte_order_mark_and_carriage_returns_are_blanks() {
    let text = "\u{FEFF}use \"a\";\r\nuse \"b\";\r\n";
    assert_eq!(items(text).len(), 2);
    assert!(problems(text).is_empty());
}

#[test]
fn a_missing_brace_costs_one_item() {
    let text = "node a : x {\n  link l at 1;\nnode b : x { relay off; }\n";
    let found = items(text);
    assert_eq!(found[0].0, "node a : x {\n  link l at 1;");
    assert_eq!(found[0].1, Ending::Unclosed(11));
    assert_eq!(found[1].0, "node b : x { relay off; }");
    assert_eq!(found[1].1, Ending::Complete);
}

#[test]
fn members_without_indentation_are_no_items_while_braces_match() {
    let text = "service a {\nparam x: u8 = 1;\n}\ndeploy a {\nnode b;\n}\n";
    assert!(items(text).iter().all(|i| i.1 == Ending::Complete));
    assert_eq!(items(text).len(), 2);
}

#[test]
fn an_open_parenthesis_ends_with_the_statement() {
    assert_eq!(items("require memory(a <= 5;\nnode b;").len(), 2);
}

#[test]
fn an_unclosed_string_ends_on_its_line() {
    let text = "use \"a.amb;\nuse \"b\";\n";
    let s = scan(text, starts_amb_item);
    assert_eq!(problems(text), [(ProblemKind::UnclosedString, "\"a.amb;")]);
    assert_eq!(s.items.len(), 2);
    let m = s.mended(4).expect("mended");
    assert_eq!(&text[m.start..m.end], "a.amb");
    assert_eq!(&s.text[..11], "use \"xxxx\";");
}

#[test]
fn single_quotes_and_hashes_are_named_once() {
    let text = "# note { \"\nuse 'a';\nnode r#kernel;";
    assert_eq!(problems(text), [(ProblemKind::HashComment, "#"), (ProblemKind::SingleQuotes, "'a'")]);
    assert_eq!(items(text).len(), 2);
}

#[test]
fn a_stray_brace_is_named_and_skipped() {
    assert_eq!(problems("node a; } node b;"), [(ProblemKind::StrayClose, "}")]);
    assert_eq!(items("node a } node b;")[0], ("node a".to_owned(), Ending::Cut));
}

#[test]
fn depth_is_limited_without_recursion() {
    let deep = format!("require {}1{};", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(items(&deep)[0].1, Ending::TooDeep(8 + NESTING_LIMIT));
    let comments = "/*".repeat(100_000);
    assert_eq!(problems(&comments).len(), 1);
    let open = "node a {\n".repeat(100_000);
    assert!(items(&open).len() > 1000);
}
