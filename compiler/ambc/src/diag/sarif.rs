//! For code hosts: SARIF 2.1.0, as much of it as they read.

use super::explain::explain;
use super::json::severity;
use super::shown::Shown;
use ambc_diag::{Diagnostic, Edit, Label, Sources, Span};
use serde_json::{Value, json};

/// One log with one run.
pub fn sarif(sources: &Sources, shown: &Shown) -> String {
    let mut codes: Vec<&str> = shown.list.iter().map(|d| d.code.0).collect();
    codes.sort_unstable();
    codes.dedup();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ambc",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|c| rule(c)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": shown.list.iter().map(|d| result(sources, d, &codes)).collect::<Vec<_>>(),
        }],
    });
    log.to_string() + "\n"
}

fn rule(code: &str) -> Value {
    let page = explain(code).unwrap_or("");
    let title = page.lines().next().unwrap_or("").trim_start_matches("# ");
    let title = title.split_once(": ").map_or(title, |t| t.1);
    json!({ "id": code, "shortDescription": { "text": title }, "help": { "text": page, "markdown": page } })
}

fn result(sources: &Sources, d: &Diagnostic, codes: &[&str]) -> Value {
    let help = d.help.iter().map(String::as_str);
    let text: Vec<&str> =
        std::iter::once(d.message.as_str()).chain(d.notes.iter().map(String::as_str)).chain(help).collect();
    let related = d.secondary.iter().enumerate().map(|(id, l)| related(sources, l, id + 1));
    let mut out = json!({
        "ruleId": d.code.0,
        "ruleIndex": codes.iter().position(|c| *c == d.code.0),
        "level": severity(d.severity),
        "message": { "text": text.join("\n") },
        "locations": [{ "physicalLocation": physical(sources, d.primary.span) }],
        "relatedLocations": related.collect::<Vec<_>>(),
    });
    if let (false, Some(fields)) = (d.edits.is_empty(), out.as_object_mut()) {
        fields.insert("fixes".to_owned(), json!([fix(sources, d)]));
    }
    out
}

fn related(sources: &Sources, label: &Label, id: usize) -> Value {
    json!({ "id": id, "physicalLocation": physical(sources, label.span), "message": { "text": label.text } })
}

fn fix(sources: &Sources, d: &Diagnostic) -> Value {
    let change = |e: &Edit| {
        json!({
            "artifactLocation": { "uri": uri(&sources.file(e.span.file).path) },
            "replacements": [{ "deletedRegion": region(sources, e.span), "insertedContent": { "text": e.text } }],
        })
    };
    let text = d.help.as_deref().unwrap_or(&d.message);
    json!({ "description": { "text": text }, "artifactChanges": d.edits.iter().map(change).collect::<Vec<_>>() })
}

fn physical(sources: &Sources, span: Span) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&sources.file(span.file).path) },
        "region": region(sources, span),
    })
}

fn region(sources: &Sources, span: Span) -> Value {
    let file = sources.file(span.file);
    let (from, to) = (file.line_col(span.start), file.line_col(span.end));
    json!({
        "startLine": from.line,
        "startColumn": from.col,
        "endLine": to.line,
        "endColumn": to.col,
        "byteOffset": span.start,
        "byteLength": span.end - span.start,
    })
}

/// A path as a relative reference: bytes that a URI does not take are escaped.
fn uri(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
