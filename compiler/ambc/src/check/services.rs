//! Manifests: what a service says about itself and about its crate.

use super::context::Context;
use crate::hir::{Service, ServiceSource};
use ambc_diag::{Code, Diagnostic, Diagnostics, Span, Spanned};

/// Slots of a request pool are counted in the bits of one word.
const MOST_CONCURRENT: u32 = 64;

/// The crate is there, its `Cargo.toml` can be read, and it has a library.
pub(super) fn a_service_crate_can_be_read(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (_, service) in cx.hir.services.iter() {
        if let ServiceSource::Path { written, facts: Err(why), .. } = &service.source {
            diags.push(Mistake::Crate { service, written, why }.diagnostic());
        }
    }
}

/// `type` names what can be a type in Rust.
pub(super) fn a_type_name_can_be_a_type(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (_, service) in cx.hir.services.iter() {
        let Some(name) = &service.type_name else { continue };
        if matches!(name.value.as_str(), "Self" | "self" | "super" | "crate" | "_") {
            diags.push(Mistake::TypeName { name }.diagnostic());
        }
    }
}

/// A service serves 1 to 64 requests at once.
pub(super) fn concurrency_is_in_range(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (_, service) in cx.hir.services.iter() {
        if let Some(c) = service.concurrency.filter(|c| !(1..=MOST_CONCURRENT).contains(&c.value)) {
            diags.push(Mistake::Concurrency { service, given: c.value, at: c.span }.diagnostic());
        }
    }
}

/// Large messages held are no more than requests in flight.
pub(super) fn bulk_is_at_most_concurrency(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (_, service) in cx.hir.services.iter() {
        let Some(bulk) = service.bulk else { continue };
        let most = service.concurrency.map_or(MOST_CONCURRENT, |c| c.value.min(MOST_CONCURRENT));
        if bulk.value > most {
            let because = service.concurrency.map(|c| c.span);
            diags.push(Mistake::Bulk { service, given: bulk, most, because }.diagnostic());
        }
    }
}

/// A call needs a stack.
pub(super) fn a_stack_is_not_empty(cx: &Context<'_>, diags: &mut Diagnostics) {
    for (_, service) in cx.hir.services.iter() {
        if let Some(stack) = service.stack.filter(|s| s.value == 0) {
            diags.push(Mistake::NoStack { service, at: stack.span }.diagnostic());
        }
    }
}

enum Mistake<'a> {
    Crate { service: &'a Service, written: &'a Spanned<String>, why: &'a str },
    TypeName { name: &'a Spanned<String> },
    Concurrency { service: &'a Service, given: u32, at: Span },
    Bulk { service: &'a Service, given: Spanned<u32>, most: u32, because: Option<Span> },
    NoStack { service: &'a Service, at: Span },
}

impl Mistake<'_> {
    fn diagnostic(self) -> Diagnostic {
        match self {
            Self::Crate { service, written, why } => Diagnostic::new(
                Code("E0340"),
                written.span,
                format!("the crate of `{}` cannot be used: {why}", service.name),
            )
            .label("looked for here, relative to this file")
            .help("name the folder of a Cargo package with a library; `ambc new service` makes one"),
            Self::TypeName { name } => Diagnostic::new(
                Code("E0341"),
                name.span,
                format!("`{}` cannot be the name of a type", name.value),
            )
            .label("reserved by Rust")
            .help("name the type that the crate exports, such as `type Detection;`"),
            Self::Concurrency { service, given, at } => Diagnostic::new(
                Code("E0342"),
                at,
                format!("`{}` cannot serve {given} requests at once", service.name),
            )
            .label("out of range")
            .help(format!(
                "write 1 to {MOST_CONCURRENT}; for more, deploy several instances and bind them with `any`"
            )),
            Self::Bulk { service, given, most, because } => {
                let d = Diagnostic::new(
                    Code("E0343"),
                    given.span,
                    format!(
                        "`{}` cannot hold {} large messages at once, only {most}",
                        service.name, given.value
                    ),
                )
                .label("more than requests in flight")
                .help(format!("write `bulk {most};` or less, or raise `concurrency`"));
                match because {
                    Some(span) => d.also(span, "the requests in flight"),
                    None => d,
                }
            }
            Self::NoStack { service, at } => {
                Diagnostic::new(Code("E0344"), at, format!("`{}` has an empty stack", service.name))
                    .label("no call can run on it")
                    .help("leave `stack` out for the default, or write a size such as `8KiB`")
            }
        }
    }
}
