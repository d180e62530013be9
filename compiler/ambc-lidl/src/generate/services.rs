//! The trait of a service, its stub and its dispatcher.

use super::rust::{Form, field_name};
use super::text::Text;
use super::types::documentation;
use super::{Writer, file_name};
use crate::model::{Interface, InterfaceId, Param, Procedure, ResultType, Type, TypeKind, camel, constant};

/// Requests up to this size are copied to where they are handled; larger ones to a buffer of the instance.
const SMALL: u64 = 256;

impl Writer<'_> {
    pub(super) fn interface(&self, id: InterfaceId, out: &mut Text) {
        let interface = self.model.interface(id);
        for procedure in &interface.procedures {
            self.named_results(interface, procedure, out);
        }
        if let Some(procedure) = interface.procedures.iter().find(|p| !self.owned_without_heap(p)) {
            let service = interface.path.last().map_or("", String::as_str);
            let what = format!("{service}.{}", procedure.name);
            out.blank();
            out.line(&format!("__rt::needs_alloc! {{ {what:?} }}"));
        }
        self.service_trait(id, interface, out);
        self.forwarding(interface, out);
        self.client(id, interface, out);
        self.service_module(id, interface, out);
    }

    /// The struct for `-> (a: T, b: U)`.
    fn named_results(&self, interface: &Interface, procedure: &Procedure, out: &mut Text) {
        let ResultType::Many(results) = &procedure.result else { return };
        let name = results_name(interface, procedure);
        let all = |holds: &dyn Fn(&Type) -> bool| results.iter().all(|r| holds(&r.ty));
        let copy = if all(&|ty| self.model.is_plain(ty)) { "Copy, " } else { "" };
        let eq = if all(&|ty| self.model.has_eq(ty)) { ", Eq" } else { "" };
        out.blank();
        out.doc(&format!("What [`{}::{}`] returns.", interface.trait_name(), field_name(&procedure.name)));
        out.line(&format!("#[derive(Clone, {copy}Debug, PartialEq{eq})]"));
        out.open(&format!("pub struct {name} {{"));
        for result in results {
            out.line(&format!("pub {}: {},", field_name(&result.name), self.ty(&result.ty, Form::Owned, "")));
        }
        out.close("}");
        out.blank();
        out.open(&format!("__rt::record! {{ owned {name} {{"));
        for result in results {
            out.line(&format!("{}: {},", field_name(&result.name), self.ty(&result.ty, Form::Owned, "")));
        }
        out.close("} }");
    }

    /// Whether what it returns needs no heap.
    fn owned_without_heap(&self, procedure: &Procedure) -> bool {
        let result = match &procedure.result {
            ResultType::None => true,
            ResultType::One(ty, _) => self.model.is_bounded(ty),
            ResultType::Many(results) => results.iter().all(|r| self.model.is_bounded(&r.ty)),
        };
        result && procedure.error.is_none_or(|e| self.model.is_bounded(&Type::Named(e)))
    }

    fn service_trait(&self, id: InterfaceId, interface: &Interface, out: &mut Text) {
        let name = interface.trait_name();
        let path = self.model.rust_trait(id);
        let file = self.model.file(interface.file).map_or("", |f| file_name(&f.path));
        out.blank();
        let doc = documentation(&interface.doc, interface.since.as_deref(), interface.deprecated.as_deref());
        out.doc(&doc);
        out.line("#[allow(async_fn_in_trait, reason = \"nothing of a group is Send\")]");
        if interface.procedures.iter().any(|p| p.params.len() > 6) {
            out.line("#[allow(clippy::too_many_arguments, reason = \"the procedures are as declared\")]");
        }
        out.open("#[diagnostic::on_unimplemented(");
        out.line(&format!(
            "message = \"`{{Self}}` does not implement the interface `{}`\",",
            interface.name()
        ));
        out.line(&format!("label = \"must implement `{path}` ({file})\","));
        out.line(&format!("note = \"write `impl {path} for …` with every procedure of the service\""));
        out.close(")]");
        let base = interface.base.map(|b| format!(": {}", self.trait_path(b, ""))).unwrap_or_default();
        if interface.procedures.is_empty() {
            return out.line(&format!("pub trait {name}{base} {{}}"));
        }
        out.open(&format!("pub trait {name}{base} {{"));
        for procedure in &interface.procedures {
            let doc =
                documentation(&procedure.doc, procedure.since.as_deref(), procedure.deprecated.as_deref());
            out.doc(&doc);
            let head = format!("async fn {}", field_name(&procedure.name));
            let tail = format!("-> {};", self.result(interface, procedure));
            out.signature(&head, &self.parameters(procedure), &tail);
        }
        out.close("}");
    }

    /// The same trait for references, handles, absent and mixed dependencies, and for a choice among several.
    fn forwarding(&self, interface: &Interface, out: &mut Text) {
        out.blank();
        out.open(&format!("__rt::forward! {{ {} {{", interface.trait_name()));
        for procedure in &interface.procedures {
            let (timeout, idempotent) = (procedure.timeout_us.unwrap_or(0), procedure.idempotent);
            out.line(&self.header(interface, procedure));
            out.line(&format!("    = timeout_us: {timeout}, idempotent: {idempotent};"));
        }
        out.close("} }");
    }

    fn client(&self, id: InterfaceId, interface: &Interface, out: &mut Text) {
        let client = format!("{}Client", interface.trait_name());
        out.blank();
        out.doc(&format!("[`{}`] over a channel.", interface.trait_name()));
        out.line("#[derive(Clone, Copy, Debug)]");
        out.line(&format!("pub struct {client}<C>(pub C);"));
        for line in self.model.lineage(id) {
            let of = self.model.interface(line);
            let module = self.module_path(line);
            out.blank();
            out.open(&format!("__rt::client! {{ {client}: {} {{", self.trait_path(line, "")));
            for procedure in &of.procedures {
                let values: String =
                    procedure.params.iter().map(|p| format!("{}, ", field_name(&p.name))).collect();
                let call = format!("{module}::{}", procedure_const(&procedure.name));
                let timeout = procedure.timeout_us.unwrap_or(0);
                let (schemas, idempotent) = (self.schemas(&procedure.params, ""), procedure.idempotent);
                out.line(&self.header(of, procedure));
                out.line(&format!(
                    "    = {call}, timeout_us: {timeout}, idempotent: {idempotent}, ({}) as {schemas};",
                    values.trim_end()
                ));
            }
            out.close("} }");
        }
    }

    fn service_module(&self, id: InterfaceId, interface: &Interface, out: &mut Text) {
        let max = |size: Option<u64>| size.map_or("usize::MAX".to_owned(), |n| n.to_string());
        let name = interface.trait_name();
        out.blank();
        out.doc(&format!("What is behind [`{name}`]."));
        out.open(&format!("pub mod {} {{", interface.module_name()));
        out.line("use super::__rt;");
        out.blank();
        out.doc("Bytes of the largest request.");
        out.line(&format!("pub const MAX_REQUEST: usize = {};", max(self.model.max_request(id))));
        out.doc("Bytes of the largest reply.");
        out.line(&format!("pub const MAX_REPLY: usize = {};", max(self.model.max_reply(id))));
        out.blank();
        out.open("__rt::procedures! {");
        for procedure in self.model.procedures(id) {
            let (constant, print) = (procedure_const(&procedure.name), procedure.fingerprint);
            out.line(&format!("{constant} {:?} = {print:#010x};", procedure.name));
        }
        out.close("}");
        out.blank();
        out.open(&format!("__rt::dispatch! {{ super::{name}, __ambc_service {{"));
        for line in self.model.lineage(id) {
            for procedure in &self.model.interface(line).procedures {
                self.arm(line, procedure, out);
            }
        }
        out.close("} }");
        out.close("}");
    }

    fn arm(&self, id: InterfaceId, procedure: &Procedure, out: &mut Text) {
        let was: String = procedure.was.iter().map(|w| format!(" | {w:#010x}")).collect();
        let constant = procedure_const(&procedure.name);
        let kind = match procedure.max_request {
            Some(max) if max <= SMALL && self.is_owned(procedure) => format!("fixed {max}"),
            Some(max) if max <= SMALL => format!("small {max}"),
            Some(max) => format!("bulk {max}"),
            None => "bulk (usize::MAX)".to_owned(),
        };
        let oneway = if procedure.oneway { "oneway " } else { "" };
        let params = &procedure.params;
        let names: String = params.iter().map(|p| format!("{}, ", field_name(&p.name))).collect();
        let values = tuple(params.iter().map(|p| self.ty(&p.ty, Form::View("'_"), "super::")));
        let args = params.iter().map(|p| {
            let reference = if self.by_reference(&p.ty) { "&" } else { "" };
            format!("{reference}{}", field_name(&p.name))
        });
        let of = self.trait_path(id, "super::");
        let args: String = args.map(|a| format!(", {a}")).collect();
        let call = format!("{of}::{}(__ambc_service{args})", field_name(&procedure.name));
        let schemas = self.schemas(params, "super::");
        out.line(&format!("{oneway}{kind} {constant}{was}: ({}) as {values} as {schemas}", names.trim_end()));
        out.line(&format!("    => {call};"));
    }

    /// Whether decoded arguments borrow nothing from the message.
    fn is_owned(&self, procedure: &Procedure) -> bool {
        procedure.params.iter().all(|p| self.model.is_plain(&p.ty))
    }

    fn header(&self, interface: &Interface, procedure: &Procedure) -> String {
        let params = self.parameters(procedure).join(", ");
        format!("fn {}({params}) -> {}", field_name(&procedure.name), self.result(interface, procedure))
    }

    pub(super) fn parameters(&self, procedure: &Procedure) -> Vec<String> {
        let mut out = vec!["&self".to_owned()];
        for param in &procedure.params {
            let reference = if self.by_reference(&param.ty) { "&" } else { "" };
            let ty = self.ty(&param.ty, Form::View("'_"), "");
            out.push(format!("{}: {reference}{ty}", field_name(&param.name)));
        }
        out
    }

    /// Structs and unions are borrowed, all else is passed by value.
    fn by_reference(&self, ty: &Type) -> bool {
        match ty {
            Type::Named(id) => !matches!(self.model.type_def(*id).kind, TypeKind::Enum { .. }),
            _ => false,
        }
    }

    fn schemas(&self, params: &[Param], up: &str) -> String {
        tuple(params.iter().map(|p| self.ty(&p.ty, Form::Schema, up)))
    }

    pub(super) fn result(&self, interface: &Interface, procedure: &Procedure) -> String {
        let value = match &procedure.result {
            ResultType::None => "()".to_owned(),
            ResultType::One(ty, _) => self.ty(ty, Form::Owned, ""),
            ResultType::Many(_) => {
                let name = results_name(interface, procedure);
                let namespace =
                    interface.path.get(1..interface.path.len().saturating_sub(1)).unwrap_or_default();
                self.path_to(self.model.library(interface.file), namespace, &name, "")
            }
        };
        let error = match procedure.error {
            Some(id) => format!("__rt::Failure<{}>", self.ty(&Type::Named(id), Form::Owned, "")),
            None => "__rt::CallError".to_owned(),
        };
        format!("{}<{value}, {error}>", self.prelude("Result", "result"))
    }

    pub(super) fn trait_path(&self, id: InterfaceId, up: &str) -> String {
        self.interface_path(id, &self.model.interface(id).trait_name(), up)
    }

    fn module_path(&self, id: InterfaceId) -> String {
        self.interface_path(id, &self.model.interface(id).module_name(), "")
    }

    fn interface_path(&self, id: InterfaceId, name: &str, up: &str) -> String {
        let interface = self.model.interface(id);
        let namespace = interface.path.get(1..interface.path.len().saturating_sub(1)).unwrap_or_default();
        self.path_to(self.model.library(interface.file), namespace, name, up)
    }
}

fn results_name(interface: &Interface, procedure: &Procedure) -> String {
    format!("{}{}Result", interface.trait_name(), camel(&procedure.name))
}

/// The name of the fingerprint of a procedure, beside the other constants of the module.
fn procedure_const(name: &str) -> String {
    let name = constant(name);
    match name.as_str() {
        "MAX_REQUEST" | "MAX_REPLY" | "FINGERPRINTS" => format!("{name}_"),
        _ => name,
    }
}

fn tuple(types: impl Iterator<Item = String>) -> String {
    let types: String = types.map(|ty| format!("{ty}, ")).collect();
    format!("({})", types.trim_end())
}
