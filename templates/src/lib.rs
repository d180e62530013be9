//! The tera templates, one per generated file, and their names.
//!
//! A template has loops and plain fields; what needs a decision is a field made by `image`. See `templates/README.md`.
#![no_std]

/// A template: its name, for includes and messages, and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    pub name: &'static str,
    pub text: &'static str,
}

macro_rules! templates {
    ($($(#[$doc:meta])* $id:ident = $file:literal),* $(,)?) => {
        $( $(#[$doc])* pub const $id: Template = Template { name: $file, text: include_str!(concat!("files/", $file, ".tera")) }; )*
        /// All of them, for the engine.
        pub const ALL: &[Template] = &[$($id),*];
    };
}

templates! {
    /// The workspace of a node.
    WORKSPACE_MANIFEST = "workspace_Cargo.toml",
    /// How executables are linked.
    CARGO_CONFIG = "cargo_config.toml",
    /// How the generated code is formatted.
    RUSTFMT = "rustfmt.toml",
    /// The package of one isolation domain.
    DOMAIN_MANIFEST = "domain_Cargo.toml",
    /// The program of a node's kernel group.
    KERNEL_MAIN = "kernel_main.rs",
    /// What the kernel program knows as constants.
    KERNEL_TABLES = "kernel_tables.rs",
    /// The program of a user group.
    GROUP_MAIN = "group_main.rs",
    /// What a group's program knows as constants.
    GROUP_TABLES = "group_tables.rs",
    /// The program of a microcontroller's kernel group.
    MCU_KERNEL_LIB = "mcu_kernel_lib.rs",
    /// What it knows as constants.
    MCU_KERNEL_TABLES = "mcu_kernel_tables.rs",
    /// The program of a user group of a microcontroller.
    MCU_GROUP_LIB = "mcu_group_lib.rs",
    /// How a program of a microcontroller is linked.
    MCU_SCRIPT = "program.ld",
    /// Links, routes and edges: what the tables of all nodes share.
    NET_TABLE = "net_table.rs",
    /// The package of a client for callers outside.
    CLIENT_MANIFEST = "client_Cargo.toml",
    /// Its library.
    CLIENT_LIB = "client_lib.rs",
    /// Edges, instances, pools and start of a domain: what the two programs share.
    DOMAIN = "domain.rs",
    /// The workspace of a new project.
    NEW_WORKSPACE = "new/workspace_Cargo.toml",
    /// What git overlooks in it.
    NEW_GITIGNORE = "new/gitignore",
    /// A new deployment.
    NEW_DEPLOYMENT = "new/deployment.amb",
    /// The manifest of a new service.
    NEW_SERVICE = "new/service.amb",
    /// Its package.
    NEW_SERVICE_MANIFEST = "new/service_Cargo.toml",
    /// Its library.
    NEW_SERVICE_LIB = "new/service_lib.rs",
    /// Its tests.
    NEW_SERVICE_TEST = "new/service_test.rs",
    /// A new interface.
    NEW_INTERFACE = "new/interface.lidl",
    /// Its package.
    NEW_INTERFACE_MANIFEST = "new/interface_Cargo.toml",
    /// Its build script.
    NEW_INTERFACE_BUILD = "new/interface_build.rs",
    /// Its library.
    NEW_INTERFACE_LIB = "new/interface_lib.rs",
}
