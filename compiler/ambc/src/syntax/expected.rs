//! Words for a failed parse: what was expected, what stands there, what to write; and the slips that can be mended, so
//! that a damaged header still says all it says.

use super::block::Block;
use super::reader::Reader;
use super::{codes, units};
use ambc_diag::{Code, Diagnostic};
use ambc_grammar::amb::{AmbParser, Rule};
use ambc_grammar::words;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// Where a parse failed, and the rules that would have fitted there.
pub(super) struct Failure {
    at: usize,
    expected: Vec<Rule>,
    too_deep: bool,
}

/// The failure of parsing `text` by `rule`, or `None` if it parses.
pub(super) fn failure(rule: Rule, text: &str) -> Option<Failure> {
    let error = AmbParser::parse(rule, text).err()?;
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    Some(match error.variant {
        ErrorVariant::ParsingError { positives, .. } => Failure { at, expected: positives, too_deep: false },
        ErrorVariant::CustomError { .. } => Failure { at, expected: Vec::new(), too_deep: true },
    })
}

/// What is being read.
#[derive(Clone, Copy)]
pub(super) struct About {
    /// The right form, as help.
    pub(super) form: Option<&'static str>,
    /// The block of a statement.
    pub(super) block: Option<Block>,
    /// "a node", "a statement of a service".
    pub(super) kind: &'static str,
}

/// A change to the text that makes sense of a slip. Never moves what stands behind it.
pub(super) enum Mend {
    Put(usize, char),
    /// A `;` at the end.
    Semicolon,
    /// Pull the word at `from` back to `to`, to touch the number before it.
    Join {
        to: usize,
        from: usize,
    },
}

impl Failure {
    /// `Some` if a `{` would have fitted in front of a word: where the blank before that word starts, and the word.
    pub(super) fn lacks_open<'t>(&self, text: &'t str) -> Option<(usize, usize, &'t str)> {
        let before = text.get(..self.at)?.trim_end().len();
        let rest = text.get(before..)?;
        let at = before + (rest.len() - rest.trim_start().len());
        let word = token(text.get(at..)?);
        let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        (is_word && at > before && self.expected.iter().any(|r| words::word(*r) == words::word(Rule::open)))
            .then_some((before, at, word))
    }
}

impl Mend {
    pub(super) fn apply(self, text: &mut String) {
        match self {
            Mend::Put(at, c) => text.replace_range(at..at + 1, c.encode_utf8(&mut [0; 4])),
            Mend::Semicolon => text.push(';'),
            Mend::Join { to, from } => {
                let len = word_len(text.get(from..).unwrap_or(""));
                let word = text.get(from..from + len).unwrap_or("").to_owned();
                let moved = format!("{word}{}", " ".repeat(from - to));
                text.replace_range(to..from + len, &moved);
            }
        }
    }
}

/// The surroundings of a failure.
struct Scene<'t> {
    text: &'t str,
    expected: &'t [Rule],
    /// Where the unexpected token starts.
    at: usize,
    /// Where the token before ends.
    before: usize,
    /// The unexpected token, empty at the end.
    found: &'t str,
    about: About,
}

/// Reports the failure once, unless the scanner already did, and says how it can be mended.
pub(super) fn explain(r: &mut Reader<'_>, text: &str, f: &Failure, about: About) -> Option<Mend> {
    let rest = text.get(f.at..).unwrap_or("");
    let at = f.at + (rest.len() - rest.trim_start().len());
    let before = text.get(..f.at).unwrap_or("").trim_end().len();
    let s =
        Scene { text, expected: &f.expected, at, before, found: token(text.get(at..).unwrap_or("")), about };
    let (diagnostic, mend) = if f.too_deep { (s.too_deep(r), None) } else { s.judge(r) };
    if !(r.excused(r.base + at) || r.excused(r.base + before)) {
        r.report(diagnostic);
    }
    mend
}

