//! `ambc doctor`: what this machine has of what building and running takes, and how to get the rest.
//!
//! In: a [`Machine`], which really tries each thing, and what is wanted. Out: one [`Finding`] for each. Nothing here asks the
//! network.

mod advice;
mod machine;
mod needs;

pub use advice::Packages;
pub use machine::ThisMachine;
pub use needs::{examine, firmware};

use ambc_linux::os::support::Support;
use std::collections::BTreeSet;
use std::path::Path;

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Ok,
    /// It works without, less well or in part.
    Warning,
    /// It does not work without.
    Missing,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Missing => "missing",
        }
    }
}

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub name: &'static str,
    pub state: State,
    /// The version, or what was tried and failed.
    pub found: String,
    pub purpose: &'static str,
    /// What gets it; absent where all is well.
    pub command: Option<String>,
}

/// What is to be looked at.
#[derive(Clone, Copy, Debug)]
pub struct Wants<'a> {
    /// Where builds go.
    pub folder: &'a Path,
    /// Of one deployment: only what it takes.
    pub deployment: Option<Deployment<'a>>,
}

/// What a deployment asks of the machine.
#[derive(Clone, Copy, Debug)]
pub struct Deployment<'a> {
    /// Processes that run at once.
    pub processes: u64,
    /// What nodes without an operating system are compiled for.
    pub firmware: &'a BTreeSet<&'a str>,
    /// The folder of its project's own copy of the runtime, if its crates name one.
    pub runtime: Option<&'a Path>,
}

/// The world, as far as it is asked.
pub trait Machine {
    /// What a program prints, if it is there and succeeds.
    fn output(&self, program: &str, args: &[&str]) -> Option<String>;
    /// Links a C program that needs nothing at run time; else what the linker said.
    fn links_statically(&self) -> Result<(), String>;
    /// Whether there is a standard (or core) library for a target.
    fn has_target(&self, triple: &str) -> bool;
    /// Whether cargo finds everything that a node is built from without a network; else what it said.
    fn builds_offline(&self) -> Result<(), String>;
    fn kernel(&self) -> Support;
    /// Sealed memory without a file.
    fn has_memfd(&self) -> bool;
    /// Most files that a process may open, and processes that a user may have.
    fn limits(&self) -> (Option<u64>, Option<u64>);
    /// Binds an address of the loopback network other than 127.0.0.1.
    fn has_loopback(&self) -> Result<(), String>;
    /// Free bytes where builds go.
    fn free_space(&self, folder: &Path) -> Option<u64>;
    fn exists(&self, path: &Path) -> bool;
    /// What installs packages here.
    fn packages(&self) -> Option<Packages>;
}

#[cfg(test)]
mod tests;
