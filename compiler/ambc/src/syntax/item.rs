//! One item of a file: its keyword, its body by the grammar, and what is saved when the body is damaged.

use super::ast::{Ident, Item, ItemKind};
use super::expected::{self, About};
use super::reader::{Reader, first};
use super::{codes, convert, forms, nearest};
use ambc_diag::{Diagnostic, Span};
use ambc_grammar::amb::Rule;
use ambc_grammar::keywords::{AMB_ITEMS, starts_amb_item};
use ambc_grammar::scan::{Ending, ProblemKind, RawItem, starts_line_with_item};

/// Reports what the scanner found unbalanced.
pub(super) fn problems(r: &mut Reader<'_>) {
    let scan = r.scan;
    (r.base, r.limit) = (0, r.src.len());
    for p in scan.problems.iter().filter(|p| !r.explained.contains(&p.start)).copied().collect::<Vec<_>>() {
        let span = r.range(p.start, p.end);
        let d = match p.kind {
            ProblemKind::UnclosedString => {
                Diagnostic::new(codes::UNCLOSED_STRING, span, "this string is not closed")
                    .label("starts here")
                    .help("a string ends with `\"` on the line where it starts; a line end inside is `\\n`")
            }
            ProblemKind::UnclosedComment => {
                Diagnostic::new(codes::UNCLOSED_COMMENT, span, "this comment is not closed")
                    .label("starts here")
                    .help("close it with `*/`; comments nest, so each `/*` needs its own")
            }
            ProblemKind::HashComment => Diagnostic::new(codes::HASH_COMMENT, span, "`#` starts no comment")
                .label("not expected here")
                .help("a comment starts with `//`")
                .edit(span, "//"),
            ProblemKind::SingleQuotes => single_quotes(r, span),
            ProblemKind::StrayClose => Diagnostic::new(codes::STRAY_BRACE, span, "this `}` closes nothing")
                .label("no block is open here")
                .help("remove it, or add the `{` that it should close"),
        };
        r.report(d);
    }
}

fn single_quotes(r: &Reader<'_>, span: Span) -> Diagnostic {
    let content = r.src.get(span.start as usize + 1..span.end as usize - 1).unwrap_or("").to_owned();
    let d =
        Diagnostic::new(codes::SINGLE_QUOTES, span, "a string is written with `\"`").label("single quotes");
    let right = format!("\"{content}\"");
    d.help(format!("write `{right}`")).edit(span, right)
}

/// Parses `text` by `rule`. On failure the mistake is reported; `true` if `text` could be mended so that it parses now.
pub(super) fn parsed_or_mended(r: &mut Reader<'_>, rule: Rule, text: &mut String, about: About) -> bool {
    let Some(failure) = expected::failure(rule, text) else { return true };
    if let Some(mend) = expected::explain(r, text, &failure, about) {
        mend.apply(text);
        if expected::failure(rule, text).is_none() {
            return true;
        }
    }
    r.broken = true;
    false
}

/// Reads every item of the file.
pub(super) fn all(r: &mut Reader<'_>) -> Vec<Item> {
    let scan = r.scan;
    let mut items = Vec::new();
    let mut done = 0;
    for raw in &scan.items {
        if raw.start >= done {
            done = read(r, *raw, &mut items);
        }
    }
    items
}

/// Reads a raw item: mostly one item, more where a `;` is missing between two. Returns where it ends, which is behind
/// further raw items if its `{` is missing.
fn read(r: &mut Reader<'_>, raw: RawItem, items: &mut Vec<Item>) -> usize {
    let mut start = raw.start;
    loop {
        let Some(head) = Head::read(r, start, raw.end) else { return raw.end };
        if let Some(item) = whole(r, &head, raw) {
            items.push(item);
            return raw.end;
        }
        if let Some((item, end)) = without_open(r, &head, raw) {
            items.push(item);
            return end;
        }
        let part = cut(r, &head, raw);
        items.extend(one(r, &head, part));
        if part.end >= raw.end {
            return raw.end;
        }
        let rest = r.scan.text.get(part.end..raw.end).unwrap_or("");
        start = part.end + (rest.len() - rest.trim_start().len());
    }
}

