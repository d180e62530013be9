//! What generated programs use, in one import.

pub use crate::room::scratch;
pub use crate::services;
pub use crate::{Ended as ExitCode, Refused};
pub use ambc_kernel::{
    Absent, Any, CallError, Caller, Either, First, Handle, Kids, Request, Run, Serve, Server, Task, WakeMask,
    Work, instance, kids_bytes, made, stop,
};
pub use core::pin::pin;
