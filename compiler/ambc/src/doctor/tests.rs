use super::*;

/// A machine that has all, but for what a test takes away.
struct Fake {
    programs: Vec<(&'static str, &'static str)>,
    static_c: bool,
    targets: Vec<&'static str>,
    cached: bool,
    kernel: Support,
    memfd: bool,
    files: u64,
    processes: u64,
    loopback: bool,
    free: Option<u64>,
    packages: Option<Packages>,
}

fn whole() -> Fake {
    Fake {
        programs: vec![
            ("rustup", "rustup 1.29.0"),
            ("rustc", "rustc 1.95.0 (59807616e 2026-04-14)"),
            ("cargo", "cargo 1.96.0-nightly (f2d3ce0bd 2026-03-21)"),
            ("cc", "cc 12.2.0\nmore"),
            ("dot", "dot - graphviz version 2.43.0"),
            ("qemu-system-arm", "QEMU emulator version 7.2"),
        ],
        static_c: true,
        targets: vec![crate::cargo::HOST_TRIPLE, "thumbv7em-none-eabihf"],
        cached: true,
        kernel: Support { seccomp: true, landlock: 7, waitv: true, cpus: 2 },
        memfd: true,
        files: 1024,
        processes: 4096,
        loopback: true,
        free: Some(8 << 30),
        packages: Some(Packages::Apt),
    }
}

impl Machine for Fake {
    fn output(&self, program: &str, _: &[&str]) -> Option<String> {
        self.programs.iter().find(|(p, _)| *p == program).map(|(_, said)| (*said).to_owned())
    }
    fn links_statically(&self) -> Result<(), String> {
        if self.static_c { Ok(()) } else { Err("cannot find -lc".to_owned()) }
    }
    fn has_target(&self, triple: &str) -> bool {
        self.targets.contains(&triple)
    }
    fn builds_offline(&self) -> Result<(), String> {
        if self.cached { Ok(()) } else { Err("not all in cargo's cache".to_owned()) }
    }
    fn kernel(&self) -> Support {
        self.kernel
    }
    fn has_memfd(&self) -> bool {
        self.memfd
    }
    fn limits(&self) -> (Option<u64>, Option<u64>) {
        (Some(self.files), Some(self.processes))
    }
    fn has_loopback(&self) -> Result<(), String> {
        if self.loopback { Ok(()) } else { Err("no such address".to_owned()) }
    }
    fn free_space(&self, _: &Path) -> Option<u64> {
        self.free
    }
    fn exists(&self, path: &Path) -> bool {
        path == Path::new("there")
    }
    fn packages(&self) -> Option<Packages> {
        self.packages
    }
}

/// What is not well: name, state and command.
fn ill(machine: &Fake, deployment: Option<Deployment<'_>>) -> Vec<(&'static str, State, String)> {
    let found = examine(machine, Wants { folder: Path::new("."), deployment });
    let ill = found.into_iter().filter(|f| f.state != State::Ok);
    ill.map(|f| (f.name, f.state, f.command.expect("a command for what is not well"))).collect()
}

#[test]
fn a_machine_that_has_all_is_well() {
    assert_eq!(ill(&whole(), None), []);
    let found = examine(&whole(), Wants { folder: Path::new("."), deployment: None });
    assert_eq!(found[0].found, "1.95.0");
    assert_eq!(found[3].found, "cc 12.2.0");
}

#[test]
fn an_old_rust_is_missing_and_rustup_is_asked_first() {
    let mut machine = whole();
    machine.programs[1].1 = "rustc 1.94.1 (abc 2026-01-01)";
    assert_eq!(ill(&machine, None), [("rustc", State::Missing, "rustup update stable".to_owned())]);
    machine.programs.retain(|(p, _)| !p.starts_with("rust"));
    let ill = ill(&machine, None);
    assert_eq!((ill[0].0, ill[0].1), ("rustc", State::Missing));
    assert!(ill[0].2.contains("rustup.rs"));
}

#[test]
fn each_distribution_has_its_packages() {
    let mut machine = Fake { static_c: false, ..whole() };
    let mut of = |packages| {
        machine.packages = packages;
        ill(&machine, None).remove(0).2
    };
    assert_eq!(of(Some(Packages::Apt)), "sudo apt-get install libc6-dev");
    assert_eq!(of(Some(Packages::Dnf)), "sudo dnf install glibc-static");
    assert_eq!(of(Some(Packages::Zypper)), "sudo zypper install glibc-devel-static");
    assert_eq!(of(None), "install `libc6-dev` with the package manager of this system");
}

#[test]
fn a_poor_kernel_is_missing_only_what_isolation_takes() {
    let kernel = Support { seccomp: false, landlock: 0, waitv: false, cpus: 1 };
    let machine = Fake { kernel, memfd: false, loopback: false, ..whole() };
    let states: Vec<_> = ill(&machine, None).into_iter().map(|(name, state, _)| (name, state)).collect();
    assert_eq!(
        states,
        [
            ("seccomp", State::Missing),
            ("landlock", State::Warning),
            ("futex_waitv", State::Warning),
            ("memfd_create", State::Missing),
            ("loopback 127.0.0.0/8", State::Missing),
        ]
    );
}

#[test]
fn a_deployment_wants_only_what_it_takes() {
    let mut machine = Fake { files: 64, processes: 40, cached: false, free: Some(300 << 20), ..whole() };
    machine.programs.retain(|(p, _)| !matches!(*p, "dot" | "qemu-system-arm"));
    machine.targets.truncate(1);
    let deployment = Deployment { processes: 12, firmware: &[].into(), runtime: Some(Path::new("gone")) };
    let names: Vec<_> =
        ill(&machine, Some(deployment)).into_iter().map(|(name, state, _)| (name, state)).collect();
    assert_eq!(
        names,
        ["crates of the runtime", "open files", "free space", "processes", "runtime of the project"]
            .map(|name| (name, State::Warning))
    );
    let names: Vec<_> = ill(&machine, None).into_iter().map(|(name, ..)| name).collect();
    assert!(names.ends_with(&["dot", "thumbv7em-none-eabihf", "qemu-system-arm"]));
    let deployment = Deployment { processes: 12, firmware: &["thumbv7em-none-eabihf"].into(), runtime: None };
    let missing: Vec<_> =
        ill(&machine, Some(deployment)).into_iter().filter(|(_, s, _)| *s == State::Missing).collect();
    let expected = [
        ("thumbv7em-none-eabihf", "rustup target add thumbv7em-none-eabihf"),
        ("qemu-system-arm", "sudo apt-get install qemu-system-arm"),
    ];
    assert_eq!(missing, expected.map(|(name, command)| (name, State::Missing, command.to_owned())));
    machine.free = Some(1 << 20);
    assert!(ill(&machine, None).contains(&(
        "free space",
        State::Missing,
        "cargo clean, where there are old builds".to_owned()
    )));
}
