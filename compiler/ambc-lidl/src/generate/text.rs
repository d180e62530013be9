//! Lines with indentation, laid out as rustfmt does.

/// The line width of rustfmt.
const WIDTH: usize = 100;

#[derive(Default)]
pub(super) struct Text {
    out: String,
    indent: usize,
    /// Something precedes on this level: a blank line goes before the next item.
    started: bool,
}

impl Text {
    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn line(&mut self, line: &str) {
        self.out.extend(std::iter::repeat_n("    ", self.indent));
        self.out.push_str(line);
        self.out.push('\n');
        self.started = true;
    }

    /// Before an item, unless it is the first of its block.
    pub(super) fn blank(&mut self) {
        if self.started {
            self.out.push('\n');
        }
    }

    pub(super) fn open(&mut self, line: &str) {
        self.line(line);
        self.indent += 1;
        self.started = false;
    }

    pub(super) fn close(&mut self, line: &str) {
        self.indent -= 1;
        self.line(line);
    }

    /// `head = tail`, broken behind the `=` where it is too long.
    pub(super) fn assign(&mut self, head: &str, tail: &str) {
        if self.indent * 4 + head.len() + 3 + tail.chars().count() <= WIDTH {
            self.line(&format!("{head} = {tail}"));
        } else {
            self.line(&format!("{head} ="));
            self.line(&format!("    {tail}"));
        }
    }

    /// A function signature without a body, broken as rustfmt does it: one line below the width, two at exactly the
    /// width, else one for each parameter.
    pub(super) fn signature(&mut self, head: &str, params: &[String], tail: &str) {
        let start = format!("{head}({})", params.join(", "));
        match self.indent * 4 + start.len() + 1 + tail.len() {
            len if len < WIDTH => self.line(&format!("{start} {tail}")),
            WIDTH => {
                self.line(&start);
                self.line(tail);
            }
            _ => {
                self.open(&format!("{head}("));
                params.iter().for_each(|param| self.line(&format!("{param},")));
                self.close(&format!(") {tail}"));
            }
        }
    }

    /// The head of a function with a body, opened; `width` is how long a piece of it will be.
    pub(super) fn head(&mut self, head: &str, params: &[String], tail: &str, width: impl Fn(&str) -> usize) {
        let line = format!("{head}({}) {tail}", params.join(", "));
        if self.indent * 4 + width(&line) <= WIDTH {
            return self.open(&line);
        }
        self.open(&format!("{head}("));
        params.iter().for_each(|param| self.line(&format!("{param},")));
        self.indent -= 1;
        self.open(&format!(") {tail}"));
    }

    /// A doc comment; nothing if it is empty.
    pub(super) fn doc(&mut self, text: &str) {
        for line in text.lines() {
            let line = line.trim_end();
            self.line(if line.is_empty() { "///".to_owned() } else { format!("/// {line}") }.as_str());
        }
    }
}
