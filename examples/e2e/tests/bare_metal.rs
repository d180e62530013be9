//! Programs for a microcontroller, from static libraries to the words that the emulated board prints.
#![expect(clippy::print_stderr, reason = "figures and what is skipped are for whoever reads the output")]

use ambc::cargo::{HOST_TRIPLE, Invocation, Outcome, build};
use ambc::layout::{End, Lane, Memory, Mpu, Program, Request};
use ambc::link::{Job, Library, LinkError, Linked, Linker, link};
use ambc::package::{node_size, package};
use ambc_abi::image::{GroupLayout, STATUS_BYTES, Span};
use ambc_e2e::{repo, target_dir};
use object::{Object as _, ObjectSymbol as _};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TARGET: &str = "thumbv7em-none-eabihf";
const MIB: u32 = 1 << 20;

fn libraries() -> Outcome {
    let call = Invocation {
        workspace: &repo().join("examples/e2e/bare"),
        target_dir: &target_dir(),
        triple: TARGET,
        release: false,
        locked: true,
        offline: true,
    };
    let outcome = build(&call, |_| {}).expect("cargo runs");
    assert!(outcome.success, "{}", outcome.stderr);
    outcome
}

/// Links two groups and a kernel into a folder of this test's own. `groups` are the packages that they are made of.
fn linked(folder: &Path, ram: u32, groups: [&str; 2]) -> Result<Linked, LinkError> {
    let made = libraries();
    let library = |name: &str, package: &str, stack, lanes: &[usize]| Library {
        name: name.to_owned(),
        slug: name.to_owned(),
        archive: made.made(package).expect("cargo made it").to_owned(),
        stack,
        lanes: lanes.to_vec(),
    };
    let lane = |bytes, a, b| Lane { bytes, ends: [a, b] };
    let job = Job {
        kernel: library("kernel", "bare-kernel", 4096, &[0, 1]),
        groups: vec![library("motion", groups[0], 1024, &[1]), library("store", groups[1], 2048, &[0])],
        request: Request {
            memory: Memory {
                flash: Span { start: 0, end: 4 * MIB },
                ram: Span { start: 0x2000_0000, end: 0x2000_0000 + ram },
                mpu: Mpu::V7 { regions: 8 },
            },
            kernel: Program::default(),
            groups: vec![Program::default(); 2],
            lanes: vec![lane(200, End::Kernel, End::Group(1)), lane(120, End::Group(0), End::Kernel)],
            status: STATUS_BYTES,
        },
        lane_names: vec!["to the second".into(), "from the first".into()],
        folder,
    };
    link(&Linker::find(HOST_TRIPLE).expect("a toolchain with the target has `rust-lld`"), job)
}

const GROUPS: [&str; 2] = ["bare-group", "bare-group"];

/// Loud, so that nobody takes it for a test that passed.
fn skip(what: &str, command: &str) {
    eprintln!("!!! SKIPPED: {what} is not here: {command}");
}

fn has_target() -> bool {
    let has = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .is_ok_and(|out| {
            let folder = PathBuf::from(String::from_utf8_lossy(&out.stdout).trim());
            folder.read_dir().is_ok_and(|mut files| files.next().is_some())
        });
    if !has {
        skip(TARGET, "rustup target add thumbv7em-none-eabihf");
    }
    has
}

/// What the board prints up to `end`.
fn boot(elf: &Path) -> Option<Vec<String>> {
    let started = Command::new("qemu-system-arm")
        .args(["-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "stdio", "-kernel"])
        .arg(elf)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut board) = started else {
        skip("qemu-system-arm", "sudo apt-get install qemu-system-arm");
        return None;
    };
    let said = BufReader::new(board.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let said = said.take_while(|line| line != "end" && line != "fault").collect();
    board.kill().expect("it runs until it is ended");
    let _ = board.wait();
    Some(said)
}

/// As the kernel of this test prints numbers.
fn hex(words: &[u32]) -> String {
    format!("{words:x?}")
}

#[test]
fn what_was_placed_is_what_the_board_finds() {
    if !has_target() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let linked = linked(folder.path(), 4 * MIB, GROUPS).expect("it fits");
    let elf = folder.path().join("image.elf");
    let files = package(&linked, &elf, None).expect("files can be written");
    assert_eq!(files.iter().filter(|f| f.is_file()).count(), 3, "{files:?}");
    let Some(said) = boot(&elf) else { return };
    let layout = &linked.layout;
    let table: Vec<u32> = layout.tables.iter().flat_map(GroupLayout::words).collect();
    assert_eq!(
        said,
        [
            format!("layout {}", hex(&table)),
            format!("lanes {}", hex(&layout.lanes)),
            format!("identity {:x}", layout.identity.start),
            "data 123456789abcdef zeroed [0, 0, 0, 0, 0]".to_owned(),
            // Each group multiplies what it finds by a word of its own data, and adds one.
            "answer f501 lane 51ac".to_owned(),
            "answer f501 lane 51ac".to_owned(),
        ]
    );
    let size = node_size(&linked);
    assert_eq!(
        size.programs
            .iter()
            .map(|p| p.lanes - if p.name == "kernel" { 0 } else { STATUS_BYTES })
            .collect::<Vec<_>>(),
        [0, 120, 200]
    );
    assert!(size.programs.iter().all(|p| p.sections.code > 0 && p.sections.data > 0));
    println!("{}", serde_json::to_string(&size).expect("plain figures"));
}

#[test]
fn the_joined_file_names_functions_by_their_program() {
    if !has_target() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let linked = linked(folder.path(), 4 * MIB, GROUPS).expect("it fits");
    let elf = folder.path().join("image.elf");
    package(&linked, &elf, Some(0xada5_2840)).expect("files can be written");
    let bytes = std::fs::read(&elf).expect("written");
    let file = object::File::parse(&*bytes).expect("an ELF file");
    for (number, name) in ["motion", "store"].into_iter().enumerate() {
        let wanted = format!("{name}:ambc_entry");
        let symbol = file.symbols().find(|s| s.name() == Ok(&wanted)).expect(name);
        assert_eq!(symbol.address() as u32, linked.layout.tables[number].entry);
    }
    assert!(std::fs::read(folder.path().join("image.uf2")).expect("written").starts_with(b"UF2\n"));
}

#[test]
fn a_node_that_is_too_small_is_refused_with_figures() {
    if !has_target() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let refused = linked(folder.path(), 6 * 1024, GROUPS).expect_err("stacks alone take 7 KiB");
    assert!(refused.to_string().contains("6144"), "{refused}");
}

#[test]
fn what_the_linker_refuses_is_told_by_the_name_of_the_program() {
    if !has_target() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    // A kernel where a group should be has no entry.
    let refused = linked(folder.path(), 4 * MIB, ["bare-kernel", "bare-group"]).expect_err("no group");
    assert!(refused.to_string().starts_with("program `motion`"), "{refused}");
}
