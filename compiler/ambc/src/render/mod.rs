//! Node images to text. In: [`crate::image::NodeImage`]. Out: [`FileTree`]. Templates lay out, they decide nothing.
//!
//! [`view`] makes the plain fields that templates read; [`render`] is the list of files.

mod tree;
mod view;

pub use tree::{FileTree, GeneratedFile, OriginId};
pub(crate) use view::array;

use crate::image::{ClientImage, DomainImage, NodeImage, Target};
use ambc_templates::{ALL, Template};
use std::path::Path;
use tera::{Context, Tera};

/// Renders node images; the templates are parsed once.
#[derive(Debug)]
pub struct Renderer {
    engine: Tera,
}

/// What does not belong to the image: where it is built.
#[derive(Clone, Copy, Debug)]
pub struct BuildPlace<'a> {
    /// The folder of the runtime crates.
    pub runtime: &'a Path,
    /// Target triple of this machine.
    pub triple: &'a str,
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new()
    }
}

impl Renderer {
    pub fn new() -> Self {
        let mut engine = Tera::default();
        let delimiters = tera::Delimiters {
            block_start: "<%".into(),
            block_end: "%>".into(),
            variable_start: "$[".into(),
            variable_end: "]$".into(),
            comment_start: "<#".into(),
            comment_end: "#>".into(),
        };
        engine.set_delimiters(delimiters).expect("the delimiters differ from each other");
        engine.autoescape_on(Vec::<&str>::new());
        let templates: Vec<_> = ALL.iter().map(|t| (t.name, t.text)).collect();
        engine.add_raw_templates(templates).expect("the templates of ambc parse; a test renders each");
        Self { engine }
    }

    /// Every file of a node's workspace.
    pub fn render(&self, image: &NodeImage, place: BuildPlace<'_>) -> FileTree {
        let mut tree = FileTree::default();
        let mut file = |path: String, template: Template, context: &Context| {
            tree.files.insert(path, self.file(template, context));
        };
        let workspace = view::workspace(image, place);
        file("Cargo.toml".into(), ambc_templates::WORKSPACE_MANIFEST, &workspace);
        if image.target.is_linux() {
            file(".cargo/config.toml".into(), ambc_templates::CARGO_CONFIG, &workspace);
        }
        file("rustfmt.toml".into(), ambc_templates::RUSTFMT, &workspace);
        for (at, domain) in domains(image) {
            let folder = folder(at, domain);
            let context = view::domain(image, at, domain);
            let (main, program, tables) = program(&image.target, at.is_some());
            file(format!("{folder}/Cargo.toml"), ambc_templates::DOMAIN_MANIFEST, &context);
            file(format!("{folder}/src/{main}"), program, &context);
            file(format!("{folder}/src/tables.rs"), tables, &context);
        }
        tree
    }

    /// The crate of a client for callers outside.
    pub fn render_client(&self, image: &ClientImage, place: BuildPlace<'_>) -> FileTree {
        let context = view::client(image, place);
        let file = |path: &str, template| (path.to_owned(), self.file(template, &context));
        let manifest = file("Cargo.toml", ambc_templates::CLIENT_MANIFEST);
        let library = file("src/lib.rs", ambc_templates::CLIENT_LIB);
        FileTree { files: [manifest, library].into() }
    }

    /// One file that stands for itself, as `ambc new` writes it.
    pub fn text(&self, template: Template, context: &Context) -> String {
        let text = self.engine.render(template.name, context);
        tidy(&text.unwrap_or_else(|e| panic!("template `{}`: {e}: a bug in ambc", template.name)))
    }

    fn file(&self, template: Template, context: &Context) -> GeneratedFile {
        tree::strip_marks(&self.text(template, context))
    }
}

/// The root file of a domain's program, its template, and that of its tables.
fn program(target: &Target, group: bool) -> (&'static str, Template, Template) {
    use ambc_templates::{
        GROUP_MAIN, GROUP_TABLES, KERNEL_MAIN, KERNEL_TABLES, MCU_GROUP_LIB, MCU_KERNEL_LIB,
        MCU_KERNEL_TABLES,
    };
    match (target, group) {
        (Target::Linux, false) => ("main.rs", KERNEL_MAIN, KERNEL_TABLES),
        (Target::Linux, true) => ("main.rs", GROUP_MAIN, GROUP_TABLES),
        (Target::CortexM { .. }, false) => ("lib.rs", MCU_KERNEL_LIB, MCU_KERNEL_TABLES),
        (Target::CortexM { .. }, true) => ("lib.rs", MCU_GROUP_LIB, GROUP_TABLES),
    }
}

/// The kernel group, then the user groups with their numbers.
pub(crate) fn domains(image: &NodeImage) -> impl Iterator<Item = (Option<usize>, &DomainImage)> {
    std::iter::once((None, &image.kernel)).chain(image.groups.iter().enumerate().map(|(i, g)| (Some(i), g)))
}

fn folder(group: Option<usize>, domain: &DomainImage) -> String {
    group.map_or_else(|| "kernel".to_owned(), |_| format!("groups/{}", domain.slug))
}

/// What rustfmt would do to lists that came out empty and to blank lines.
fn tidy(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
        let last = out.last_mut().filter(|l| l.ends_with("&[") || l.ends_with("async {"));
        if let Some(last) = last
            && matches!(trimmed, "]," | "];" | "};")
        {
            last.push_str(trimmed);
        } else if !trimmed.is_empty() || out.last().is_some_and(|l| !l.is_empty() && !l.ends_with('{')) {
            out.push(line.trim_end().to_owned());
        }
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out.join("\n") + "\n"
}
