//! The only place that prints.

use super::args::Color;
use std::io::{IsTerminal, Write};

/// Where a command writes, and whether in colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shell {
    color: Color,
    no_color: bool,
}

impl Shell {
    pub(super) fn new(color: Color) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Self { color, no_color }
    }

    /// Whether to use colours on standard error.
    pub(super) fn color(&self) -> bool {
        self.wanted(std::io::stderr().is_terminal())
    }

    /// Whether to use colours on standard output.
    pub(super) fn out_color(&self) -> bool {
        self.wanted(std::io::stdout().is_terminal())
    }

    fn wanted(&self, terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !self.no_color,
        }
    }

    /// Writes to standard output. A reader that has gone is no error of ours.
    pub(super) fn out(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Writes to standard error.
    pub(super) fn err(&self, text: &str) {
        Self::emergency(text);
    }

    /// Writes to standard error where no options are known, as from the panic hook.
    pub(super) fn emergency(text: &str) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}
