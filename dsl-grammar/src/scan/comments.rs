//! First pass: comments become blanks, strings that are not closed get closed, so that later passes see neither.

use super::{Doc, Mended, Problem, ProblemKind, Scan, is_id_char};

pub(super) fn blank(text: &str, out: &mut Scan) {
    let mut pass =
        Pass { src: text.as_bytes(), dst: text.as_bytes().to_vec(), at: 0, pending: Vec::new(), out };
    pass.run();
    let dst = pass.dst;
    // Only whole characters are overwritten, with ASCII.
    out.text = String::from_utf8(dst).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
}

struct Pass<'a> {
    src: &'a [u8],
    dst: Vec<u8>,
    at: usize,
    /// Lines of a doc comment whose owner has not come yet.
    pending: Vec<String>,
    out: &'a mut Scan,
}

impl Pass<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.src.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn run(&mut self) {
        if self.src.starts_with("\u{FEFF}".as_bytes()) {
            self.fill(0, 3, b' ');
            self.at = 3;
        }
        while self.at < self.src.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'/') => self.line_comment(),
                (b'/', b'*') => self.block_comment(),
                (b' ' | b'\t' | b'\r' | b'\n', _) => self.at += 1,
                (b'"', _) => self.string(),
                (b'\'', _) => self.single_quotes(),
                (b'#', _) if !self.is_raw_name() => self.hash_comment(),
                _ => self.significant(),
            }
        }
    }

    /// `r#name`: the `r` stands alone before and a name follows.
    fn is_raw_name(&self) -> bool {
        let before = |n: usize| self.at.checked_sub(n).and_then(|i| self.src.get(i)).copied().unwrap_or(0);
        before(1) == b'r' && !is_id_char(before(2)) && is_id_char(self.peek(1))
    }

    fn significant(&mut self) {
        self.attach_doc();
        let mut len = 1;
        if is_id_char(self.peek(0)) {
            while is_id_char(self.peek(len)) {
                len += 1;
            }
        }
        self.at += len;
    }

    fn attach_doc(&mut self) {
        if !self.pending.is_empty() {
            let text = self.pending.join("\n");
            self.pending.clear();
            self.out.docs.push(Doc { before: self.at, text });
        }
    }

    fn line_end(&self) -> usize {
        let rest = self.src.get(self.at..).unwrap_or_default();
        self.at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())
    }

    fn line_comment(&mut self) {
        let end = self.line_end();
        if self.peek(2) == b'/' && self.peek(3) != b'/' {
            let line = self.src.get(self.at + 3..end).unwrap_or_default();
            let line = String::from_utf8_lossy(line);
            let line = line.trim_end();
            self.pending.push(line.strip_prefix(' ').unwrap_or(line).to_owned());
        }
        self.fill(self.at, end, b' ');
        self.at = end;
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0usize;
        while self.at < self.src.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        break;
                    }
                }
                _ => self.at += 1,
            }
        }
        if depth > 0 {
            self.problem(ProblemKind::UnclosedComment, start, start + 2);
        }
        self.fill(start, self.at, b' ');
    }

    fn hash_comment(&mut self) {
        let end = self.line_end();
        self.problem(ProblemKind::HashComment, self.at, self.at + 1);
        self.fill(self.at, end, b' ');
        self.at = end;
    }

    fn string(&mut self) {
        self.attach_doc();
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek(0) {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if !matches!(self.peek(1), 0 | b'\n' | b'\r') => self.at += 2,
                b'\n' | b'\r' => break,
                _ if self.at >= self.src.len() => break,
                _ => self.at += 1,
            }
        }
        self.problem(ProblemKind::UnclosedString, start, self.at.min(self.src.len()));
        self.mend(start);
    }

    fn single_quotes(&mut self) {
        self.attach_doc();
        let line = self.src.get(self.at + 1..self.line_end()).unwrap_or_default();
        match line.iter().position(|b| *b == b'\'') {
            Some(len) => {
                let end = self.at + 1 + len;
                self.problem(ProblemKind::SingleQuotes, self.at, end + 1);
                self.close(Mended { quote: self.at, start: self.at + 1, end });
                self.at = end + 1;
            }
            None => self.at += 1,
        }
    }

    /// A string without its end: it is taken to reach to the punctuation that ends the line.
    fn mend(&mut self, quote: usize) {
        let line = self.src.get(quote + 1..self.at).unwrap_or_default();
        let content = line.iter().rposition(|b| !b" \t;,{}".contains(b)).map_or(0, |i| i + 1);
        if content == 0 {
            self.fill(quote, quote + 1, b' ');
            self.at = quote + 1;
            return;
        }
        let mut last = quote + content;
        while self.src.get(last).is_some_and(|b| (0x80..0xC0).contains(b)) {
            last -= 1;
        }
        self.fill(last, quote + 1 + content, b' ');
        self.close(Mended { quote, start: quote + 1, end: quote + 1 + content });
        if let Some(b) = self.dst.get_mut(last) {
            *b = b'"';
        }
        self.fill(last + 1, quote + 1 + content, b' ');
        self.at = quote + 1 + content;
    }

    /// Puts double quotes around a content that later passes need not look at.
    fn close(&mut self, m: Mended) {
        self.fill(m.start, m.end, b'x');
        for quote in [m.quote, m.end] {
            match self.dst.get_mut(quote) {
                Some(b) if *b == b'\'' || quote == m.quote => *b = b'"',
                _ => {}
            }
        }
        self.out.mended.push(m);
    }

    fn problem(&mut self, kind: ProblemKind, start: usize, end: usize) {
        self.out.problems.push(Problem { kind, start, end });
    }

    /// Overwrites whole characters, line ends stay.
    fn fill(&mut self, start: usize, end: usize, with: u8) {
        for b in self.dst.get_mut(start..end).unwrap_or_default() {
            if !matches!(*b, b'\n' | b'\r') {
                *b = with;
            }
        }
    }
}
