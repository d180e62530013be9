//! Why there is no image of a microcontroller, in terms of what a user wrote.

use crate::image::NodeImage;
use crate::layout::{Overflow, Program};
use crate::link::{LinkError, LinkerError};
use ambc_diag::{Code, Diagnostic};

const FLASH: Code = Code("E0521");
const RAM: Code = Code("E0522");
const REGIONS: Code = Code("E0523");
const NO_LINKER: Code = Code("E0524");
const REFUSED: Code = Code("E0525");

/// `None` if this machine is to blame, and not what was written or installed.
pub(super) fn told(image: &NodeImage, error: &LinkError) -> Option<Diagnostic> {
    let new = |code, message: String| Diagnostic::new(code, image.span, message);
    let node = &image.node;
    let d = match error {
        LinkError::Overflow(Overflow::Flash { needed, has }, programs) => {
            let message =
                format!("the programs of `{node}` take {needed}B of flash, and its platform has {has}B");
            with_figures(new(FLASH, message), programs, |p| format!("{}B", p.flash)).help(
                "build with `--release`, deploy less to this node, or choose a platform with more flash",
            )
        }
        LinkError::Overflow(Overflow::Ram { needed, has }, programs) => {
            let message =
                format!("the programs of `{node}` take {needed}B of RAM, and its platform has {has}B");
            with_figures(new(RAM, message), programs, |p| {
                format!("{}B of stack, {}B of data", p.stack, p.data)
            })
            .help("ask for less `stack` or `concurrency` in the manifests, or deploy less to this node")
        }
        LinkError::Overflow(Overflow::Regions { group, needed, has }, programs) => {
            let name = programs.get(group + 1).map_or("?", |(name, _)| name);
            let (peers, most) = (needed.saturating_sub(2), has.saturating_sub(2));
            let message = format!(
                "`{name}` talks to {peers} other groups of `{node}`, and its memory protection has regions for {most}"
            );
            new(REGIONS, message)
                .help("put some of them into one `group`, or write `kernel` before one to run it in the kernel group")
        }
        LinkError::Linker(LinkerError::None(tried)) => {
            new(NO_LINKER, format!("there is no linker for `{node}`"))
                .note(format!("tried {}", tried.join(", ")))
                .help("`rustup` toolchains have one; else install the package `lld`")
        }
        LinkError::Linker(LinkerError::Refused(program, words)) => {
            new(REFUSED, format!("the program `{program}` of `{node}` cannot be linked: {}", cause(words)))
                .note(words.clone())
        }
        LinkError::Linker(LinkerError::Start(..)) | LinkError::Emit(_) | LinkError::Program(..) => {
            return None;
        }
    };
    Some(d.label("this node"))
}

fn with_figures(
    d: Diagnostic,
    programs: &[(String, Program)],
    figures: impl Fn(&Program) -> String,
) -> Diagnostic {
    programs.iter().fold(d, |d, (name, program)| d.note(format!("`{name}`: {}", figures(program))))
}

/// `rust-lld: error: undefined symbol: f`, and what GNU `ld` says instead, in our words.
fn cause(said: &str) -> String {
    const SIGNS: [(&str, &str); 4] = [
        ("undefined symbol: ", "there is no"),
        ("undefined reference to ", "there is no"),
        ("duplicate symbol: ", "there are two of"),
        ("multiple definition of ", "there are two of"),
    ];
    for line in said.lines() {
        for (sign, what) in SIGNS {
            if let Some((_, rest)) = line.split_once(sign) {
                return format!("{what} `{}`", symbol(rest));
            }
        }
    }
    let first = said.lines().find_map(|line| line.split_once("error: ").map(|(_, what)| what));
    first.or(said.lines().next()).unwrap_or("the linker failed").to_owned()
}

fn symbol(text: &str) -> &str {
    let text = text.trim_start_matches(['`', '\'']);
    text.split(['\'', ';']).next().unwrap_or(text).trim()
}

#[cfg(test)]
mod tests {
    use super::cause;

    #[test]
    fn both_kinds_of_linker_are_understood() {
        for (said, told) in [
            ("rust-lld: error: undefined symbol: motor_on\n>>> referenced by x.o", "there is no `motor_on`"),
            ("ld: x.o: in function `f':\nx.c:3: undefined reference to `motor_on'", "there is no `motor_on`"),
            ("rust-lld: error: duplicate symbol: f\n>>> defined at a", "there are two of `f`"),
            ("ld: b.o: multiple definition of `f'; a.o: first defined here", "there are two of `f`"),
            ("rust-lld: error: cannot find entry symbol ambc_entry", "cannot find entry symbol ambc_entry"),
        ] {
            assert_eq!(cause(said), told);
        }
    }
}
