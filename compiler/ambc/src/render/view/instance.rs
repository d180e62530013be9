//! Fields of an instance: its type, how it is made, what it serves.

use super::{array, port_library};
use crate::image::{DomainImage, InstanceImage, NodeImage};
use crate::render::OriginId;
use crate::render::tree::mark;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Instance<'a> {
    name: &'a str,
    ident: &'a str,
    camel: &'a str,
    shout: String,
    full_type: String,
    needs: Vec<Need<'a>>,
    pool: u32,
    run: bool,
    run_mark: String,
    /// What is done with the result of `run`.
    ran: String,
    /// `.attending()` for what the runtime runs for others.
    attending: &'static str,
    serves: Vec<Serve<'a>>,
    lanes: String,
    setup: Vec<Line>,
    mark: String,
}

#[derive(Serialize)]
struct Need<'a> {
    alias: &'a str,
    ty: &'a str,
    mark: String,
}

#[derive(Serialize)]
struct Serve<'a> {
    /// `0 | 2`: positions among the lanes of the pool.
    positions: String,
    module: &'a str,
    mark: String,
}

#[derive(Serialize)]
struct Line {
    text: String,
    mark: String,
}

pub(super) fn instance_view<'a>(
    image: &NodeImage,
    module: &str,
    domain: &'a DomainImage,
    i: &'a InstanceImage,
) -> Instance<'a> {
    let needs: Vec<_> =
        i.needs.iter().map(|n| Need { alias: &n.alias, ty: &n.ty, mark: mark(n.origin) }).collect();
    let aliases: Vec<_> = needs.iter().map(|n| n.alias).collect();
    let generics = if aliases.is_empty() { String::new() } else { format!("<{}>", aliases.join(", ")) };
    let lanes: Vec<_> =
        i.serves.iter().map(|s| format!("Handle::get({})", domain.servers[s.server].ident)).collect();
    Instance {
        name: &i.name,
        ident: &i.ident,
        camel: &i.camel,
        shout: i.ident.trim_start_matches("r#").to_uppercase(),
        full_type: format!("{}{generics}", i.type_path),
        needs,
        pool: i.pool,
        run: i.run,
        run_mark: mark(i.run_origin),
        ran: if image.is_class {
            format!("host.ran({:?})", i.key)
        } else {
            let port = port_library(&image.target);
            format!("|result| {port}::{module}::ran({}, result)", i.shown)
        },
        attending: if i.builtin { ".attending()" } else { "" },
        serves: serves(i),
        lanes: array(&lanes, 4),
        setup: setup(i),
        mark: mark(i.type_origin),
    }
}

/// One arm for each interface that an instance serves.
fn serves(i: &InstanceImage) -> Vec<Serve<'_>> {
    let mut out: Vec<Serve<'_>> = Vec::new();
    for (position, s) in i.serves.iter().enumerate() {
        match out.iter_mut().find(|o| o.module == s.module) {
            Some(arm) => arm.positions.push_str(&format!(" | {position}")),
            None => {
                out.push(Serve { positions: position.to_string(), module: &s.module, mark: mark(s.origin) })
            }
        }
    }
    out
}

/// Statements that make the value `instance`.
fn setup(i: &InstanceImage) -> Vec<Line> {
    let line = |text: String, origin: OriginId| Line { text, mark: mark(origin) };
    let library = i.type_path.rsplit_once("::").map_or("", |(library, _)| library);
    let (mut out, mut args) = (Vec::new(), Vec::new());
    let types = if i.builtin { i.type_path.clone() } else { format!("{library}::") };
    if i.has_needs {
        let fields: Vec<_> = i.needs.iter().map(|n| (n.name.as_str(), n.value.as_str(), n.origin)).collect();
        literal(&mut out, "needs", &format!("{types}Needs"), &fields, i.crate_origin);
        args.push("needs");
    }
    if i.has_params {
        let fields: Vec<_> = i.params.iter().map(|p| (p.name.as_str(), p.value.as_str(), p.origin)).collect();
        literal(&mut out, "params", &format!("{types}Params"), &fields, i.crate_origin);
        args.push("params");
    }
    if i.builtin {
        args.insert(0, "&host");
    }
    let call = format!("made!({}::new({}))", i.type_path, args.join(", "));
    out.push(line(
        format!("let instance = {call}.map_err(|e| Refused::new({}, e))?;", i.shown),
        i.crate_origin,
    ));
    out
}

fn literal(out: &mut Vec<Line>, name: &str, ty: &str, fields: &[(&str, &str, OriginId)], origin: OriginId) {
    if fields.is_empty() {
        out.push(Line { text: format!("let {name} = {ty} {{}};"), mark: mark(origin) });
        return;
    }
    out.push(Line { text: format!("let {name} = {ty} {{"), mark: mark(origin) });
    for (field, value, origin) in fields {
        let text = if field == value { format!("    {field},") } else { format!("    {field}: {value},") };
        out.push(Line { text, mark: mark(*origin) });
    }
    out.push(Line { text: "};".into(), mark: mark(origin) });
}
