//! What is kept, and what it says when that cannot be read.

use ambience::Failure;
use database::{Needs, Service, stored};
use examples_tests::fake::{Disk, Lines, now};
use vision::{Archive, ArchiveError, Record, Results, Verdict};

fn database<'a>(disk: &'a Disk, log: &'a Lines) -> Service<&'a Disk, &'a Lines> {
    Service::new(Needs { disk, log })
}

#[test]
fn verdicts_are_numbered_logged_and_survive_a_restart() {
    let (disk, log) = (Disk::default(), Lines::default());
    assert_eq!(now(database(&disk, &log).add(7, Verdict::Animal)), Ok(0));
    assert_eq!(now(database(&disk, &log).add(8, Verdict::Empty)), Ok(1));
    let again = database(&disk, &log);
    assert_eq!(now(again.count()), Ok(2));
    let (seven, eight) =
        (Record { frame: 7, verdict: Verdict::Animal }, Record { frame: 8, verdict: Verdict::Empty });
    assert_eq!(now(again.read(0)).unwrap().as_slice(), [seven, eight]);
    assert_eq!(log.0.take(), ["Info frame 7: animal", "Info frame 8: empty"]);
}

#[test]
fn a_page_holds_16_records() {
    let (disk, log) = (Disk::default(), Lines::default());
    let database = database(&disk, &log);
    for frame in 0..20 {
        now(database.add(frame, Verdict::Object)).unwrap();
    }
    let frames = |from| now(database.read(from)).unwrap().iter().map(|r| r.frame).collect::<Vec<_>>();
    assert_eq!(frames(0), (0..16).collect::<Vec<_>>());
    assert_eq!(frames(16), [16, 17, 18, 19]);
    assert_eq!(frames(20), []);
    assert_eq!(frames(u64::MAX), []);
}

#[test]
fn what_cannot_be_kept_or_read_is_an_error() {
    let (disk, log) = (Disk::default(), Lines::default());
    disk.records.borrow_mut().push(b"something else".to_vec());
    disk.room.set(0);
    let database = database(&disk, &log);
    assert_eq!(now(database.add(1, Verdict::Empty)), Err(Failure::Error(ArchiveError::Full)));
    assert_eq!(now(database.read(0)), Err(Failure::Error(ArchiveError::Broken)));
    assert_eq!(log.0.take(), Vec::<String>::new());
}

#[test]
fn records_are_read_back_as_they_were() {
    for verdict in [Verdict::Empty, Verdict::Object, Verdict::Animal] {
        let record = Record { frame: u64::MAX - 3, verdict };
        assert_eq!(stored::decode(&stored::encode(record)), Some(record));
    }
    assert_eq!(stored::decode(&[0; 8]), None);
    assert_eq!(stored::decode(&[0; 10]), None);
    assert_eq!(stored::decode(&[9; 9]), None, "no verdict has number 9");
}
