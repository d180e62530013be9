//! The codes of this stage. Each has a page in `diag/explain/` and a case in `snapshots/cases/fail/resolve/`.

use ambc_diag::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub(super) const $name: Code = Code($code);)*
        /// All of them, in order.
        pub const CODES: &[Code] = &[$($name),*];
    };
}

codes! {
    /// A name that nothing defines.
    UNKNOWN_NAME = "E0201";
    /// Two items of one name.
    DEFINED_TWICE = "E0202";
    /// An interface or type that no `.lidl` file defines.
    UNKNOWN_INTERFACE = "E0203";
    /// The name exists, and means something else than is needed here.
    WRONG_KIND = "E0204";
    /// `override` of something that is not there, or not used from elsewhere.
    NOTHING_TO_OVERRIDE = "E0205";
    OVERRIDDEN_TWICE = "E0206";
    /// `--set` names no parameter of the deployment.
    UNKNOWN_SET = "E0207";
    /// A parameter of the deployment without a value.
    PARAM_WITHOUT_VALUE = "E0208";
    /// Parameters whose defaults need each other.
    PARAM_CYCLE = "E0209";
    /// A value of the wrong type.
    WRONG_TYPE = "E0210";
    WRONG_DIMENSION = "E0211";
    /// A value its type or place cannot hold.
    OUT_OF_RANGE = "E0212";
    /// Division by zero, overflow, operands that do not fit the operator.
    ARITHMETIC = "E0213";
    /// A name in an expression that is no parameter, constant or index variable.
    UNKNOWN_VALUE = "E0214";
    /// A parameter type that parameters cannot have.
    PARAM_TYPE = "E0215";
    /// `{expr}` in a string that does not read.
    INTERPOLATION = "E0216";
    /// An index or range outside the array.
    INDEX_OUT_OF_RANGE = "E0220";
    /// An element of something that is no array.
    NOT_AN_ARRAY = "E0221";
    /// A whole array where one element is needed.
    NEEDS_ONE = "E0222";
    /// The size of an array.
    BAD_COUNT = "E0223";
    UNKNOWN_ATTRIBUTE = "E0230";
    ATTRIBUTE_TWICE = "E0231";
    /// An attribute with too few, too many or impossible values.
    ATTRIBUTE_VALUE = "E0232";
    /// A binding to a need that the service does not have.
    UNKNOWN_NEED = "E0240";
    /// A value for a parameter that the service does not have.
    UNKNOWN_PARAM = "E0241";
    BOUND_TWICE = "E0242";
    SET_TWICE = "E0243";
    /// A parameter without default that the instance leaves out.
    PARAM_MISSING = "E0244";
    /// `node.x` where the node of the caller offers no `x`.
    NOT_OFFERED = "E0245";
    /// `from node` where the node offers none or several.
    FROM_NODE = "E0246";
    /// An offer that nobody serves.
    OFFER_WITHOUT_SERVICE = "E0247";
    /// A manifest that names no crate, or says something twice.
    MANIFEST = "E0248";
    UNKNOWN_PROCEDURE = "E0249";
    /// A platform that inherits from nothing or from itself.
    PLATFORM = "E0250";
    /// An offer deployed to a node that is not its own.
    OFFER_ELSEWHERE = "E0251";
    /// `use "x.lidl" as y`: interfaces have namespaces.
    PREFIX_OF_INTERFACES = "E0252";
    /// `allow` or `deny` between instances that are not wired.
    NOT_WIRED = "E0260";
    /// A condition of `allow`, `deny` or a token.
    PREDICATE = "E0261";
    /// A `require` of no known form.
    REQUIREMENT = "E0262";
    /// A `place` or `logs` that cannot be read.
    OPERATION = "E0263";
}
