//! `ambc new`.

use super::args::{Common, NewArgs, NewWhat};
use super::output::{Beside, tell};
use super::shell::Shell;
use crate::driver::Exit;
use crate::scaffold::{self, Here, Made, Need, New, NewService, Refused};

pub(super) fn new(shell: &Shell, common: &Common, args: &NewArgs) -> Exit {
    let here = match std::env::current_dir() {
        Ok(here) => here,
        Err(e) => {
            shell.err(&format!("error: cannot tell in which folder this is: {e}\n"));
            return Exit::Machine;
        }
    };
    match scaffold::new(Here { folder: &here, include: &common.include }, &what(args)) {
        Ok(made) => {
            shell.out(&report(&made));
            Exit::Ok
        }
        Err(refused) => refuse(shell, common, refused),
    }
}

fn what(args: &NewArgs) -> New {
    match (&args.what, &args.name) {
        (Some(NewWhat::Service { name, interface, needs, active }), _) => {
            let need = |(name, interface): &(String, String)| Need {
                name: name.clone(),
                interface: interface.clone(),
            };
            let needs = needs.iter().map(need).collect();
            New::Service(NewService {
                name: name.clone(),
                interfaces: interface.clone(),
                needs,
                active: *active,
            })
        }
        (Some(NewWhat::Interface { path }), _) => New::Interface { path: path.clone() },
        (Some(NewWhat::Deployment { name }), _) => New::Deployment { name: name.clone() },
        (None, name) => New::Deployment { name: name.clone().unwrap_or_default() },
    }
}

fn report(made: &Made) -> String {
    let files = made.files.iter().map(|f| format!("made    {}\n", f.display()));
    let changed = made.changed.iter().map(|f| format!("changed {}\n", f.display()));
    let next = made.next.iter().map(|line| format!("    {line}\n"));
    files.chain(changed).chain(["\nNext:\n".to_owned()]).chain(next).collect()
}

fn refuse(shell: &Shell, common: &Common, refused: Refused) -> Exit {
    let (message, help, exit) = match refused {
        Refused::Name { message, help } => (message, Some(help), Exit::Usage),
        Refused::Place { message, help } => (message, Some(help), Exit::Wrong),
        Refused::Machine(e) => (e.to_string(), None, Exit::Machine),
        Refused::Interfaces(found) => {
            let (sources, diags) = *found;
            return tell(shell, common, &common.levels(), &sources, diags, Beside::Nothing);
        }
    };
    shell.err(&format!("error: {message}\n"));
    if let Some(help) = help {
        shell.err(&format!("  help: {help}\n"));
    }
    exit
}
