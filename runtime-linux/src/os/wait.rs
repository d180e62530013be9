//! Doorbells: a word per sleeping end, 1 while it sleeps. Whoever made work for it clears the word and wakes it.
//!
//! The words lie in shared memory, so a hostile peer can ring for nothing (the sleeper looks, finds nothing, sleeps again)
//! or not ring at all (its own calls then wait for the sleeper's next timer); it can do no more with them.

use core::sync::atomic::{AtomicU32, Ordering, fence};
use core::time::Duration;
use rustix::event::Timespec;
use rustix::io::Errno;
use rustix::thread::ClockId;
use rustix::thread::futex::{self, Flags, Wait, WaitFlags, WaitvFlags};

/// The value of a doorbell whose owner sleeps.
pub const ASLEEP: u32 = 1;

/// Most words [`wait`] can sleep on at once (a limit of the system call).
pub const MAX_WORDS: usize = 128;

/// Marks every word as sleeping. The caller must look for work once more before it really sleeps.
pub fn doze<'w>(words: impl Iterator<Item = &'w AtomicU32>) {
    for word in words {
        word.store(ASLEEP, Ordering::Relaxed);
    }
    fence(Ordering::SeqCst); // the flags before the last look for work; pairs with the fence in `sleeps`
}

/// Marks every word as awake: no peer needs to ring.
pub fn rise<'w>(words: impl Iterator<Item = &'w AtomicU32>) {
    for word in words {
        word.store(0, Ordering::Relaxed);
    }
}

/// True if the owner of `word` sleeps; then it is the caller's to wake it. Call it after the work was published.
#[must_use]
pub fn sleeps(word: &AtomicU32) -> bool {
    fence(Ordering::SeqCst);
    word.load(Ordering::Relaxed) == ASLEEP && word.swap(0, Ordering::Relaxed) == ASLEEP
}

/// Wakes the owner of `word` if it sleeps on it.
pub fn ring(word: &AtomicU32) {
    if sleeps(word) {
        // Fails only for an address that is not mapped; ours are.
        let _ = futex::wake(word, Flags::empty(), 1);
    }
}

/// Sleeps while every word is [`ASLEEP`], at most until `until` (monotonic nanoseconds).
/// Returns early without harm: the caller looks for work and comes back.
pub fn wait(words: &[&AtomicU32], until: Option<u64>, waitv: bool) {
    match words {
        [] => sleep_until(until),
        [word] => wait_one(word, until),
        _ if waitv => wait_many(words, until),
        // No futex_waitv here: sleep on the first word and look at the others every millisecond. Slower, not weaker.
        [word, ..] => wait_one(word, Some(until.unwrap_or(u64::MAX).min(super::now() + 1_000_000))),
    }
}

fn wait_one(word: &AtomicU32, until: Option<u64>) {
    let left = until.map(|at| at.saturating_sub(super::now()));
    if left == Some(0) {
        return;
    }
    let _ = futex::wait(word, Flags::empty(), ASLEEP, left.map(timespec).as_ref());
}

fn wait_many(words: &[&AtomicU32], until: Option<u64>) {
    let mut waits = [Wait::new(); MAX_WORDS];
    let n = words.len().min(MAX_WORDS);
    for (slot, word) in waits.iter_mut().zip(words) {
        slot.val = u64::from(ASLEEP);
        slot.uaddr = futex::WaitPtr::new(word.as_ptr().cast());
        slot.flags = WaitFlags::SIZE_U32;
    }
    let at = until.map(timespec);
    let _ = futex::waitv(&waits[..n], WaitvFlags::empty(), at.as_ref(), ClockId::Monotonic);
}

fn sleep_until(until: Option<u64>) {
    let left =
        until.map_or(Duration::from_secs(1), |at| Duration::from_nanos(at.saturating_sub(super::now())));
    std::thread::sleep(left);
}

/// Whether this kernel has `futex_waitv` and this container lets us use it.
#[must_use]
pub fn has_waitv() -> bool {
    let word = AtomicU32::new(0);
    let mut one = [Wait::new()];
    one[0].val = 1; // the word is 0: EAGAIN at once
    one[0].uaddr = futex::WaitPtr::new(word.as_ptr().cast());
    one[0].flags = WaitFlags::SIZE_U32;
    futex::waitv(&one, WaitvFlags::empty(), None, ClockId::Monotonic) == Err(Errno::AGAIN)
}

fn timespec(ns: u64) -> Timespec {
    let ns = ns.min(i64::MAX as u64);
    Timespec { tv_sec: (ns / 1_000_000_000) as i64, tv_nsec: (ns % 1_000_000_000) as _ }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn woken_through(which: usize, waitv: bool) {
        let words: Arc<[AtomicU32; 3]> = Arc::new([const { AtomicU32::new(0) }; 3]);
        doze(words.iter());
        let sleeper = {
            let words = words.clone();
            std::thread::spawn(move || {
                let all: Vec<&AtomicU32> = words.iter().collect();
                while words.iter().all(|w| w.load(Ordering::Relaxed) == ASLEEP) {
                    wait(&all, None, waitv);
                }
            })
        };
        ring(&words[which]);
        sleeper.join().unwrap();
        assert_eq!(words[which].load(Ordering::Relaxed), 0);
    }

    #[test]
    fn any_word_wakes() {
        for which in 0..3 {
            woken_through(which, has_waitv());
            woken_through(which, false);
        }
    }

    #[test]
    fn deadline_ends_the_sleep() {
        let words = [AtomicU32::new(ASLEEP), AtomicU32::new(ASLEEP)];
        let at = super::super::now() + 3_000_000;
        while super::super::now() < at {
            wait(&[&words[0], &words[1]], Some(at), has_waitv());
        }
        assert!(words.iter().all(|w| w.load(Ordering::Relaxed) == ASLEEP));
    }

    #[test]
    fn awake_owner_is_not_rung() {
        let word = AtomicU32::new(0);
        assert!(!sleeps(&word));
        doze(core::iter::once(&word));
        assert!(sleeps(&word));
        assert!(!sleeps(&word));
    }
}
