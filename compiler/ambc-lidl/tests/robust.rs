//! Whatever stands in a file, nothing panics, and what is accepted can be generated.

mod common;

use ambc_lidl::generate;
use common::run;

const WORDS: &[&str] = &[
    "struct",
    "union",
    "enum",
    "error",
    "service",
    "const",
    "namespace",
    "import",
    "a",
    "b",
    "c",
    "T",
    "x",
    "u8",
    "i64",
    "f32",
    "string",
    "vector",
    "map",
    "array",
    "optional",
    "span",
    "unit",
    "self",
    "type",
    "alternatives",
    "call_union",
    "{",
    "}",
    "<",
    ">",
    "(",
    ")",
    ";",
    ";",
    ":",
    ":",
    ",",
    "=",
    "->",
    "or",
    "::",
    "@oneway",
    "@was",
    "@timeout",
    "1",
    "0",
    "255",
    "-1",
    "5ms",
    "2KiB",
    "1.5",
    "\"x\"",
    "true",
    "*",
    "/",
    "%",
    "+",
    "///",
    "/*",
    "r#",
    "ä",
    "\n",
];

/// Whole statements, so that more gets past the parser.
const ITEMS: &[&str] = &[
    "struct a { x: b; y: c; }",
    "struct<T> b { x: T; y: vector<T, 4>; }",
    "union c { x: b<u8>; y: unit; }",
    "union<T, U> a { x: T; y: a<U, T>; }",
    "enum b { x, y = 3, z }",
    "enum c : i8 { p = n }",
    "error c { x; y: a; }",
    "service a { f(x: b) -> c; @oneway g(); }",
    "service b : a { h(x: a::call_union) -> c::alternatives or c; }",
    "service c : b { f(); }",
    "const n: u8 = m + 1;",
    "const m: u8 = 7 / n;",
    "const n: duration = 5ms * 2;",
    "struct a { x: map<b, c, n>; y: array<b<c>, n>; }",
    "struct n { x: optional<n>; }",
    "namespace a;",
    "namespace a::b;",
    "import \"x.lidl\";",
    "struct<N> m { x: array<u8, N>; y: m<n>; }",
    "service m { f(x: b<b<b<u8>>>) -> (x: a, y: b<a>); }",
];

struct Random(u64);

impl Random {
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        from[(self.0 >> 33) as usize % from.len()]
    }
}

fn survives(text: &str) {
    let run = run(&[("x.lidl", text)]);
    if !run.diagnostics.contains("error[") {
        let rust = generate(&run.model, &[run.root]);
        assert!(rust.starts_with("// Generated"), "{text}");
    }
}

#[test]
fn any_words_in_any_order() {
    let mut random = Random(1);
    for _ in 0..2000 {
        let words: Vec<_> = (0..20).map(|_| random.pick(WORDS)).collect();
        survives(&words.join(" "));
    }
}

#[test]
fn any_statements_in_any_order() {
    let mut random = Random(2);
    for _ in 0..2000 {
        let items: Vec<_> = (0..6).map(|_| random.pick(ITEMS)).collect();
        survives(&items.join("\n"));
    }
}

#[test]
fn a_file_cut_anywhere() {
    let text = ITEMS.join("\n");
    for end in 0..text.len() {
        survives(&text[..end]);
    }
}

/// Types that double with each step and chains deeper than the stack.
#[test]
fn deep_types_take_no_time_and_no_stack() {
    let double = |n: usize| format!("struct d{n} {{ a: d{0}; b: d{0}; c: optional<string<4>>; }}\n", n - 1);
    let chain = |n: usize| format!("struct c{n} {{ a: vector<c{}, 1>; }}\n", n - 1);
    let mut text = String::from(
        "struct d0 { a: u8; }\nstruct c0 { a: u8; }\nservice s { f(d: d60, c: c3000) -> d60; }\n",
    );
    text.extend((1..=60).map(double));
    text.extend((1..=3000).map(chain));
    let run = run(&[("x.lidl", &text)]);
    assert!(run.diagnostics.contains("E0376"), "{}", run.diagnostics);
    assert!(run.diagnostics.lines().all(|l| l.contains("E0376") || l.contains("help:")));
    assert!(generate(&run.model, &[run.root]).len() > 1000);
}
