//! Telling a module who it is, and asking whether it knows: one AT command after the other.

use super::message::{AtStatus, Command, Name, name};
use super::{Config, Mode};

/// A module that was set to API mode once, with or without escapes, understands the first command: it holds nothing that is
/// escaped. What is set is not stored in the module, which wears out from that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bringup {
    /// Which command is next or under way.
    step: u8,
    /// When it is sent, or sent again.
    due: u64,
    tries: u8,
    /// Times that it began again without success.
    rounds: u8,
}

/// AP, MY, ID and CH are set, and the last three read back.
const STEPS: u8 = 7;
const SET: u8 = 4;
/// Frame ids above are free for datagrams.
pub(super) const LAST_ID: u8 = STEPS;
/// A module answers at once; this is for a line that is busy.
const ANSWER_NS: u64 = 250_000_000;
/// Before it begins again with a module that refused.
const PAUSE_NS: u64 = 1_000_000_000;
const TRIES: u8 = 4;

impl Bringup {
    /// The first command is sent at this time.
    pub(super) const fn new(due: u64) -> Self {
        Self { step: 0, due, tries: 0, rounds: 0 }
    }

    /// Whether the module is as it should be.
    pub(super) const fn is_done(&self) -> bool {
        self.step == STEPS
    }

    /// Whether the module let it fail before.
    pub(super) const fn has_failed(&self) -> bool {
        self.rounds > 0
    }

    /// When [`Self::command`] has something to send.
    pub(super) const fn due(&self) -> u64 {
        self.due
    }

    /// Writes the command that is due and returns its bytes.
    pub(super) fn command(&mut self, now: u64, config: &Config, out: &mut [u8]) -> Option<usize> {
        if self.is_done() || now < self.due {
            return None;
        }
        if self.tries >= TRIES {
            self.fail(now);
        }
        self.tries += 1;
        self.due = now.saturating_add(ANSWER_NS);
        let (name, value, len) = parameter(config, self.step);
        let value = if self.step < SET { &value[2 - len..] } else { &[] };
        Command::At { id: self.step + 1, name, value }.write(Mode::Escaped, out)
    }

    /// The module's answer to a command.
    pub(super) fn answered(
        &mut self,
        now: u64,
        config: &Config,
        (id, name, status): (u8, Name, AtStatus),
        value: &[u8],
    ) {
        let (wanted, number, _) = parameter(config, self.step);
        if self.is_done() || id != self.step + 1 || name != wanted {
            return;
        }
        let as_set = self.step < SET || same(value, u16::from_be_bytes(number));
        if status != AtStatus::Ok || !as_set {
            self.fail(now.saturating_add(PAUSE_NS));
            return;
        }
        let step = self.step + 1;
        *self = Self { step, due: now, tries: 0, rounds: if step == STEPS { 0 } else { self.rounds } };
    }

    /// All over again.
    fn fail(&mut self, due: u64) {
        *self = Self { rounds: self.rounds.saturating_add(1), ..Self::new(due) };
    }
}

/// Name, value and bytes of the value in a step.
fn parameter(config: &Config, step: u8) -> (Name, [u8; 2], usize) {
    match step {
        0 => (name::AP, [0, 2], 1),
        1 | 4 => (name::MY, config.address.to_be_bytes(), 2),
        2 | 5 => (name::ID, config.pan.to_be_bytes(), 2),
        _ => (name::CH, [0, config.channel], 1),
    }
}

/// Modules answer with as many bytes as they like.
fn same(bytes: &[u8], number: u16) -> bool {
    let value = |sum: Option<u32>, byte: &u8| sum?.checked_mul(256)?.checked_add(u32::from(*byte));
    !bytes.is_empty() && bytes.iter().fold(Some(0), value) == Some(u32::from(number))
}
