//! `ambience::logger`: lines for the log of the node.

use crate::log;
use crate::node::Host;
use crate::node::lines::Queue;
use ambc_kernel::Ctx;
use ambc_node::quota::Pace;
use ambience::{CallError, Level};

/// One logger for each instance that logs: it knows who that is.
///
/// Who logs more than a thousand lines a second waits: its calls are answered late, nobody else's.
#[derive(Debug)]
pub struct Logger {
    label: &'static str,
    pace: Pace,
    /// Of the routes that take these lines.
    queues: Vec<&'static Queue>,
}

/// What a logger is told.
#[derive(Clone, Copy, Debug)]
pub struct LoggerParams {
    /// The instance whose lines these are.
    pub label: &'static str,
    /// The numbers of the log routes that take them.
    pub routes: &'static [usize],
}

/// Longest message in bytes, as the interface says.
pub(super) const MAX_MESSAGE: usize = 200;
const LINES_PER_SECOND: u32 = 1000;

impl Logger {
    /// The logger of `params.label`.
    #[must_use]
    pub fn new(host: &Host, params: LoggerParams) -> Self {
        let queues = params.routes.iter().map(|number| host.lines().queue(*number)).collect();
        Self::of(host.ctx(), params.label, queues)
    }

    fn of(ctx: &'static Ctx<'static>, label: &'static str, queues: Vec<&'static Queue>) -> Self {
        Self { label, pace: Pace::new(ctx, LINES_PER_SECOND), queues }
    }

    async fn line(&self, level: Level, message: &str) -> Result<(), CallError> {
        // Between groups the encoding holds this bound; an instance of the kernel group calls directly.
        if message.len() > MAX_MESSAGE {
            return Err(CallError::Malformed);
        }
        self.pace.turn().await;
        log::line(level.into(), self.label, message);
        self.queues.iter().for_each(|queue| queue.push(level, self.label, message));
        Ok(())
    }
}

impl ambience::Logger for Logger {
    async fn log(&self, level: Level, message: &str) -> Result<(), CallError> {
        self.line(level, message).await
    }

    async fn error(&self, message: &str) -> Result<(), CallError> {
        self.line(Level::Error, message).await
    }

    async fn warn(&self, message: &str) -> Result<(), CallError> {
        self.line(Level::Warn, message).await
    }

    async fn info(&self, message: &str) -> Result<(), CallError> {
        self.line(Level::Info, message).await
    }

    async fn debug(&self, message: &str) -> Result<(), CallError> {
        self.line(Level::Debug, message).await
    }

    async fn trace(&self, message: &str) -> Result<(), CallError> {
        self.line(Level::Trace, message).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::block_on;
    use crate::ends;
    use ambience::Logger as _;
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    #[test]
    fn too_long_and_too_many() {
        let mut logger = Logger::of(ends::ctx(1), "test", vec![]);
        assert_eq!(block_on(logger.info(&"x".repeat(MAX_MESSAGE + 1))), Err(CallError::Malformed));
        assert_eq!(block_on(logger.info("one")), Ok(()));
        assert_eq!(block_on(logger.log(Level::Trace, "two")), Ok(()));
        logger.pace = Pace::new(ends::ctx(1), 0);
        let mut third = pin!(logger.warn("three"));
        assert_eq!(third.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
    }
}
