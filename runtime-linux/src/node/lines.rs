//! Lines of instances on their way to a collector: one bounded queue for each log route of the node.
//!
//! A queue never makes a logger wait. What comes when it is full is counted, and the count keeps its place among the lines.

use crate::log::{self, Level};
use core::cell::RefCell;
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::future::poll_fn;

/// Lines that may wait for one collector.
pub(crate) const MOST_WAITING: usize = 256;

/// Every queue of the node, by the number of its route.
#[derive(Debug, Default)]
pub(crate) struct Lines(RefCell<Vec<&'static Queue>>);

/// The lines that wait for one collector.
#[derive(Debug, Default)]
pub(crate) struct Queue(RefCell<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Whose lines these are in warnings, and the least level that is taken; nothing before somebody reads.
    reader: Option<(&'static str, Level)>,
    waiting: VecDeque<Line>,
    /// Lost since the last line that waits.
    lost: u64,
    /// Lost before what was taken last, and not said to the collector yet.
    unsaid: u64,
    /// What was taken last is still on its way: so many lines, which is none where only a loss is said.
    under_way: Option<u64>,
    /// The collector is away for a while: what waits for it keeps nobody busy.
    away: bool,
    waker: Option<Waker>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) level: ambience::Level,
    pub(crate) who: &'static str,
    pub(crate) message: String,
    /// Lines that were lost just before it.
    lost: u64,
}

impl Lines {
    /// The queue of route `number`; made when it is first asked for.
    pub(crate) fn queue(&self, number: usize) -> &'static Queue {
        let mut queues = self.0.borrow_mut();
        while queues.len() <= number {
            queues.push(Box::leak(Box::default()));
        }
        queues[number]
    }

    /// No line waits or is on its way, but to a collector that is away.
    pub(crate) fn idle(&self) -> bool {
        self.0.borrow().iter().all(|queue| queue.0.borrow().idle())
    }

    /// Says what no collector will get any more.
    pub(crate) fn at_the_end(&self) {
        for queue in self.0.borrow().iter() {
            let inner = queue.0.borrow();
            if let (Some((who, _)), left @ 1..) = (inner.reader, inner.left()) {
                log::line(Level::Warn, who, were_lost(left));
            }
        }
    }
}

impl Queue {
    /// Takes lines of `level` and more from now on, for the route called `who`.
    pub(crate) fn open(&self, who: &'static str, level: ambience::Level) {
        self.0.borrow_mut().reader = Some((who, level.into()));
    }

    /// Adds a line if its level is taken, or counts it if there is no room.
    pub(crate) fn push(&self, level: ambience::Level, who: &'static str, message: &str) {
        let mut inner = self.0.borrow_mut();
        if inner.reader.is_none_or(|(_, least)| Level::from(level) < least) {
            return;
        }
        if inner.waiting.len() >= MOST_WAITING {
            inner.lost += 1;
            return;
        }
        let lost = std::mem::take(&mut inner.lost);
        inner.waiting.push_back(Line { level, who, message: message.to_owned(), lost });
        if let Some(waker) = inner.waker.take() {
            waker.wake();
        }
    }

    /// The next line; `None`: only that lines were lost is to be said. What was taken before is done with.
    pub(crate) async fn next(&self) -> Option<Line> {
        self.0.borrow_mut().settle();
        poll_fn(|cx| self.0.borrow_mut().take(cx)).await
    }

    /// The collector did not get what was taken last.
    pub(crate) fn lose(&self) {
        let mut inner = self.0.borrow_mut();
        inner.unsaid += inner.under_way.take().unwrap_or(0);
    }

    /// Nothing more is taken before the collector may be back.
    pub(crate) fn is_away(&self) {
        self.0.borrow_mut().away = true;
    }

    /// How many lines are lost that the collector does not know of.
    pub(crate) fn unsaid(&self) -> u64 {
        self.0.borrow().unsaid
    }

    /// The collector knows of so many.
    pub(crate) fn said(&self, lost: u64) {
        self.0.borrow_mut().unsaid -= lost;
    }
}

