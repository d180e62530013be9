//! The executor of one group: pools of request futures, single tasks, one step. No allocation, nothing is `Send`.

mod group;
mod kids;
mod pool;
mod task;

pub use group::Group;
pub use kids::{Child, Kids, kids_bytes};
pub use pool::Serve;
pub use task::Task;

/// Anything a group's loop drives. `dyn`, because a group has a handful: one indirect call per pool per step, no tuple types.
pub trait Work {
    /// Does what is ready; true if there was something.
    fn run(&mut self) -> bool;

    /// Requests being served.
    fn in_flight(&self) -> u32;

    /// Whether it will never do anything again by itself: pools always, active services once they returned or
    /// if they only attend to others.
    fn done(&self) -> bool {
        true
    }
}
