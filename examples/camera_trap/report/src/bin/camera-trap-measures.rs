//! Prints what detection and recognition measure in each of the given photographs: `presence,…;kind,…`, a line each.
//! `tools/train.py` trains on it.
#![expect(clippy::print_stdout, reason = "what this program is for")]

use picture::{Cells, measure};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).map_err(|e| format!("cannot read {path}: {e}"))?;
        let photo = camera_trap_report::photo(&bytes).ok_or_else(|| format!("{path} is no photograph"))?;
        println!(
            "{};{}",
            list(&measure::presence(&Cells::of(&photo, 4))),
            list(&measure::kind(&Cells::of(&photo, 2)))
        );
    }
    Ok(())
}

fn list(measures: &[f32]) -> String {
    let texts: Vec<String> = measures.iter().map(f32::to_string).collect();
    texts.join(",")
}
