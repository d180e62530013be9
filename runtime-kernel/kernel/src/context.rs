//! What a group's code knows without a parameter: the time, the deadline of the request it works for, its timers.
use crate::time::Timer;
use core::cell::Cell;
use core::fmt;
use core::task::Waker;

/// The context of one group. Times are nanoseconds of the port's clock.
pub struct Ctx<'t> {
    clock: fn() -> u64,
    deadline: Cell<u64>,
    recent: Cell<u64>,
    idle_steps: Cell<u8>,
    timers: &'t [Timer],
    next_timer: Cell<u64>,
}

/// How many idle steps may share one reading of the clock.
const STEPS_PER_READING: u8 = 16;

impl<'t> Ctx<'t> {
    /// `timers`: one for each task and request that may sleep at once, that is the sum of the pools and tasks of the group.
    /// A sleeper that finds none left is polled in every step instead.
    #[must_use]
    pub fn new(clock: fn() -> u64, timers: &'t [Timer]) -> Self {
        Self {
            clock,
            deadline: Cell::new(u64::MAX),
            recent: Cell::new(clock()),
            idle_steps: Cell::new(0),
            timers,
            next_timer: Cell::new(u64::MAX),
        }
    }

    /// The time.
    #[inline]
    pub fn now(&self) -> u64 {
        let now = (self.clock)();
        self.recent.set(now);
        now
    }

    /// The time as of this step of the group, or a few idle steps ago: what is due by it is due. Costs one load.
    #[inline]
    pub fn recent(&self) -> u64 {
        self.recent.get()
    }

    /// When the request that runs now is given up by its caller; `u64::MAX` if never.
    #[inline]
    pub fn deadline(&self) -> u64 {
        self.deadline.get()
    }

    /// Sets the deadline that calls made from now on inherit; the previous one.
    #[inline]
    pub(crate) fn set_deadline(&self, at: u64) -> u64 {
        self.deadline.replace(at)
    }

    /// Start of a step. Reading the clock in idle steps keeps it out of the way of a call that has just arrived.
    #[inline]
    pub(crate) fn begin_step(&self) -> bool {
        let idle = self.idle_steps.get();
        if idle == 0 {
            self.now();
        }
        self.idle_steps.set(if idle + 1 < STEPS_PER_READING { idle + 1 } else { 0 });
        self.recent() >= self.next_timer.get() && self.fire()
    }

    /// The next step must look at the clock: this one took time, or the group is about to sleep.
    #[inline]
    pub(crate) fn read_clock_next(&self) {
        self.idle_steps.set(0);
    }

    pub(crate) fn next_timer(&self) -> u64 {
        self.next_timer.get()
    }

    /// Wakes `waker` at `at`; false if there is no timer left.
    pub(crate) fn arm(&self, at: u64, waker: &Waker) -> bool {
        let Some(timer) = Timer::place_for(self.timers, waker) else { return false };
        timer.arm(at, waker);
        self.next_timer.set(self.next_timer.get().min(at));
        true
    }

    #[cold]
    fn fire(&self) -> bool {
        let now = self.recent();
        let next = self.timers.iter().map(|timer| timer.fire(now)).min();
        self.next_timer.set(next.unwrap_or(u64::MAX));
        true
    }
}

impl fmt::Debug for Ctx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx")
            .field("deadline", &self.deadline)
            .field("recent", &self.recent)
            .finish_non_exhaustive()
    }
}
