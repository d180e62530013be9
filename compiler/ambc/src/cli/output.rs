//! Diagnostics in the form that was asked for.

use super::args::{Common, Format};
use super::shell::Shell;
use crate::diag::{Levels, Shown, human, json, sarif, short};
use crate::driver::{self, Exit};
use ambc_diag::{Diagnostics, Sources};

impl Common {
    /// The levels that the options ask for.
    pub(super) fn levels(&self) -> Levels {
        let (deny, warn, allow) = (self.deny.clone(), self.warn.clone(), self.allow.clone());
        Levels { deny, warn, allow, ..Levels::default() }
    }
}

/// What else a command writes to standard output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    Nothing,
    /// A result: diagnostics in a form of one document go to standard error then, and only if there are any.
    AResult,
}

/// Shows diagnostics and returns the exit code that they ask for.
pub(super) fn tell(
    shell: &Shell,
    common: &Common,
    levels: &Levels,
    sources: &Sources,
    mut diags: Diagnostics,
    beside: Beside,
) -> Exit {
    levels.apply(&mut diags);
    let exit = driver::exit(&diags);
    let shown = Shown::new(diags, common.max_errors);
    let document = |text: String| {
        if beside == Beside::Nothing {
            shell.out(&text);
        } else if !shown.list.is_empty() {
            shell.err(&text);
        }
    };
    match common.format {
        Format::Human => shell.err(&human(sources, &shown, shell.color())),
        Format::Short => {
            shell.out(&short(sources, &shown));
            for line in shown.omitted_lines() {
                shell.err(&format!("{line}\n"));
            }
        }
        Format::Json => document(json(sources, &shown)),
        Format::Sarif => document(sarif(sources, &shown)),
    }
    exit
}
