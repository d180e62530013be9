//! A new service: manifest, package, library and tests.

use super::interfaces::Known;
use super::project::Project;
use super::{Draft, Here, Made, Refused, made, names, write};
use crate::render::Renderer;
use ambc_lidl::Skeleton;
use ambc_lidl::model::{InterfaceId, escape};
use ambc_templates::{NEW_SERVICE, NEW_SERVICE_LIB, NEW_SERVICE_MANIFEST, NEW_SERVICE_TEST};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a service is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewService {
    pub name: String,
    /// Paths of interfaces that it implements.
    pub interfaces: Vec<String>,
    pub needs: Vec<Need>,
    /// It runs of itself. One that implements nothing always does.
    pub active: bool,
}

/// One `needs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub name: String,
    pub interface: String,
}

/// The service of a new project.
pub(super) fn starter() -> NewService {
    NewService { name: "hello".to_owned(), active: true, ..NewService::default() }
}

pub(super) fn make(here: Here<'_>, service: &NewService, renderer: &Renderer) -> Result<Made, Refused> {
    let name = &service.name;
    names::item(name)?;
    let mut service = service.clone();
    service.active |= service.interfaces.is_empty();
    needs_have_names(&service)?;
    let mut draft = Draft::default();
    let member = format!("services/{name}");
    let base = Project::find_or_set_up(here.folder, &mut draft, &member, renderer)?;
    is_free(&base, name)?;
    let named = !service.interfaces.is_empty() || !service.needs.is_empty();
    let known = if named { Some(Known::read(&base, here.include)?) } else { None };
    let code = known.as_ref().map(|k| Code::of(k, &service, &base.join(&member))).transpose()?;
    draft.files.extend(files(Path::new(&member), &service, code, renderer));
    write::all(&base, &draft)?;
    let next = next(here, &base, &service);
    Ok(made(here, &base, &draft, next))
}

/// The lines that put it into a deployment: that of the project, if there is just one.
fn next(here: Here<'_>, base: &Path, service: &NewService) -> Vec<String> {
    let name = &service.name;
    let deployments = std::fs::read_dir(base).into_iter().flatten().flatten().map(|e| e.path());
    let all: Vec<_> = deployments.filter(|p| p.extension().is_some_and(|e| e == "amb")).collect();
    let file = match all.as_slice() {
        [one] => names::shown(here.folder, one).display().to_string(),
        _ => "a deployment".to_owned(),
    };
    let open = service.needs.iter().filter(|n| !is_of_node(&n.interface));
    let open: Vec<_> = open.map(|n| format!("{}: INSTANCE;", n.name)).collect();
    let bindings = if open.is_empty() { ";".to_owned() } else { format!(" {{ {} }}", open.join(" ")) };
    vec![
        format!("Write into {file}:"),
        format!("    use \"services/{name}/service.amb\";"),
        format!("    instance {name} = {name}{bindings}"),
        format!("    deploy NODE {{ {name}; }}"),
    ]
}

/// What each node has for its instances.
fn is_of_node(interface: &str) -> bool {
    interface.starts_with("ambience::")
}

/// An active service has a `log` besides.
fn needs_have_names(service: &NewService) -> Result<(), Refused> {
    let mut seen: BTreeSet<&str> = service.active.then_some("log").into_iter().collect();
    for need in &service.needs {
        names::item(&need.name)?;
        if !seen.insert(&need.name) {
            let message = format!("two needs are called `{}`", need.name);
            return Err(Refused::Name {
                message,
                help: "an active service has a `log` of itself".to_owned(),
            });
        }
    }
    Ok(())
}

/// Neither an interface nor a service may have the name yet: both are crates of the same programs.
pub(super) fn is_free(base: &Path, name: &str) -> Result<(), Refused> {
    match ["services", "interfaces"].map(|f| Path::new(f).join(name)).iter().find(|f| base.join(f).exists()) {
        Some(there) => Err(Refused::place(
            format!("there is a `{}` already", there.display()),
            "nothing was changed: choose another name, or remove it",
        )),
        None => Ok(()),
    }
}

/// What depends on interfaces.
#[derive(Default)]
pub(super) struct Code {
    skeleton: Skeleton,
    /// Bounds of `needs`, in their order, the log left out.
    bounds: Vec<String>,
    /// What implements each of them without anybody behind it, in the same order.
    clients: Vec<String>,
    /// Relative to the service's folder.
    lidl: Vec<String>,
    crates: Vec<Crate>,
}

#[derive(Serialize)]
struct Crate {
    library: String,
    path: String,
    /// If it has another name.
    package: Option<String>,
}

