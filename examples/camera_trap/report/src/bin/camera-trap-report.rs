//! Compares what the camera trap's database holds with what is in the photographs.
//!
//! Exit code 1 if less than 90 % is right, or less than 80 % in a class; 2 if there is nothing to compare.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what this program is for")]

use camera_trap_report::{Question, report};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "camera-trap-report EXAMPLE [--half test|tune] [--database FOLDER]

EXAMPLE is the folder of the example: photographs in `photos/`, and the database where `ambc run` puts it.";

fn main() -> ExitCode {
    match arguments().and_then(|question| report(&question)) {
        Ok((text, good_enough)) => {
            println!("{text}");
            ExitCode::from(u8::from(!good_enough))
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<Question, String> {
    let mut example: Option<PathBuf> = None;
    let (mut half, mut database) = (String::from("test"), None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--half" => half = arguments.next().ok_or(USAGE)?,
            "--database" => database = Some(PathBuf::from(arguments.next().ok_or(USAGE)?)),
            folder if example.is_none() && !folder.starts_with('-') => example = Some(folder.into()),
            _ => return Err(USAGE.into()),
        }
    }
    let example = example.ok_or(USAGE)?;
    let database =
        database.unwrap_or_else(|| example.join(Path::new("target/ambc/run/camera_trap/cloud/db")));
    Ok(Question { photos: example.join("photos"), half, database })
}
