//! Asks the calculator of `exported.amb` from outside the deployment: a plain program, no service.
//!
//! Exit code 0 with an answer, a typed error included; 1 without one; 2 for wrong arguments.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what this program is for")]

use ambc_linux::client::{Client, block_on};
use ambience::{CallError, Failure};
use calc::{Arithmetic, ArithmeticClient, ArithmeticError};
use std::net::SocketAddr;
use std::process::ExitCode;

const USAGE: &str = "calc-client ADDRESS EXPORT LEFT add|sub|mul|div RIGHT

ADDRESS is what `ambc run` prints for the export, EXPORT its id as `ambc plan` prints it.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(question) = Question::read(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match question.ask() {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

struct Question {
    address: SocketAddr,
    export: u32,
    left: i64,
    operation: String,
    right: i64,
}

impl Question {
    fn read(arguments: &[String]) -> Option<Self> {
        let [address, export, left, operation, right] = arguments else { return None };
        let known = ["add", "sub", "mul", "div"].contains(&operation.as_str());
        let export = match export.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => export.parse(),
        };
        known.then_some(())?;
        Some(Self {
            address: address.parse().ok()?,
            export: export.ok()?,
            left: left.parse().ok()?,
            operation: operation.clone(),
            right: right.parse().ok()?,
        })
    }

    /// The answer as text.
    fn ask(&self) -> Result<String, String> {
        let client =
            Client::connect(self.address, self.export).map_err(|e| format!("cannot open a socket: {e}"))?;
        match block_on(self.result(&ArithmeticClient(client))) {
            Ok(value) => Ok(value.to_string()),
            Err(Failure::Error(why)) => Ok(why.to_string()),
            Err(Failure::Call(CallError::Timeout | CallError::Unreachable)) => {
                Err(format!("{} does not answer", self.address))
            }
            Err(Failure::Call(failed)) => Err(failed.to_string()),
        }
    }

    async fn result(&self, calculator: &impl Arithmetic) -> Result<i64, Failure<ArithmeticError>> {
        match self.operation.as_str() {
            "add" => calculator.add(self.left, self.right).await,
            "sub" => calculator.sub(self.left, self.right).await,
            "mul" => calculator.mul(self.left, self.right).await,
            _ => calculator.div(self.left, self.right).await,
        }
    }
}
