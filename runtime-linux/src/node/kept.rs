//! One user group as its supervisor sees it: whether it runs, serves, is due, is stuck, or was given up.

use super::events::{Events, Source};
use super::process::{Ended, Printed, Process};
use crate::control::Control;
use crate::log::{self, Level};
use crate::status::Phase;
use ambc_kernel::restart::{Limit, Restarts, Then, Verdict};
use ambc_kernel::watchdog::{Look, Watchdog};

#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) process: Process,
    pub(crate) restarts: Restarts<'static>,
    /// When it is to be started again.
    pub(crate) due: Option<u64>,
    /// When it died, until it serves again.
    died: Option<u64>,
    pub(crate) serving: bool,
    /// Its output is not waited for: it printed its share of this second.
    pub(crate) muted: bool,
    watchdog: Watchdog,
    fate: Fate,
    /// Its fate is not known to the supervisor yet.
    news: bool,
}

/// What its restart policy has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is started again when it dies.
    Lives,
    /// It stays down.
    GivenUp,
    /// The node has to start anew, for this reason.
    Reboots(String),
}

impl Kept {
    /// A group that has not run yet. `watchdog`: ns that its loop may stand still; 0 for ever.
    pub(crate) fn new(process: Process, watchdog: u64) -> Self {
        let policy = process.spec.restart;
        Self {
            restarts: Restarts::new(policy, Vec::leak(vec![0; policy.history()])),
            process,
            due: None,
            died: None,
            serving: false,
            muted: false,
            watchdog: Watchdog::new(watchdog),
            fate: Fate::Lives,
            news: false,
        }
    }

    /// What has become of it, if that is new.
    pub(crate) fn new_fate(&mut self) -> Option<Fate> {
        std::mem::take(&mut self.news).then(|| self.fate.clone())
    }

    /// Nothing will run of it any more.
    pub(crate) fn given_up(&self) -> bool {
        self.fate == Fate::GivenUp
    }

    pub(crate) fn start(&mut self, number: u8, now: u64, events: &Events, control: &mut Control) {
        let name = self.process.spec.name;
        self.restarts.started(now);
        self.watchdog.reset();
        match self.process.start() {
            Ok(pid) => {
                let instances = self.process.spec.instances.join(", ");
                log::line(Level::Info, "ambc", format_args!("group {name} is process {pid} ({instances})"));
                control.say(format_args!("group {name} pid {pid}"));
            }
            Err(e) => self.failed_to_start(format_args!("cannot be started: {e}"), now, control),
        }
        if let Some(pidfd) = self.process.pidfd()
            && let Err(e) = events.add(pidfd, Source::Process(number))
        {
            self.process.kill();
            self.failed_to_start(format_args!("cannot be watched: {e}"), now, control);
        }
    }

    fn failed_to_start(&mut self, what: std::fmt::Arguments<'_>, now: u64, control: &mut Control) {
        let name = self.process.spec.name;
        log::line(Level::Error, "ambc", format_args!("group {name} {what}"));
        match self.restarts.died(now) {
            Verdict::Again(due) => self.due = Some(due),
            Verdict::Enough(limit) => self.give_up(limit, &what.to_string(), control),
        }
    }

    /// Its process ended: says so, and decides what comes next.
    pub(crate) fn schedule(&mut self, how: Ended, now: u64, control: &mut Control) {
        let (name, pid) = (self.process.spec.name, self.process.last_pid);
        self.died = self.died.or(Some(now));
        self.serving = false;
        match self.restarts.died(now) {
            Verdict::Again(due) => {
                let wait_ms = due.saturating_sub(now) / 1_000_000;
                let text = format_args!(
                    "group {name} (process {pid}) ended with {how}; it is started again in {wait_ms} ms"
                );
                log::line(Level::Error, "ambc", text);
                control.say(format_args!("died {name} pid {pid} status {how} restart-in-ms {wait_ms}"));
                self.due = Some(due);
            }
            Verdict::Enough(limit) => {
                self.give_up(limit, &format!("(process {pid}) ended with {how}"), control)
            }
        }
    }

    fn give_up(&mut self, limit: Limit, what: &str, control: &mut Control) {
        let (name, Limit { restarts, window, then }) = (self.process.spec.name, limit);
        let often = format!("after {restarts} restarts within {} ms", window / 1_000_000);
        let (next, fate) = match then {
            Then::Stop => ("it stays down", Fate::GivenUp),
            Then::Reboot => ("the node reboots", Fate::Reboots(format!("group {name} failed {often}"))),
        };
        log::line(Level::Error, "ambc", format_args!("group {name} {what} {often}: {next}"));
        if then == Then::Stop {
            control.say(format_args!("gave-up {name} {often}"));
        }
        (self.fate, self.news) = (fate, true);
    }

    pub(crate) fn notice_serving(&mut self, now: u64) {
        if self.serving || self.process.status.phase() == Phase::Starting || !self.process.is_running() {
            return;
        }
        self.serving = true;
        if let Some(died) = self.died.take() {
            let ms = now.saturating_sub(died) as f64 / 1e6;
            let name = self.process.spec.name;
            log::line(
                Level::Info,
                "ambc",
                format_args!("group {name} serves again {ms:.1} ms after it died"),
            );
        }
    }

    /// Kills its process if it serves, and its loop stands still. One that sleeps is woken and turns once.
    pub(crate) fn watch(&mut self, now: u64, control: &mut Control) {
        if !self.serving || !self.process.is_running() {
            return;
        }
        match self.watchdog.look(now, self.process.status.heartbeat()) {
            Look::Wait => {}
            Look::Wake => self.process.ring(),
            Look::Stuck => {
                let (name, pid) = (self.process.spec.name, self.process.last_pid);
                let ms = self.watchdog.limit() / 1_000_000;
                let text = format_args!("group {name} (process {pid}) stood still for {ms} ms: it is killed");
                log::line(Level::Error, "ambc", text);
                control.say(format_args!("stuck {name} pid {pid} within-ms {ms}"));
                self.process.shoot();
            }
        }
    }

    /// When it is to be started, looked at, or read from again.
    pub(crate) fn next_timer(&mut self, now: u64) -> Option<u64> {
        let watched = self.serving.then(|| self.watchdog.next_timer()).flatten();
        self.due.into_iter().chain(watched).chain(self.process.muted_until(now)).min()
    }

    pub(crate) fn print(&self, printed: Printed, control: &mut Control) {
        let spec = self.process.spec;
        match printed {
            Printed::RunFailed { instance, message } if spec.instances.contains(&instance.as_str()) => {
                super::run_failed(&instance, &message, control);
            }
            Printed::RunFailed { instance, message } => {
                log::line(Level::Warn, "ambc", format_args!("group {}: {instance} {message}", spec.name));
            }
            Printed::Line(line) => {
                log::line(Level::Warn, "ambc", format_args!("group {}: {line}", spec.name))
            }
        }
    }
}
