//! The words that mean something where they start an item or a statement. Elsewhere they are names; `r#word` is one always.

/// Words that start an item of a `.amb` file, `override` included.
pub const AMB_ITEMS: &[&str] = &[
    "allow",
    "deny",
    "deploy",
    "deployment",
    "export",
    "group",
    "import",
    "instance",
    "logs",
    "network",
    "node",
    "override",
    "param",
    "place",
    "platform",
    "require",
    "service",
    "use",
];

/// Statements of a service manifest.
pub const SERVICE: &[&str] = &[
    "blocking",
    "bulk",
    "concurrency",
    "crate",
    "memory",
    "needs",
    "param",
    "requires",
    "run",
    "runs",
    "type",
    "work",
];

/// Statements with a form of their own in other blocks; the rest of those blocks are attributes.
pub const NETWORK: &[&str] = &["hub"];
pub const PLATFORM: &[&str] = &["offers"];
pub const NODE: &[&str] = &["link", "offers"];
pub const LINK: &[&str] = &["export", "import"];
pub const GROUP: &[&str] = &["priority", "restart"];
pub const DEPLOY: &[&str] = &["kernel"];
pub const EXPORT: &[&str] = &["port", "public", "token", "via"];
pub const TOKEN: &[&str] = &["allows"];

/// Units as written behind a number, in the order in which a reader is told them.
pub const UNITS: &[&str] = &[
    "us", "ms", "s", "min", "h", "d", "B", "KiB", "MiB", "GiB", "kB", "MB", "GB", "bps", "kbps", "Mbps",
    "Gbps", "/s", "/min", "/h", "/d", "Hz", "kHz", "MHz", "GHz", "cycles", "uJ", "mJ", "J", "Wh", "uW", "mW",
    "W", "%",
];

/// Whether `word` starts an item of a `.amb` file.
pub fn starts_amb_item(word: &str) -> bool {
    AMB_ITEMS.contains(&word)
}