/// The item up to the next `}` that closes nothing, if a `{` behind its header makes sense of all of that.
fn without_open(r: &mut Reader<'_>, head: &Head, raw: RawItem) -> Option<(Item, usize)> {
    let scan = r.scan;
    let rule = body_rule(head.word);
    let stray = scan.problems.iter().find(|p| p.kind == ProblemKind::StrayClose && p.start >= raw.end)?;
    let found = expected::failure(rule, scan.text.get(head.body..raw.end)?)?;
    let (before, at, word) = found.lacks_open(scan.text.get(head.body..raw.end)?)?;
    if next_item(&scan.text, head.body, stray.start).is_some() {
        return None;
    }
    let mut text = scan.text.get(head.body..stray.end)?.to_owned();
    text.replace_range(before..before + 1, "{");
    let body = first(rule, &text)?.into_inner().next()?;
    (r.base, r.limit) = (head.body, stray.end);
    let message = format!("expected `{{`, found `{word}`");
    let d = Diagnostic::new(codes::UNEXPECTED, r.range(at, at + word.len()), message)
        .label("`{` is missing before this")
        .also(r.range(stray.start - head.body, stray.end - head.body), "for this `}`")
        .edit(r.range(before, at), " { ");
    r.report(d);
    r.explained.push(stray.start);
    let kind = convert::item(r, head.word, head.overrides.is_some(), body)?;
    Some((finish(r, head, stray.end, kind), stray.end))
}

/// The start of an item.
#[derive(Clone, Copy)]
struct Head {
    start: usize,
    overrides: Option<Span>,
    /// The keyword, or the one that was meant.
    word: &'static str,
    /// Behind the keyword.
    body: usize,
}

impl Head {
    /// Reads the keyword, reports an unknown one. `None` if nothing can be made of it.
    fn read(r: &mut Reader<'_>, start: usize, end: usize) -> Option<Head> {
        r.broken = false;
        r.base = 0;
        r.limit = end;
        let (mut at, mut overrides) = (start, None);
        let scan = r.scan;
        let word_at = |at: usize| expected::token(scan.text.get(at..end).unwrap_or(""));
        if word_at(at) == "override" {
            overrides = Some(r.range(at, at + "override".len()));
            let rest = scan.text.get(at + "override".len()..end).unwrap_or("");
            at = end - rest.trim_start().len();
        }
        let word = word_at(at);
        let body = at + word.len();
        if let Some(word) = AMB_ITEMS.iter().copied().find(|w| *w == word && *w != "override") {
            return Some(Head { start, overrides, word, body });
        }
        let meant = unknown_item(r, at, word);
        r.damage(&scan.text, at, if meant.is_some() { body } else { end });
        meant.map(|word| Head { start, overrides, word, body })
    }
}

