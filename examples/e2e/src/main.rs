//! `ambc`, as the tests of this package call it.

fn main() -> std::process::ExitCode {
    ambc::cli::main()
}
