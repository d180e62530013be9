//! `ambience::logger`: lines for the console of the node.

use crate::console;
use crate::node::Host;
use ambc_node::quota::Pace;
use ambience::{CallError, Level};

/// One logger for each instance that logs: it knows who that is.
///
/// Who logs more than a thousand lines a second waits: its calls are answered late, nobody else's.
#[derive(Debug)]
pub struct Logger {
    label: &'static str,
    pace: Pace,
}

/// What a logger is told.
#[derive(Clone, Copy, Debug)]
pub struct LoggerParams {
    /// The instance whose lines these are.
    pub label: &'static str,
    /// The numbers of the log routes that take them: none, here.
    pub routes: &'static [usize],
}

/// Longest message in bytes, as the interface says.
const MAX_MESSAGE: usize = 200;
const LINES_PER_SECOND: u32 = 1000;

impl Logger {
    /// The logger of `params.label`.
    #[must_use]
    pub fn new(host: &Host, params: LoggerParams) -> Self {
        debug_assert!(params.routes.is_empty(), "`ambc` refuses log routes on a microcontroller");
        Self { label: params.label, pace: Pace::new(host.ctx(), LINES_PER_SECOND) }
    }

    async fn line(&self, level: console::Level, message: &str) -> Result<(), CallError> {
        // Between groups the encoding holds this bound; an instance of the kernel group calls directly.
        if message.len() > MAX_MESSAGE {
            return Err(CallError::Malformed);
        }
        self.pace.turn().await;
        console::line(level, self.label, message);
        Ok(())
    }
}

impl ambience::Logger for Logger {
    async fn log(&self, level: Level, message: &str) -> Result<(), CallError> {
        self.line(level.into(), message).await
    }

    async fn error(&self, message: &str) -> Result<(), CallError> {
        self.line(console::Level::Error, message).await
    }

    async fn warn(&self, message: &str) -> Result<(), CallError> {
        self.line(console::Level::Warn, message).await
    }

    async fn info(&self, message: &str) -> Result<(), CallError> {
        self.line(console::Level::Info, message).await
    }

    async fn debug(&self, message: &str) -> Result<(), CallError> {
        self.line(console::Level::Debug, message).await
    }

    async fn trace(&self, message: &str) -> Result<(), CallError> {
        self.line(console::Level::Trace, message).await
    }
}
