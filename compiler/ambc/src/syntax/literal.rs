//! Strings: from what is written between quotes to what is meant.

use ambc_diag::Span;
use std::ops::Range;

/// An escape that means nothing, as a range of the raw content.
pub(super) struct BadEscape(pub(super) Range<usize>);

/// Decodes the content of a string. `map` gets, for each byte of the result and for its end, the offset in `raw`.
pub(super) fn unescape(raw: &str, map: &mut Vec<u32>) -> (String, Vec<BadEscape>) {
    let (mut out, mut bad) = (String::with_capacity(raw.len()), Vec::new());
    let mut at = 0;
    while let Some(c) = raw.get(at..).and_then(|r| r.chars().next()) {
        let (decoded, len) =
            if c == '\\' { escape(raw.get(at..).unwrap_or("")) } else { (Some(c), c.len_utf8()) };
        match decoded {
            Some(c) => {
                map.extend(std::iter::repeat_n(at as u32, c.len_utf8()));
                out.push(c);
            }
            None => bad.push(BadEscape(at..at + len)),
        }
        at += len;
    }
    map.push(raw.len() as u32);
    (out, bad)
}

/// The character that an escape at the start of `text` stands for, and the length of the escape.
fn escape(text: &str) -> (Option<char>, usize) {
    let Some(kind) = text.chars().nth(1) else { return (None, 1) };
    let simple = |c| (Some(c), 2);
    match kind {
        '"' => simple('"'),
        '\\' => simple('\\'),
        'n' => simple('\n'),
        't' => simple('\t'),
        'u' => code_point(text),
        other => (None, 1 + other.len_utf8()),
    }
}

/// `\u{1F600}`: one to six hexadecimal digits.
fn code_point(text: &str) -> (Option<char>, usize) {
    let Some(digits) = text.strip_prefix("\\u{").and_then(|t| t.split_once('}')).map(|t| t.0) else {
        return (None, 2);
    };
    let good = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let value = if good { u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) } else { None };
    let shown = digits.chars().take_while(|c| c.is_ascii_hexdigit()).count();
    match value {
        Some(c) => (Some(c), "\\u{}".len() + digits.len()),
        None if shown == digits.len() => (None, "\\u{}".len() + digits.len()),
        None => (None, "\\u{".len() + shown),
    }
}

/// Decodes the literal at `span` (quotes included) of `src`; the map gives offsets in the file.
pub(super) fn decode_with_map(src: &str, span: Span) -> (String, Vec<u32>) {
    let literal = src.get(span.start as usize..span.end as usize).unwrap_or("");
    let quote = literal.chars().next().filter(|c| matches!(c, '"' | '\''));
    let raw = quote.map_or(literal, |q| literal.strip_prefix(q).unwrap_or(literal));
    let raw = quote.map_or(raw, |q| raw.strip_suffix(q).unwrap_or(raw));
    let base = span.start + u32::from(quote.is_some());
    let mut map = Vec::new();
    let (text, _) = unescape(raw, &mut map);
    (text, map.into_iter().map(|at| at + base).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ambc_diag::FileId;

    fn decode(raw: &str) -> (String, Vec<Range<usize>>) {
        let (text, bad) = unescape(raw, &mut Vec::new());
        (text, bad.into_iter().map(|b| b.0).collect())
    }

    #[test]
    fn the_five_escapes() {
        assert_eq!(decode(r#"a\"b\\c\nd\te\u{1F600}"#), ("a\"b\\c\nd\te\u{1F600}".to_owned(), vec![]));
    }

    #[test]
    fn other_escapes_are_named_by_place() {
        assert_eq!(decode(r"\x\q"), (String::new(), vec![0..2, 2..4]));
        assert_eq!(decode(r"\u{D800}\u{1234567}").1, vec![0..8, 8..19]);
        assert_eq!(decode(r"\u12").1, vec![0..2]);
        assert_eq!(decode(r"\u{}").1, vec![0..4]);
        assert_eq!(decode(r"\é").1, vec![0..3]);
    }

    #[test]
    fn the_map_leads_back_to_the_file() {
        let src = r#"x = "\n{i}";"#;
        let (text, map) = decode_with_map(src, Span::new(FileId(0), 4, 11));
        assert_eq!(text, "\n{i}");
        let i = text.find('i').expect("an i");
        assert_eq!(&src[map[i] as usize..map[i + 1] as usize], "i");
    }
}