impl Inner {
    /// What was taken is done with.
    fn settle(&mut self) {
        (self.under_way, self.away) = (None, false);
    }

    fn take(&mut self, cx: &Context<'_>) -> Poll<Option<Line>> {
        let line = self.waiting.pop_front();
        let lost = match &line {
            Some(line) => line.lost,
            None => std::mem::take(&mut self.lost),
        };
        if line.is_none() && lost == 0 {
            self.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        self.unsaid += lost;
        self.under_way = Some(u64::from(line.is_some()));
        Poll::Ready(line)
    }

    fn idle(&self) -> bool {
        self.away || (self.waiting.is_empty() && self.under_way.is_none() && self.lost == 0)
    }

    /// Lines that did not get through.
    fn left(&self) -> u64 {
        let waiting: u64 = self.waiting.iter().map(|line| line.lost + 1).sum();
        waiting + self.lost + self.unsaid + self.under_way.unwrap_or(0)
    }
}

/// `3 lines were lost`.
pub(crate) fn were_lost(lines: u64) -> String {
    match lines {
        1 => "1 line was lost".to_owned(),
        n => format!("{n} lines were lost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ambience::Level::{Debug, Error, Info};
    use core::pin::pin;

    fn open() -> &'static Queue {
        let queue = Lines::default().queue(0);
        queue.open("n.log_to_c", Info);
        queue
    }

    fn taken(queue: &Queue) -> Option<Option<Line>> {
        let next = pin!(queue.next());
        match next.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(line) => Some(line),
            Poll::Pending => None,
        }
    }

    #[test]
    fn lines_of_the_level_and_above_come_out_in_order() {
        let lines = Lines::default();
        let queue = lines.queue(1);
        queue.push(Error, "a", "before anybody reads");
        queue.open("n.log_to_c", Info);
        queue.push(Debug, "a", "too little");
        queue.push(Info, "a", "one");
        queue.push(Error, "b", "two");
        assert!(!lines.idle());
        let of = |line: Option<Option<Line>>| line.flatten().map(|l| (l.level, l.who, l.message));
        assert_eq!(of(taken(queue)), Some((Info, "a", "one".to_owned())));
        assert_eq!(of(taken(queue)), Some((Error, "b", "two".to_owned())));
        assert!(!lines.idle(), "the last one is on its way");
        assert_eq!(taken(queue), None);
        assert!(lines.idle());
    }

    #[test]
    fn what_has_no_room_is_counted_where_it_is_missing() {
        let queue = open();
        for n in 0..MOST_WAITING + 3 {
            queue.push(Info, "a", &n.to_string());
        }
        assert_eq!(taken(queue).flatten().map(|l| l.message).as_deref(), Some("0"));
        queue.push(Info, "a", "after the gap");
        for _ in 1..MOST_WAITING {
            assert!(taken(queue).flatten().is_some());
            assert_eq!(queue.unsaid(), 0);
        }
        assert_eq!(taken(queue).flatten().map(|l| l.message).as_deref(), Some("after the gap"));
        assert_eq!(queue.unsaid(), 3);
        queue.said(3);
        assert_eq!((queue.unsaid(), taken(queue)), (0, None));
    }

    #[test]
    fn that_the_last_lines_were_lost_comes_out_without_another_line() {
        let queue = open();
        for _ in 0..=MOST_WAITING {
            queue.push(Info, "a", "x");
        }
        for _ in 0..MOST_WAITING {
            assert!(taken(queue).flatten().is_some());
        }
        assert!(!queue.0.borrow().idle());
        assert_eq!((taken(queue), queue.unsaid()), (Some(None), 1));
        queue.push(Info, "a", "y");
        assert!(taken(queue).flatten().is_some());
        assert_eq!(queue.0.borrow().left(), 2, "one was lost, and one is on its way");
        queue.lose();
        assert_eq!((queue.0.borrow().left(), queue.unsaid()), (2, 2));
    }
}
