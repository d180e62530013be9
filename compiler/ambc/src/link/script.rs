//! The script that one program is linked with: its memory, and what `ambc` alone knows, as data.

use super::Library;
use crate::render::Renderer;
use ambc_abi::image::{GroupLayout, Span};
use serde::Serialize;
use tera::Context;

/// What differs between two links of a program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script<'a> {
    pub(super) flash: Span,
    /// RAM for data; stack, status and lanes lie elsewhere.
    pub(super) data: Span,
    /// Address of each lane of the node.
    pub(super) lanes: &'a [u32],
    pub(super) tables: &'a [GroupLayout],
    /// The kernel group's own.
    pub(super) stack: Span,
    /// RAM of the groups.
    pub(super) user: Span,
    pub(super) identity: u32,
}

#[derive(Serialize)]
struct Memory {
    start: String,
    len: u32,
}

#[derive(Serialize)]
struct Lane<'a> {
    at: String,
    name: &'a str,
}

#[derive(Serialize)]
struct Symbol {
    name: &'static str,
    value: String,
}

fn hex(word: u32) -> String {
    format!("{word:#010x}")
}

fn memory(span: Span) -> Memory {
    Memory { start: hex(span.start), len: span.len() }
}

impl Script<'_> {
    pub(super) fn text(
        &self,
        renderer: &Renderer,
        program: &Library,
        names: &[String],
        is_kernel: bool,
    ) -> String {
        let mut cx = Context::new();
        let (entry, first) =
            if is_kernel { ("ambc_reset", ".ambc.vectors") } else { ("ambc_entry", ".ambc.entry") };
        let kind = if is_kernel { "Kernel program" } else { "Group" };
        cx.insert("title", &format!("{kind} `{}`", program.name));
        cx.insert("entry", entry);
        cx.insert("first", first);
        cx.insert("is_kernel", &is_kernel);
        cx.insert("flash", &memory(self.flash));
        cx.insert("data", &memory(self.data));
        let lane = |i: &usize| Lane { at: hex(self.lanes[*i]), name: &names[*i] };
        cx.insert("lanes", &program.lanes.iter().map(lane).collect::<Vec<_>>());
        let words: Vec<_> = self.tables.iter().flat_map(GroupLayout::words).map(hex).collect();
        cx.insert("layout", &words);
        cx.insert("symbols", &if is_kernel { self.symbols() } else { vec![] });
        renderer.text(ambc_templates::MCU_SCRIPT, &cx)
    }

    /// What the start code of the kernel asks for.
    fn symbols(&self) -> Vec<Symbol> {
        let values = [
            ("__ambc_stack_start", self.stack.start),
            ("__ambc_stack_end", self.stack.end),
            ("__ambc_user_start", self.user.start),
            ("__ambc_user_end", self.user.end),
            ("AMBC_IDENTITY", self.identity),
        ];
        values.map(|(name, value)| Symbol { name, value: hex(value) }).into()
    }
}
