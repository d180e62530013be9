//! What generated programs use, in one import.

pub use crate::ends::scratch;
pub use crate::group::Refused;
pub use crate::services;
pub use ambc_kernel::{
    Absent, Any, CallError, Caller, Either, First, Handle, Kids, Request, Run, Serve, Server, Task, WakeMask,
    Work, instance, kids_bytes, made, stop,
};
pub use core::pin::pin;
pub use std::process::ExitCode;
