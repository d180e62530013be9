//! Faults injected at the edge of a link, for tests and for `ambc run --impair`: frames lost, sent twice, sent late. Seeded,
//! so a run can be repeated. They come on top of what a declared medium does; streams have none.

use super::seeded::Seeded;
use std::collections::VecDeque;

/// How often which fault happens.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Impairment {
    /// Part of the datagrams that never leave, 0 to 1.
    pub loss: f64,
    /// Part of the datagrams that leave twice.
    pub dup: f64,
    /// Part of the datagrams that leave after one to four later ones (or 5 ms later, when nothing follows).
    pub reorder: f64,
    /// Seed of the decisions.
    pub seed: u64,
}

impl Impairment {
    /// Parses `loss=0.05 dup=0.05 reorder=0.05 seed=1`; what is left out is 0.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut found = Self::default();
        for field in text.split_whitespace() {
            let (key, value) =
                field.split_once('=').ok_or_else(|| format!("`{field}` is not like loss=0.05"))?;
            match key {
                "loss" => found.loss = part(key, value)?,
                "dup" => found.dup = part(key, value)?,
                "reorder" => found.reorder = part(key, value)?,
                "seed" => found.seed = value.parse().map_err(|_| format!("`{value}` is not a seed"))?,
                _ => return Err(format!("unknown fault `{key}`")),
            }
        }
        Ok(found)
    }
}

pub(super) fn part(key: &str, value: &str) -> Result<f64, String> {
    let part: f64 = value.parse().map_err(|_| format!("`{value}` is not a number"))?;
    if (0.0..=1.0).contains(&part) { Ok(part) } else { Err(format!("`{key}` must be between 0 and 1")) }
}

/// Longest a datagram is held back, in nanoseconds.
const HOLD_NS: u64 = 5_000_000;

/// Decides the fate of each datagram and keeps those that leave late.
#[derive(Debug)]
pub struct Impairer<To> {
    faults: Impairment,
    dice: Seeded,
    held: VecDeque<Held<To>>,
}

#[derive(Debug)]
struct Held<To> {
    after: u32,
    at: u64,
    to: To,
    bytes: Vec<u8>,
}

impl<To: Copy> Impairer<To> {
    /// `salt` makes two sockets with one seed decide differently.
    #[must_use]
    pub fn new(faults: Impairment, salt: u64) -> Self {
        Self { faults, dice: Seeded::new(faults.seed, salt), held: VecDeque::new() }
    }

    /// Sends `bytes` now, later, twice or never, through `send`.
    pub fn send(&mut self, now: u64, to: To, bytes: &[u8], send: &mut dyn FnMut(To, &[u8])) {
        if self.dice.chance(self.faults.loss) {
            return;
        }
        if self.dice.chance(self.faults.dup) {
            send(to, bytes);
        }
        if self.dice.chance(self.faults.reorder) {
            let after = 1 + (self.dice.next() % 4) as u32;
            self.held.push_back(Held { after, at: now.saturating_add(HOLD_NS), to, bytes: bytes.to_vec() });
        } else {
            send(to, bytes);
            self.release(now, send);
        }
    }

    /// Sends what was held back long enough; called by [`Self::send`] and when the time of [`Self::next_timer`] has come.
    pub fn release(&mut self, now: u64, send: &mut dyn FnMut(To, &[u8])) {
        for held in &mut self.held {
            held.after = held.after.saturating_sub(1);
        }
        self.held.retain(|held| {
            let due = held.after == 0 || held.at <= now;
            if due {
                send(held.to, &held.bytes);
            }
            !due
        });
    }

    /// When [`Self::release`] has something to send at the latest.
    #[must_use]
    pub fn next_timer(&self) -> Option<u64> {
        self.held.iter().map(|held| held.at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(faults: Impairment) -> Vec<u32> {
        let (mut impairer, mut out) = (Impairer::new(faults, 1), Vec::new());
        let mut send = |(): (), b: &[u8]| out.push(u32::from_le_bytes(b.try_into().unwrap()));
        for i in 0..20_000u32 {
            impairer.send(0, (), &i.to_le_bytes(), &mut send);
        }
        impairer.release(HOLD_NS, &mut send);
        out
    }

    #[test]
    fn nothing_happens_without_faults() {
        assert_eq!(run(Impairment::default()), (0..20_000).collect::<Vec<_>>());
    }

    #[test]
    fn faults_come_as_often_as_asked_and_repeat_with_the_seed() {
        let faults = Impairment { loss: 0.05, dup: 0.05, reorder: 0.05, seed: 1 };
        let out = run(faults);
        assert_eq!(out, run(faults));
        assert_ne!(out, run(Impairment { seed: 2, ..faults }));
        let mut seen = vec![0; 20_000];
        out.iter().for_each(|i| seen[*i as usize] += 1);
        let count = |n| seen.iter().filter(|s| **s == n).count();
        assert!((800..1200).contains(&count(0)), "lost {}", count(0));
        assert!((750..1200).contains(&count(2)), "twice {}", count(2));
        let late = out.windows(2).filter(|w| w[0] > w[1]).count();
        assert!((600..1200).contains(&late), "late {late}");
    }

    #[test]
    fn held_datagrams_leave_in_time() {
        let (mut impairer, mut sent) =
            (Impairer::new(Impairment { reorder: 1.0, ..Impairment::default() }, 0), 0);
        impairer.send(7, (), b"x", &mut |(), _| sent += 1);
        assert_eq!(impairer.next_timer(), Some(7 + HOLD_NS));
        impairer.release(7 + HOLD_NS, &mut |(), _| sent += 1);
        assert_eq!((sent, impairer.next_timer()), (1, None));
    }
}
