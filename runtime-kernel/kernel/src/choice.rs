//! One dependency that stands for several replicas: the caller's side chooses, for every call, which of them is asked.
//!
//! A member that did not answer is left out for a while, so that not every call waits for it again. No call asks a member
//! twice, and none fails for want of an answer before every member that may be asked was.
use crate::time::{WithDeadline, with_deadline};
use crate::wire::Reply;
use crate::{CallError, CallOptions, Ctx};
use core::cell::Cell;
use core::fmt;
use core::future::Future;
use core::marker::PhantomData;

/// `first a, b`: the first that answers, in the order of the manifest.
pub type First<T, const N: usize> = Choice<InOrder, T, N>;

/// `any a, b`: one after the other, in turn.
pub type Any<T, const N: usize> = Choice<InTurn, T, N>;

/// How members are chosen.
pub trait Rule {
    /// Whether a call begins after the member that the previous one was given to.
    const IN_TURN: bool;
    /// Whether another member is asked although one that did not answer may have run.
    const REPEATS: bool;
}

/// In the order of the manifest, until one answers.
#[derive(Clone, Copy, Debug)]
pub enum InOrder {}

impl Rule for InOrder {
    const IN_TURN: bool = false;
    const REPEATS: bool = true;
}

/// In turn. A call that may have run is not given to another member, unless it is idempotent.
#[derive(Clone, Copy, Debug)]
pub enum InTurn {}

impl Rule for InTurn {
    const IN_TURN: bool = true;
    const REPEATS: bool = false;
}

/// Several providers of one interface. Generated traits are implemented for it.
pub struct Choice<R, T, const N: usize> {
    ctx: &'static Ctx<'static>,
    members: [Member<T>; N],
    turn: Cell<usize>,
    rule: PhantomData<R>,
}

struct Member<T> {
    value: T,
    /// What an attempt may take, in nanoseconds; 0 if its binding does not say.
    timeout: u64,
    health: Health,
}

impl<R: Rule, T, const N: usize> Choice<R, T, N> {
    /// Members in the order of the manifest, with the timeouts of their bindings in µs, 0 for none.
    #[must_use]
    pub fn new(ctx: &'static Ctx<'static>, members: [T; N], timeouts_us: [u64; N]) -> Self {
        const { assert!(N > 0, "there is somebody to choose") };
        let mut timeouts = timeouts_us.into_iter().map(|us| us.saturating_mul(1000));
        let members = members.map(|value| {
            let timeout = timeouts.next().unwrap_or(0);
            Member { value, timeout, health: Health::default() }
        });
        Self { ctx, members, turn: Cell::new(0), rule: PhantomData }
    }

    /// Begins a call. Not a method: it would hide a procedure of that name.
    pub fn attempts(choice: &Self, options: CallOptions) -> Attempts<'_, T, N> {
        let now = choice.ctx.recent();
        let own = match options.timeout_us {
            0 => crate::lane::DEFAULT_TIMEOUT_NS,
            us => u64::from(us) * 1000,
        };
        let said = choice.members.iter().map(|m| m.timeout).fold(0, u64::saturating_add);
        Attempts {
            ctx: choice.ctx,
            members: &choice.members,
            turn: R::IN_TURN.then_some(&choice.turn),
            repeats: R::REPEATS || options.idempotent,
            deadline: choice.ctx.deadline().min(now.saturating_add(own.max(said))),
            asked: [false; N],
            current: 0,
            seen: 0,
            doubt: None,
        }
    }
}

impl<R, T, const N: usize> fmt::Debug for Choice<R, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.members.iter().map(|m| &m.health)).finish()
    }
}

/// One call: which members were asked. Dropping it asks no further one.
pub struct Attempts<'c, T, const N: usize> {
    ctx: &'static Ctx<'static>,
    members: &'c [Member<T>; N],
    /// Whose turn it is, where members take turns.
    turn: Option<&'c Cell<usize>>,
    repeats: bool,
    deadline: u64,
    asked: [bool; N],
    current: usize,
    /// Failures of the current member when it was asked.
    seen: u8,
    /// An error after which a member may have run.
    doubt: Option<CallError>,
}

