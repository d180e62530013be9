//! The command line of a node: `kernel --identity FILE [--control-fd N]`.

use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Args {
    pub(crate) identity: PathBuf,
    pub(crate) control: Option<i32>,
}

pub(crate) const USAGE: &str = "usage: kernel --identity FILE [--control-fd N]";

impl Args {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut identity, mut control) = (None, None);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
            match word.as_str() {
                "--identity" => identity = Some(PathBuf::from(value()?)),
                "--control-fd" => control = Some(descriptor(&value()?)?),
                _ => return Err(format!("unknown argument `{word}`")),
            }
        }
        Ok(Self { identity: identity.ok_or("`--identity FILE` is missing")?, control })
    }
}

fn descriptor(text: &str) -> Result<i32, String> {
    text.parse().ok().filter(|fd| *fd >= 0).ok_or_else(|| format!("`{text}` is not a descriptor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, String> {
        Args::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_command_line_is_strict() {
        let both = Args { identity: "/x".into(), control: Some(0) };
        assert_eq!(parse("--identity /x --control-fd 0"), Ok(both));
        assert_eq!(parse("--identity /x"), Ok(Args { identity: "/x".into(), control: None }));
        for wrong in ["", "--identity", "--identity /x --control-fd -1", "--identity /x y", "--control-fd 3"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
