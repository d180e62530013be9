//! Pages of the documentation, to be followed.

/// A fenced block.
#[derive(Debug)]
pub struct Block {
    /// Of the page, from 1.
    pub line: usize,
    /// Behind the fence: the language, then what the block is for.
    pub words: Vec<String>,
    pub text: String,
}

impl Block {
    /// `7` of `exit=7`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.words.iter().find_map(|w| w.strip_prefix(name)?.strip_prefix('='))
    }
}

/// All blocks in the order of the page.
///
/// # Panics
/// If one is not closed.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let mut open: Option<Block> = None;
    for (i, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => out.extend(open.take()),
            (Some(fence), None) => {
                let words = fence.split_whitespace().map(str::to_owned).collect();
                open = Some(Block { line: i + 1, words, text: String::new() });
            }
            (None, Some(block)) => block.text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    out
}

/// Whether these lines were printed, in this order, with others between.
///
/// # Errors
/// The first that was not, and all that was printed.
pub fn prints(said: &[String], lines: &str) -> Result<(), String> {
    let mut rest = said.iter();
    for pattern in lines.lines() {
        if !rest.any(|line| fits(pattern, line)) {
            return Err(format!("`{pattern}` was not printed (or earlier); it said:\n{}", said.join("\n")));
        }
    }
    Ok(())
}

/// `…` stands for any text; white space at the start and amounts of it do not count.
pub fn fits(pattern: &str, line: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (pattern, line) = (plain(pattern), plain(line));
    let mut pieces = pattern.split('…').map(str::trim);
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let mut last = first;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or("");
        last = piece;
    }
    rest.is_empty() || (pattern.ends_with('…') && last.is_empty())
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn an_ellipsis_stands_for_anything() {
        assert!(fits("… home info  hello: hi", "    0.003 home info  hello: hi"));
        assert!(fits("ok rustc …", "ok       rustc   1.95.0   compiles"));
        assert!(fits("made x", "made    x"));
        assert!(fits("home: lan at 127.…", "home: lan at 127.0.0.2:7411"));
        assert!(!fits("made x", "made xy"));
        assert!(!fits("… a … b", "b a"));
    }
}
