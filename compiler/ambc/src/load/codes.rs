//! The codes of reading files.

use ambc_diag::Code;

pub(super) const UNREADABLE: Code = Code("E0131");
pub(super) const NOT_UTF8: Code = Code("E0132");
pub(super) const CIRCLE: Code = Code("E0133");
pub(super) const UNKNOWN_KIND: Code = Code("E0134");
