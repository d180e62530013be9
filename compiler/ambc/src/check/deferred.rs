//! Constructs that are checked and not carried out yet: nothing is accepted and ignored.
//!
//! Each is a warning in commands that build nothing. `build` and `run` raise them to errors ([`is_refused_by_build`]);
//! of those that guard something, no `-A` can lower that error ([`is_never_lowered`]).

use super::context::Context;
use super::uses::INTERFACE_CRATE_MISSING;
use crate::hir::DeferredConstruct;
use ambc_diag::{Code, Diagnostic, Diagnostics, Severity};

/// An export that neither says `public;` nor has a token.
pub(super) const EXPORT_NOT_PUBLIC: Code = TOKEN;

const PLACE: Code = Code("E0390");
const ACCESS: Code = Code("E0392");
const TOKEN: Code = Code("E0393");
const REQUIRE: Code = Code("E0394");
const REST: Code = Code("E0395");
const IMPORT: Code = Code("E0396");
const OPERATION: Code = Code("E0398");
const SUPPLY: Code = Code("E0399");

/// `build` and `run` make an error of a warning with this code.
pub fn is_refused_by_build(code: Code) -> bool {
    code == INTERFACE_CRATE_MISSING
        || [PLACE, REST, IMPORT, OPERATION, SUPPLY].contains(&code)
        || is_never_lowered(code)
}

/// `-A` does not lower that error: the construct guards something.
pub fn is_never_lowered(code: Code) -> bool {
    [ACCESS, TOKEN, REQUIRE].contains(&code)
}

/// What is checked but not carried out is said, once for each place.
pub(super) fn what_is_not_carried_out_is_said(cx: &Context<'_>, diags: &mut Diagnostics) {
    for deferred in &cx.hir.deferred {
        let (code, what, meanwhile) = words(deferred.construct);
        let mut d =
            Diagnostic::new(code, deferred.span, format!("{what} is checked, but not carried out yet"))
                .label("not carried out")
                .note("`build` and `run` refuse a deployment that says this")
                .help(meanwhile);
        d.severity = Severity::Warning;
        diags.push(d);
    }
}

/// Code, what it is called, and what to do until it is carried out.
fn words(construct: DeferredConstruct) -> (Code, &'static str, &'static str) {
    match construct {
        DeferredConstruct::Place => (PLACE, "`place`", "write a `deploy` for what it names"),
        DeferredConstruct::Access => {
            (ACCESS, "access control", "take it out only if every bound caller may call everything")
        }
        DeferredConstruct::Token => {
            (TOKEN, "a token", "write `public;` only if everybody on the network may call the export")
        }
        DeferredConstruct::Require => {
            (REQUIRE, "a requirement", "take it out, and see for yourself that it holds")
        }
        DeferredConstruct::Rest => {
            (REST, "an export or import as REST", "export it with the native protocol")
        }
        DeferredConstruct::Tls => (REST, "TLS", "take it out"),
        DeferredConstruct::Import => (IMPORT, "an import", "deploy an instance in its place"),
        DeferredConstruct::Blocking => (OPERATION, "`blocking`", "write the service with `async` calls"),
        DeferredConstruct::Secret => (SUPPLY, "a secret", "take the parameter out of the manifest"),
        DeferredConstruct::Env => (SUPPLY, "a value from the environment", "write the value"),
        DeferredConstruct::Registry => {
            (SUPPLY, "a crate from a registry", "name the folder of a crate: `crate \"../detector\";`")
        }
        DeferredConstruct::BuiltinOffer => (
            SUPPLY,
            "this service of the node",
            "offer it with a service of your own: `offers NAME: INTERFACE = SERVICE;`",
        ),
    }
}
