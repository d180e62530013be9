//! Many calls of one kind after the other, each measured.

use crate::times::Times;
use crate::{Params, Wrong};
use ambience::{Failure, String, Timer};
use beps::{Refusal, Worker};
use core::fmt::Write;

/// One kind of call. `Nothing` measures the measuring: each figure contains it once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    Nothing,
    CreateUser,
    Follow,
    Post,
    Unfollow,
    DeleteUser,
}

/// In the order in which they make sense.
pub(crate) const ALL: [Operation; 6] = [
    Operation::Nothing,
    Operation::CreateUser,
    Operation::Follow,
    Operation::Post,
    Operation::Unfollow,
    Operation::DeleteUser,
];

impl Operation {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::CreateUser => "create_user",
            Self::Follow => "follow",
            Self::Post => "post",
            Self::Unfollow => "unfollow",
            Self::DeleteUser => "delete_user",
        }
    }
}

/// Users whose names are numbers. Each follows the next one, so that every post reaches one reader.
#[derive(Debug)]
pub(crate) struct Workload<'a, A, T> {
    pub(crate) api: &'a A,
    pub(crate) timer: &'a T,
    pub(crate) params: Params,
}

impl<A: Worker, T: Timer> Workload<'_, A, T> {
    /// One call for each user.
    pub(crate) async fn run(&self, operation: Operation) -> Result<Times, Wrong> {
        let mut times = Times::default();
        for user in 0..self.params.requests {
            let (name, next) = (self.name(user), self.name((user + 1) % self.params.requests));
            let start = Wrong::unless("the time", self.timer.now().await)?;
            let answer = self.call(operation, &name, &next).await;
            let end = Wrong::unless("the time", self.timer.now().await)?;
            if !Wrong::unless(operation.name(), answer)? {
                return Err(Wrong { asked: operation.name(), failed: None });
            }
            times.add(end.saturating_sub(start));
        }
        Ok(times)
    }

    /// Whether the answer is the right one.
    async fn call(&self, operation: Operation, name: &str, next: &str) -> Result<bool, Failure<Refusal>> {
        match operation {
            Operation::Nothing => Ok(true),
            Operation::CreateUser => self.api.create_user(name).await,
            Operation::Follow => self.api.follow(name, next).await.map(|()| true),
            Operation::Post => self.api.post(name, self.content()).await.map(|()| true),
            Operation::Unfollow => self.api.unfollow(name, next).await.map(|()| true),
            Operation::DeleteUser => Ok(self.api.delete_user(name).await?),
        }
    }

    fn name(&self, user: u32) -> String<16> {
        let mut name = String::new();
        let written = write!(name, "{user:0width$}", width = self.params.name_bytes as usize);
        debug_assert!(written.is_ok(), "`new` holds names to what fits");
        name
    }

    fn content(&self) -> &'static str {
        const LONGEST: &str = match core::str::from_utf8(&[b'x'; beps::MAX_CONTENT as usize]) {
            Ok(text) => text,
            Err(_) => "",
        };
        LONGEST.get(..self.params.content_bytes as usize).unwrap_or(LONGEST)
    }
}
