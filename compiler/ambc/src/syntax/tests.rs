//! The tree of valid text, and for each mistake one error at its place with the neighbours intact.

use super::ast::{Arg, BindMode, DeployEntry, Expr, ExprKind, File, Item, ItemKind, ServiceMemberKind, Unit};
use super::parse;
use ambc_diag::{Diagnostics, Sources, Span, short_line};

fn read(text: &str) -> (File, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("a.amb", text);
    let mut diags = Diagnostics::default();
    let ast = parse(file, &sources, &mut diags);
    let sorted = diags.sorted();
    for d in &sorted {
        for span in [d.primary.span].into_iter().chain(d.secondary.iter().map(|l| l.span)) {
            assert!(span.start <= span.end && span.end as usize <= text.len(), "{d:?}");
        }
    }
    (
        ast,
        sorted.iter().map(|d| short_line(&sources, d).replace("a.amb:", "").replace(" error", "")).collect(),
    )
}

fn good(text: &str) -> File {
    let (ast, errors) = read(text);
    assert_eq!(errors, Vec::<String>::new(), "{text}");
    assert!(ast.items.iter().all(|i| !i.broken));
    ast
}

/// The errors of a text, one a line.
fn errors(text: &str) -> String {
    read(text).1.join("\n")
}

fn names(ast: &File) -> Vec<String> {
    ast.items.iter().map(name).collect()
}

fn name(item: &Item) -> String {
    match &item.kind {
        ItemKind::Deployment(n) => n.text.clone(),
        ItemKind::Use(u) => u.path.value.clone(),
        ItemKind::Param(p) => p.name.text.clone(),
        ItemKind::Service(s) => s.name.text.clone(),
        ItemKind::Network(n) => n.name.text.clone(),
        ItemKind::Platform(p) => p.name.text.clone(),
        ItemKind::Node(n) => n.name.text.clone(),
        ItemKind::Instance(i) => i.name.text.clone(),
        ItemKind::Group(g) => g.name.text.clone(),
        ItemKind::Import(i) => i.name.text.clone(),
        ItemKind::Deploy(d) => d.node.head.segments.iter().map(|s| s.text.clone()).collect(),
        ItemKind::Export(e) => e.target.head.segments.iter().map(|s| s.text.clone()).collect(),
        ItemKind::Place(_) => "place".into(),
        ItemKind::Logs(_) => "logs".into(),
        ItemKind::Access(_) => "access".into(),
        ItemKind::Require(_) => "require".into(),
    }
}

/// An expression with every operation in parentheses.
fn show(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Int { value, hex: false } => value.to_string(),
        ExprKind::Int { value, hex: true } => format!("{value:#x}"),
        ExprKind::Float(t) => t.clone(),
        ExprKind::Bool(b) => b.to_string(),
        ExprKind::Str(s) => format!("{s:?}"),
        ExprKind::Quantity { number, unit } => format!("{number}{}", super::unit_text(*unit)),
        ExprKind::Name(n) => {
            let mut names: Vec<_> = n.head.segments.iter().map(|s| s.text.clone()).collect();
            names.extend(n.member.iter().chain(&n.more).map(|m| format!(".{}", m.text)));
            names.concat()
        }
        ExprKind::Neg(e) => format!("(- {})", show(e)),
        ExprKind::Not(e) => format!("(not {})", show(e)),
        ExprKind::Binary(op, a, b) => format!("({} {op:?} {})", show(a), show(b)),
        ExprKind::Call { name, args } => {
            let args: Vec<_> = args
                .iter()
                .map(|a| match a {
                    Arg::Expr(e) => show(e),
                    Arg::Edge(a, b, _) => {
                        format!("{} -> {}", a.head.segments[0].text, b.head.segments[0].text)
                    }
                    Arg::Count(n, w) => format!("{} {}", show(n), w.text),
                })
                .collect();
            format!("{}({})", name.text, args.join(", "))
        }
        ExprKind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
    }
}

