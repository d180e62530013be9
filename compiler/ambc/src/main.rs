//! `ambc`: see `ambc help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ambc::cli::main()
}
