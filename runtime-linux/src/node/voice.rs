//! What services of the kernel group say: to the log at once, to whoever controls the node when its loop comes to it.

use crate::log::{self, Level};
use ambc_node::Voice;
use ambc_node::control::OneLine;
use core::cell::RefCell;
use core::fmt;

/// Events that were not passed on yet.
#[derive(Debug, Default)]
pub(crate) struct News(RefCell<Vec<String>>);

impl News {
    /// What whoever controls the node was not told yet.
    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

impl Voice for News {
    fn line(&self, level: Level, who: &str, message: fmt::Arguments<'_>) {
        log::line(level, who, message);
    }

    fn event(&self, event: fmt::Arguments<'_>) {
        self.0.borrow_mut().push(OneLine(event).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_lines_and_told_once() {
        let news = News::default();
        news.event(format_args!("health lens degraded {}", "fog\non it"));
        news.event(format_args!("health lens good "));
        assert_eq!(news.take(), ["health lens degraded fog on it", "health lens good "]);
        assert!(news.take().is_empty());
    }
}
