//! The grammars of `.amb` and `.lidl`, the scanner that cuts a file into items, and the words for what was expected.
//!
//! In: text. Out: pest pairs, item ranges and problems as byte offsets. No file ids and no diagnostics: what a reader is
//! told is written where the text is turned into a tree.
//!
//! 1. [`scan::scan`] blanks comments, cuts the text into items and notes what is unbalanced.
//! 2. [`amb::AmbParser`] parses one item; the rules recover inside blocks.
//! 3. [`lidl::LidlParser`] does so for `.lidl`, with its own words.
//! 4. [`words::word`] says a rule in the reader's words. No rule name ever reaches a user.

pub mod amb;
pub mod keywords;
pub mod lidl;
pub mod scan;
pub mod words;
