//! The second wall around a group: no file, no TCP port, no abstract socket, no signal to others, whatever its first wall
//! (the system call filter) lets through. Where the kernel has no landlock, the filter alone still denies all of that.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, Scope,
};
use std::os::fd::{BorrowedFd, OwnedFd};

/// A rule set under which only `executable` may be read and executed, nothing else touched.
/// `None` where the kernel has no landlock.
pub fn only(executable: BorrowedFd<'_>) -> Result<Option<OwnedFd>, RulesetError> {
    let newest = ABI::V6;
    let set = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(newest))?
        .handle_access(AccessNet::from_all(newest))?
        .scope(Scope::from_all(newest))?
        .create()?
        .add_rule(PathBeneath::new(executable, AccessFs::Execute | AccessFs::ReadFile))?;
    Ok(set.into())
}
