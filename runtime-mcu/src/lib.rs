//! The Cortex-M port: for now no more than the portable kernel, built for that target.
//!
//! There is no board, no MPU setup and no switch between groups here yet: a firmware that uses this crate steps the groups
//! of its image itself, in one loop and one address space, with [`ambc_kernel::Group::step`].
#![no_std]

pub use ambc_kernel as kernel;
