//! The counting rule: how many lines a manifest has, however it is typed.
//!
//! Blank lines and comments are left out, and there is one statement a line. A block is on one line if it holds at most
//! three statements, nested ones included, and fits in 100 columns; a `}` on its own line counts.

use std::iter::Peekable;
use std::str::Chars;

const COLUMNS: usize = 100;
const STATEMENTS: usize = 3;
const INDENT: usize = 4;

/// The lines of a manifest as the rule lays them out, without indentation.
///
/// Two texts that differ in comments, white space or line breaks alone have the same lines.
#[must_use]
pub fn lines(text: &str) -> Vec<String> {
    let code = without_comments(text);
    let mut out = Vec::new();
    for statement in statements(&mut code.chars().peekable()) {
        statement.lay_out(0, &mut out);
    }
    out
}

/// How many lines an edit changes: those that are replaced count once, the others of both sides once each.
#[must_use]
pub fn changed(old: &[String], new: &[String]) -> usize {
    // The fewest changes over all ways to line both sides up.
    let mut costs: Vec<usize> = (0..=new.len()).collect();
    for (at, from) in old.iter().enumerate() {
        let mut diagonal = costs[0];
        costs[0] = at + 1;
        for (to_at, to) in new.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = costs[to_at + 1];
            costs[to_at + 1] = replaced.min(diagonal + 1).min(costs[to_at] + 1);
        }
    }
    costs[new.len()]
}

/// What stands before a `;`, and the blocks that belong to it.
#[derive(Debug, Default)]
struct Statement {
    parts: Vec<Part>,
    /// What separates it from the next one; none after a block.
    end: &'static str,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Block(Vec<Statement>),
}

impl Statement {
    /// Statements in its blocks, nested ones included.
    fn nested(&self) -> usize {
        let of = |part: &Part| match part {
            Part::Text(_) => 0,
            Part::Block(inner) => inner.iter().map(|s| 1 + s.nested()).sum(),
        };
        self.parts.iter().map(of).sum()
    }

    fn one_line(&self) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Block(inner) => {
                format!("{{ {} }}", inner.iter().map(Self::one_line).collect::<Vec<_>>().join(" "))
            }
        };
        self.parts.iter().map(part).collect::<Vec<_>>().join(" ") + self.end
    }

    fn lay_out(&self, depth: usize, out: &mut Vec<String>) {
        let line = self.one_line();
        let fits = self.nested() <= STATEMENTS && depth * INDENT + line.chars().count() <= COLUMNS;
        if fits || !self.parts.iter().any(|p| matches!(p, Part::Block(_))) {
            return out.push(line);
        }
        let mut open = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => open = format!("{open}{text} "),
                Part::Block(inner) => {
                    out.push(format!("{open}{{"));
                    inner.iter().for_each(|s| s.lay_out(depth + 1, out));
                    open = "}".to_owned();
                }
            }
        }
        out.push(open.trim_end().to_owned() + self.end);
    }

    fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// A statement of a block ends at `,` unless it takes a list.
    fn takes_a_list(&self) -> bool {
        let Some(Part::Text(text)) = self.parts.first() else { return false };
        let first = text.split_whitespace().next();
        text.contains(':') || matches!(first, Some("runs" | "requires" | "allows" | "token"))
    }

    /// Adds what has been read since the last part, its white space made one space.
    fn text(&mut self, read: &mut String) {
        let words = read.split_whitespace().collect::<Vec<_>>().join(" ");
        read.clear();
        if !words.is_empty() {
            self.parts.push(Part::Text(words));
        }
    }
}

/// The statements up to the end, or up to the `}` of their block.
fn statements(code: &mut Peekable<Chars<'_>>) -> Vec<Statement> {
    let mut out: Vec<Statement> = Vec::new();
    let (mut now, mut read) = (Statement::default(), String::new());
    let mut round = 0_usize;
    while let Some(c) = code.next() {
        match c {
            '"' => string(code, &mut read),
            '{' => {
                now.text(&mut read);
                now.parts.push(Part::Block(statements(code)));
                if next_sign(code) != Some(',') || !now.takes_a_list() {
                    out.push(std::mem::take(&mut now));
                }
            }
            '}' => break,
            ';' | ',' => {
                let list = c == ',' && (round > 0 || starts_a_list(&now, &read));
                if list {
                    read.push(c);
                    continue;
                }
                now.text(&mut read);
                now.end = if c == ';' { ";" } else { "," };
                let done = std::mem::take(&mut now);
                out.extend((!done.is_empty()).then_some(done));
            }
            _ => {
                round = (round + usize::from(matches!(c, '(' | '[')))
                    .saturating_sub(matches!(c, ')' | ']').into());
                read.push(c);
            }
        }
    }
    now.text(&mut read);
    out.extend((!now.is_empty()).then_some(now));
    out
}

