//! What needs all types: sizes, fingerprints, names in Rust, imports without use.

use super::{Ctx, fingerprint};
use crate::codes::{BOUND, FINGERPRINT, RUST_NAME, UNUSED_IMPORT};
use crate::model::{InterfaceId, TypeKind, camel, constant, escape, snake};
use ambc_diag::{Diagnostic, Span};
use std::collections::{BTreeMap, BTreeSet};

const LARGEST_TYPE: u64 = 16 << 20;

impl Ctx<'_> {
    pub(super) fn finish(&mut self) {
        self.model.learn(fingerprint::structure);
        self.large_types();
        self.measure();
        for id in self.model.interface_ids() {
            self.fingerprints(id);
        }
        self.rust_items();
        self.rust_members();
        self.unused_imports();
    }

    /// A type whose values always take this much cannot be handled anywhere.
    fn large_types(&mut self) {
        for id in self.model.type_ids() {
            let (def, size) = (self.model.type_def(id), self.model.fixed_size(id));
            if size > LARGEST_TYPE {
                let message = format!("values of `{}` take {size} bytes", def.path.join("::"));
                let d = Diagnostic::new(BOUND, def.name_span, message).label("more than 16 MiB");
                self.report(d.help("hold large parts in a `vector`, which is as long as it needs to be"));
            }
        }
    }

    fn measure(&mut self) {
        let mut measured = Vec::new();
        for interface in &self.model.interfaces {
            for procedure in &interface.procedures {
                let request = self.model.max_args(&procedure.params);
                measured.push((
                    request,
                    self.model.max_result(procedure),
                    fingerprint::of(&self.model, procedure),
                ));
            }
        }
        let procedures = self.model.interfaces.iter_mut().flat_map(|i| &mut i.procedures);
        for (procedure, (request, reply, fingerprint)) in procedures.zip(measured) {
            procedure.max_request = request;
            procedure.max_reply = reply;
            procedure.fingerprint = fingerprint;
        }
    }

    /// A fingerprint means one procedure; `@was` must not name one that is in use.
    fn fingerprints(&mut self, id: InterfaceId) {
        let mut seen: BTreeMap<u32, (String, Span, Span)> = BTreeMap::new();
        let own: Vec<Span> = self.model.interface(id).procedures.iter().map(|p| p.span).collect();
        let all: Vec<_> = self.model.procedures(id).filter(|p| !p.broken).cloned().collect();
        let current = all.iter().map(|p| (p.fingerprint, p));
        let former = all.iter().flat_map(|p| p.was.iter().map(move |w| (*w, p)));
        for (fingerprint, procedure) in current.chain(former) {
            match seen.get(&fingerprint) {
                Some((first, span, _)) if own.contains(&procedure.span) && procedure.name != *first => {
                    let message = format!(
                        "fingerprint {fingerprint:#010x} of `{}` is that of `{first}`",
                        procedure.name
                    );
                    let d =
                        Diagnostic::new(FINGERPRINT, procedure.span, message).label("cannot be told apart");
                    self.report(
                        d.also(*span, "has it too").help("change `@was`, or the name of one of them"),
                    );
                }
                Some((_, span, whole)) if own.contains(&procedure.span) && *whole == procedure.span => {
                    let message = format!("fingerprint {fingerprint:#010x} is given twice");
                    let d = Diagnostic::new(FINGERPRINT, procedure.span, message).label("in `@was` again");
                    self.report(d.also(*span, "it is known here").help("remove it from `@was`"));
                }
                Some(_) => {}
                None => {
                    let name = procedure.name.clone();
                    seen.insert(fingerprint, (name, procedure.name_span, procedure.span));
                }
            }
        }
    }

    /// Items of one module that would have one name in Rust. Types, traits and modules live in one name space.
    fn rust_items(&mut self) {
        let mut names: Vec<(Vec<String>, String, String, Span)> = Vec::new();
        let module = |file, path: &[String]| {
            let mut module = vec![self.model.library(file).to_owned()];
            module.extend(path.iter().skip(1).take(path.len().saturating_sub(2)).cloned());
            module
        };
        for def in &self.model.types {
            names.push((
                module(def.owner, &def.path),
                def.rust_name.clone(),
                def.path.join("::"),
                def.name_span,
            ));
            let owned = format!("{}Owned", def.rust_name);
            names.push((module(def.owner, &def.path), owned, def.path.join("::"), def.name_span));
        }
        for interface in &self.model.interfaces {
            let of = module(interface.file, &interface.path);
            for name in
                [interface.trait_name(), format!("{}Client", interface.trait_name()), interface.module_name()]
            {
                names.push((of.clone(), name, interface.name(), interface.name_span));
            }
        }
        for constant_ in &self.model.consts {
            let name = constant(constant_.path.last().map_or("", String::as_str));
            names.push((
                module(constant_.file, &constant_.path),
                name,
                constant_.path.join("::"),
                constant_.name_span,
            ));
        }
        for (file, namespace) in self.files.iter().filter_map(|f| Some((f, f.namespace.as_ref()?))) {
            let path: Vec<String> = namespace.names.iter().map(|n| n.value.clone()).collect();
            for (depth, name) in namespace.names.iter().enumerate().skip(1) {
                let whole = path.get(..=depth).unwrap_or_default();
                names.push((
                    module(file.id, whole),
                    escape(&snake(&name.value)),
                    format!("namespace {}", whole.join("::")),
                    name.span,
                ));
            }
        }
        names.sort_by_key(|(.., span)| *span);
        let mut seen: BTreeMap<(Vec<String>, String), (String, Span)> = BTreeMap::new();
        let mut reported: BTreeSet<(Span, Span)> = BTreeSet::new();
        for (module, rust, name, span) in names {
            match seen.get(&(module.clone(), rust.clone())) {
                // The same path twice is a duplicate, which was reported.
                Some((first, first_span)) if *first == name || !reported.insert((span, *first_span)) => {}
                Some((first, first_span)) => {
                    let message = format!("`{name}` and `{first}` both become `{rust}` in Rust");
                    let d = Diagnostic::new(RUST_NAME, span, message)
                        .label("clashes")
                        .also(*first_span, "with this");
                    self.report(d.help("rename one of them"));
                }
                None => drop(seen.insert((module, rust), (name, span))),
            }
        }
    }

    fn rust_members(&mut self) {
        let mut groups: Vec<Vec<(String, String, Span)>> = Vec::new();
        let field = |name: &str, span| (escape(&snake(name)), name.to_owned(), span);
        for def in &self.model.types {
            groups.push(match &def.kind {
                TypeKind::Struct { fields } => fields.iter().map(|f| field(&f.name, f.name_span)).collect(),
                TypeKind::Union { alternatives } | TypeKind::Error { alternatives } => {
                    alternatives.iter().map(|a| (camel(&a.name), a.name.clone(), a.name_span)).collect()
                }
                TypeKind::Enum { values, .. } => {
                    values.iter().map(|v| (camel(&v.name), v.name.clone(), v.name_span)).collect()
                }
            });
        }
        for id in self.model.interface_ids() {
            groups.push(self.model.procedures(id).map(|p| field(&p.name, p.name_span)).collect());
        }
        for procedure in self.model.interfaces.iter().flat_map(|i| &i.procedures) {
            groups.push(procedure.params.iter().map(|p| field(&p.name, p.name_span)).collect());
        }
        for group in groups {
            let mut seen: BTreeMap<String, (String, Span)> = BTreeMap::new();
            for (rust, name, span) in group {
                match seen.get(&rust) {
                    Some((first, _)) if *first == name => {}
                    Some((first, first_span)) => {
                        let message = format!("`{name}` and `{first}` both become `{rust}` in Rust");
                        let d = Diagnostic::new(RUST_NAME, span, message)
                            .label("clashes")
                            .also(*first_span, "with this");
                        self.report(d.help("rename one of them"));
                    }
                    None => drop(seen.insert(rust, (name, span))),
                }
            }
        }
    }

    fn unused_imports(&mut self) {
        for file in self.files {
            for import in &file.imports {
                let Some(target) = import.file else { continue };
                let reach = self.scopes.get(&target).map(|s| s.visible.clone()).unwrap_or_default();
                // A circle was reported already.
                let used = reach.contains(&file.id)
                    || reach.iter().any(|id| *id != file.id && self.used.contains(&(file.id, *id)));
                if !used {
                    let message = format!("nothing of `{}` is used", import.path.value);
                    self.report(Diagnostic::new(UNUSED_IMPORT, import.span, message).label("unused import"));
                }
            }
        }
    }
}
