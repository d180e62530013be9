//! Damaged text: whatever is cut out of, put into or swapped in valid files, parsing ends, nothing panics, and what is no
//! longer valid is said at a place inside the file.

use ambc::syntax;
use ambc_diag::{Diagnostics, Sources};
use ambc_grammar::amb::{AmbParser, Rule};
use ambc_grammar::keywords::starts_amb_item;
use ambc_grammar::scan::scan;
use pest::Parser;
use std::path::Path;

fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dsl-grammar/tests/corpus/amb");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the corpus").map(|e| e.expect("readable").path()).collect();
    paths.sort();
    paths.iter().map(|p| std::fs::read_to_string(p).expect("UTF-8")).collect()
}

/// Parses and returns how many errors there are; every place must lie in the file.
fn errors(text: &str) -> usize {
    let mut sources = Sources::default();
    let file = sources.add("a.amb", text);
    let mut diags = Diagnostics::default();
    syntax::parse(file, &sources, &mut diags);
    for d in diags.iter() {
        let places = std::iter::once(d.primary.span).chain(d.secondary.iter().map(|l| l.span));
        for span in places.chain(d.edits.iter().map(|e| e.span)) {
            assert!(span.start <= span.end && span.end as usize <= text.len(), "{d:?}\n{text}");
            assert!(text.is_char_boundary(span.start as usize), "{d:?}\n{text}");
        }
        assert!(!d.message.is_empty());
    }
    ambc::diag::short(&sources, &ambc::diag::Shown::new(diags, 0)).lines().count()
}

/// Whether the whole text is valid by the grammar alone, which does not forgive.
fn valid(text: &str) -> bool {
    // Comments blanked: what stands before a place is then found by looking back.
    let scanned = scan(text, starts_amb_item);
    let blank = &scanned.text;
    let after_block = |at: usize| blank[..at].trim_end().ends_with('}');
    scanned.problems.is_empty()
        && AmbParser::parse(Rule::file, blank).is_ok_and(|pairs| {
            pairs.flatten().all(|p| match p.as_rule() {
                Rule::bad_member => false,
                Rule::run_on => after_block(p.as_span().start()),
                _ => true,
            })
        })
}

/// A small generator with a fixed seed: a failure can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[test]
fn truncated_files() {
    for text in corpus() {
        for at in (0..text.len()).step_by(7) {
            let cut = &text[..boundary(&text, at)];
            let found = errors(cut);
            assert!(found > 0 || valid(cut), "no error in:\n{cut}");
        }
    }
}

#[test]
fn mutated_files() {
    const PIECES: [&str; 28] = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ";",
        ",",
        ":",
        "::",
        "=",
        "->",
        "\"",
        "'",
        "/*",
        "*/",
        "//",
        "#",
        "%",
        "/s",
        "..",
        "r#",
        "node ",
        "override ",
        "\u{FEFF}",
        "é",
        "\0",
        "0x",
    ];
    let mut random = Random(0x5eed);
    for text in corpus() {
        for _ in 0..400 {
            let mut damaged = text.clone();
            for _ in 0..=random.below(3) {
                let from = boundary(&damaged, random.below(damaged.len()));
                let to = boundary(&damaged, (from + random.below(12)).min(damaged.len()));
                match random.below(3) {
                    0 => damaged.replace_range(from..to, ""),
                    1 => damaged.insert_str(from, PIECES[random.below(PIECES.len())]),
                    _ => {
                        let copy = damaged[from..to].to_owned();
                        let at = boundary(&damaged, random.below(damaged.len()));
                        damaged.insert_str(at, &copy);
                    }
                }
            }
            let found = errors(&damaged);
            assert!(found > 0 || valid(&damaged), "no error in:\n{damaged}");
        }
    }
}

#[test]
fn a_statement_that_is_taken_out_or_doubled_leaves_the_rest_valid() {
    for text in corpus() {
        let lines: Vec<&str> = text.lines().collect();
        for skip in 0..lines.len() {
            let kept: Vec<&str> =
                lines.iter().enumerate().filter(|(i, _)| *i != skip).map(|(_, l)| *l).collect();
            let kept = kept.join("\n");
            assert_eq!(errors(&kept) == 0, valid(&kept), "{kept}");
        }
    }
}

#[test]
fn hostile_sizes() {
    let lines = |line: &str| line.repeat(20_000 / line.len());
    for text in [
        lines("node a : linux {\n"),
        lines("use \"a\"\n"),
        lines("node a : b { x"),
        lines("\"\n"),
        lines("/*"),
        lines("{}"),
        lines("} "),
        lines("node a : linux { cost 1 }; "),
        lines("a, "),
        format!("node a : linux {{ {} }}", lines("x y\n")),
        format!("node a : linux {{ {} }}", lines("= ; ")),
        format!("node a : linux {{ {} }}", lines("link a at ")),
        format!("group g {{ {} }}", lines("a ")),
        format!("require {};", lines("1 + ")),
        format!("require {};", lines("a(b, ")),
        format!("require {};", lines("a -> ")),
        format!("require f({});", lines("a -> b, ")),
        format!("instance a = b {{ c: {} }}", lines("d, ")),
        format!("use \"{}\";", lines("\\")),
        lines("require 1 %"),
        lines("place a |"),
    ] {
        errors(&text);
    }
}
