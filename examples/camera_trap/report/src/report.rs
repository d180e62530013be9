//! The whole report as text.

use crate::{Confusion, Photo, Verdicts, runs, truth};
use ambc_linux::services::journal::Journal;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use vision::{Record, Verdict};

/// What to report on.
#[derive(Clone, Debug)]
pub struct Question {
    /// The folder with `labels.csv`.
    pub photos: PathBuf,
    /// Which half the camera took.
    pub half: String,
    /// The folder of the database's storage.
    pub database: PathBuf,
}

/// The last run in the database against the truth: the text, and whether it is good enough.
///
/// # Errors
/// What cannot be read, or does not belong together.
pub fn report(question: &Question) -> Result<(String, bool), String> {
    let labels = question.photos.join("labels.csv");
    let labels =
        std::fs::read_to_string(&labels).map_err(|e| format!("cannot read {}: {e}", labels.display()))?;
    let mut halves = truth(&labels)?;
    let photos =
        halves.remove(&question.half).ok_or_else(|| format!("labels.csv has no half `{}`", question.half))?;
    let runs = runs(&records(&question.database)?);
    let (last, earlier) =
        runs.split_last().ok_or("the database holds no verdicts: run the deployment first")?;
    if let Some((beyond, _)) = last.range(photos.len() as u64..).next() {
        let (half, count) = (&question.half, photos.len());
        return Err(format!(
            "the last run has a frame {beyond}, but `{half}` has {count} photographs: was it the other half?"
        ));
    }
    let table = judge(&photos, last);
    let mut text = format!("{} verdicts on `{}`; ", last.len(), question.half);
    let _ = writeln!(text, "earlier runs in the database: {}\n", earlier.len());
    let _ = writeln!(text, "{table}");
    wrong(&photos, last, &mut text);
    Ok((text, table.good_enough()))
}

fn judge(photos: &[Photo], verdicts: &Verdicts) -> Confusion {
    let mut table = Confusion::default();
    for (number, photo) in (0..).zip(photos) {
        table.add(photo.class == "animal", verdicts.get(&number).map(|v| *v == Verdict::Animal));
    }
    table
}

/// The frames that are judged wrong or not at all.
fn wrong(photos: &[Photo], verdicts: &Verdicts, text: &mut String) {
    for (number, photo) in (0..).zip(photos) {
        let verdict = verdicts.get(&number).copied();
        if verdict.is_none_or(|v| (v == Verdict::Animal) != (photo.class == "animal")) {
            let says = verdict.map_or("nothing", database::stored::name);
            let is = if photo.stamp.is_empty() { "nothing there" } else { &photo.stamp };
            let _ = writeln!(text, "\n  {}: {is}, said to be {says}", photo.path);
        }
    }
}

/// All records of a storage that nobody else has open.
fn records(folder: &Path) -> Result<Vec<Record>, String> {
    let failed =
        |why: &dyn std::fmt::Display| format!("cannot read the database {}: {why}", folder.display());
    if !folder.is_dir() {
        return Err(failed(&"there is none: run the deployment first"));
    }
    let (journal, _) = Journal::open(folder, u64::MAX).map_err(|e| failed(&e))?;
    (0..journal.len())
        .map(|number| {
            let mut bytes = [0; database::stored::LENGTH];
            let length =
                journal.read(number, &mut bytes).map_err(|e| failed(&format!("record {number}: {e}")))?;
            database::stored::decode(&bytes[..length])
                .ok_or_else(|| failed(&format!("record {number} is no verdict")))
        })
        .collect()
}
