//! The command line. Reads options, calls [`crate::driver`], prints, ends with an exit code.
//!
//! Only `shell` prints. Exit codes: 0 ok, 1 the files say something wrong, 2 usage, 3 valid but it cannot be, 4 this
//! machine, 101 a bug in ambc. A command of a later version is known and ends with 2.

mod args;
mod build;
mod commands;
mod doctor;
mod machines;
mod new;
mod output;
mod run;
mod shell;
mod terminal;
mod top;
mod top_table;

use crate::driver::Exit;
use args::{Cli, Command};
use clap::Parser;
use clap::error::ErrorKind;
use shell::Shell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// The whole program.
pub fn main() -> ExitCode {
    report_panics();
    let run = catch_unwind(AssertUnwindSafe(|| match Cli::try_parse() {
        Ok(cli) => run(&cli),
        Err(error) => usage(&error),
    }));
    match run {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(_) => ExitCode::from(101),
    }
}

/// A panic is our mistake, and says so.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        let at = info.location().map_or(String::new(), |l| format!(" at {}:{}", l.file(), l.line()));
        let text = info.payload_as_str().unwrap_or("no message");
        let version = env!("CARGO_PKG_VERSION");
        Shell::emergency(&format!(
            "error: this is a bug in ambc {version}, not in your files\n  {text}{at}\n  \
             please report it with the files that show it\n"
        ));
    }));
}

/// Help and versions are answers, everything else clap says is wrong usage.
fn usage(error: &clap::Error) -> Exit {
    let shell = Shell::new(args::Color::Auto);
    let text = error.render();
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if asked {
        shell.out(&if shell.out_color() { text.ansi().to_string() } else { text.to_string() });
        return Exit::Ok;
    }
    shell.err(&if shell.color() { text.ansi().to_string() } else { text.to_string() });
    Exit::Usage
}

fn run(cli: &Cli) -> Exit {
    let shell = Shell::new(cli.common.color);
    if let Err(message) = cli.common.validate() {
        shell.err(&format!("error: {message}\n"));
        return Exit::Usage;
    }
    match &cli.command {
        Command::New(args) => new::new(&shell, &cli.common, args),
        Command::Doctor { file } => doctor::doctor(&shell, &cli.common, file.as_deref()),
        Command::Check { file } => commands::check(&shell, &cli.common, file),
        Command::Plan { file, why } => commands::plan(&shell, &cli.common, file, why.as_deref()),
        Command::Graph { file } => commands::graph(&shell, &cli.common, file),
        Command::Dump { file, stage, node } => commands::dump(&shell, &cli.common, file, *stage, node),
        Command::Top { file, once } => top::top(&shell, &cli.common, file.as_deref(), *once),
        Command::Explain { code } => commands::explain(&shell, code),
        Command::Completions { shell: kind } => commands::completions(&shell, *kind),
        Command::Build(args) => build::build(&shell, &cli.common, &args.file, &args.node, &args.build),
        Command::Run(args) => run::run(&shell, &cli.common, args),
        Command::Later(words) => commands::unknown(&shell, words),
    }
}