impl Scene<'_> {
    fn judge(&self, r: &Reader<'_>) -> (Diagnostic, Option<Mend>) {
        self.missing_semicolon(r)
            .or_else(|| self.unit_apart(r))
            .or_else(|| self.colon_or_equals(r))
            .or_else(|| self.separator_left_out(r))
            .or_else(|| self.unknown_statement(r))
            .or_else(|| self.keyword_as_name(r))
            .or_else(|| self.foreign_operator(r))
            .unwrap_or_else(|| (self.unexpected(r), None))
    }

    /// Whether an earlier `:` of the statement already said what kind of thing follows.
    fn tight(&self) -> bool {
        self.text.get(..self.at).is_some_and(|t| t.contains(':'))
    }

    fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    fn here(&self, r: &Reader<'_>, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, r.range(self.at, self.at + self.found.len().max(1)), message)
    }

    fn with_form(&self, d: Diagnostic) -> Diagnostic {
        match self.about.form {
            Some(form) => d.help(format!("write `{form}`")),
            None => d,
        }
    }

    fn too_deep(&self, r: &Reader<'_>) -> Diagnostic {
        self.here(r, codes::TOO_DEEP, "this is nested too deeply").help("split it into parts with names")
    }

    fn missing_semicolon(&self, r: &Reader<'_>) -> Option<(Diagnostic, Option<Mend>)> {
        (self.found.is_empty() && self.expects(Rule::semi))
            .then(|| (missing_semicolon(r, self.before), Some(Mend::Semicolon)))
    }

    /// `5 ms`.
    fn unit_apart(&self, r: &Reader<'_>) -> Option<(Diagnostic, Option<Mend>)> {
        let gap = self.text.get(self.before..self.at)?;
        let number = last_word(self.text.get(..self.before)?);
        let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && !number.starts_with("0x");
        if !is_number || gap.is_empty() || gap.contains('\n') || units::unit(self.found).is_none() {
            return None;
        }
        let d = unit_apart(r, (self.before, self.at), number, self.found);
        Some((d, Some(Mend::Join { to: self.before, from: self.at })))
    }

    fn colon_or_equals(&self, r: &Reader<'_>) -> Option<(Diagnostic, Option<Mend>)> {
        let code = codes::COLON_OR_EQUALS;
        let name = last_word(self.text.get(..self.before)?);
        let attribute = matches!(
            self.about.block,
            Some(
                Block::Settings
                    | Block::Network
                    | Block::Platform
                    | Block::Node
                    | Block::Link
                    | Block::Export
                    | Block::Token
            )
        );
        let slip = |message: String, help: String, at: usize, c: char| {
            let span = r.range(at, at + 1);
            let d = Diagnostic::new(code, span, message).label(format!("`{c}` belongs here")).help(help);
            Some((d.edit(span, c.to_string()), Some(Mend::Put(at, c))))
        };
        match self.found {
            "=" if self.expects(Rule::colon) => {
                let help = self.about.form.map_or("write `:`".to_owned(), |f| format!("write `{f}`"));
                slip(format!("expected `:` after `{name}`, found `=`"), help, self.at, ':')
            }
            // `vision:frame`: the parts of a path, written tight.
            ":" if self.before == self.at
                && self.text[self.at + 1..].starts_with(is_name_start)
                && self.tight() =>
            {
                let span = r.range(self.at, self.at + 1);
                let d = Diagnostic::new(code, span, "the parts of a path are separated by `::`, not by `:`")
                    .label("one `:`")
                    .help(format!("write `{name}::{}`", token(&self.text[self.at + 1..])));
                Some((d.edit(span, "::"), None))
            }
            ":" if attribute && self.about.form.is_none() => {
                let span = r.range(self.at, self.at + 1);
                let d = Diagnostic::new(code, span, format!("the attribute `{name}` takes no `:`"))
                    .label("not needed")
                    .help(format!("write `{name} VALUE;` or `{name} = VALUE;`"));
                Some((d.edit(span, ""), Some(Mend::Put(self.at, ' '))))
            }
            ":" if self.expects(Rule::assign) => {
                let help = self.about.form.map_or("write `=`".to_owned(), |f| format!("write `{f}`"));
                slip(format!("expected `=` after `{name}`, found `:`"), help, self.at, '=')
            }
            found if self.about.block == Some(Block::Instance) && self.text[..self.before].ends_with(':') => {
                let value = found.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '"' | '-' | '['));
                let name = last_word(self.text[..self.before - 1].trim_end());
                let help = format!("`{name} = VALUE;` sets a parameter, `{name}: INSTANCE;` binds a need");
                let message = format!("expected `=` before the value of `{name}`, found `:`");
                value.then(|| slip(message, help, self.before - 1, '='))?
            }
            _ => None,
        }
    }

    /// `node edge linux { … }`: the `:` or `=` is missing.
    fn separator_left_out(&self, r: &Reader<'_>) -> Option<(Diagnostic, Option<Mend>)> {
        let c = match (self.expects(Rule::colon), self.expects(Rule::assign)) {
            (true, false) => ':',
            (false, true) => '=',
            _ => return None,
        };
        let a_name = self.found.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !a_name || self.before == self.at || self.about.block == Some(Block::Settings) {
            return None;
        }
        let name = last_word(self.text.get(..self.before)?);
        let d = self
            .here(r, codes::UNEXPECTED, format!("expected `{c}` after `{name}`, found `{}`", self.found))
            .label(format!("`{c}` is missing before this"));
        let d = self.with_form(d).edit(r.range(self.before, self.at), if c == ':' { ": " } else { " = " });
        Some((d, Some(Mend::Put(self.before, c))))
    }

    fn unknown_statement(&self, r: &Reader<'_>) -> Option<(Diagnostic, Option<Mend>)> {
        let block = self.about.block?;
        let word = token(self.text);
        let known = block.keywords().contains(&word) || !block.is_closed();
        let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if known || !is_word || self.before > word.len() {
            return None;
        }
        let span = r.range(0, word.len());
        let near = super::nearest(word, block.keywords().iter().copied());
        let d = Diagnostic::new(
            codes::UNKNOWN_STATEMENT,
            span,
            format!("unknown statement `{word}` in {}", block.what()),
        );
        let d = match near {
            Some(near) => d.label("not known here").help(format!("did you mean `{near}`?")).edit(span, near),
            None => {
                d.label("not known here").help(format!("{} has {}", block.what(), quoted(block.keywords())))
            }
        };
        Some((d, None))
    }

    fn keyword_as_name(&self, r: &Reader<'_>) -> Option<(Diagnostic, Option<Mend>)> {
        let block = self.about.block?;
        let word = token(self.text);
        let alone = self.found.is_empty() || matches!(self.found, ";" | "," | "}");
        if !matches!(block, Block::Deploy | Block::Group) || !block.keywords().contains(&word) || !alone {
            return None;
        }
        let span = r.range(0, word.len());
        let d = Diagnostic::new(codes::KEYWORD_AS_NAME, span, format!("`{word}` starts a statement here"))
            .label("read as a keyword")
            .help(format!("for something of that name write `r#{word}`"));
        Some((d.edit(span, format!("r#{word}")), None))
    }

    /// `&&`, `||`, `!`, and `=` where a comparison is meant.
    fn foreign_operator(&self, r: &Reader<'_>) -> Option<(Diagnostic, Option<Mend>)> {
        let ours = match self.found {
            "&" => "and",
            "|" => "or",
            "!" => "not",
            "=" if self.expects(Rule::op_eq) => "==",
            _ => return None,
        };
        let theirs =
            if matches!(self.found, "&" | "|") { self.found.repeat(2) } else { self.found.to_owned() };
        let d = self.unexpected(r).help(format!("write `{ours}` instead of `{theirs}`"));
        Some((d, None))
    }

    fn unexpected(&self, r: &Reader<'_>) -> Diagnostic {
        let found = match self.found {
            "" => format!("the end of {}", self.about.kind),
            s if s.starts_with('"') => "a string".to_owned(),
            s => format!("`{s}`"),
        };
        let message = match self.expected {
            [] => format!("{found} cannot stand here"),
            rules => format!("expected {}, found {found}", words::list(rules)),
        };
        let d = self.here(r, codes::UNEXPECTED, message).label("not expected here");
        let d = match self.found.chars().next() {
            Some(c) if !c.is_ascii() => d.note("names are made of ASCII letters, digits and `_`"),
            _ => d,
        };
        self.with_form(d)
    }
}

