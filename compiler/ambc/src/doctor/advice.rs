//! Commands that get what is missing: rustup for Rust, else the packages of the distribution.

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packages {
    Apt,
    Dnf,
    Pacman,
    Zypper,
}

/// What is asked for, by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Linker,
    StaticC,
    Graphviz,
    QemuArm,
}

impl Packages {
    /// In the order in which they are looked for, with the program that shows that they are there.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Apt, "apt-get"), (Self::Dnf, "dnf"), (Self::Pacman, "pacman"), (Self::Zypper, "zypper")];

    fn install(self) -> &'static str {
        match self {
            Self::Apt => "sudo apt-get install",
            Self::Dnf => "sudo dnf install",
            Self::Pacman => "sudo pacman -S",
            Self::Zypper => "sudo zypper install",
        }
    }

    fn package(self, wanted: Wanted) -> &'static str {
        match (wanted, self) {
            (Wanted::Linker, Self::Apt) => "gcc libc6-dev",
            (Wanted::Linker, _) => "gcc",
            (Wanted::StaticC, Self::Apt) => "libc6-dev",
            (Wanted::StaticC, Self::Dnf) => "glibc-static",
            (Wanted::StaticC, Self::Pacman) => "glibc",
            (Wanted::StaticC, Self::Zypper) => "glibc-devel-static",
            (Wanted::Graphviz, _) => "graphviz",
            (Wanted::QemuArm, Self::Apt) => "qemu-system-arm",
            (Wanted::QemuArm, Self::Dnf) => "qemu-system-arm-core",
            (Wanted::QemuArm, Self::Pacman) => "qemu-system-arm",
            (Wanted::QemuArm, Self::Zypper) => "qemu-arm",
        }
    }
}

/// The command for a package, or its usual name where the package manager is not known.
pub(super) fn install(packages: Option<Packages>, wanted: Wanted) -> String {
    match packages {
        Some(p) => format!("{} {}", p.install(), p.package(wanted)),
        None => {
            format!("install `{}` with the package manager of this system", Packages::Apt.package(wanted))
        }
    }
}

/// For Rust itself.
pub(super) fn rust(has_rustup: bool) -> String {
    if has_rustup {
        "rustup update stable".to_owned()
    } else {
        "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh".to_owned()
    }
}

/// For the library of another target.
pub(super) fn target(has_rustup: bool, triple: &str) -> String {
    if has_rustup {
        format!("rustup target add {triple}")
    } else {
        format!("get rustup ({}), then: rustup target add {triple}", rust(false))
    }
}
