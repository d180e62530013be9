//! How much a line of the log matters.

use core::fmt;

/// From what matters least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Every step.
    Trace,
    /// For whoever looks for a mistake.
    Debug,
    /// Something happened as it should.
    Info,
    /// Something is odd; work goes on.
    Warn,
    /// Something failed.
    Error,
}

impl From<ambience::Level> for Level {
    fn from(level: ambience::Level) -> Self {
        match level {
            ambience::Level::Error => Self::Error,
            ambience::Level::Warn => Self::Warn,
            ambience::Level::Info => Self::Info,
            ambience::Level::Debug => Self::Debug,
            ambience::Level::Trace => Self::Trace,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        })
    }
}
