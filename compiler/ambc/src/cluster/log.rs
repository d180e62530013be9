//! Lines that nodes print.

/// `LEVEL instance: message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// `error`, `warn`, `info`, `debug`; `note` for a line that has no such form.
    pub level: String,
    /// The instance, or `ambc` for what the runtime says.
    pub source: String,
    pub text: String,
}

impl LogLine {
    /// Reads one line of a node's standard output. A line of another form (from a library, say) is kept whole.
    pub fn parse(line: &str) -> Self {
        let form = line.split_once(' ').and_then(|(level, rest)| {
            let (source, text) = rest.split_once(": ")?;
            let known = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level);
            (known && !source.contains(' ')).then(|| (level.to_lowercase(), source, text))
        });
        match form {
            Some((level, source, text)) => Self { level, source: source.into(), text: text.into() },
            None => Self { level: "note".into(), source: "-".into(), text: line.into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_another_form_is_kept_whole() {
        let line = LogLine::parse("INFO ask: 2 + 3 = 5");
        assert_eq!((&*line.level, &*line.source, &*line.text), ("info", "ask", "2 + 3 = 5"));
        assert_eq!(LogLine::parse("thread 'main' panicked: x").text, "thread 'main' panicked: x");
    }
}
