//! What a service that implements an interface starts from: every procedure with its signature, and a value of the
//! right type to give back.
//!
//! The text is for people to go on from, so names are imported and short, unless another name stands in the way.

use super::Writer;
use super::imports::{Found, Imports};
use super::rust::{field_name, owned_name, variant_name};
use super::text::Text;
use super::value::Value;
use crate::model::{InterfaceId, Model, Procedure, ResultType, Scalar, Type, TypeKind, camel};

/// The Rust text of an implementation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skeleton {
    /// Paths to import, `core`, the prelude of `ambience` and other reserved names left out: module and names.
    pub uses: Vec<(String, Vec<String>)>,
    /// Libraries of interfaces that the text names.
    pub libraries: Vec<String>,
    /// One `impl` for the interface and each that it inherits from.
    pub implementation: String,
    /// Paths of the traits that are implemented.
    pub traits: Vec<String>,
    /// Calls of procedures whose arguments are easily made up, as `add(0, 0)`.
    pub calls: Vec<String>,
    /// Results without a bound are on the heap: the crate needs `extern crate alloc`.
    pub needs_alloc: bool,
}

/// Implements `interfaces` for a type. `generics` are those of the `impl`, `<L: Logger>` or nothing; `bounds` are further
/// interfaces whose traits are to be imported.
#[must_use]
pub fn skeleton(
    model: &Model,
    interfaces: &[InterfaceId],
    bounds: &[InterfaceId],
    (generics, implementor): (&str, &str),
) -> Skeleton {
    let writer = Writer { model, library: "", module: Vec::new() };
    let mut out = Text::default();
    let (mut calls, mut traits) = (Vec::new(), Vec::new());
    let mut line: Vec<InterfaceId> = Vec::new();
    for id in interfaces.iter().flat_map(|id| model.lineage(*id)) {
        if !line.contains(&id) {
            line.push(id);
        }
    }
    for id in line {
        traits.push(writer.trait_path(id, "").trim_start_matches("::").to_owned());
        writer.implement(id, generics, implementor, &mut out);
        calls.extend(model.interface(id).procedures.iter().filter_map(|p| easy_call(model, p)));
    }
    let mut imports = Imports::default();
    for id in bounds {
        imports.shorten(&writer.trait_path(*id, ""));
    }
    let implementation = imports.shorten(&out.finish());
    let Found { uses, libraries, needs_alloc } = imports.finish();
    Skeleton { uses, libraries, implementation, traits, calls, needs_alloc }
}

/// The trait of an interface, as it is called where [`skeleton`] imported it.
#[must_use]
pub fn bound(model: &Model, id: InterfaceId) -> String {
    let writer = Writer { model, library: "", module: Vec::new() };
    Imports::default().shorten(&writer.trait_path(id, ""))
}

impl Writer<'_> {
    fn implement(&self, id: InterfaceId, generics: &str, implementor: &str, out: &mut Text) {
        let interface = self.model.interface(id);
        let head = format!("impl{generics} {} for {implementor}", self.trait_path(id, ""));
        out.blank();
        if interface.procedures.is_empty() {
            return out.line(&format!("{head} {{}}"));
        }
        out.open(&format!("{head} {{"));
        for procedure in &interface.procedures {
            out.blank();
            let name = field_name(&procedure.name);
            let params = self.parameters(procedure).into_iter().map(unused).collect::<Vec<_>>();
            let tail = format!("-> {} {{", self.result(interface, procedure));
            // Names are shortened afterwards, so the width is that of the short text.
            let width = |text: &str| Imports::default().shorten(text).len();
            out.head(&format!("async fn {name}"), &params, &tail, width);
            out.line(&format!("// Nothing is done yet: say here what `{name}` does."));
            let value = Value::Call("Ok".to_owned(), Box::new(self.answer(interface, procedure)));
            for line in value.render(|text| Imports::default().shorten(text).len()).lines() {
                out.line(line);
            }
            out.close("}");
        }
        out.close("}");
    }

    /// A value of the type that a procedure returns.
    fn answer(&self, interface: &crate::model::Interface, procedure: &Procedure) -> Value {
        match &procedure.result {
            ResultType::None => Value::Plain("()".to_owned()),
            ResultType::One(ty, _) => self.value(ty),
            ResultType::Many(results) => {
                let fields = results.iter().map(|r| (field_name(&r.name), self.value(&r.ty)));
                Value::Struct(self.results_path(interface, procedure), fields.collect())
            }
        }
    }

    fn value(&self, ty: &Type) -> Value {
        let empty = |name: &str| Value::Plain(format!("{name}::new()"));
        match ty {
            Type::Scalar(scalar) => Value::Plain(zero(*scalar).to_owned()),
            Type::Unit | Type::Broken => Value::Plain("()".to_owned()),
            Type::String { bound: Some(_) } => empty("__rt::String"),
            Type::String { bound: None } => empty("__rt::alloc::String"),
            Type::Vector { bound: Some(_), .. } => empty("__rt::Vector"),
            Type::Vector { bound: None, .. } => empty("__rt::alloc::Vec"),
            Type::Map { bound: Some(_), .. } => empty("__rt::Map"),
            Type::Map { bound: None, .. } => empty("__rt::alloc::BTreeMap"),
            Type::Array { element, len } => Value::Array(Box::new(self.value(element)), *len),
            Type::Optional(_) => Value::Plain("None".to_owned()),
            Type::Named(id) => self.named_value(ty, self.model.type_def(*id)),
        }
    }

    /// The first of an enum or a union, every field of a struct.
    fn named_value(&self, ty: &Type, def: &crate::model::TypeDef) -> Value {
        let name = if self.model.is_plain(ty) { def.rust_name.clone() } else { owned_name(def) };
        let path = self.path(def, &name, "");
        match &def.kind {
            TypeKind::Struct { fields } => {
                let fields = fields.iter().map(|f| (field_name(&f.name), self.value(&f.ty)));
                Value::Struct(path, fields.collect())
            }
            TypeKind::Enum { values, .. } => {
                Value::Plain(format!("{path}::{}", values.first().map_or(String::new(), |v| camel(&v.name))))
            }
            TypeKind::Union { alternatives } | TypeKind::Error { alternatives } => match alternatives.first()
            {
                Some(first) => {
                    let variant = format!("{path}::{}", variant_name(&first.name));
                    match &first.ty {
                        Some(ty) => Value::Call(variant, Box::new(self.value(ty))),
                        None => Value::Plain(variant),
                    }
                }
                None => Value::Plain("()".to_owned()),
            },
        }
    }
}

