//! Interfaces and their procedures.

use super::Ctx;
use super::attributes::{Attributes, On};
use super::scope::{Found, names};
use super::types::Place;
use crate::ast::{self, ItemKind, ResultRef, TypeRef};
use crate::codes::{ATTRIBUTE, INHERITANCE_CYCLE, ONEWAY, OVERLOAD, WRONG_KIND};
use crate::model::{
    Field, Interface, InterfaceId, Param, Procedure, Rest, ResultType, Type, TypeId, TypeKind,
};
use ambc_diag::{Diagnostic, FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

impl<'a> Ctx<'a> {
    /// Enters all services, joins them to their bases, then reads their procedures.
    pub(super) fn interfaces(&mut self) {
        let services: Vec<usize> = (0..self.decls.len())
            .filter(|i| matches!(self.decls[*i].item.kind, ItemKind::Service { .. }))
            .collect();
        for index in &services {
            self.enter_interface(*index);
        }
        for index in &services {
            self.join_base(*index);
        }
        self.inheritance_cycles();
        for index in &services {
            self.read_procedures(*index);
        }
        for id in self.model.interface_ids() {
            self.overloads(id);
            self.rest_paths(id);
        }
    }

    fn enter_interface(&mut self, index: usize) {
        let decl = &self.decls[index];
        let (item, file, path) = (decl.item, decl.file, decl.path.clone());
        let attributes = self.attributes(file, &item.attributes, On::Service);
        self.interfaces.insert(index, InterfaceId(self.model.interfaces.len() as u32));
        self.model.interfaces.push(Interface {
            path,
            span: item.span,
            name_span: item.name.span,
            file,
            doc: item.doc.clone(),
            base: None,
            shared: attributes.shared,
            procedures: Vec::new(),
            since: attributes.field.since,
            deprecated: attributes.field.deprecated,
            broken: item.damaged,
        });
    }

    fn join_base(&mut self, index: usize) {
        let decl = &self.decls[index];
        let ItemKind::Service { base: Some(base), .. } = &decl.item.kind else { return };
        let (file, id) = (decl.file, self.interfaces.get(&index).copied());
        let found = match self.lookup(file, &base.path, "service") {
            Found::Decl(index) => match self.interfaces.get(&index) {
                Some(base) => Some(*base),
                None => {
                    let name = names(&base.path).join("::");
                    let d = Diagnostic::new(WRONG_KIND, base.span, format!("`{name}` is not a service"));
                    self.report(d.label("a service inherits from a service"));
                    None
                }
            },
            Found::Nothing => None,
        };
        if let Some(interface) = id.and_then(|id| self.model.interfaces.get_mut(id.0 as usize)) {
            interface.base = found;
            // With an unknown base nobody knows what it offers.
            interface.broken |= found.is_none();
        }
    }

    fn inheritance_cycles(&mut self) {
        let mut reported = BTreeSet::new();
        for id in self.model.interface_ids().collect::<Vec<_>>().into_iter().rev() {
            let Some(cycle) = self.base_cycle(id).filter(|c| !reported.contains(c)) else { continue };
            let interface = self.model.interface(id);
            let name = interface.name();
            let d = Diagnostic::new(
                INHERITANCE_CYCLE,
                interface.name_span,
                format!("`{name}` inherits from itself"),
            );
            let d = cycle.iter().filter(|i| **i != id).fold(d.label("closes the circle"), |d, i| {
                d.also(self.model.interface(*i).name_span, "also in the circle")
            });
            self.report(d);
            reported.insert(cycle);
        }
        for id in reported.into_iter().flatten() {
            if let Some(interface) = self.model.interfaces.get_mut(id.0 as usize) {
                (interface.base, interface.broken) = (None, true);
            }
        }
    }

    /// The interfaces between `id` and itself.
    fn base_cycle(&self, id: InterfaceId) -> Option<BTreeSet<InterfaceId>> {
        let mut cycle = BTreeSet::from([id]);
        let mut at = self.model.interface(id).base?;
        while at != id {
            if !cycle.insert(at) {
                return None;
            }
            at = self.model.interface(at).base?;
        }
        Some(cycle)
    }

    fn read_procedures(&mut self, index: usize) {
        let decl = &self.decls[index];
        let (item, file) = (decl.item, decl.file);
        let ItemKind::Service { procedures, .. } = &item.kind else { return };
        let procedures = procedures.iter().map(|p| self.procedure(file, p)).collect();
        let id = self.interfaces.get(&index).copied();
        if let Some(interface) = id.and_then(|id| self.model.interfaces.get_mut(id.0 as usize)) {
            interface.procedures = procedures;
        }
    }

    fn procedure(&mut self, file: FileId, ast: &ast::Procedure) -> Procedure {
        let attributes = self.attributes(file, &ast.attributes, On::Procedure);
        let place = Place::signature(file);
        let params = self.params(&ast.params, place);
        let result = match &ast.result {
            ResultRef::None => ResultType::None,
            ResultRef::One(ty) => match self.resolve(ty, place) {
                Type::Unit => ResultType::None,
                resolved => ResultType::One(resolved, ty.span),
            },
            ResultRef::Many(results) => ResultType::Many(self.params(results, place)),
        };
        let error = ast.error.as_ref().map(|ty| self.declared_error(ty, place));
        self.check_oneway(&attributes, ast, &result);
        let broken = params.iter().any(|p| p.ty == Type::Broken) || error == Some(None);
        let mut procedure = Procedure {
            name: ast.name.value.clone(),
            span: ast.span,
            name_span: ast.name.span,
            doc: ast.doc.clone(),
            params,
            result,
            error: error.flatten(),
            oneway: attributes.oneway.is_some(),
            idempotent: attributes.idempotent,
            timeout_us: attributes.timeout_us,
            rest: attributes.rest,
            sensitive: attributes.field.sensitive,
            since: attributes.field.since,
            deprecated: attributes.field.deprecated,
            fingerprint: 0,
            was: attributes.was.iter().map(|(value, _)| *value).collect(),
            max_request: None,
            max_reply: None,
            broken,
        };
        procedure.broken |= match &procedure.result {
            ResultType::One(ty, _) => *ty == Type::Broken,
            ResultType::Many(results) => results.iter().any(|r| r.ty == Type::Broken),
            ResultType::None => false,
        };
        self.check_rest(&procedure);
        procedure
    }

    fn params(&mut self, list: &[ast::Field], place: Place<'_>) -> Vec<Param> {
        let of = |f: Field| Param {
            name: f.name,
            ty: f.ty,
            span: f.span,
            name_span: f.name_span,
            ty_span: f.ty_span,
            attrs: f.attrs,
        };
        self.fields(list, place, On::Param).into_iter().map(of).collect()
    }

    fn declared_error(&mut self, ty: &TypeRef, place: Place<'_>) -> Option<TypeId> {
        let resolved = self.resolve(ty, place);
        match resolved {
            Type::Named(id) if matches!(self.model.type_def(id).kind, TypeKind::Error { .. }) => Some(id),
            Type::Named(id) if self.model.type_def(id).broken => None,
            Type::Broken => None,
            _ => {
                let name = names(&ty.path).join("::");
                let d = Diagnostic::new(WRONG_KIND, ty.span, format!("`{name}` is not an error"));
                self.report(
                    d.label("needs an error").help(format!("declare it with `error {name} {{ … }}`")),
                );
                None
            }
        }
    }

    fn check_oneway(&mut self, attributes: &Attributes, ast: &ast::Procedure, result: &ResultType) {
        let Some(at) = attributes.oneway else { return };
        let wrong = match (&ast.error, &ast.result, result) {
            (Some(error), ..) => Some(error.span),
            (None, ResultRef::One(ty), ResultType::One(..)) => Some(ty.span),
            (None, ResultRef::Many(results), _) => results.first().map(|r| r.span),
            _ => None,
        };
        if let Some(span) = wrong {
            let d = Diagnostic::new(
                ONEWAY,
                span,
                format!("`@oneway` procedure `{}` has a result", ast.name.value),
            );
            self.report(
                d.label("nobody would get this").also(at, "no reply is sent").help("remove one of the two"),
            );
        }
    }

    /// Names in the path of `@rest` are parameters.
    fn check_rest(&mut self, procedure: &Procedure) {
        let Some(rest) = &procedure.rest else { return };
        for name in rest.path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
            if !procedure.params.iter().any(|p| p.name == name) {
                let message = format!("`{}` has no parameter `{name}`", procedure.name);
                self.report(Diagnostic::new(ATTRIBUTE, rest.span, message).label("named in the path"));
            }
        }
    }

    /// A name means one procedure, inherited ones included.
    fn overloads(&mut self, id: InterfaceId) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let lineage = self.model.lineage(id);
        for line in lineage {
            let own: Vec<_> =
                self.model.interface(line).procedures.iter().map(|p| (p.name.clone(), p.name_span)).collect();
            for (name, span) in own {
                match seen.get(&name) {
                    Some(first) if line == id => {
                        let d =
                            Diagnostic::new(OVERLOAD, span, format!("procedure `{name}` is defined twice"));
                        let d = d.label("again here").also(*first, "first here");
                        self.report(d.help("procedures are not overloaded: choose another name"));
                    }
                    Some(_) => {}
                    None => drop(seen.insert(name, span)),
                }
            }
        }
    }

    /// No two procedures answer the same request.
    fn rest_paths(&mut self, id: InterfaceId) {
        let mut seen: BTreeMap<(String, String), Span> = BTreeMap::new();
        let rests: Vec<Rest> = self.model.procedures(id).filter_map(|p| p.rest.clone()).collect();
        for rest in rests {
            let key = (rest.method.clone(), without_names(&rest.path));
            match seen.get(&key) {
                Some(first) => {
                    let message = format!("`{} {}` is taken", rest.method, rest.path);
                    let d = Diagnostic::new(ATTRIBUTE, rest.span, message).label("again here");
                    self.report(d.also(*first, "first here"));
                }
                None => drop(seen.insert(key, rest.span)),
            }
        }
    }
}

/// `/orders/{id}` → `/orders/{}`.
fn without_names(path: &str) -> String {
    let mut out = String::new();
    for (i, part) in path.split('{').enumerate() {
        out.push_str(if i == 0 { part } else { part.split_once('}').map_or(part, |(_, rest)| rest) });
        out.push('{');
    }
    out
}
