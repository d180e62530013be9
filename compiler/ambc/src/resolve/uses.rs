//! What each `use` brings in, for the rule about unused ones.

use super::codes;
use super::ctx::Ctx;
use crate::hir::Use;
use crate::syntax::ast;
use ambc_diag::{Diagnostic, FileId, Spanned};
use std::collections::BTreeSet;

impl Ctx<'_> {
    /// A prefix stands before the names of a `.amb` file; interfaces are named by their namespace.
    pub(super) fn prefixes(&mut self) {
        let amb: BTreeSet<FileId> = self.loaded.amb.iter().map(|f| f.file).collect();
        for edge in self.loaded.uses.iter().filter(|u| !amb.contains(&u.to)) {
            let Some(prefix) = &edge.prefix else { continue };
            let message = format!("interfaces cannot be used as `{prefix}`: they have their namespace");
            let d = Diagnostic::new(codes::PREFIX_OF_INTERFACES, edge.span, message)
                .help(format!("leave `as {prefix}` out"));
            self.report(d);
        }
    }

    /// After every other pass: which parameters were read is known by then.
    pub(super) fn uses(&mut self) {
        let declaring: BTreeSet<FileId> = self
            .loaded
            .amb
            .iter()
            .filter(|f| f.items.iter().any(counts_by_being_there))
            .map(|f| f.file)
            .collect();
        let uses = self.loaded.uses.iter().map(|edge| Use {
            from: edge.from,
            to: edge.to,
            path: Spanned::new(self.loaded.sources.text(edge.span).trim_matches('"').to_owned(), edge.span),
            declares: declaring.contains(&edge.to),
            read: self.read_files.contains(&edge.to),
        });
        self.hir.uses = uses.collect();
    }
}

fn counts_by_being_there(item: &ast::Item) -> bool {
    match &item.kind {
        ast::ItemKind::Deployment(_)
        | ast::ItemKind::Use(_)
        | ast::ItemKind::Param(_)
        | ast::ItemKind::Service(_)
        | ast::ItemKind::Platform(_) => false,
        ast::ItemKind::Network(_)
        | ast::ItemKind::Node(_)
        | ast::ItemKind::Instance(_)
        | ast::ItemKind::Group(_)
        | ast::ItemKind::Deploy(_)
        | ast::ItemKind::Place(_)
        | ast::ItemKind::Logs(_)
        | ast::ItemKind::Export(_)
        | ast::ItemKind::Import(_)
        | ast::ItemKind::Access(_)
        | ast::ItemKind::Require(_) => true,
    }
}
