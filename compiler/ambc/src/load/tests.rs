use super::*;
use ambc_diag::short_line;

fn request(root: &str) -> Request {
    Request { root: root.into(), ..Request::default() }
}

fn run(root: &str, files: &MemFiles) -> (Loaded, Vec<String>) {
    let mut diags = Diagnostics::default();
    let loaded = load(&request(root), files, &mut diags);
    let lines = diags.sorted().iter().map(|d| short_line(&loaded.sources, d)).collect();
    (loaded, lines)
}

/// The files that were read, without the built-in ones.
fn paths(loaded: &Loaded) -> Vec<&str> {
    let read = loaded.sources.iter().filter(|(id, _)| loaded.path(*id).is_some());
    read.map(|(_, f)| f.path.as_str()).collect()
}

#[test]
fn uses_are_followed_from_the_folder_of_the_file_that_writes_them() {
    let files = MemFiles::new([
        ("d/root.amb", "use \"sub/a.amb\" as site;\nuse \"b.amb\";"),
        ("d/sub/a.amb", "use \"../b.amb\";"),
        ("d/b.amb", "node n : linux;"),
    ]);
    let (loaded, lines) = run("d/root.amb", &files);
    assert_eq!(lines, Vec::<String>::new());
    assert_eq!(paths(&loaded), ["d/root.amb", "d/sub/a.amb", "d/b.amb"]);
    let edges: Vec<_> = loaded.uses.iter().map(|u| (u.from.0, u.to.0, u.prefix.as_deref())).collect();
    assert_eq!(edges, [(0, 1, Some("site")), (1, 2, None), (0, 2, None)]);
    assert_eq!(loaded.amb.len(), 3);
}

#[test]
fn include_folders_are_tried_second() {
    let files = MemFiles::new([
        ("root.amb", "use \"x.amb\";\nuse \"y.amb\";"),
        ("x.amb", ""),
        ("inc/x.amb", ""),
        ("inc/y.amb", ""),
    ]);
    let mut diags = Diagnostics::default();
    let request = Request { include: vec!["inc".into()], ..request("root.amb") };
    let loaded = load(&request, &files, &mut diags);
    assert!(diags.is_empty());
    assert_eq!(paths(&loaded), ["root.amb", "x.amb", "inc/y.amb"]);
}

#[test]
fn a_circle_is_an_error_at_its_last_file() {
    let files = MemFiles::new([("a.amb", "use \"b.amb\";"), ("b.amb", "node n : linux;\nuse \"a.amb\";")]);
    let (_, lines) = run("a.amb", &files);
    assert_eq!(lines, ["b.amb:2:5: error[E0133]: this `use` leads back to `a.amb`"]);
    let files = MemFiles::new([("a.amb", "use \"a.amb\";")]);
    assert_eq!(run("a.amb", &files).1, ["a.amb:1:5: error[E0133]: this `use` leads back to `a.amb`"]);
}

#[test]
fn what_cannot_be_read_is_reported_where_it_is_named() {
    let mut files = MemFiles::new([
        ("a.amb", "use \"no.amb\";\nuse \"bad.amb\";\nuse \"x.txt\";\nuse \"c.amb\";"),
        ("c.amb", ""),
        ("x.txt", ""),
    ]);
    files.0.insert("bad.amb".into(), b"node a\n\xFF".to_vec());
    let (loaded, lines) = run("a.amb", &files);
    assert_eq!(
        lines,
        [
            "a.amb:1:5: error[E0131]: cannot read `no.amb`: there is no such file",
            "a.amb:2:5: error[E0132]: cannot read `bad.amb`: it is not UTF-8 (line 2)",
            "a.amb:3:5: error[E0134]: `x.txt` is no `.amb` or `.lidl` file",
        ]
    );
    assert_eq!(loaded.uses.len(), 1);
    assert_eq!(
        run("gone.amb", &files).1,
        ["gone.amb:1:1: error[E0131]: cannot read `gone.amb`: there is no such file"]
    );
    assert_eq!(
        run("bad.amb", &files).1,
        ["bad.amb:1:1: error[E0132]: cannot read `bad.amb`: it is not UTF-8 (line 2)"]
    );
}

#[test]
fn interface_files_find_their_package() {
    let files = MemFiles::new([
        ("a.amb", "use \"api/v.lidl\";\nuse \"lone.lidl\";"),
        ("api/v.lidl", "namespace v;\nimport \"g\";\nstruct f { a: u8; }"),
        ("api/g.lidl", "namespace v;\nstruct g { a: u8; }"),
        (
            "api/Cargo.toml",
            "[package]\nname = \"my-api\"\n[package.metadata.ambience]\nlidl = [\"v.lidl\", \"g.lidl\"]\n[dependencies]\nambience = { path = \"../../ambience\" }",
        ),
        ("lone.lidl", ""),
    ]);
    let (loaded, lines) = run("a.amb", &files);
    assert!(lines.iter().all(|l| !l.contains("error")), "{lines:?}");
    let of = |name: &str| {
        let (id, _) = loaded.sources.iter().find(|(_, f)| f.path == name).expect("loaded");
        loaded.interface_crates.iter().find(|c| c.lidl == id).expect("listed")
    };
    let package = of("api/g.lidl").package.as_ref().expect("owned");
    assert_eq!((package.package.as_str(), package.library.as_str()), ("my-api", "my_api"));
    assert_eq!(package.ambience.as_deref(), Some(Path::new("../ambience")));
    assert!(of("lone.lidl").package.is_err());
    assert_eq!(loaded.sources.text(of("api/v.lidl").used_at), "\"api/v.lidl\"");
}

#[test]
fn service_crates_are_read_as_text() {
    let files = MemFiles::new([
        ("d/a.amb", "service s { crate \"s\"; }\nservice t { crate \"t\"; }\nservice u { crate \"u\"; }"),
        ("d/s/Cargo.toml", "[package]\nname = \"s-x\""),
        (
            "d/s/src/lib.rs",
            "#![cfg_attr(not(test), no_std)]\npub struct Needs<A> { pub a: A }\n// pub struct Params;",
        ),
        ("d/t/Cargo.toml", "[package]\nname = \"t\"\n[lib]\nname = \"tt\"\npath = \"x.rs\""),
        ("d/t/x.rs", "// #![no_std]\npub struct Params {}"),
    ]);
    let (loaded, _) = run("d/a.amb", &files);
    let facts: Vec<_> =
        loaded.crates.values().map(|c| (c.dir.display().to_string(), c.facts.clone())).collect();
    let s = facts[0].1.as_ref().expect("read");
    assert_eq!(
        (s.package.as_str(), s.library.as_str(), s.no_std, s.has_needs, s.has_params),
        ("s-x", "s_x", true, true, false)
    );
    let t = facts[1].1.as_ref().expect("read");
    assert_eq!((t.library.as_str(), t.no_std, t.has_needs, t.has_params), ("tt", false, false, true));
    assert_eq!(facts[2].1, Err("there is no folder `d/u`".to_owned()));
}

#[test]
fn settings_of_the_command_line_have_a_place() {
    let files = MemFiles::new([("a.amb", "")]);
    let mut diags = Diagnostics::default();
    let request =
        Request { sets: vec![("x".into(), "1".into()), ("y".into(), "2".into())], ..request("a.amb") };
    let loaded = load(&request, &files, &mut diags);
    let (_, file) = loaded.sources.iter().find(|(_, f)| f.path == "--set").expect("there");
    assert_eq!(&*file.text, "x=1\ny=2\n");
}
