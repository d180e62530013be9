//! What generated interface code refers to. Not for people: anything here may change.

pub use crate::{
    __ambc_client as client, __ambc_dispatch as dispatch, __ambc_error as error, __ambc_forward as forward,
    __ambc_needs_alloc as needs_alloc, __ambc_procedures as procedures, __ambc_with_alloc as with_alloc,
};
pub use ambc_kernel::choice::Rule;
pub use ambc_kernel::{Absent, CallOptions, Channel, Choice, Either, Handle, Instance, Request};
pub use ambc_wire::{
    Bulk, CallError, Failure, Map, MapView, Seq, String, Text, Unbounded, Vector, args, decode, enumeration,
    record, union,
};
pub use core::future::Future;

/// Owned values without bounds.
#[cfg(feature = "alloc")]
pub mod alloc {
    extern crate alloc;
    pub use alloc::collections::BTreeMap;
    pub use alloc::string::String;
    pub use alloc::vec::Vec;
}

/// The generator computes the largest messages on its own; here the two meet, when an interface crate is compiled.
///
/// # Panics
/// If they differ: a mistake of this product.
pub const fn agree<S: ambc_wire::Wire>(max: usize) {
    assert!(S::MAX == max || max == usize::MAX, "the largest request is not what the generator computed");
}
