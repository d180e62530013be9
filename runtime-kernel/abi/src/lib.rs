//! Plain types that the kernel, the services, generated code and the compiler agree on. No dependencies, no allocator.
#![no_std]

mod error;
pub mod image;
mod lane;
mod param;

pub use error::{CallError, Failure, STATUS_ERROR, STATUS_OK};
pub use lane::LaneSpec;
pub use param::ParamKind;
