//! The members of a block, one damaged statement costing one error and no neighbour.

use super::expected::{self, About};
use super::reader::{P, Reader};
use super::{codes, forms};
use ambc_diag::Diagnostic;
use ambc_grammar::amb::Rule;
use ambc_grammar::keywords;

/// The kinds of block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Service,
    Network,
    Platform,
    Node,
    Link,
    Instance,
    Group,
    Deploy,
    Export,
    Token,
    Settings,
}

impl Block {
    /// The rule for one statement of it, alone.
    pub(super) fn one(self) -> Rule {
        match self {
            Block::Service => Rule::one_service,
            Block::Network => Rule::one_network,
            Block::Platform => Rule::one_platform,
            Block::Node => Rule::one_node,
            Block::Link => Rule::one_link,
            Block::Instance => Rule::one_instance,
            Block::Group => Rule::one_group,
            Block::Deploy => Rule::one_deploy,
            Block::Export => Rule::one_export,
            Block::Token => Rule::one_token,
            Block::Settings => Rule::one_setting,
        }
    }

    pub(super) fn keywords(self) -> &'static [&'static str] {
        match self {
            Block::Service => keywords::SERVICE,
            Block::Network => keywords::NETWORK,
            Block::Platform => keywords::PLATFORM,
            Block::Node => keywords::NODE,
            Block::Link => keywords::LINK,
            Block::Group => keywords::GROUP,
            Block::Deploy => keywords::DEPLOY,
            Block::Export => keywords::EXPORT,
            Block::Token => keywords::TOKEN,
            Block::Instance | Block::Settings => &[],
        }
    }

    /// Whether it has no statements but those that start with a keyword.
    pub(super) fn is_closed(self) -> bool {
        self == Block::Service
    }

    pub(super) fn what(self) -> &'static str {
        match self {
            Block::Service => "a service",
            Block::Network => "a network",
            Block::Platform => "a platform",
            Block::Node => "a node",
            Block::Link => "a link",
            Block::Instance => "an instance",
            Block::Group => "a group",
            Block::Deploy => "a `deploy`",
            Block::Export => "an export",
            Block::Token => "a token",
            Block::Settings => "a block of attributes",
        }
    }
}

/// Calls `take` for each member of a block and reports what is none.
pub(super) fn entries(
    r: &mut Reader<'_>,
    block: P<'_>,
    kind: Block,
    take: &mut dyn FnMut(&mut Reader<'_>, P<'_>),
) {
    let text = block.get_input();
    // A statement whose damage has been reported goes on up to its separator.
    let mut reported = false;
    let mut pairs = block.into_inner().peekable();
    while let Some(p) = pairs.next() {
        let (start, end) = (p.as_span().start(), p.as_span().end());
        match p.as_rule() {
            Rule::open | Rule::close | Rule::semi => reported = false,
            Rule::member_end => match joint(text, &p) {
                Joint::Sound => reported = false,
                Joint::Same => {}
                Joint::NewLine if reported => reported = false,
                Joint::NewLine => missing_semicolon(r, text, start),
            },
            Rule::bad_member => {
                if reported {
                    r.damage(text, start, end);
                } else {
                    bad(r, text, start, p.as_str(), kind, take);
                }
                reported = false;
            }
            _ if reported => r.damage(text, start, end),
            _ if pairs.peek().is_some_and(|next| joint(text, next) == Joint::Same) => {
                complain(r, text, start, statement_end(text, end), kind);
                r.damage(text, start, end);
                reported = true;
            }
            _ => take(r, p),
        }
    }
}

/// How a member and the next are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// By a separator, or the first ends with `}`.
    Sound,
    /// The next starts on a new line.
    NewLine,
    /// The line goes on with something that does not belong there.
    Same,
}

fn joint(text: &str, end: &P<'_>) -> Joint {
    let runs_on = end.clone().into_inner().any(|e| e.as_rule() == Rule::run_on);
    let at = end.as_span().start();
    let done = text.get(..at).unwrap_or("").trim_end();
    match text.get(done.len()..at) {
        _ if !runs_on || done.ends_with('}') => Joint::Sound,
        Some(gap) if gap.contains('\n') => Joint::NewLine,
        _ => Joint::Same,
    }
}

/// The next statement starts at `at`, on a line of its own.
fn missing_semicolon(r: &mut Reader<'_>, text: &str, at: usize) {
    let done = text.get(..at).unwrap_or("").trim_end().len();
    if !r.excused(r.base + done) {
        let d = expected::missing_semicolon(r, done);
        r.report(d.also(r.range(at, at), "the next statement starts here"));
    }
}

/// The end of the statement around `at`: past its `;`, or before the `}` of its block.
fn statement_end(text: &str, at: usize) -> usize {
    let mut depth = 0usize;
    let mut in_string = false;
    for (i, b) in text.bytes().enumerate().skip(at) {
        match b {
            b'"' => in_string = !in_string,
            _ if in_string && b != b'\n' => {}
            b'{' => depth += 1,
            b'}' if depth == 0 => return i,
            b'}' => depth -= 1,
            b';' if depth == 0 => return i + 1,
            _ => in_string = false,
        }
    }
    text.len()
}

fn about(text: &str, kind: Block) -> About {
    let word = expected::token(text);
    let form = if kind.keywords().contains(&word) { forms::statement(word) } else { None };
    About { form, block: Some(kind), kind: "the statement" }
}

/// Reports what is wrong with the statement at `start..end`.
fn complain(r: &mut Reader<'_>, text: &str, start: usize, end: usize, kind: Block) {
    let statement = text.get(start..end).unwrap_or("").to_owned();
    let base = r.base;
    r.base += start;
    if let Some(f) = expected::failure(kind.one(), &statement) {
        expected::explain(r, &statement, &f, about(&statement, kind));
    }
    r.base = base;
}

/// A piece of a block that no member rule takes. A slip is mended and the member counts.
fn bad(
    r: &mut Reader<'_>,
    text: &str,
    start: usize,
    piece: &str,
    kind: Block,
    take: &mut dyn FnMut(&mut Reader<'_>, P<'_>),
) {
    let statement = piece.trim_end().trim_end_matches(',').trim_end();
    if statement.is_empty() {
        return stray_comma(r, start, kind);
    }
    if r.unclosed && statement.starts_with('{') {
        // One `{` too many: that its block is not closed has been said.
        return r.damage(text, start, start + piece.len());
    }
    let base = r.base;
    r.base += start;
    let mut mended = statement.to_owned();
    if super::item::parsed_or_mended(r, kind.one(), &mut mended, about(statement, kind)) {
        let member = super::reader::first(kind.one(), &mended).and_then(|p| p.into_inner().next());
        if let Some(member) = member {
            take(r, member);
        }
        r.base = base;
    } else {
        r.base = base;
        r.damage(text, start, start + piece.len());
    }
}

fn stray_comma(r: &mut Reader<'_>, at: usize, kind: Block) {
    let span = r.range(at, at + 1);
    let d = Diagnostic::new(
        codes::UNEXPECTED,
        span,
        format!("expected a statement of {}, found `,`", kind.what()),
    );
    r.broken = true;
    r.report(d.label("nothing to separate").edit(span, ""));
}
