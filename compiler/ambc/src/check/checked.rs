//! The seal that lets the planner trust its input.

use std::ops::Deref;

/// A value that every rule of `check` has passed. Only `check` can make one, so nothing unchecked can be planned.
#[derive(Debug)]
pub struct Checked<T> {
    value: T,
}

impl<T> Checked<T> {
    pub(super) fn seal(value: T) -> Self {
        Self { value }
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
