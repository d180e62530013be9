//! The pages of `ambc explain CODE`: what, why, an example, and what to write instead.

include!(concat!(env!("OUT_DIR"), "/explain_pages.rs"));

/// The page of a code; letters may be small.
pub fn explain(code: &str) -> Option<&'static str> {
    let code = code.to_ascii_uppercase();
    PAGES.iter().find(|(c, _)| *c == code).map(|(_, page)| *page)
}

/// Every code that has a page.
pub fn codes() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(code, _)| *code)
}