/// A `;` is missing at the offset `before` of the text being read.
pub(super) fn missing_semicolon(r: &Reader<'_>, before: usize) -> Diagnostic {
    let span = r.range(before, before);
    Diagnostic::new(codes::MISSING_SEMICOLON, span, "expected `;`")
        .label("`;` is missing here")
        .help("end the statement with `;`")
        .edit(span, ";")
}

/// `number` and `unit` with a gap between.
pub(super) fn unit_apart(r: &Reader<'_>, gap: (usize, usize), number: &str, unit: &str) -> Diagnostic {
    Diagnostic::new(
        codes::UNIT_APART,
        r.range(gap.1, gap.1 + unit.len()),
        format!("the unit `{unit}` stands apart from its number"),
    )
    .label("belongs to the number before it")
    .help(format!("write `{number}{unit}`"))
    .edit(r.range(gap.0, gap.1), "")
}

/// `` `a`, `b` and `c` ``.
pub(super) fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    match words.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn word_len(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// The word or number that ends `text`.
fn last_word(text: &str) -> &str {
    let start = text
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '#')))
        .map_or(0, |at| at + text.get(at..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8));
    text.get(start..).unwrap_or("")
}

/// The token at the start of `text`, as much as a reader needs to recognise it.
pub(super) fn token(text: &str) -> &str {
    let len = match text.chars().next() {
        None => 0,
        Some('"') => text.get(1..).and_then(|t| t.find(['"', '\n'])).map_or(text.len(), |n| n + 2),
        Some(c) if c.is_ascii_alphanumeric() || c == '_' => word_len(text),
        Some('-') if text.starts_with("->") => 2,
        Some(':') if text.starts_with("::") => 2,
        Some(c) => c.len_utf8(),
    };
    text.get(..len).unwrap_or(text)
}
