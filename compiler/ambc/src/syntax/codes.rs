//! The codes of this stage. `E0113` is the general one; the others are mistakes that were expected.

use ambc_diag::Code;

pub(super) const MISSING_SEMICOLON: Code = Code("E0101");
pub(super) const MISSING_BRACE: Code = Code("E0102");
pub(super) const STRAY_BRACE: Code = Code("E0103");
pub(super) const UNCLOSED_STRING: Code = Code("E0104");
pub(super) const UNCLOSED_COMMENT: Code = Code("E0105");
pub(super) const UNKNOWN_ESCAPE: Code = Code("E0106");
pub(super) const TOO_DEEP: Code = Code("E0107");
pub(super) const UNIT_APART: Code = Code("E0108");
pub(super) const UNKNOWN_UNIT: Code = Code("E0109");
pub(super) const BAD_NUMBER: Code = Code("E0110");
pub(super) const UNKNOWN_ITEM: Code = Code("E0111");
pub(super) const UNKNOWN_STATEMENT: Code = Code("E0112");
pub(super) const UNEXPECTED: Code = Code("E0113");
pub(super) const KEYWORD_AS_NAME: Code = Code("E0114");
pub(super) const COLON_OR_EQUALS: Code = Code("E0115");
pub(super) const HASH_COMMENT: Code = Code("E0116");
pub(super) const COMMA_CONTINUES: Code = Code("E0117");
pub(super) const SINGLE_QUOTES: Code = Code("E0118");
pub(super) const WRITTEN_TWICE: Code = Code("E0119");
