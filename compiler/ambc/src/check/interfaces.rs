//! What rules ask of the interface model.

use super::context::Context;
use ambc_lidl::model::{InterfaceId, Procedure};

impl<'a> Context<'a> {
    /// `vision::frame_handler`.
    pub(super) fn path(&self, interface: InterfaceId) -> String {
        self.hir.lidl.interface(interface).name()
    }

    /// `interface` is `wanted` or inherits from it.
    pub(super) fn is_a(&self, interface: InterfaceId, wanted: InterfaceId) -> bool {
        self.hir.lidl.is_a(interface, wanted)
    }

    /// Inherited procedures first.
    pub(super) fn procedures(&self, interface: InterfaceId) -> impl Iterator<Item = &'a Procedure> {
        self.hir.lidl.procedures(interface)
    }

    /// Several instances may hold an offer of it.
    pub(super) fn shared(&self, interface: InterfaceId) -> bool {
        self.hir.lidl.interface(interface).shared
    }
}
