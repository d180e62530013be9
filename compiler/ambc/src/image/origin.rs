//! What the user wrote that a generated line stands for.

use crate::render::OriginId;
use ambc_diag::Span;

/// A place in `.amb` or `.lidl` text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub span: Span,
    pub kind: OriginKind,
}

/// What stands there, so that a message of rustc can be told in its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginKind {
    /// An instance of a service; the service's name.
    Instance { instance: String, service: String },
    /// The `crate` of a manifest.
    Crate { service: String },
    /// A `needs` of a manifest.
    Need { service: String, need: String, interface: String },
    /// A `param` of a manifest.
    Param { service: String, param: String },
    /// An interface that the manifest says the service implements.
    Interface { service: String, interface: String },
    /// A binding.
    Edge { edge: String },
    /// `run;` of a manifest.
    Run { service: String },
}

/// All origins of one image; lines refer to them by id.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    list: Vec<Origin>,
}

impl Origins {
    pub(crate) fn add(&mut self, span: Span, kind: OriginKind) -> OriginId {
        let origin = Origin { span, kind };
        let at = self.list.iter().position(|o| *o == origin).unwrap_or_else(|| {
            self.list.push(origin);
            self.list.len() - 1
        });
        OriginId(at as u32)
    }

    pub fn get(&self, id: OriginId) -> Option<&Origin> {
        self.list.get(id.0 as usize)
    }
}
