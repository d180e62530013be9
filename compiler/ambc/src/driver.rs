//! The stages in order. Each is one function; what they do is in their modules.
//!
//! load → resolve → check → plan. A stage that reports errors does not keep the next from running where it can: `check`
//! sees all that `resolve` made sense of, only `plan` needs a whole deployment.

use crate::check::{Checked, check, is_never_lowered, is_refused_by_build};
use crate::diag::Levels;
use crate::load::{Loaded, load};
use crate::plan::{self, plan};
use crate::resolve::resolve;
use ambc_diag::{Code, Diagnostics, Severity};

pub use crate::hir::Deployment;
pub use crate::image::NodeImage;
pub use crate::load::{Disk, Files, Request};
pub use crate::plan::Plan;
pub use crate::render::FileTree;
pub use crate::syntax::nearest;

/// What the front end made of a deployment.
#[derive(Debug)]
pub struct Front {
    pub loaded: Loaded,
    pub diags: Diagnostics,
    /// Absent when something is wrong, and for a `.lidl` file.
    pub checked: Option<Checked<Deployment>>,
    pub plan: Option<Plan>,
}

/// Reads, resolves, checks and plans. A `.lidl` file is only analyzed.
pub fn front(request: &Request, files: &dyn Files) -> Front {
    let mut diags = Diagnostics::default();
    let loaded = load(request, files, &mut diags);
    if loaded.amb.is_empty() {
        ambc_lidl::analyze(loaded.lidl.clone(), &loaded.sources, &mut diags);
        return Front { loaded, diags, checked: None, plan: None };
    }
    let hir = resolve(&loaded, &request.sets, &mut diags);
    let read_all = diags.iter().all(|d| !is_syntax(d.code));
    let (checked, plan) = match check(hir, &mut diags) {
        Ok(checked) => {
            let plan = plan(&checked, &mut diags);
            (Some(checked), plan)
        }
        Err(hir) => {
            // A text that was not read may hold a node or a link.
            if read_all {
                plan::problems(&hir, &mut diags);
            }
            (None, None)
        }
    };
    diags.drop_consequences();
    diags.keep_one_of_an_array();
    Front { loaded, diags, checked, plan }
}

/// `E01xx` say that a text could not be read.
fn is_syntax(code: Code) -> bool {
    code.0.starts_with("E01")
}

/// Only as far as the resolved deployment, which is there even if something is wrong.
pub fn resolved(request: &Request, files: &dyn Files) -> (Loaded, Deployment, Diagnostics) {
    let mut diags = Diagnostics::default();
    let loaded = load(request, files, &mut diags);
    let hir = resolve(&loaded, &request.sets, &mut diags);
    (loaded, hir, diags)
}

/// In commands that build, what is not carried out yet is refused.
pub fn refuse_what_is_not_carried_out(levels: &mut Levels) {
    levels.refused = Some(is_refused_by_build);
    levels.kept = Some(is_never_lowered);
}

/// How a command ended, as its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Ok = 0,
    /// The files say something wrong; also missing or failing crates and unreadable files.
    Wrong = 1,
    Usage = 2,
    /// Valid, yet unreachable, over capacity, or a `require` is broken.
    CannotBe = 3,
    /// A tool, target or permission of this machine.
    Machine = 4,
}

/// The exit code that diagnostics ask for: 1 before 3.
pub fn exit(diags: &Diagnostics) -> Exit {
    let mut exit = Exit::Ok;
    for d in diags.iter().filter(|d| d.severity == Severity::Error) {
        if !cannot_be(d.code) {
            return Exit::Wrong;
        }
        exit = Exit::CannotBe;
    }
    exit
}

/// `E04xx` are the answers of planning.
fn cannot_be(code: Code) -> bool {
    code.0.starts_with("E04")
}

#[cfg(test)]
mod tests;