impl Code {
    fn of(known: &Known, service: &NewService, folder: &Path) -> Result<Self, Refused> {
        let find = |path: &String| known.find(path);
        let interfaces = service.interfaces.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        let needs = service.needs.iter().map(|n| find(&n.interface)).collect::<Result<Vec<_>, _>>()?;
        let bounds: Vec<_> = needs.iter().map(|id| ambc_lidl::bound(&known.model, *id)).collect();
        let clients = needs.iter().map(|id| known.model.rust_client(*id)).collect();
        let parameters = Parameters::of(service, &bounds);
        let ty = format!("Service{}", parameters.plain);
        let skeleton = ambc_lidl::skeleton(&known.model, &interfaces, &needs, (&parameters.bounded, &ty));
        let all = || interfaces.iter().chain(&needs);
        let lidl =
            all().filter_map(|id| known.file(*id)).map(|f| relative(folder, f)).collect::<BTreeSet<_>>();
        let mut crates = Vec::new();
        for library in libraries(known, &skeleton, all()) {
            if let Some(p) = known.package(&library)? {
                let package = (p.package != p.library).then(|| p.package.clone());
                crates.push(Crate { library: p.library.clone(), path: relative(folder, &p.dir), package });
            }
        }
        Ok(Self { skeleton, bounds, clients, lidl: lidl.into_iter().collect(), crates })
    }
}

/// Crates that the text names.
fn libraries<'a>(
    known: &Known,
    skeleton: &Skeleton,
    interfaces: impl Iterator<Item = &'a InterfaceId>,
) -> BTreeSet<String> {
    let of = |id: &InterfaceId| known.model.library(known.model.interface(*id).file).to_owned();
    interfaces.map(of).chain(skeleton.libraries.iter().cloned()).collect()
}

