//! What service authors depend on: the built-in interfaces, and the types of arguments, results and errors.
//!
//! ```ignore
//! #![no_std]
//! use ambience::prelude::*;
//!
//! pub struct Needs<L> { pub log: L }
//! pub struct Greeter<L> { needs: Needs<L> }
//!
//! impl<L: Logger> Run for Greeter<L> {
//!     async fn run(&self) -> Result<(), impl core::fmt::Display> {
//!         self.needs.log.info("hello").await
//!     }
//! }
//! ```
//! The built-in interfaces are declared in `lidl/*.lidl` of this crate, and documented there.
#![no_std]
#![forbid(unsafe_code)]

extern crate self as ambience;

#[doc(hidden)]
pub mod __rt;
pub mod prelude;
mod rt;

mod built_in {
    include!(concat!(env!("OUT_DIR"), "/lidl.rs"));
}

pub use ambc_kernel::{Absent, Any, Either, First, List, Run, Stop};
pub use ambc_wire::{Bulk, CallError, Failure, Map, MapView, Seq, String, Vector};
pub use built_in::*;

/// The whole library of an interface crate: what its build script made of its `.lidl` files.
///
/// ```ignore
/// #![no_std]
/// ambience::interfaces!();
/// ```
#[macro_export]
macro_rules! interfaces {
    () => {
        include!(concat!(env!("OUT_DIR"), "/lidl.rs"));
    };
}
