use super::parse;
use crate::ast::{ExprKind, File, ItemKind};
use ambc_diag::{Diagnostics, Sources, short_line};

fn read(text: &str) -> (File, String) {
    let mut sources = Sources::default();
    let id = sources.add("x.lidl", text);
    let mut diags = Diagnostics::default();
    let file = parse(id, &sources, &mut diags);
    let lines: Vec<_> = diags.sorted().iter().map(|d| short_line(&sources, d)).collect();
    (file, lines.join("\n"))
}

#[test]
fn a_whole_file_is_read() {
    let (file, diags) = read(
        "namespace a::b; import \"./c\";\n/// Doc.\n/// More.\nconst n: u32 = 1 + 2 * -3;\n\
         struct<T> s { x: T; /// A field.\n r#type: vector<T, 2 * n>, }\n\
         @shared service i : j { @timeout(50ms) f(a: u8,) -> (x: u8, y: s<u8>) or e }",
    );
    assert_eq!(diags, "");
    assert_eq!(file.namespace.unwrap().names.len(), 2);
    assert_eq!(file.imports[0].path.value, "./c");
    assert_eq!(file.items[0].doc, "Doc.\nMore.");
    let ItemKind::Struct { fields, .. } = &file.items[1].kind else { panic!() };
    assert_eq!((fields[1].name.value.as_str(), fields[1].doc.as_str()), ("type", "A field."));
    let ItemKind::Service { procedures, base } = &file.items[2].kind else { panic!() };
    assert!(base.is_some() && procedures[0].error.is_some());
    assert!(matches!(procedures[0].attributes[0].args[0].kind, ExprKind::Quantity { .. }));
    let ItemKind::Const { value, .. } = &file.items[0].kind else { panic!() };
    assert!(matches!(&value.kind, ExprKind::Binary(crate::ast::BinaryOp::Add, ..)));
}

#[test]
fn several_mistakes_are_reported_and_the_rest_is_kept() {
    let (file, diags) = read(
        "import \"a\"\nstruct x {\n    a u8;\n    b: u16;\n    c: vector<u8;\n    d: u8\n    e: u8\n}\n\
         strct y { a: u8; }\nservice s {\n    f(a: u8 -> u8;\n    g();\n    h(a) -> ;\n}\nconst = 5;\nenum { a }\n",
    );
    insta::assert_snapshot!(diags, @r#"
    x.lidl:2:1: error[E0120]: expected `;`, found `struct`
    x.lidl:3:7: error[E0120]: expected `:`, found `u8`
    x.lidl:5:17: error[E0120]: expected `,`, `<` or `>`, found `;`
    x.lidl:7:5: error[E0120]: expected `;`, `,` or `<`, found `e`
    x.lidl:9:1: error[E0120]: expected an item, found `strct`
    x.lidl:11:13: error[E0120]: expected `,`, `)` or `<`, found `->`
    x.lidl:13:8: error[E0120]: expected `:`, found `)`
    x.lidl:15:7: error[E0120]: expected a name, found `=`
    x.lidl:16:6: error[E0120]: expected a name, found `{`
    "#);
    let names: Vec<_> = file.items.iter().map(|i| i.name.value.as_str()).collect();
    assert_eq!(names, ["x", "s"]);
    let ItemKind::Struct { fields, .. } = &file.items[0].kind else { panic!() };
    assert_eq!(fields.len(), 1);
    let ItemKind::Service { procedures, .. } = &file.items[1].kind else { panic!() };
    assert_eq!(procedures.len(), 1);
}

#[test]
fn what_is_not_closed_is_reported_once() {
    let (file, diags) =
        read("struct a {\n    x: u8;\n\nservice b {\n    f();\n}\nconst s: string = \"abc;\n");
    insta::assert_snapshot!(diags, @r#"
    x.lidl:1:10: error[E0121]: the block of this struct is not closed
    x.lidl:7:19: error[E0121]: string without its closing quote
    "#);
    assert_eq!(file.items.iter().map(|i| i.name.value.as_str()).collect::<Vec<_>>(), ["a", "b", "s"]);
}

#[test]
fn a_damaged_header_keeps_its_name() {
    let (file, diags) = read("struct<T frame { a: u8; }\nunion 5 {}\nservice svc extends x { f(); }");
    insta::assert_snapshot!(diags, @r#"
    x.lidl:1:10: error[E0120]: expected `,` or `>`, found `frame`
    x.lidl:2:7: error[E0120]: expected a name or `<`, found `5`
    x.lidl:3:13: error[E0120]: expected `;`, `:` or `{`, found `extends`
    "#);
    assert!(file.items.iter().all(|i| i.damaged));
    assert_eq!(file.items.last().unwrap().name.value, "svc");
}

#[test]
fn literals_are_checked() {
    let (_, diags) = read(
        "const a: u64 = 999999999999999999999999999999999999999999999;\nconst b: string = \"x\\q\\u{110000}\\u{e4}\";\n\
         const c: u8 = 5x;",
    );
    insta::assert_snapshot!(diags, @r#"
    x.lidl:1:16: error[E0122]: number too large
    x.lidl:2:21: error[E0122]: unknown escape
    x.lidl:2:23: error[E0122]: unknown escape
    "#);
}

#[test]
fn depth_is_bounded() {
    let deep = format!("struct x {{ a: {}u8{}; }}", "vector<".repeat(5000), ">".repeat(5000));
    let long = format!("const a: u8 = 1{};", "+1".repeat(5000));
    let minus = format!("const a: u8 = {}1;", "-".repeat(5000));
    let parens = format!("const a: u8 = {}1{};", "(".repeat(5000), ")".repeat(5000));
    for text in [deep, long, minus, parens] {
        let (_, diags) = read(&text);
        assert!(diags.contains("E0123"), "{diags}");
    }
}

#[test]
fn no_text_panics() {
    let pieces = [
        "struct", " x ", "{", "}", "<", ">", ";", ":", "\"", "@a(", ")", "ä", "::", "5", "/*", "'", "#", ",",
        "=",
    ];
    let mut seed = 7u64;
    for _ in 0..3000 {
        let mut text = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
        }
        read(&text);
    }
}