/// `to` as seen from a folder; both are absolute.
fn relative(folder: &Path, to: &Path) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let down = to.iter().skip(shared).map(|c| c.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// Type parameters, one for each need; the log of an active service comes first.
struct Parameters {
    /// Field, letter and bound.
    each: Vec<(String, String, String)>,
    /// `<L, C>`, or nothing.
    plain: String,
    /// `<L: Logger, C: Arithmetic>`, or nothing.
    bounded: String,
}

impl Parameters {
    fn of(service: &NewService, bounds: &[String]) -> Self {
        let log = service.active.then(|| ("log".to_owned(), "Logger".to_owned()));
        let needs = service.needs.iter().map(|n| escape(&n.name)).zip(bounds.iter().cloned());
        let mut each: Vec<(String, String, String)> = Vec::new();
        for (field, bound) in log.into_iter().chain(needs) {
            let first = field.trim_start_matches("r#").chars().next().unwrap_or('N').to_ascii_uppercase();
            let numbered = (2..).map(|n| format!("{first}{n}"));
            let mut letters = std::iter::once(first.to_string()).chain(numbered);
            let letter = letters.find(|l| each.iter().all(|(_, used, _)| used != l)).unwrap_or_default();
            each.push((field, letter, bound));
        }
        let list = |items: Vec<String>| {
            if items.is_empty() { String::new() } else { format!("<{}>", items.join(", ")) }
        };
        let plain = list(each.iter().map(|(_, p, _)| p.clone()).collect());
        let bounded = list(each.iter().map(|(_, p, b)| format!("{p}: {b}")).collect());
        Self { each, plain, bounded }
    }
}

#[derive(Serialize)]
struct NeedView {
    name: String,
    interface: String,
    from_node: bool,
    field: String,
    parameter: String,
}

/// The files of a service in `folder`.
pub(super) fn files(
    folder: &Path,
    service: &NewService,
    code: Option<Code>,
    renderer: &Renderer,
) -> Vec<(PathBuf, String)> {
    let code = code.unwrap_or_default();
    let parameters = Parameters::of(service, &code.bounds);
    let tests = Tests::of(service, &parameters, &code);
    let mut cx = tera::Context::new();
    cx.insert("name", &service.name);
    cx.insert("interfaces", &service.interfaces.join(", "));
    cx.insert("active", &service.active);
    cx.insert("needs", &needs(service, &parameters));
    cx.insert("parameters", &parameters.plain);
    cx.insert("bounds", &parameters.bounded);
    cx.insert("lidl", &code.lidl);
    cx.insert("crates", &code.crates);
    cx.insert("tested", &tests.is_some());
    cx.insert("needs_alloc", &code.skeleton.needs_alloc);
    cx.insert("implementation", code.skeleton.implementation.trim_end());
    cx.insert("uses", &uses(&code.skeleton, service.active || !code.skeleton.implementation.is_empty()));
    let file = |name: &str, template, cx: &tera::Context| (folder.join(name), renderer.text(template, cx));
    let mut out = vec![
        file("Cargo.toml", NEW_SERVICE_MANIFEST, &cx),
        file("service.amb", NEW_SERVICE, &cx),
        file("src/lib.rs", NEW_SERVICE_LIB, &cx),
    ];
    if let Some(tests) = tests {
        cx.insert("uses", &tests.uses);
        cx.insert("logged", &tests.logged);
        cx.insert("arguments", &tests.arguments);
        cx.insert("calls", &tests.calls);
        out.push(file(&format!("tests/{}.rs", service.name), NEW_SERVICE_TEST, &cx));
    }
    out
}

fn needs(service: &NewService, parameters: &Parameters) -> Vec<NeedView> {
    let log = service.active.then_some(("log", "ambience::logger"));
    let own = service.needs.iter().map(|n| (n.name.as_str(), n.interface.as_str()));
    let view =
        |((name, interface), (field, parameter, _)): ((&str, &str), &(String, String, String))| NeedView {
            name: name.to_owned(),
            interface: interface.to_owned(),
            from_node: is_of_node(interface),
            field: field.clone(),
            parameter: parameter.clone(),
        };
    log.into_iter().chain(own).zip(&parameters.each).map(view).collect()
}

/// `use` lines in the order of rustfmt.
fn uses(skeleton: &Skeleton, prelude: bool) -> Vec<String> {
    let one = |(module, names): &(String, Vec<String>)| {
        import(module, &names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let mut lines: Vec<_> = skeleton.uses.iter().map(one).collect();
    lines.extend(prelude.then(|| "use ambience::prelude::*;".to_owned()));
    lines.sort();
    lines
}

struct Tests {
    uses: Vec<String>,
    /// `Needs` with a log that is looked at.
    logged: String,
    /// `Needs` otherwise; nothing if there are none.
    arguments: String,
    calls: Vec<String>,
}

impl Tests {
    /// None if there is nothing that a test could call.
    fn of(service: &NewService, parameters: &Parameters, code: &Code) -> Option<Self> {
        let calls: Vec<_> = code.skeleton.calls.iter().filter(|c| fits(c)).cloned().collect();
        if calls.is_empty() && !service.active {
            return None;
        }
        let mut fakes = vec!["now"];
        if !code.clients.is_empty() {
            fakes.insert(0, "Nobody");
        }
        if service.active {
            fakes.insert(0, "Lines");
        }
        let own = if parameters.each.is_empty() { vec!["Service"] } else { vec!["Needs", "Service"] };
        let mut uses = vec![import("ambience_fake", &fakes), import(&service.name, &own)];
        uses.extend(service.active.then(|| import("ambience", &["Run"])));
        let traits = code.skeleton.traits.iter().filter(|_| !calls.is_empty());
        uses.extend(traits.map(|t| format!("use {t};")));
        uses.sort();
        let literal = |log: &str| needs_literal(service, parameters, &code.clients, log);
        Some(Self { uses, logged: literal("&log"), arguments: literal("Lines::default()"), calls })
    }
}

fn import(module: &str, names: &[&str]) -> String {
    match names {
        [name] => format!("use {module}::{name};"),
        names => list(module, names),
    }
}

/// A list, or a line for each name where rustfmt would break the list.
fn list(module: &str, names: &[&str]) -> String {
    /// rustfmt breaks a little before its width of 100.
    const WIDTH: usize = 95;
    let line = format!("use {module}::{{{}}};", names.join(", "));
    if line.len() <= WIDTH {
        return line;
    }
    names.iter().map(|name| format!("use {module}::{name};")).collect::<Vec<_>>().join("\n")
}

/// rustfmt breaks longer chains of calls.
fn fits(call: &str) -> bool {
    format!("now(service.{call}).is_ok()").len() <= 60
}

fn needs_literal(service: &NewService, parameters: &Parameters, clients: &[String], log: &str) -> String {
    let log = service.active.then(|| log.to_owned());
    let values = log.into_iter().chain(clients.iter().map(|client| format!("{client}(Nobody)")));
    let fields: Vec<_> =
        parameters.each.iter().zip(values).map(|((field, ..), value)| format!("{field}: {value}")).collect();
    let line = fields.join(", ");
    match fields.len() {
        0 => String::new(),
        _ if line.len() <= 18 => format!("Needs {{ {line} }}"),
        _ => format!("Needs {{\n        {},\n    }}", fields.join(",\n        ")),
    }
}

#[cfg(test)]
mod tests {
    use super::import;

    #[test]
    fn a_list_of_names_fits_its_line_or_is_none() {
        assert_eq!(import("a", &["B"]), "use a::B;");
        assert_eq!(import("a", &["B", "C"]), "use a::{B, C};");
        let long = ["X".repeat(50), "Y".repeat(50)];
        let lines = import("a", &[&long[0], &long[1]]);
        assert_eq!(lines, format!("use a::{};\nuse a::{};", long[0], long[1]));
    }
}
