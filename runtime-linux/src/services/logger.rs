//! `ambience::logger`: lines for the log of the node.

use crate::log;
use crate::node::Host;
use crate::quota::Pace;
use ambc_kernel::Ctx;
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
}

/// Longest message in bytes, as the interface says.
const MAX_MESSAGE: usize = 200;
const LINES_PER_SECOND: u32 = 1000;

impl Logger {
    /// The logger of `params.label`.
    #[must_use]
    pub fn new(host: &Host, params: LoggerParams) -> Self {
        Self::of(host.ctx(), params.label)
    }

    fn of(ctx: &'static Ctx<'static>, label: &'static str) -> Self {
        Self { label, pace: Pace::new(ctx, LINES_PER_SECOND) }
    }

    async fn line(&self, level: log::Level, message: &str) -> Result<(), CallError> {
        // Between groups the encoding holds this bound; an instance of the kernel group calls directly.
        if message.len() > MAX_MESSAGE {
            return Err(CallError::Malformed);
        }
        self.pace.turn().await;
        log::line(level, self.label, message);
        Ok(())
    }
}

impl ambience::Logger for Logger {
    async fn log(&self, level: Level, message: &str) -> Result<(), CallError> {
        let level = match level {
            Level::Error => log::Level::Error,
            Level::Warn => log::Level::Warn,
            Level::Info => log::Level::Info,
            Level::Debug => log::Level::Debug,
            Level::Trace => log::Level::Trace,
        };
        self.line(level, message).await
    }

    async fn error(&self, message: &str) -> Result<(), CallError> {
        self.line(log::Level::Error, message).await
    }

    async fn warn(&self, message: &str) -> Result<(), CallError> {
        self.line(log::Level::Warn, message).await
    }

    async fn info(&self, message: &str) -> Result<(), CallError> {
        self.line(log::Level::Info, message).await
    }

    async fn debug(&self, message: &str) -> Result<(), CallError> {
        self.line(log::Level::Debug, message).await
    }

    async fn trace(&self, message: &str) -> Result<(), CallError> {
        self.line(log::Level::Trace, message).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::block_on;
    use crate::ends;
    use crate::quota::Quota;
    use ambience::Logger as _;
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    #[test]
    fn too_long_and_too_many() {
        let logger = Logger::of(ends::ctx(1), "test");
        assert_eq!(block_on(logger.info(&"x".repeat(MAX_MESSAGE + 1))), Err(CallError::Malformed));
        assert_eq!(block_on(logger.info("one")), Ok(()));
        assert_eq!(block_on(logger.log(Level::Trace, "two")), Ok(()));
        logger.pace.quota.set(Quota::new(0));
        let mut third = pin!(logger.warn("three"));
        assert_eq!(third.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
    }
}