impl<'c, T, const N: usize> Attempts<'c, T, N> {
    /// The member to ask next. [`judge`](Self::judge) does not ask for one when there is none.
    pub fn member(&mut self) -> &'c T {
        let start = self.turn.map_or(0, Cell::get);
        let in_order = || (start..N).chain(0..start);
        let left = |i: &usize| !self.asked[*i];
        let now = self.ctx.recent();
        let picked = in_order().find(|i| left(i) && self.members[*i].health.is_usable(now));
        self.current = picked.or_else(|| in_order().find(left)).unwrap_or(self.current);
        if let Some(turn) = self.turn {
            turn.set((self.current + 1) % N);
        }
        self.asked[self.current] = true;
        let member = &self.members[self.current];
        self.seen = member.health.asked(now);
        &member.value
    }

    /// The call to that member, under the deadline of this attempt.
    pub fn within<F: Future>(&self, call: F) -> WithDeadline<'static, F> {
        with_deadline(self.ctx, self.limit(), call)
    }

    /// What its binding says; else half of the time that is left if there is another to ask, all of it if there is not.
    fn limit(&self) -> u64 {
        let now = self.ctx.recent();
        let left = self.deadline.saturating_sub(now);
        let limit = match self.members[self.current].timeout {
            0 if self.repeats && self.another_is_usable(now) => left / 2,
            0 => left,
            said => said.min(left),
        };
        now.saturating_add(limit)
    }

    fn another_is_usable(&self, now: u64) -> bool {
        let mut rest = self.members.iter().zip(&self.asked).filter(|(_, asked)| !**asked);
        rest.any(|(member, _)| member.health.is_usable(now))
    }

    /// What the call comes to; `None` if another member is to be asked.
    pub fn judge<A: Reply>(&mut self, answer: A) -> Option<A> {
        let health = &self.members[self.current].health;
        let Some(error) = answer.error() else {
            health.answered();
            return Some(answer);
        };
        let moves_on = match error {
            CallError::Overloaded => true,
            CallError::Timeout | CallError::Unreachable | CallError::Restarted => {
                health.failed(self.ctx.now(), self.seen);
                self.doubt = Some(error);
                self.repeats
            }
            CallError::Denied | CallError::Malformed | CallError::Mismatch | CallError::Cancelled => {
                health.answered();
                false
            }
        };
        if moves_on && self.asked.contains(&false) && self.ctx.now() < self.deadline {
            return None;
        }
        // The last one may surely not have run when an earlier one may have.
        match self.doubt.filter(|_| error == CallError::Overloaded) {
            Some(doubt) => Some(A::failed(doubt)),
            None => Some(answer),
        }
    }
}

impl<T, const N: usize> fmt::Debug for Attempts<'_, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempts")
            .field("asked", &self.asked)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Whether a member answers. After a failure it is left out for 100 ms, twice as long after each further one, at most 10 s;
/// then one call tries it while the others still stay away.
#[derive(Debug, Default)]
struct Health {
    failures: Cell<u8>,
    out_until: Cell<u64>,
}

const FIRST_PAUSE_NS: u64 = 100_000_000;
const LONGEST_PAUSE_NS: u64 = 10_000_000_000;

impl Health {
    fn is_usable(&self, now: u64) -> bool {
        self.failures.get() == 0 || self.out_until.get() <= now
    }

    /// Others stay away while one call tries whether it is back. The failures so far.
    fn asked(&self, now: u64) -> u8 {
        if self.failures.get() > 0 {
            self.leave_out(now);
        }
        self.failures.get()
    }

    fn answered(&self) {
        self.failures.set(0);
    }

    /// Calls that were under way together are one failure: they have all seen the same number.
    fn failed(&self, now: u64, seen: u8) {
        if self.failures.get() == seen {
            self.failures.set(seen.saturating_add(1));
            self.leave_out(now);
        }
    }

    fn leave_out(&self, now: u64) {
        let doublings = u32::from(self.failures.get().clamp(1, 8) - 1);
        let pause = (FIRST_PAUSE_NS << doublings).min(LONGEST_PAUSE_NS);
        self.out_until.set(now.saturating_add(pause));
    }
}
