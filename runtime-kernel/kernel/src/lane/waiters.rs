//! Who waits for a resource that has run out, first come first served, in a table of fixed size.
use core::cell::Cell;
use core::fmt;
use core::task::Waker;

/// One place to wait in.
pub struct Waiter {
    used: Cell<bool>,
    ticket: Cell<u32>,
    deadline: Cell<u64>,
    waker: Cell<Option<Waker>>,
}

impl Waiter {
    /// An empty place: `[const { Waiter::new() }; 4]`.
    #[must_use]
    pub const fn new() -> Self {
        Self { used: Cell::new(false), ticket: Cell::new(0), deadline: Cell::new(0), waker: Cell::new(None) }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Default for Waiter {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("used", &self.used.get()).finish_non_exhaustive()
    }
}

/// The queue over such a table.
#[derive(Debug)]
pub(crate) struct Queue<'s> {
    places: &'s [Waiter],
    next: Cell<u32>,
    waiting: Cell<u32>,
}

impl<'s> Queue<'s> {
    /// # Panics
    /// If there are more than 256 places: waiting futures keep theirs in a byte.
    pub(crate) fn new(places: &'s [Waiter]) -> Self {
        assert!(places.len() <= 256, "a queue has at most 256 places");
        Self { places, next: Cell::new(0), waiting: Cell::new(0) }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.get() == 0
    }

    pub(crate) fn len(&self) -> u32 {
        self.waiting.get()
    }

    /// A place at the end of the queue, or `None` if the table is full.
    pub(crate) fn join(&self, deadline: u64, waker: &Waker) -> Option<usize> {
        let place = self.places.iter().position(|w| !w.used.get())?;
        let waiter = &self.places[place];
        waiter.used.set(true);
        waiter.ticket.set(self.next.replace(self.next.get().wrapping_add(1)));
        waiter.deadline.set(deadline);
        waiter.waker.set(Some(waker.clone()));
        self.waiting.set(self.waiting.get() + 1);
        Some(place)
    }

    pub(crate) fn stay(&self, place: usize, waker: &Waker) {
        let kept = self.places[place].waker.take().filter(|w| w.will_wake(waker));
        self.places[place].waker.set(Some(kept.unwrap_or_else(|| waker.clone())));
    }

    /// Gives the place back. The caller wakes the next one if there is something to have.
    pub(crate) fn leave(&self, place: usize) {
        let waiter = &self.places[place];
        waiter.used.set(false);
        waiter.waker.set(None);
        self.waiting.set(self.waiting.get() - 1);
    }

    pub(crate) fn deadline(&self, place: usize) -> u64 {
        self.places[place].deadline.get()
    }

    pub(crate) fn is_first(&self, place: usize) -> bool {
        self.first() == Some(place)
    }

    pub(crate) fn wake_first(&self) {
        if let Some(first) = self.first() {
            self.places[first].wake();
        }
    }

    /// Wakes those whose deadline has passed; the earliest deadline of the others.
    pub(crate) fn wake_expired(&self, now: u64) -> u64 {
        let mut earliest = u64::MAX;
        for waiter in self.places.iter().filter(|w| w.used.get()) {
            if waiter.deadline.get() <= now {
                waiter.wake();
            } else {
                earliest = earliest.min(waiter.deadline.get());
            }
        }
        earliest
    }

    fn first(&self) -> Option<usize> {
        // Tickets wrap; those in use at once are never half the range apart.
        let age = |i: &usize| self.next.get().wrapping_sub(self.places[*i].ticket.get());
        (0..self.places.len()).filter(|&i| self.places[i].used.get()).max_by_key(age)
    }
}

#[cfg(test)]
mod tests {
    use super::{Queue, Waiter};
    use core::task::Waker;

    #[test]
    fn places_are_served_in_order_and_bounded() {
        let places = [const { Waiter::new() }; 3];
        let queue = Queue::new(&places);
        let join = |d| queue.join(d, Waker::noop());
        assert_eq!((join(5), join(7), join(9), join(1)), (Some(0), Some(1), Some(2), None));
        queue.leave(0);
        assert!(queue.is_first(1) && !queue.is_first(2));
        assert_eq!(join(3), Some(0));
        assert!(queue.is_first(1));
        queue.leave(1);
        assert!(queue.is_first(2));
        assert_eq!((queue.deadline(0), queue.wake_expired(4), queue.len()), (3, 9, 2));
    }
}
