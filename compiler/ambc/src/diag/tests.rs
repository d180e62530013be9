use super::*;
use ambc_diag::{Code, Diagnostic, Diagnostics, Severity, Sources, Span};

fn sources() -> (Sources, Diagnostics) {
    let mut sources = Sources::default();
    let a = sources.add("a b.amb", "node x : linux;\n/// ä\nnode y : linux;\n");
    let b = sources.add("b.amb", "\n\nnode x : linux;\n");
    let mut diags = Diagnostics::default();
    diags.push(
        Diagnostic::new(Code("E0101"), Span::new(b, 7, 8), "a node `x` is defined twice")
            .label("again here")
            .also(Span::new(a, 5, 6), "first here")
            .note("nodes share one name space")
            .help("rename one")
            .edit(Span::new(b, 7, 8), "z"),
    );
    diags.push(Diagnostic::new(Code("W0301"), Span::new(a, 28, 29), "`y` is used by nobody"));
    (sources, diags)
}

#[test]
fn people_see_every_place_with_its_file() {
    let (sources, diags) = sources();
    insta::assert_snapshot!(human(&sources, &Shown::new(diags, 20), false), @r"
    W0301

      ⚠ `y` is used by nobody
       ╭─[a b.amb:3:6]
     2 │ /// ä
     3 │ node y : linux;
       ·      ─
       ╰────

    E0101

      × a node `x` is defined twice
       ╭─[b.amb:3:6]
     2 │ 
     3 │ node x : linux;
       ·      ┬
       ·      ╰── again here
       ╰────
       ╭─[a b.amb:1:6]
     1 │ node x : linux;
       ·      ┬
       ·      ╰── first here
     2 │ /// ä
       ╰────
      help: rename one
      note: nodes share one name space

    1 error, 1 warning
    ");
}

#[test]
fn the_end_of_a_large_file_is_as_near_as_its_start() {
    let mut sources = Sources::default();
    let text = "node x : linux;\n".repeat(200_000);
    let file = sources.add("a.amb", text.as_str());
    let mut diags = Diagnostics::default();
    for i in 0..1000 {
        let at = text.len() as u32 - 16 * (i + 1);
        diags.push(Diagnostic::new(Code("E0101"), Span::new(file, at, at + 4), "here"));
    }
    let out = human(&sources, &Shown::new(diags, 0), false);
    assert_eq!(out.matches("a.amb:").count(), 1000);
    assert!(out.contains("a.amb:200000:1"));
}

#[test]
fn color_is_only_there_when_asked_for() {
    let (sources, diags) = sources();
    let shown = Shown::new(diags, 20);
    assert!(human(&sources, &shown, true).contains('\u{1b}'));
    assert!(!human(&sources, &shown, false).contains('\u{1b}'));
}

#[test]
fn json_has_lines_offsets_and_edits() {
    let (sources, diags) = sources();
    let text = json(&sources, &Shown::new(diags, 20));
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["schema"], SCHEMA);
    assert_eq!((value["errors"].as_u64(), value["warnings"].as_u64()), (Some(1), Some(1)));
    let d = &value["diagnostics"][1];
    assert_eq!(
        (d["code"].as_str(), d["line"].as_u64(), d["col"].as_u64()),
        (Some("E0101"), Some(3), Some(6))
    );
    assert_eq!((d["start"].as_u64(), d["path"].as_str()), (Some(7), Some("b.amb")));
    assert_eq!(d["labels"][1]["path"], "a b.amb");
    assert_eq!(d["edits"][0]["text"], "z");
    assert_eq!(value["diagnostics"][0]["line"], 3);
}

#[test]
fn sarif_has_what_code_hosts_read() {
    let (sources, diags) = sources();
    let value: serde_json::Value =
        serde_json::from_str(&sarif(&sources, &Shown::new(diags, 20))).expect("JSON");
    assert_eq!(value["version"], "2.1.0");
    let run = &value["runs"][0];
    let d = &run["results"][1];
    assert_eq!(d["level"], "error");
    assert_eq!(
        run["tool"]["driver"]["rules"][d["ruleIndex"].as_u64().expect("an index") as usize]["id"],
        "E0101"
    );
    assert_eq!(d["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    assert_eq!(d["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b.amb");
    assert_eq!(d["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "z");
}

fn many() -> Diagnostics {
    let mut diags = Diagnostics::default();
    for i in 0..25 {
        diags.push(Diagnostic::new(Code("E0113"), Span::new(ambc_diag::FileId(0), i, i + 1), format!("{i}")));
    }
    diags
}

#[test]
fn after_twenty_of_a_code_the_rest_is_counted() {
    let shown = Shown::new(many(), 20);
    assert_eq!((shown.list.len(), shown.errors), (20, 25));
    assert_eq!(shown.omitted_lines(), ["5 more of E0113 not shown; `--max-errors 0` shows all"]);
    assert_eq!(shown.summary().as_deref(), Some("25 errors"));
    assert_eq!(Shown::new(many(), 0).list.len(), 25);
}

fn severities(levels: &Levels) -> Vec<(&'static str, Severity)> {
    let mut diags = Diagnostics::default();
    for code in ["E0200", "W0301", "E0390", "E0392"] {
        let mut d = Diagnostic::new(Code(code), Span::new(ambc_diag::FileId(0), 0, 0), "x");
        d.severity = if code == "E0200" { Severity::Error } else { Severity::Warning };
        diags.push(d);
    }
    levels.apply(&mut diags);
    diags.iter().map(|d| (d.code.0, d.severity)).collect()
}

#[test]
fn levels_raise_and_lower_warnings_and_leave_errors() {
    use Severity::{Error, Warning};
    let list = |codes: &[&str]| codes.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
    let all = list(&["E0200", "W0301", "E0390", "E0392"]);
    let refused: Option<fn(Code) -> bool> = Some(|c| matches!(c.0, "E0390" | "E0392"));
    let kept: Option<fn(Code) -> bool> = Some(|c| c.0 == "E0392");
    let allow = Levels { allow: all.clone(), ..Levels::default() };
    assert_eq!(severities(&allow), [("E0200", Error)]);
    assert_eq!(severities(&Levels { refused, kept, ..allow }), [("E0200", Error), ("E0392", Error)]);
    let warn = Levels { warn: all.clone(), refused, kept, ..Levels::default() };
    assert_eq!(
        severities(&warn),
        [("E0200", Error), ("W0301", Warning), ("E0390", Warning), ("E0392", Error)]
    );
    let deny = Levels { deny: list(&["w0301"]), ..Levels::default() };
    assert_eq!(severities(&deny)[1], ("W0301", Error));
}

#[test]
fn every_page_has_its_parts() {
    let parts = ["# ", "## Why", "## Example", "## Instead"];
    for code in codes() {
        let page = explain(code).expect("listed");
        assert!(page.starts_with(&format!("# {code}: ")), "{code}: the title is `# {code}: what`");
        for part in parts {
            assert!(page.contains(part), "{code} lacks `{part}`");
        }
    }
    assert!(explain("e0101").is_some() && explain("E9999").is_none());
}