fn starts_a_list(now: &Statement, read: &str) -> bool {
    now.takes_a_list()
        || Statement { parts: vec![Part::Text(read.trim().to_owned())], end: "" }.takes_a_list()
}

fn next_sign(code: &mut Peekable<Chars<'_>>) -> Option<char> {
    while code.next_if(|c| c.is_whitespace()).is_some() {}
    code.peek().copied()
}

/// The rest of a string, which may hold every sign.
fn string(code: &mut Peekable<Chars<'_>>, read: &mut String) {
    read.push('"');
    while let Some(c) = code.next() {
        read.push(c);
        match c {
            '\\' => read.extend(code.next()),
            '"' => return,
            _ => {}
        }
    }
}

/// Comments as blanks; block comments nest.
fn without_comments(text: &str) -> String {
    let (mut out, mut code) = (String::new(), text.chars().peekable());
    while let Some(c) = code.next() {
        match (c, code.peek()) {
            ('"', _) => string(&mut code, &mut out),
            ('/', Some('/')) => while code.next_if(|c| *c != '\n').is_some() {},
            ('/', Some('*')) => block_comment(&mut code),
            _ => out.push(c),
        }
    }
    out
}

fn block_comment(code: &mut Peekable<Chars<'_>>) {
    let (mut depth, mut last) = (1, code.next());
    while depth > 0
        && let Some(c) = code.next()
    {
        let pair = (last, c);
        last = Some(c);
        match pair {
            (Some('/'), '*') => (depth, last) = (depth + 1, None),
            (Some('*'), '/') => (depth, last) = (depth - 1, None),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{changed, lines};

    #[test]
    fn blank_lines_and_comments_do_not_count() {
        assert_eq!(
            lines("// one\n\n/* two /* three */ ; */ a;  // four\n/// five\nb \"//;{\";"),
            ["a;", "b \"//;{\";"]
        );
    }

    #[test]
    fn there_is_one_statement_a_line() {
        assert_eq!(lines("a; b; c { x; } d;"), ["a;", "b;", "c { x; }", "d;"]);
    }

    #[test]
    fn a_block_of_three_statements_is_one_line() {
        assert_eq!(lines("a {\n  x;\n  y { z }\n}"), ["a { x; y { z } }"]);
        assert_eq!(lines("a { x; y { z; w; } }"), ["a {", "x;", "y { z; w; }", "}"]);
    }

    #[test]
    fn a_block_that_does_not_fit_in_100_columns_is_not() {
        let name = "n".repeat(93);
        assert_eq!(lines(&format!("{name} {{ x; }}")).len(), 1);
        assert_eq!(lines(&format!("{name}n {{ x; }}")).len(), 3);
    }

    #[test]
    fn names_of_a_group_are_statements_and_lists_of_a_binding_are_one() {
        assert_eq!(lines("group g { a, b, c }"), ["group g { a, b, c }"]);
        assert_eq!(lines("group g { a, b, c, d }").len(), 6);
        assert_eq!(lines("i = s { n: a { timeout 1s; }, b[0..3], c; x = f(1, 2); }").len(), 1);
    }

    #[test]
    fn a_replaced_line_counts_once() {
        let of = |text: &str| lines(text);
        assert_eq!(changed(&of("a; b; c;"), &of("a; x; c;")), 1);
        assert_eq!(changed(&of("a; b; c;"), &of("a; c;")), 1);
        assert_eq!(changed(&of("a; b;"), &of("a; b; c; d;")), 2);
        assert_eq!(changed(&of("a  x; b;"), &of("a x;\nb;")), 0);
    }
}
