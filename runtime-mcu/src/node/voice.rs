//! What a node knows of itself, for its services, and where they say something.

use crate::{console, control};
use ambc_node::control::OneLine;
use ambc_node::{Level, Measured, Voice};
use ambience::MetricValueOwned;
use core::fmt;

/// The console, and the line of control.
#[derive(Debug)]
pub(super) struct Console;

impl Voice for Console {
    fn line(&self, level: Level, who: &str, message: fmt::Arguments<'_>) {
        console::line(level, who, message);
    }

    fn event(&self, event: fmt::Arguments<'_>) {
        control::say(OneLine(event));
    }
}

/// A node of this kind keeps no metrics.
#[derive(Debug)]
pub(super) struct NoMetrics;

impl Measured for NoMetrics {
    fn len(&self) -> usize {
        0
    }

    fn value(&self, _: usize) -> Option<MetricValueOwned> {
        None
    }
}