fn unknown_item(r: &mut Reader<'_>, at: usize, word: &str) -> Option<&'static str> {
    let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let span = r.range(at, at + word.len());
    let meant =
        if is_word { nearest(word, AMB_ITEMS.iter().copied().filter(|w| *w != "override")) } else { None };
    let d = match (word, is_word) {
        ("", _) => Diagnostic::new(
            codes::UNEXPECTED,
            span,
            "expected an item after `override`, found the end of the file",
        ),
        (_, true) => Diagnostic::new(codes::UNKNOWN_ITEM, span, format!("unknown item `{word}`"))
            .label("not known here"),
        _ => Diagnostic::new(codes::UNEXPECTED, span, format!("expected an item, found `{word}`"))
            .label("not expected here"),
    };
    let d = match meant {
        Some(meant) => d.help(format!("did you mean `{meant}`?")).edit(span, meant),
        None => d.help(format!("an item starts with {}", expected::quoted(AMB_ITEMS))),
    };
    if !r.excused(at) {
        r.report(d);
    }
    meant
}

/// The rule for what follows the keyword of an item.
fn body_rule(word: &str) -> Rule {
    match word {
        "deployment" => Rule::only_deployment,
        "use" => Rule::only_use,
        "param" => Rule::only_param,
        "service" => Rule::only_service,
        "network" => Rule::only_network,
        "platform" => Rule::only_platform,
        "node" => Rule::only_node,
        "instance" => Rule::only_instance,
        "group" => Rule::only_group,
        "deploy" => Rule::only_deploy,
        "place" => Rule::only_place,
        "logs" => Rule::only_logs,
        "export" => Rule::only_export,
        "import" => Rule::only_import,
        "allow" | "deny" => Rule::only_access,
        _ => Rule::only_require,
    }
}

/// The item, if it is complete and parses at once.
fn whole(r: &mut Reader<'_>, head: &Head, raw: RawItem) -> Option<Item> {
    let scan = r.scan;
    if raw.ending != Ending::Complete {
        return None;
    }
    (r.base, r.limit) = (head.body, raw.end);
    let body = first(body_rule(head.word), scan.text.get(head.body..raw.end)?)?.into_inner().next()?;
    let kind = convert::item(r, head.word, head.overrides.is_some(), body)?;
    Some(finish(r, head, raw.end, kind))
}

fn finish(r: &Reader<'_>, head: &Head, end: usize, kind: ItemKind) -> Item {
    let span = Span::new(r.file, head.start as u32, end as u32);
    let doc = r.scan.doc(head.start).map(str::to_owned);
    Item { kind, span, doc, broken: r.broken, overrides: head.overrides }
}

/// Where an item that does not parse really ends: in front of the next that starts a line, if a `;` is missing between.
fn cut(r: &Reader<'_>, head: &Head, raw: RawItem) -> RawItem {
    match next_item(&r.scan.text, head.body, raw.end) {
        Some(end) => RawItem { start: head.start, end, ending: Ending::Cut },
        None => RawItem { start: head.start, ..raw },
    }
}

/// The first line outside of braces in `from..end` that starts with an item.
fn next_item(text: &str, from: usize, end: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut line_start = false;
    for (at, b) in text.bytes().enumerate().take(end).skip(from) {
        match b {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'\n' => line_start = true,
            b' ' | b'\t' | b'\r' => {}
            _ if line_start && depth == 0 && starts_line_with_item(text, at, starts_amb_item) => {
                return Some(at);
            }
            _ => line_start = false,
        }
    }
    None
}

fn one(r: &mut Reader<'_>, head: &Head, raw: RawItem) -> Option<Item> {
    let scan = r.scan;
    let end = raw.start + scan.text.get(raw.start..raw.end).unwrap_or("").trim_end().len();
    r.base = head.body;
    r.limit = end;
    let mut text = scan.text.get(head.body..end).unwrap_or("").to_owned();
    let rule = body_rule(head.word);
    let about = About { form: forms::item(head.word), block: None, kind: "the item" };
    let kind = match raw.ending {
        Ending::TooDeep(at) => {
            too_deep(r, at);
            None
        }
        Ending::Unclosed(open) => {
            unclosed(r, open, raw.end);
            close(&mut text);
            r.unclosed = true;
            let kind = parse(r, rule, &mut text, about, head);
            r.unclosed = false;
            kind
        }
        Ending::Complete | Ending::Cut => parse(r, rule, &mut text, about, head),
    };
    let kind = kind.or_else(|| {
        r.broken = true;
        let word = Span::new(r.file, head.start as u32, head.body as u32);
        r.damaged.push(Ident { text: head.word.to_owned(), span: word });
        r.damage(&text, 0, text.len());
        convert::salvage(r, head.word, &text)
    });
    kind.map(|kind| finish(r, head, end, kind))
}

fn parse(r: &mut Reader<'_>, rule: Rule, text: &mut String, about: About, head: &Head) -> Option<ItemKind> {
    if !parsed_or_mended(r, rule, text, about) {
        return None;
    }
    let body = first(rule, text)?.into_inner().next()?;
    convert::item(r, head.word, head.overrides.is_some(), body)
}

fn too_deep(r: &mut Reader<'_>, at: usize) {
    let span = Span::new(r.file, at as u32, at as u32 + 1);
    let limit = ambc_grammar::scan::NESTING_LIMIT;
    let d = Diagnostic::new(codes::TOO_DEEP, span, format!("brackets are nested deeper than {limit}"));
    r.report(d.label("too deep here").help("split it into parts with names"));
}

fn unclosed(r: &mut Reader<'_>, open: usize, end: usize) {
    let span = Span::new(r.file, open as u32, open as u32 + 1);
    let seen = Span::new(r.file, end as u32, end as u32);
    let d = Diagnostic::new(codes::MISSING_BRACE, span, "this block is not closed").label("opened here");
    r.report(d.also(seen, "`}` is missing before this").help("add the missing `}`"));
}

/// Adds the closing braces that a text lacks.
fn close(text: &mut String) {
    let mut depth = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    for b in text.bytes() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text.push_str(&"}".repeat(depth));
}
