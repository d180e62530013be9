//! One case for each thing that can be wrong: source and output side by side.

mod common;

use common::{check, run};
use insta::assert_snapshot;

#[test]
fn unknown_names_with_the_nearest() {
    assert_snapshot!(check(
        "namespace v;\nstruct frame { id: u63; at: rekt; }\nstruct rect { x: u8; }\n\
         service s : tracer { f(a: strin) -> vision::nothing or fail; }\nservice tracker { g(x: vector<u8, max_len>); }\n\
         const max_leng: u32 = 4;"
    ), @r#"
    x.lidl:2:20: error[E0270]: unknown type `u63`
        help: did you mean `u64`?
    x.lidl:2:29: error[E0270]: unknown type `rekt`
        help: did you mean `rect`?
    x.lidl:4:13: error[E0270]: unknown service `tracer`
        help: did you mean `tracker`?
    x.lidl:4:27: error[E0270]: unknown type `strin`
        help: did you mean `string`?
    x.lidl:4:37: error[E0270]: unknown type `vision::nothing`
    x.lidl:4:56: error[E0270]: unknown type `fail`
    x.lidl:5:35: error[E0270]: unknown constant `max_len`
        help: did you mean `max_leng`?
    "#);
}

#[test]
fn duplicate_names() {
    assert_snapshot!(check(
        "struct a { x: u8; x: u16; }\nenum a { b, b }\nstruct string { }\nservice s { f(p: u8, p: u8); }\n\
         union<T, T> u { v: T; v: u8; }\nerror e { w; w: u8; }"
    ), @r#"
    x.lidl:1:19: error[E0271]: field `x` is defined twice
        x.lidl:1:12: first here
    x.lidl:2:6: error[E0271]: `a` is defined twice
        x.lidl:1:8: first here
    x.lidl:2:13: error[E0271]: value `b` is defined twice
        x.lidl:2:10: first here
    x.lidl:3:8: error[E0271]: `string` is a built-in type
        help: choose another name
    x.lidl:4:22: error[E0271]: parameter `p` is defined twice
        x.lidl:4:15: first here
    x.lidl:5:10: error[E0271]: parameter `T` is defined twice
        x.lidl:5:7: first here
    x.lidl:5:23: error[E0271]: alternative `v` is defined twice
        x.lidl:5:17: first here
    x.lidl:6:14: error[E0271]: alternative `w` is defined twice
        x.lidl:6:11: first here
    "#);
}

#[test]
fn imports() {
    let text = "import \"./b\";\nimport \"missing\";\nimport \"c.lidl\";\nstruct a { b: b::x; c: deep::y; m: missing::z; }";
    let b = "namespace b; import \"a.lidl\"; struct x { v: u8; }";
    let c = "namespace c; struct z {}";
    assert_snapshot!(run(&[("a.lidl", text), ("b.lidl", b), ("c.lidl", c)]).diagnostics, @r#"
    a.lidl:2:8: error[E0272]: cannot find `missing`
    a.lidl:3:1: warning[W0372]: nothing of `c.lidl` is used
    b.lidl:1:14: error[E0273]: `a.lidl` imports this file in turn
        help: move what both need to a third file
    "#);
}

#[test]
fn a_name_of_a_file_that_is_not_imported() {
    let files = [
        ("a.lidl", "import \"b\"; import \"c\"; struct s { x: b::t; y: c::u; }"),
        ("b.lidl", "namespace b; struct t { x: c::u; }"),
        ("c.lidl", "namespace c; struct u { x: u8; }"),
    ];
    assert_snapshot!(run(&files).diagnostics, @r#"
    b.lidl:1:28: error[E0274]: `c::u` is defined in a file that is not imported
        c.lidl:1:21: defined here
        help: add `import` with the path of `c.lidl`
    "#);
}

#[test]
fn names_of_the_wrong_kind() {
    assert_snapshot!(check(
        "const n: u8 = 3;\nstruct t {}\nservice s { f(a: s, b: n) -> t or t; }\nservice r : t { }\n\
         struct u { v: vector<5>; w: vector<u8, t>; }"
    ), @r#"
    x.lidl:3:18: error[E0275]: `s` is a service, not a type
    x.lidl:3:24: error[E0275]: `n` is a constant, not a type
    x.lidl:3:35: error[E0275]: `t` is not an error
        help: declare it with `error t { … }`
    x.lidl:4:13: error[E0275]: `t` is not a service
    x.lidl:5:22: error[E0275]: expected a type, found a value
    x.lidl:5:40: error[E0275]: `t` is not a constant
    "#);
}

#[test]
fn arity() {
    assert_snapshot!(check(
        "struct<T> g { x: T<u8>; }\nstruct s { a: u8<u8>; b: vector; c: array<u8>; d: map<u8>; e: g; f: g<u8, u8>; h: s2<u8>; \
         i: optional<u8, u8>; j: string<1, 2>; }\nstruct s2 {}"
    ), @r#"
    x.lidl:1:18: error[E0276]: `T` takes no arguments, found 1
    x.lidl:2:15: error[E0276]: `u8` takes no arguments, found 1
    x.lidl:2:26: error[E0276]: `vector` takes a type and perhaps a bound, found 0
    x.lidl:2:37: error[E0276]: `array` takes a type and a length, found 1
    x.lidl:2:51: error[E0276]: `map` takes two types and perhaps a bound, found 1
    x.lidl:2:63: error[E0276]: `g` takes 1 argument, found 0
    x.lidl:2:69: error[E0276]: `g` takes 1 argument, found 2
    x.lidl:2:83: error[E0276]: `s2` takes no arguments, found 1
    x.lidl:2:94: error[E0276]: `optional` takes one type, found 2
    x.lidl:2:115: error[E0276]: `string` takes at most a bound, found 2
    "#);
}

#[test]
fn recursive_types() {
    assert_snapshot!(check(
        "struct a { b: optional<b>; }\nunion b { x: c; y: u8; }\nstruct c { v: vector<a, 2>; }\nstruct d { d: array<d, 2>; }\n\
         struct e { a: a; }\nstruct<T> f { x: optional<f<vector<T, 2>>>; }\nstruct g { x: f<u8>; }\n\
         service s { x(c: s::call_union); }"
    ), @r#"
    x.lidl:3:8: error[E0277]: type `c` contains itself
        x.lidl:1:8: contained in turn
        x.lidl:2:7: contained in turn
        help: refer to other values by an index or an id
    x.lidl:4:8: error[E0277]: type `d` contains itself
        help: refer to other values by an index or an id
    x.lidl:6:27: error[E0277]: this use of a generic type never ends
    x.lidl:8:9: error[E0277]: type `s::call_union::x_params` contains itself
        x.lidl:8:9: contained in turn
        help: refer to other values by an index or an id
    "#);
}

#[test]
fn inheritance_cycles() {
    assert_snapshot!(check("service a : b { f(); }\nservice b : c { }\nservice c : a { }\nservice d : a { f(); }"), @r#"
    x.lidl:3:9: error[E0278]: `c` inherits from itself
        x.lidl:1:9: also in the circle
        x.lidl:2:9: also in the circle
    x.lidl:4:17: error[E0373]: procedure `f` is defined twice
        x.lidl:1:17: first here
        help: procedures are not overloaded: choose another name
    "#);
}

#[test]
fn enums() {
    assert_snapshot!(check(
        "enum a { x = 255, y }\nenum b : i8 { x = -128; y = 127, z = 128 }\nenum c { x = 1, y = 0, z }\n\
         enum d : f32 { x }\nenum e {}\nenum f { x = \"no\", y = 1.5 }\nenum g { low = -1, up = 200 }"
    ), @r#"
    x.lidl:1:19: error[E0370]: value 256 of `y` does not fit `u8`
        help: write the type behind the enum, for instance `: u16`
    x.lidl:2:34: error[E0370]: value 128 of `z` does not fit `i8`
    x.lidl:3:24: error[E0370]: value 1 is given twice
        x.lidl:3:10: first here
    x.lidl:4:10: error[E0370]: the type behind an enum must be an integer
        help: write `u8`, `u16`, `u32`, `u64`, `i8`, `i16`, `i32` or `i64`
    x.lidl:5:6: error[E0379]: enum `e` has no values
    x.lidl:6:14: error[E0370]: expected a whole number, found a string
    x.lidl:6:24: error[E0370]: expected a whole number, found a fraction
    x.lidl:7:20: error[E0370]: value 200 of `up` does not fit `i8`
        help: write the type behind the enum, for instance `: u16`
    "#);
}

#[test]
fn attributes() {
    assert_snapshot!(check(
        "@oneway struct a { @timeout(1s) x: u8; }\nservice s {\n    @onewy f();\n    @timeout(5) g();\n    @timeout g2();\n\
         @timeout(2h) g3();\n    @status(404) h();\n    @idempotent @idempotent i();\n    @since(1) j();\n    @was(-1) k();\n\
         @rest(FETCH, \"/x\") l();\n    @rest(GET, \"/o/{id}\") m(ident: u8);\n    @rest(GET, \"/a/{p}\") n(p: u8);\n\
         @rest(GET, \"/a/{q}\") o(q: u8);\n}\nerror e { @status(99) a; }"
    ), @r#"
    x.lidl:1:1: error[E0372]: `@oneway` does not belong on a type
        help: it stands before a procedure
    x.lidl:1:20: error[E0372]: `@timeout` does not belong on a field
        help: it stands before a procedure
    x.lidl:3:6: error[E0372]: unknown attribute `@onewy`
        help: did you mean `@oneway`?
    x.lidl:4:14: error[E0372]: expected a duration, found a whole number
    x.lidl:5:5: error[E0372]: `@timeout` has wrong arguments
        help: write for instance `@timeout(50ms)`
    x.lidl:6:1: error[E0372]: `@timeout` has wrong arguments
        help: write for instance `@timeout(50ms)`
    x.lidl:7:5: error[E0372]: `@status` does not belong on a procedure
        help: it stands before an alternative of an error
    x.lidl:8:17: error[E0372]: `@idempotent` is given twice
        x.lidl:8:5: first here
    x.lidl:9:5: error[E0372]: `@since` has wrong arguments
        help: write for instance `@since("1.2")`
    x.lidl:10:5: error[E0372]: `@was` has wrong arguments
        help: write for instance `@was(0x1f2e3d4c)`
    x.lidl:11:1: error[E0372]: `@rest` has wrong arguments
        help: write for instance `@rest(GET, "/path/{parameter}")`
    x.lidl:12:5: error[E0372]: `m` has no parameter `id`
    x.lidl:14:1: error[E0372]: `GET /a/{q}` is taken
        x.lidl:13:5: first here
    x.lidl:16:11: error[E0372]: `@status` has wrong arguments
        help: write for instance `@status(404)`
    "#);
}

#[test]
fn oneway_procedures_have_no_result() {
    assert_snapshot!(check(
        "error e { a; }\nservice s { @oneway f() -> u8; @oneway g() -> unit or e; @oneway h() -> (a: u8, b: u8); \
         @oneway fine() -> unit; }"
    ), @r#"
    x.lidl:2:28: error[E0371]: `@oneway` procedure `f` has a result
        x.lidl:2:13: no reply is sent
        help: remove one of the two
    x.lidl:2:55: error[E0371]: `@oneway` procedure `g` has a result
        x.lidl:2:32: no reply is sent
        help: remove one of the two
    x.lidl:2:74: error[E0371]: `@oneway` procedure `h` has a result
        x.lidl:2:58: no reply is sent
        help: remove one of the two
    "#);
}

#[test]
fn overloads() {
    assert_snapshot!(check("service a { f(); f(x: u8); }\nservice b : a { g(); }\nservice c : b { f(); g(); h(); }"), @r#"
    x.lidl:1:18: error[E0373]: procedure `f` is defined twice
        x.lidl:1:13: first here
        help: procedures are not overloaded: choose another name
    x.lidl:3:17: error[E0373]: procedure `f` is defined twice
        x.lidl:1:13: first here
        help: procedures are not overloaded: choose another name
    x.lidl:3:22: error[E0373]: procedure `g` is defined twice
        x.lidl:2:17: first here
        help: procedures are not overloaded: choose another name
    "#);
}

#[test]
fn map_keys() {
    assert_snapshot!(check(
        "struct k { x: u8; }\nenum e { a }\nstruct m { a: map<f32, u8>; b: map<k, u8>; c: map<vector<u8>, u8>; \
         d: map<e, u8>; e: map<array<u8, 4>, u8, 8>; f: map<string<4>, k>; }"
    ), @r#"
    x.lidl:3:19: error[E0374]: this type cannot be the key of a map
        help: keys are integers, `bool`, strings, enums, and arrays of these
    x.lidl:3:36: error[E0374]: this type cannot be the key of a map
        help: keys are integers, `bool`, strings, enums, and arrays of these
    x.lidl:3:51: error[E0374]: this type cannot be the key of a map
        help: keys are integers, `bool`, strings, enums, and arrays of these
    "#);
}

#[test]
fn constants() {
    assert_snapshot!(check(
        "const a: u8 = 256;\nconst b: u32 = 1 / (2 - 2);\nconst c: u64 = d;\nconst d: u64 = c + 1;\nconst e: bool = 1;\n\
         const f: duration = 5KiB;\nconst g: duration = 5ms + 2;\nconst h: frame = 1;\nconst i: u8 = 7 % 0;\nconst j: u8 = 5xy;\n\
         const k: i64 = 170141183460469231731687303715884105727 * 2;\nconst l: string = 5;\nconst m: size = 2 * 4KiB - 1B;\n\
         const n: f32 = 7 / 2;\nconst o: share = 30%;\nconst p: u32 = -(-7) % 4 * 2 + 0x10;\nconst q: rate = 10/s; const r: u8 = \"x\" + 1;"
    ), @r#"
    x.lidl:1:15: error[E0375]: 256 does not fit `u8`
        help: `u8` holds 0 to 255
    x.lidl:2:16: error[E0375]: division by zero
    x.lidl:4:7: error[E0375]: this constant depends on itself
        x.lidl:3:7: in the circle too
    x.lidl:5:17: error[E0375]: expected `bool`, found a whole number
    x.lidl:6:21: error[E0375]: expected `duration`, found a size
    x.lidl:7:21: error[E0375]: cannot join a duration and a whole number like this
    x.lidl:8:10: error[E0375]: a constant cannot have this type
        help: write a number type, `bool`, `string`, or a quantity such as `duration` or `size`
    x.lidl:9:15: error[E0375]: division by zero
    x.lidl:10:15: error[E0375]: unknown unit `xy`
        help: units are such as `us ms s min h d`, `B KiB MiB`, `kbps`, `/s`, `kHz`, `mJ`, `mW`, `%`
    x.lidl:11:16: error[E0375]: the result is too large
    x.lidl:12:19: error[E0375]: expected `string`, found a whole number
    x.lidl:17:37: error[E0375]: cannot join a string and a whole number like this
    "#);
}

#[test]
fn bounds() {
    assert_snapshot!(check(
        "const n: i32 = -1;\nconst t: string = \"x\";\nstruct s { a: vector<u8, 0>; b: string<n>; c: array<u8, 70000>; \
         d: vector<u8, 5000000000>; e: vector<u8, t>; f: vector<u8, 2 * (8 + 1)>; g: string<1KiB>; h: array<u8, 1ms>; }"
    ), @r#"
    x.lidl:3:26: error[E0376]: 0 is no bound
    x.lidl:3:40: error[E0376]: -1 is no bound
    x.lidl:3:47: error[E0376]: an array of 70000 elements is too large
        help: write `vector<…, 70000>`
    x.lidl:3:79: error[E0376]: 5000000000 is no bound
    x.lidl:3:106: error[E0375]: expected a whole number, found a string
    x.lidl:3:168: error[E0375]: expected a whole number, found a duration
    "#);
}

#[test]
fn names_that_clash_in_rust() {
    assert_snapshot!(check(
        "struct frame_id {}\nstruct FrameId {}\nstruct s { a_b: u8; aB: u8; }\nenum e { low, LOW }\n\
         service frame { a(); A(); }\nstruct frame_client {}"
    ), @r#"
    x.lidl:2:8: error[E0377]: `FrameId` and `frame_id` both become `FrameId` in Rust
        x.lidl:1:8: with this
        help: rename one of them
    x.lidl:3:21: error[E0377]: `aB` and `a_b` both become `a_b` in Rust
        x.lidl:3:12: with this
        help: rename one of them
    x.lidl:4:15: error[E0377]: `LOW` and `low` both become `Low` in Rust
        x.lidl:4:10: with this
        help: rename one of them
    x.lidl:5:22: error[E0377]: `A` and `a` both become `a` in Rust
        x.lidl:5:17: with this
        help: rename one of them
    x.lidl:6:8: error[E0377]: `frame_client` and `frame` both become `FrameClient` in Rust
        x.lidl:5:9: with this
        help: rename one of them
    "#);
}

#[test]
fn fingerprints_in_use() {
    assert_snapshot!(check(
        "service s { @was(1, 1) f(); @was(1) g(); }"
    ), @r#"
    x.lidl:1:13: error[E0378]: fingerprint 0x00000001 is given twice
        x.lidl:1:24: it is known here
        help: remove it from `@was`
    x.lidl:1:29: error[E0378]: fingerprint 0x00000001 of `g` is that of `f`
        x.lidl:1:24: has it too
        help: change `@was`, or the name of one of them
    "#);
}

#[test]
fn too_few_and_too_many_members() {
    let many: String = (0..256).map(|i| format!("a{i}: u8; ")).collect();
    assert_snapshot!(check(&format!("union a {{}}\nerror b;\nunion c {{ {many} }}")), @r#"
    x.lidl:1:7: error[E0379]: union `a` has no alternatives
    x.lidl:2:7: error[E0379]: error `b` has no alternatives
    x.lidl:3:7: error[E0379]: union `c` has 256 alternatives
    "#);
}

#[test]
fn views_and_bases_without_effect() {
    assert_snapshot!(check(
        "struct a : b { x: string_view; y: vector<span<u8>, 2>; }\nstruct b {}\nservice s { f(x: string_view, y: span<u8>) -> span<u8>; }"
    ), @r#"
    x.lidl:1:12: warning[W0371]: the base of a struct has no effect
        help: repeat the members, or hold the other type in a field
    x.lidl:1:19: warning[W0370]: `string_view` inside a type means `string`
        help: write `string`
    x.lidl:1:42: warning[W0370]: `span` inside a type means `vector`
        help: write `vector`
    "#);
}

#[test]
fn a_damaged_item_causes_no_second_error() {
    assert_snapshot!(check(
        "struct a { x u8; }\nservice s { f(a: a) -> b or c }\nunion b { q }\nerror c { 5; }\nservice t : u { g(x: a); }\n\
         service u { broken( ; }\nenum d { 1 }\nstruct e { d: d; m: map<d, u8>; }"
    ), @r#"
    x.lidl:1:14: error[E0120]: expected `:`, found `u8`
    x.lidl:3:12: error[E0120]: expected `:`, found the end
    x.lidl:4:11: error[E0120]: expected an alternative, found `5`
    x.lidl:6:21: error[E0120]: expected `)` or a field, found `;`
    x.lidl:7:10: error[E0120]: expected a value of the enum, found `1`
    "#);
}

#[test]
fn a_service_and_a_namespace_become_one_module() {
    let files = [
        ("a.lidl", "namespace a; import \"b\"; service draw : draw::base { }"),
        ("b.lidl", "namespace a::draw; service base { f(); }"),
    ];
    assert_snapshot!(run(&files).diagnostics, @r#"
    b.lidl:1:14: error[E0377]: `namespace a::draw` and `a::draw` both become `draw` in Rust
        a.lidl:1:34: with this
        help: rename one of them
    "#);
}

/// What nodes offer must do on nodes without a heap.
#[test]
fn built_in_interfaces_are_bounded_and_without_mistakes() {
    for file in ambc_lidl::BUILT_IN {
        let run = run(&[*file]);
        assert_eq!(run.diagnostics, "");
        for procedure in run.model.interfaces.iter().flat_map(|i| &i.procedures) {
            assert!(procedure.max_request.is_some() && procedure.max_reply.is_some(), "{}", procedure.name);
            assert_eq!(run.model.unbounded_in(procedure), None);
        }
    }
}