fn condition(text: &str) -> String {
    let ast = good(&format!("require {text};"));
    match &ast.items[0].kind {
        ItemKind::Require(r) => show(&r.condition),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_corpus_of_the_grammar_converts_without_a_word() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dsl-grammar/tests/corpus/amb");
    for entry in std::fs::read_dir(folder).expect("the corpus") {
        let path = entry.expect("readable").path();
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        assert!(good(&text).items.len() > 2, "{}", path.display());
    }
}

#[test]
fn operators_bind_as_in_arithmetic() {
    assert_eq!(condition("1 + 2 * 3 - 4 % 5"), "((1 Add (2 Mul 3)) Sub (4 Rem 5))");
    assert_eq!(condition("-a * -(2 + b)"), "((- a) Mul (- (2 Add b)))");
    assert_eq!(condition("not a < 2 and b or c"), "(((not (a Lt 2)) And b) Or c)");
    assert_eq!(condition("x in [1, 2] and .rate <= 10/s"), "((x In [1, 2]) And (.rate Le 10/s))");
    assert_eq!(condition("latency(a -> b) <= 250ms"), "(latency(a -> b) Le 250ms)");
    assert_eq!(condition("survives(1 node, a -> b)"), "survives(1 node, a -> b)");
    assert_eq!(condition("lifetime(m) >= 2 * 365d"), "(lifetime(m) Ge (2 Mul 365d))");
    assert_eq!(condition("5%2 == 4_898 % 3"), "((5 Rem 2) Eq (4898 Rem 3))");
    assert_eq!(condition("0x0100 + i % 50"), "(0x100 Add (i Rem 50))");
    assert_eq!(condition("54_000 cycles == 1.50ms"), "(54000cycles Eq 1.50ms)");
    assert_eq!(condition(r#""a\"\\\n\t\u{e9}" != "{i}""#), r#"("a\"\\\n\té" Ne "{i}")"#);
}

#[test]
fn docs_overrides_and_raw_names_reach_the_tree() {
    let ast = good("/// One.\n/// Two.\noverride node r#kernel : linux;\n// no doc\nnode b : linux;");
    assert_eq!(ast.items[0].doc.as_deref(), Some("One.\nTwo."));
    assert!(ast.items[0].overrides.is_some());
    assert_eq!(names(&ast), ["kernel", "b"]);
    assert_eq!(ast.items[1].doc, None);
    let ast = good("service s {\n  /// How sure.\n  param t: f32;\n  /// Next.\n  needs next: a::b;\n}");
    let ItemKind::Service(s) = &ast.items[0].kind else { panic!() };
    assert_eq!(s.members[0].doc.as_deref(), Some("How sure."));
    assert_eq!(s.members[1].doc.as_deref(), Some("Next."));
    let ServiceMemberKind::Param(p) = &s.members[0].kind else { panic!() };
    assert_eq!(p.doc.as_deref(), Some("How sure."));
}

#[test]
fn a_comma_continues_the_list_of_a_binding_and_separates_elsewhere() {
    let ast = good("instance a = s { x: first p, q; y: any r[*]; z = 1, w = 2; v: first, any }");
    let ItemKind::Instance(i) = &ast.items[0].kind else { panic!() };
    let bindings: Vec<_> = i.bindings.iter().map(|b| (b.need.text.as_str(), b.targets.len())).collect();
    assert_eq!(bindings, [("x", 2), ("y", 1), ("v", 2)]);
    assert!(matches!(i.bindings[0].mode, BindMode::First(_)));
    assert!(matches!(i.bindings[1].mode, BindMode::Any(_)));
    assert_eq!(i.bindings[2].mode, BindMode::Plain);
    assert_eq!(i.settings.len(), 2);
    let ast = good("deploy n { kernel a, b; kernel c }");
    let ItemKind::Deploy(d) = &ast.items[0].kind else { panic!() };
    let kernel: Vec<_> = d.entries.iter().map(|e: &DeployEntry| e.kernel.is_some()).collect();
    assert_eq!(kernel, [true, false, true]);
}

#[test]
fn settings_keep_their_values_in_order() {
    let ast = good("group g { a; restart { backoff 100ms .. 10s; limit 5 per 1min; then reboot; } }");
    let ItemKind::Group(g) = &ast.items[0].kind else { panic!() };
    let block = g.settings[0].block.as_ref().expect("a block");
    let values: Vec<_> =
        block.iter().map(|s| s.values.iter().map(show).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(values, ["100ms 10s", "5 per 1min", "reboot"]);
}

#[test]
fn a_missing_semicolon_costs_nothing_else() {
    let (ast, e) =
        read("use \"a.lidl\"\nuse \"b.lidl\";\nnode a : linux {\n  relay off\n  watchdog 2s;\n}\n");
    assert_eq!(e, ["1:13:[E0101]: expected `;`", "4:12:[E0101]: expected `;`"]);
    assert_eq!(names(&ast), ["a.lidl", "b.lidl", "a"]);
    let ItemKind::Node(n) = &ast.items[2].kind else { panic!() };
    assert_eq!(n.settings.len(), 2);
    assert!(ast.items.iter().all(|i| !i.broken));
    assert_eq!(errors("service s {\n crate \".\"\n run\n}"), "2:11:[E0101]: expected `;`");
    assert_eq!(errors("instance a = s {\n x: b\n y: c;\n}"), "2:6:[E0101]: expected `;`");
    assert_eq!(errors("node a : linux"), "1:15:[E0101]: expected `;`");
    assert_eq!(errors("group g {\n a\n b\n}"), "2:3:[E0101]: expected `;`");
}

#[test]
fn a_missing_or_stray_brace_costs_one_error() {
    let (ast, e) = read("node a : linux {\n  relay off;\nnode b : linux { relay off; }\n");
    assert_eq!(e, ["1:16:[E0102]: this block is not closed"]);
    assert_eq!(names(&ast), ["a", "b"]);
    assert_eq!(
        errors("node a : linux { relay off; } }\nnode b : linux;"),
        "1:31:[E0103]: this `}` closes nothing"
    );
    assert_eq!(
        errors("network a : udp { { cost 5; }\nnode b : linux;"),
        "1:17:[E0102]: this block is not closed"
    );
    assert_eq!(errors("node a : linux { link x at 1 { cost 5; }"), "1:16:[E0102]: this block is not closed");
}

#[test]
fn a_missing_open_brace_costs_one_error() {
    let text = "network a : udp cost 2; latency 5ms; }\ngroup g x, y }\ndeploy d kernel x; }\nnode n : linux;\nservice s : a:b { run; }";
    let (ast, e) = read(text);
    assert_eq!(
        e,
        [
            "1:17:[E0113]: expected `{`, found `cost`",
            "2:9:[E0113]: expected `{`, found `x`",
            "3:10:[E0113]: expected `{`, found `kernel`",
            "5:14:[E0115]: the parts of a path are separated by `::`, not by `:`",
        ]
    );
    assert_eq!(names(&ast), ["a", "g", "d", "n", "s"]);
    let ItemKind::Network(n) = &ast.items[0].kind else { panic!() };
    assert_eq!(n.settings.len(), 2);
    let (ast, e) = read("use \"a\"\nparam x: u8 = ;\nparam y: u8 = 1;");
    assert_eq!(e, ["1:8:[E0101]: expected `;`", "2:15:[E0113]: expected a value, found `;`"]);
    let ItemKind::Param(p) = &ast.items[1].kind else { panic!() };
    assert_eq!(p.ty.path.segments[0].text, "u8");
}

#[test]
fn strings_comments_and_quotes() {
    let (ast, e) = read("use \"a.lidl;\nuse 'b.lidl';\n# note\nnode a : linux;\n/* x");
    assert_eq!(
        e,
        [
            "1:5:[E0104]: this string is not closed",
            "2:5:[E0118]: a string is written with `\"`",
            "3:1:[E0116]: `#` starts no comment",
            "5:1:[E0105]: this comment is not closed",
        ]
    );
    assert_eq!(names(&ast), ["a.lidl", "b.lidl", "a"]);
    assert_eq!(errors(r#"use "a\x";"#), r"1:7:[E0106]: `\x` stands for no character");
}

#[test]
fn units() {
    let text = "network a : udp { latency 5 ms; cost 2; mtu 5kb; bandwidth 0x10Mbps; loss 1parsec; }\nparam x: duration = 5 ms;";
    let (ast, e) = read(text);
    assert_eq!(
        e,
        [
            "1:29:[E0108]: the unit `ms` stands apart from its number",
            "1:46:[E0109]: unknown unit `kb`",
            "1:60:[E0110]: `0x10Mbps` is no hexadecimal number",
            "1:76:[E0109]: unknown unit `parsec`",
            "2:23:[E0108]: the unit `ms` stands apart from its number",
        ]
    );
    let ItemKind::Param(p) = &ast.items[1].kind else { panic!() };
    assert!(matches!(
        &p.default.as_ref().expect("a default").kind,
        ExprKind::Quantity { unit: Unit::Ms, .. }
    ));
}

#[test]
fn numbers_too_large() {
    let nines = "9".repeat(60);
    assert_eq!(errors(&format!("param x: u8 = {nines};")), "1:15:[E0110]: this number is too large");
}

#[test]
fn unknown_items_and_statements_name_the_nearest() {
    let (ast, e) = read("nod a : linux;\nbanana b;\nnode c : linux;");
    assert_eq!(e, ["1:1:[E0111]: unknown item `nod`", "2:1:[E0111]: unknown item `banana`"]);
    assert_eq!(names(&ast), ["a", "c"]);
    let (ast, e) = read("service s {\n  crat \".\";\n  neds x: a::b;\n  run;\n  5;\n}");
    assert_eq!(
        e,
        [
            "2:3:[E0112]: unknown statement `crat` in a service",
            "3:3:[E0112]: unknown statement `neds` in a service",
            "5:3:[E0113]: expected a statement of a service, found `5`",
        ]
    );
    let ItemKind::Service(s) = &ast.items[0].kind else { panic!() };
    assert_eq!(s.members.len(), 1);
    assert!(ast.items[0].broken);
    assert!(ast.damaged.iter().any(|d| d.text == "neds") && ast.damaged.iter().all(|d| d.text != "run"));
}

#[test]
fn colon_and_equals_are_told_apart_and_mended() {
    let text = "instance a : s { x: b; t: 0.5; }\nnode n = linux;\nnetwork l udp;\ninstance c s;\nservice s { needs x = a::b; param p = u8; }";
    let (ast, e) = read(text);
    assert_eq!(
        e,
        [
            "1:12:[E0115]: expected `=` after `a`, found `:`",
            "1:25:[E0115]: expected `=` before the value of `t`, found `:`",
            "2:8:[E0115]: expected `:` after `n`, found `=`",
            "3:11:[E0113]: expected `:` after `l`, found `udp`",
            "4:12:[E0113]: expected `=` after `c`, found `s`",
            "5:21:[E0115]: expected `:` after `x`, found `=`",
            "5:37:[E0115]: expected `:` after `p`, found `=`",
        ]
    );
    assert_eq!(names(&ast), ["a", "n", "l", "c", "s"]);
    assert!(ast.items.iter().all(|i| !i.broken));
    assert_eq!(errors("network l : udp { cost: 40; }"), "1:23:[E0115]: the attribute `cost` takes no `:`");
}

#[test]
fn a_comma_between_bindings_is_explained() {
    let (ast, e) = read("instance a = s { x: b, y: c }");
    assert_eq!(e, ["1:22:[E0117]: `,` continues the list of `x`"]);
    let ItemKind::Instance(i) = &ast.items[0].kind else { panic!() };
    assert_eq!(i.bindings.len(), 2);
}

#[test]
fn keywords_as_names() {
    assert_eq!(errors("deploy n { kernel; a; }"), "1:12:[E0114]: `kernel` starts a statement here");
    assert_eq!(errors("group g { priority, a }"), "1:11:[E0114]: `priority` starts a statement here");
}

#[test]
fn one_damaged_statement_costs_one_error_and_its_neighbours_count() {
    let text = "node a : linux {\n link lan on \"x\" at \"y\" { cost 5; };\n = 5;\n link lan at 1;\n link 5;\n relay off;\n}\nnode : linux { }\nnode c : linux;";
    let (ast, e) = read(text);
    assert_eq!(e.len(), 4, "{e:#?}");
    let ItemKind::Node(n) = &ast.items[0].kind else { panic!() };
    assert_eq!(n.links.len(), 1);
    assert_eq!(n.settings.len(), 1);
    assert_eq!(names(&ast).last().map(String::as_str), Some("c"));
}

#[test]
fn a_name_left_out_is_what_is_expected() {
    let text = "node n : linux { offers sd: ::files; link lan at on uart0; }";
    assert_eq!(
        errors(text),
        "1:29:[E0113]: expected a name, found `::`\n1:50:[E0113]: `on` cannot stand here"
    );
    let (ast, _) = read("use ;");
    assert!(ast.items.is_empty() && ast.damaged.iter().any(|w| w.text == "use"));
    let ast = good("param a: u8 = 1 - - 2;\nservice s { needs optional : a::b; }");
    assert_eq!(ast.items.len(), 2);
}

#[test]
fn a_damaged_header_keeps_its_name_and_its_block() {
    let text = "node a[i in 3] : : linux { link lan at 1; }\ninstance i = = s { x: b; }\nexport e ovr net { public; }\ndeploy d ! { x; }";
    let (ast, e) = read(text);
    assert_eq!(e.len(), 4, "{e:#?}");
    assert_eq!(names(&ast), ["a", "i", "e", "d"]);
    assert!(ast.items.iter().all(|i| i.broken));
    let ItemKind::Node(n) = &ast.items[0].kind else { panic!() };
    assert_eq!(n.links.len(), 1);
    assert!(n.array.is_some());
}

#[test]
fn written_twice() {
    let text = "export a over n port 1 { port 2; }\nnetwork n : spi { hub a; hub b; }";
    assert_eq!(errors(text), "1:26:[E0119]: `port` is written twice\n2:26:[E0119]: `hub` is written twice");
}

#[test]
fn operators_of_other_languages() {
    assert_eq!(errors("allow a -> b where x && y;"), "1:22:[E0113]: expected `;` or an operator, found `&`");
}

#[test]
fn no_rule_name_reaches_a_reader() {
    let rules = [
        "_member",
        "_body",
        "_block",
        "kw_",
        "op_",
        "only_",
        "one_",
        "run_on",
        "reference",
        "setting",
        "EOI",
    ];
    for text in [
        "node",
        "node a",
        "node a :",
        "service s { needs",
        "export a",
        "allow",
        "place",
        "logs x",
        "import a :",
    ] {
        for tail in ["", ";", " {", " }", " 5;", " = ;", " (", " \"", " -> ;"] {
            for e in read(&format!("{text}{tail}")).1 {
                assert!(rules.iter().all(|r| !e.contains(r)), "{e}");
            }
        }
    }
}

#[test]
fn expressions_inside_strings_have_places_in_the_file() {
    let text = "instance a = s { x = \"\\n{i + 1}\"; }";
    let mut sources = Sources::default();
    let file = sources.add("a.amb", text);
    let mut diags = Diagnostics::default();
    let literal = Span::new(file, 21, 32);
    assert_eq!(sources.text(literal), "\"\\n{i + 1}\"");
    let e = super::parse_expr(&sources, literal, 2..7, &mut diags).expect("parses");
    assert_eq!((show(&e), sources.text(e.span)), ("(i Add 1)".to_owned(), "i + 1"));
    assert!(diags.is_empty());
    assert!(super::parse_expr(&sources, literal, 2..6, &mut diags).is_none());
    assert_eq!(diags.len(), 1);
    let at = diags.iter().next().expect("one").primary.span;
    assert!(literal.start <= at.start && at.end <= literal.end);
}

#[test]
fn deep_nesting_is_an_error_not_a_crash() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("x(", ")"), ("- ", ""), ("not ", ""), ("1 + ", ""), ("x.", "x")]
    {
        let depth = if close.is_empty() || close == "x" { 10_000 } else { 100_000 };
        let text = format!("require {}1{};", open.repeat(depth), close.repeat(depth));
        let (_, e) = read(&text);
        assert!(!e.is_empty(), "{open}");
    }
    for text in [
        "node a { ".repeat(100_000),
        "{".repeat(100_000),
        "}".repeat(100_000),
        "group g { a { ".repeat(50_000),
    ] {
        assert!(!read(&text).1.is_empty());
    }
    let types = format!("param a: {}u8;", "array<".repeat(100_000));
    assert!(!read(&types).1.is_empty());
    let edge = format!("require {}1{};", "(".repeat(250), ")".repeat(250));
    assert_eq!(errors(&edge), "");
}
