//! The program of each group of node `ward`: it has nothing to do, and sleeps.

use ambc_linux::group::run;
use ambc_linux::spec::GroupSpec;
use std::process::ExitCode;

const fn named(name: &'static str) -> GroupSpec {
    GroupSpec { name, lanes: &[], timers: 0 }
}

static GROUPS: [GroupSpec; 3] = [named("spare"), named("vital"), named("watched")];

fn main() -> ExitCode {
    let name = std::env::args().next().unwrap_or_default();
    let spec = GROUPS.iter().find(|group| group.name == name).unwrap_or(&GROUPS[0]);
    run(spec, |host| Ok(host.serve(&[], &[], &mut [], async {})))
}