/// Parameters of a body that does not look at them.
fn unused(param: String) -> String {
    match param.split_once(": ") {
        Some((name, ty)) if param != "&self" => format!("_{}: {ty}", name.trim_start_matches("r#")),
        _ => param,
    }
}

fn zero(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "false",
        Scalar::F32 | Scalar::F64 => "0.0",
        _ => "0",
    }
}

/// A call with scalars, texts and nothing else.
fn easy_call(model: &Model, procedure: &Procedure) -> Option<String> {
    let easy = |ty: &Type| match ty {
        Type::Scalar(scalar) => Some(zero(*scalar)),
        Type::String { .. } => Some("\"\""),
        Type::Unit => Some("()"),
        Type::Optional(_) => Some("None"),
        Type::Vector { element, bound: Some(_) } if **element == Type::Scalar(Scalar::U8) => {
            model.max_size(ty).is_some_and(|max| max - 8 <= 256).then_some("&[]")
        }
        _ => None,
    };
    let args = procedure.params.iter().map(|p| easy(&p.ty)).collect::<Option<Vec<_>>>()?;
    Some(format!("{}({})", field_name(&procedure.name), args.join(", ")))
}

impl Writer<'_> {
    fn results_path(&self, interface: &crate::model::Interface, procedure: &Procedure) -> String {
        // What `result` writes is `Result<PATH, ERROR>`.
        let text = self.result(interface, procedure);
        let inner = text.split_once('<').map_or("", |(_, rest)| rest);
        inner.split(',').next().unwrap_or("").to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{analyze, parse};
    use ambc_diag::{Diagnostics, Sources};

    fn of(text: &str, interface: &[&str]) -> Skeleton {
        let mut sources = Sources::default();
        let mut diags = Diagnostics::default();
        let file = sources.add("calc.lidl", text);
        let parsed = parse(file, &sources, &mut diags);
        let model = analyze(vec![parsed], &sources, &mut diags);
        assert!(diags.is_empty(), "{:?}", diags.sorted());
        let id = model.find_interface(interface).found().expect("declared");
        skeleton(&model, &[id], &[], ("", "Service"))
    }

    #[test]
    fn every_procedure_gets_its_signature_and_a_value() {
        let made = of(
            "namespace calc;\nerror no { odd; }\nenum way { up, down }\nstruct spot { x: u32; way: way; note: string<8>; }\n\
             service base { @oneway hint(level: u8); }\n\
             service all : base { add(left: i64, right: i64) -> i64 or no; look(at: spot) -> spot; split(type: u8) -> (a: u8, b: optional<f32>); }",
            &["calc", "all"],
        );
        assert_eq!(
            made.uses,
            [
                (
                    "calc".to_owned(),
                    ["All", "AllSplitResult", "Base", "No", "Spot", "SpotOwned", "Way"]
                        .map(String::from)
                        .to_vec()
                ),
                ("ambience".to_owned(), vec!["String".to_owned()])
            ]
            .into_iter()
            .collect::<std::collections::BTreeMap<_, _>>()
            .into_iter()
            .collect::<Vec<_>>()
        );
        assert_eq!(made.libraries, ["calc"]);
        assert_eq!(made.calls, ["hint(0)", "add(0, 0)", "split(0)"]);
        assert_eq!(
            made.implementation,
            "impl Base for Service {
    async fn hint(&self, _level: u8) -> Result<(), CallError> {
        // Nothing is done yet: say here what `hint` does.
        Ok(())
    }
}

impl All for Service {
    async fn add(&self, _left: i64, _right: i64) -> Result<i64, Failure<No>> {
        // Nothing is done yet: say here what `add` does.
        Ok(0)
    }

    async fn look(&self, _at: &Spot<'_>) -> Result<SpotOwned, CallError> {
        // Nothing is done yet: say here what `look` does.
        Ok(SpotOwned {
            x: 0,
            way: Way::Up,
            note: String::new(),
        })
    }

    async fn split(&self, _type: u8) -> Result<AllSplitResult, CallError> {
        // Nothing is done yet: say here what `split` does.
        Ok(AllSplitResult { a: 0, b: None })
    }
}
"
        );
    }

    #[test]
    fn a_name_that_means_something_else_keeps_its_path() {
        let made = of(
            "namespace calc;\nerror failure { odd; }\nservice timer { wait() -> u8 or failure; }",
            &["calc", "timer"],
        );
        assert_eq!(made.uses, []);
        assert!(made.implementation.starts_with("impl ::calc::Timer for Service {"));
        assert!(made.implementation.contains("Result<u8, Failure<::calc::Failure>>"));
    }
}
