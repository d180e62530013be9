//! One function for each command.

use super::args::{Cli, Common, Format, Stage};
use super::output::{Beside, tell};
use super::shell::Shell;
use crate::build;
use crate::driver::{self, Deployment, Disk, Exit, FileTree, Front, NodeImage, Plan, Request};
use crate::hir::BuiltFor;
use crate::plan::{graph, report};
use clap::CommandFactory;
use std::path::Path;

/// Commands of later versions.
const LATER: &[&str] = &["fmt", "size", "lsp", "keys", "token", "flash", "apply"];

pub(super) fn request(common: &Common, file: &Path) -> (Request, Disk) {
    let here = std::env::current_dir().unwrap_or_default();
    let request =
        Request { root: file.to_owned(), include: common.include.clone(), sets: common.set.clone() };
    (request, Disk { here })
}

pub(super) fn front(common: &Common, file: &Path) -> Front {
    let (request, files) = request(common, file);
    driver::front(&request, &files)
}

pub(super) fn check(shell: &Shell, common: &Common, file: &Path) -> Exit {
    let front = front(common, file);
    tell(shell, common, &common.levels(), &front.loaded.sources, front.diags, Beside::Nothing)
}

pub(super) fn plan(shell: &Shell, common: &Common, file: &Path, why: Option<&str>) -> Exit {
    if why.is_some() {
        return later(shell, "plan --why");
    }
    with_plan(shell, common, file, |hir, plan| match common.format {
        Format::Json => {
            serde_json::to_string(&report::report(hir, plan)).expect("a report is plain data") + "\n"
        }
        Format::Human | Format::Short | Format::Sarif => report::human(hir, plan),
    })
}

pub(super) fn graph(shell: &Shell, common: &Common, file: &Path) -> Exit {
    with_plan(shell, common, file, graph::dot)
}

/// Tells the diagnostics and, if nothing stands against it, writes what `show` makes of the plan.
fn with_plan(
    shell: &Shell,
    common: &Common,
    file: &Path,
    show: impl FnOnce(&Deployment, &Plan) -> String,
) -> Exit {
    let front = front(common, file);
    if front.loaded.amb.is_empty() && !front.diags.has_errors() {
        shell.err("error: an interface file has no plan; name a `.amb` file\n");
        return Exit::Usage;
    }
    let exit = tell(shell, common, &common.levels(), &front.loaded.sources, front.diags, Beside::AResult);
    if let (Exit::Ok, Some(checked), Some(plan)) = (exit, &front.checked, &front.plan) {
        shell.out(&show(checked, plan));
    }
    exit
}

pub(super) fn dump(shell: &Shell, common: &Common, file: &Path, stage: Stage, node: &[String]) -> Exit {
    let (request, files) = request(common, file);
    match stage {
        Stage::Ast | Stage::Hir => {
            let (loaded, hir, diags) = driver::resolved(&request, &files);
            if stage == Stage::Ast {
                shell.out(&format!("{:#?}\n{:#?}\n", loaded.amb, loaded.lidl));
            } else {
                shell.out(&format!("{hir:#?}\n"));
            }
            tell(shell, common, &common.levels(), &loaded.sources, diags, Beside::AResult)
        }
        Stage::Plan => with_plan(shell, common, file, |_, plan| format!("{plan:#?}\n")),
        Stage::Image => with_images(shell, common, file, node, |image, _| format!("{image:#?}\n")),
        Stage::Tree => with_images(shell, common, file, node, |image, tree| {
            let files = tree.files.iter().map(|(path, f)| format!("//// {}/{path}\n{}", image.slug, f.text));
            files.collect()
        }),
    }
}

fn with_images(
    shell: &Shell,
    common: &Common,
    file: &Path,
    node: &[String],
    show: impl Fn(&NodeImage, &FileTree) -> String,
) -> Exit {
    let front = front(common, file);
    let exit = tell(shell, common, &common.levels(), &front.loaded.sources, front.diags, Beside::AResult);
    if let (Exit::Ok, Some(checked), Some(plan)) = (exit, &front.checked, &front.plan) {
        let options = build::BuildOptions::to_look_at(checked);
        let nodes = match super::build::wanted(shell, checked, node) {
            Ok(nodes) => nodes,
            Err(exit) => return exit,
        };
        let mut images = build::images(checked, plan, BuiltFor::Platforms);
        images.retain(|c| super::build::is_asked(c, &nodes));
        let trees = build::trees(images.iter().map(|c| &c.image), &options);
        for (class, tree) in images.iter().zip(&trees) {
            shell.out(&show(&class.image, tree));
        }
    }
    exit
}

pub(super) fn explain(shell: &Shell, code: &str) -> Exit {
    if let Some(page) = crate::diag::explain(code) {
        shell.out(page);
        return Exit::Ok;
    }
    let hint = did_you_mean(&code.to_ascii_uppercase(), crate::diag::codes());
    shell.err(&format!("error: there is no diagnostic `{code}`{hint}\n"));
    Exit::Usage
}

pub(super) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    driver::nearest(word, known).map_or(String::new(), |n| format!("; did you mean `{n}`?"))
}

pub(super) fn completions(shell: &Shell, kind: clap_complete::Shell) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(kind, &mut Cli::command(), "ambc", &mut text);
    shell.out(&String::from_utf8_lossy(&text));
    Exit::Ok
}

/// Something that the language reference has and this version has not.
pub(super) fn later(shell: &Shell, what: &str) -> Exit {
    shell.err(&format!("error: `ambc {what}` is not there yet\n"));
    Exit::Usage
}

pub(super) fn unknown(shell: &Shell, words: &[String]) -> Exit {
    let word = words.first().map_or("", String::as_str);
    if LATER.contains(&word) {
        return later(shell, word);
    }
    if word.ends_with(".amb") || word.ends_with(".lidl") {
        shell.err(&format!("error: say what to do with `{word}`, such as `ambc check {word}`\n"));
        return Exit::Usage;
    }
    let command = Cli::command();
    let hint = did_you_mean(word, command.get_subcommands().map(clap::Command::get_name));
    shell
        .err(&format!("error: there is no command `{word}`{hint}\n\nFor all commands, try `ambc --help`.\n"));
    Exit::Usage
}
