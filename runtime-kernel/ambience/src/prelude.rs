//! `use ambience::prelude::*;`: all that most services name.

pub use crate::{
    Block, Clock, Files, GpioIn, GpioOut, Health, Logger, Metrics, Random, Storage, Timer, Uart,
};
pub use crate::{Bulk, CallError, Condition, Failure, Level, List, Run, Seq, Stop, Vector};
