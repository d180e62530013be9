//! The stable names of what can be wrong in a `.lidl` file.

use ambc_diag::Code;

/// Something else was expected here.
pub const UNEXPECTED: Code = Code("E0120");
/// A block, string or comment without its end.
pub const UNCLOSED: Code = Code("E0121");
/// A number or string that stands for no value.
pub const BAD_LITERAL: Code = Code("E0122");
/// Brackets, types or expressions inside each other too often.
pub const TOO_DEEP: Code = Code("E0123");
/// `namespace` twice in one file.
pub const NAMESPACE: Code = Code("E0124");

/// No such name.
pub const UNKNOWN: Code = Code("E0270");
/// A name twice.
pub const DUPLICATE: Code = Code("E0271");
/// An import that cannot be read.
pub const IMPORT: Code = Code("E0272");
/// Files that import each other.
pub const IMPORT_CYCLE: Code = Code("E0273");
/// A name of a file that is not imported.
pub const NOT_IMPORTED: Code = Code("E0274");
/// A name of the wrong kind, such as a service where a type is needed.
pub const WRONG_KIND: Code = Code("E0275");
/// Too many or too few arguments of a type.
pub const ARITY: Code = Code("E0276");
/// A type that contains itself.
pub const RECURSIVE: Code = Code("E0277");
/// Services that inherit from each other.
pub const INHERITANCE_CYCLE: Code = Code("E0278");

/// An enum value that repeats another or does not fit; an underlying type that is no integer.
pub const ENUM: Code = Code("E0370");
/// `@oneway` with a result.
pub const ONEWAY: Code = Code("E0371");
/// An attribute that does not exist, does not belong there, or has wrong arguments.
pub const ATTRIBUTE: Code = Code("E0372");
/// A procedure twice: there is no overloading.
pub const OVERLOAD: Code = Code("E0373");
/// A type that cannot be the key of a map.
pub const MAP_KEY: Code = Code("E0374");
/// A constant expression without a value of the right type.
pub const CONSTANT: Code = Code("E0375");
/// A bound or a length that is none.
pub const BOUND: Code = Code("E0376");
/// Two names that become one in Rust.
pub const RUST_NAME: Code = Code("E0377");
/// A fingerprint twice in one service.
pub const FINGERPRINT: Code = Code("E0378");
/// Something with too few or too many members.
pub const MEMBERS: Code = Code("E0379");

/// A view inside a struct means its owned form.
pub const VIEW_IN_STRUCT: Code = Code("W0370");
/// The base of a struct or union has no effect.
pub const STRUCT_BASE: Code = Code("W0371");
/// An import of which nothing is used.
pub const UNUSED_IMPORT: Code = Code("W0372");

/// Every code of this crate.
pub const ALL: &[Code] = &[
    UNEXPECTED,
    UNCLOSED,
    BAD_LITERAL,
    TOO_DEEP,
    NAMESPACE,
    UNKNOWN,
    DUPLICATE,
    IMPORT,
    IMPORT_CYCLE,
    NOT_IMPORTED,
    WRONG_KIND,
    ARITY,
    RECURSIVE,
    INHERITANCE_CYCLE,
    ENUM,
    ONEWAY,
    ATTRIBUTE,
    OVERLOAD,
    MAP_KEY,
    CONSTANT,
    BOUND,
    RUST_NAME,
    FINGERPRINT,
    MEMBERS,
    VIEW_IN_STRUCT,
    STRUCT_BASE,
    UNUSED_IMPORT,
];
