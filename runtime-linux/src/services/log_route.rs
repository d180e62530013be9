//! What `logs` comes to on a node: lines of its loggers go to a collector, which is any instance that is a logger.

use crate::log::{self, Level};
use crate::node::Host;
use crate::node::lines::{Line, Queue, were_lost};
use ambc_kernel::{Ctx, Run, time};
use ambience::{CallError, Logger};
use core::cell::Cell;
use core::convert::Infallible;

/// Sends the lines of one queue, one after the other, as `NODE INSTANCE: message`.
///
/// The collector never makes the node wait: a line whose call fails is lost and counted, as is one that had no room. The
/// number is said to the collector before the next line that it takes. While nothing gets through, one line a second is tried.
#[derive(Debug)]
pub struct LogRoute<L> {
    label: &'static str,
    node: &'static str,
    queue: &'static Queue,
    to: L,
    ctx: &'static Ctx<'static>,
    fails: Cell<bool>,
}

/// What a log route calls.
#[derive(Debug)]
pub struct LogRouteNeeds<L> {
    /// The collector.
    pub to: L,
}

/// What a log route is told.
#[derive(Clone, Copy, Debug)]
pub struct LogRouteParams {
    /// Lines that matter less are not sent.
    pub level: ambience::Level,
    /// Its own name.
    pub label: &'static str,
    /// Its number among those of the node, by which loggers know it.
    pub number: usize,
}

/// After a call that found nobody.
const PAUSE_NS: u64 = 1_000_000_000;
/// Bytes of the longest text that a logger takes.
const MOST_BYTES: usize = super::logger::MAX_MESSAGE;
/// Bytes of the longest `NODE INSTANCE`; names may be longer and are cut.
const MOST_WHO: usize = 120;
/// Says that a text goes on, or that a name is cut.
const GOES_ON: &str = "…";

impl<L: Logger> LogRoute<L> {
    /// The route of this number.
    #[must_use]
    pub fn new(host: &Host, needs: LogRouteNeeds<L>, params: LogRouteParams) -> Self {
        let queue = host.lines().queue(params.number);
        queue.open(params.label, params.level);
        Self {
            label: params.label,
            node: host.node(),
            queue,
            to: needs.to,
            ctx: host.ctx(),
            fails: Cell::new(false),
        }
    }

    async fn pass_on(&self, line: Option<Line>) {
        let result = self.try_to_pass_on(line).await;
        let failed_before = self.fails.replace(result.is_err());
        let Err(why) = result else { return };
        self.queue.lose();
        if !failed_before {
            log::line(Level::Warn, self.label, format_args!("lines are lost: {why}"));
        }
        if matches!(why, CallError::Timeout | CallError::Unreachable) {
            self.queue.is_away();
            time::sleep_until(self.ctx, self.ctx.now().saturating_add(PAUSE_NS)).await;
        }
    }

    async fn try_to_pass_on(&self, line: Option<Line>) -> Result<(), CallError> {
        self.say_what_was_lost().await?;
        match line {
            Some(line) => self.send(line.level, line.who, &line.message).await,
            None => Ok(()),
        }
    }

    async fn say_what_was_lost(&self) -> Result<(), CallError> {
        let lost = self.queue.unsaid();
        if lost > 0 {
            let text = were_lost(lost);
            self.send(ambience::Level::Warn, self.label, &text).await?;
            log::line(Level::Warn, self.label, text);
            self.queue.said(lost);
        }
        Ok(())
    }

    async fn send(&self, level: ambience::Level, who: &str, message: &str) -> Result<(), CallError> {
        for piece in pieces(self.node, who, &log::plain(message)) {
            self.to.log(level, &piece).await?;
        }
        Ok(())
    }
}

impl<L: Logger> Run for LogRoute<L> {
    #[expect(refining_impl_trait_reachable, reason = "it never ends")]
    async fn run(&self) -> Result<(), Infallible> {
        loop {
            let line = self.queue.next().await;
            self.pass_on(line).await;
        }
    }
}

/// A line as texts that a logger takes. All begin alike, and the second and later ones go on with `…`.
fn pieces(node: &str, who: &str, message: &str) -> Vec<String> {
    let name = format!("{node} {who}");
    let (start, rest) = split(&name, MOST_WHO);
    let prefix = format!("{start}{}: ", if rest.is_empty() { "" } else { GOES_ON });
    let (first, mut rest) = split(message, MOST_BYTES - prefix.len());
    let mut out = vec![format!("{prefix}{first}")];
    while !rest.is_empty() {
        let (next, after) = split(rest, MOST_BYTES - prefix.len() - GOES_ON.len());
        out.push(format!("{prefix}{GOES_ON}{next}"));
        rest = after;
    }
    out
}

/// The longest start of at most `bytes` that ends between characters, and what follows.
fn split(text: &str, bytes: usize) -> (&str, &str) {
    let ends = (0..=bytes.min(text.len())).rev();
    text.split_at(ends.into_iter().find(|at| text.is_char_boundary(*at)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ends;
    use crate::node::lines::{Lines, MOST_WAITING};
    use ambience::Level::Info;
    use core::cell::RefCell;
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    /// Keeps what it is told, unless it is away.
    #[derive(Default)]
    struct Collector {
        away: Cell<bool>,
        lines: RefCell<Vec<(ambience::Level, String)>>,
    }

    impl Logger for &'static Collector {
        async fn log(&self, level: ambience::Level, message: &str) -> Result<(), CallError> {
            assert!(message.len() <= MOST_BYTES, "{message}");
            if self.away.get() {
                return Err(CallError::Unreachable);
            }
            self.lines.borrow_mut().push((level, message.to_owned()));
            Ok(())
        }

        async fn error(&self, _: &str) -> Result<(), CallError> {
            Err(CallError::Denied)
        }

        async fn warn(&self, _: &str) -> Result<(), CallError> {
            Err(CallError::Denied)
        }

        async fn info(&self, _: &str) -> Result<(), CallError> {
            Err(CallError::Denied)
        }

        async fn debug(&self, _: &str) -> Result<(), CallError> {
            Err(CallError::Denied)
        }

        async fn trace(&self, _: &str) -> Result<(), CallError> {
            Err(CallError::Denied)
        }
    }

    impl Collector {
        fn taken(&self) -> Vec<String> {
            self.lines.take().into_iter().map(|(_, text)| text).collect()
        }
    }

    fn route() -> (LogRoute<&'static Collector>, &'static Collector) {
        let to: &Collector = Box::leak(Box::default());
        let (label, queue) = ("n.log_to_c", Lines::default().queue(0));
        queue.open(label, Info);
        (LogRoute { label, node: "n", queue, to, ctx: ends::ctx(1), fails: Cell::new(false) }, to)
    }

    /// Sends everything that waits, up to the next pause.
    fn turn(route: &LogRoute<&'static Collector>) {
        let run = pin!(route.run());
        assert!(matches!(run.poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
    }

    #[test]
    fn a_collector_learns_node_instance_and_level() {
        let (route, to) = route();
        route.queue.push(ambience::Level::Error, "pump[2]", "dry\nsince noon");
        turn(&route);
        assert_eq!(to.lines.take(), [(ambience::Level::Error, "n pump[2]: dry\\nsince noon".to_owned())]);
    }

    #[test]
    fn a_long_line_goes_on_and_nothing_of_it_is_lost() {
        let message = "aäb€".repeat(60);
        let texts = pieces("node", "instance", &message);
        let full = |text: &String| (MOST_BYTES - 3..=MOST_BYTES).contains(&text.len());
        assert!(texts.len() > 2 && texts[..texts.len() - 1].iter().all(full), "{texts:?}");
        let said: Vec<_> = texts.iter().map(|t| t.strip_prefix("node instance: ").unwrap()).collect();
        assert!(!said[0].starts_with(GOES_ON));
        let rest: String = said[1..].iter().map(|t| t.strip_prefix(GOES_ON).unwrap()).collect();
        assert_eq!(format!("{}{rest}", said[0]), message);
        assert_eq!(pieces("n", "i", ""), ["n i: "]);
        assert_eq!(pieces("n", "i", &"x".repeat(195)).len(), 1);
        assert_eq!(pieces("n", "i", &"x".repeat(196)).len(), 2);
    }

    #[test]
    fn names_leave_room_for_the_message() {
        let texts = pieces("n", &"ü".repeat(300), "short");
        assert_eq!(texts.len(), 1);
        assert!(texts[0].ends_with("ü…: short"), "{texts:?}");
    }

    #[test]
    fn a_collector_that_was_away_learns_how_much_it_missed() {
        let (route, to) = route();
        to.away.set(true);
        for n in 0..3 {
            route.queue.push(Info, "a", &n.to_string());
        }
        for tried in 1..=3 {
            turn(&route);
            assert_eq!((to.taken(), route.queue.unsaid()), (vec![], tried), "and it pauses");
        }
        to.away.set(false);
        route.queue.push(Info, "a", "3");
        turn(&route);
        assert_eq!(to.taken(), ["n n.log_to_c: 3 lines were lost", "n a: 3"]);
        assert_eq!(route.queue.unsaid(), 0);
    }

    #[test]
    fn a_full_queue_is_said_after_the_lines_that_waited() {
        let (route, to) = route();
        for n in 0..MOST_WAITING + 2 {
            route.queue.push(Info, "a", &n.to_string());
        }
        turn(&route);
        let taken = to.taken();
        assert_eq!(taken.len(), MOST_WAITING + 1);
        assert_eq!(taken.last().map(String::as_str), Some("n n.log_to_c: 2 lines were lost"));
    }
}
