//! Options and commands.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Turns a declared deployment into running, isolated, connected nodes.
#[derive(Debug, Parser)]
#[command(
    name = "ambc",
    version,
    max_term_width = 100,
    after_help = "To start, `ambc new NAME`. What this machine lacks, `ambc doctor` tells."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command; they may follow it.
#[derive(Args, Clone, Debug)]
pub(super) struct Common {
    /// How diagnostics, and the result of `plan`, are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// When to use colours; `auto` looks at the terminal and at NO_COLOR
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// Set a parameter of the deployment
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(super) set: Vec<(String, String)>,
    /// A folder in which `use` looks for files
    #[arg(short = 'I', global = true, value_name = "DIR")]
    pub(super) include: Vec<PathBuf>,
    /// Make warnings of this code errors
    #[arg(short = 'D', long = "deny", global = true, value_name = "CODE")]
    pub(super) deny: Vec<String>,
    /// Keep warnings of this code warnings
    #[arg(short = 'W', long = "warn", global = true, value_name = "CODE")]
    pub(super) warn: Vec<String>,
    /// Do not show warnings of this code
    #[arg(short = 'A', long = "allow", global = true, value_name = "CODE")]
    pub(super) allow: Vec<String>,
    /// How many diagnostics of one code are shown; 0 shows all
    #[arg(long, global = true, value_name = "N", default_value_t = 20)]
    pub(super) max_errors: usize,
    /// Refuse to change Cargo.lock files and keys
    #[arg(long, global = true)]
    pub(super) locked: bool,
    /// Do not use the network
    #[arg(long, global = true)]
    pub(super) offline: bool,
}

impl Common {
    /// What clap cannot see.
    pub(super) fn validate(&self) -> Result<(), String> {
        let known: Vec<&str> = crate::diag::codes().collect();
        let given = self.deny.iter().chain(&self.warn).chain(&self.allow);
        for code in given {
            if !known.iter().any(|k| k.eq_ignore_ascii_case(code)) {
                return Err(format!("there is no diagnostic `{code}`"));
            }
        }
        Ok(())
    }
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// With the text around, on standard error
    Human,
    /// One line each, `path:line:col: error[CODE]: message`, on standard output
    Short,
    /// One JSON object on standard output
    Json,
    /// SARIF 2.1.0 on standard output
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a deployment, a service or an interface to start from
    New(NewArgs),
    /// Report everything that is wrong with a deployment or an interface file
    Check {
        /// A `.amb` or `.lidl` file
        file: PathBuf,
    },
    /// Build the images of all nodes
    Build(BuildArgs),
    /// Run the whole deployment on this machine
    Run(RunArgs),
    /// Print the deployment as a graph, in DOT
    Graph {
        /// A `.amb` file
        file: PathBuf,
    },
    /// Print what runs where and how calls travel
    Plan {
        /// A `.amb` file
        file: PathBuf,
        /// Explain the place of one instance
        #[arg(long, value_name = "INSTANCE")]
        why: Option<String>,
    },
    /// Show the calls and processes of a deployment while `run` runs it
    Top {
        /// The deployment that runs; without it, the one that runs from this folder
        file: Option<PathBuf>,
        /// Print one table and end, as without a terminal
        #[arg(long)]
        once: bool,
    },
    /// Print what a stage of the compiler made
    Dump {
        /// A `.amb` file
        file: PathBuf,
        #[arg(long, value_enum)]
        stage: Stage,
        /// Only these nodes: `camera`, `sensor`, `sensor[3]` or `sensor[0..8]`
        #[arg(long, value_name = "NODE")]
        node: Vec<String>,
    },
    /// Tell what this machine lacks to build and run deployments, and what gets it
    Doctor {
        /// A `.amb` file: look only at what this deployment takes
        file: Option<PathBuf>,
    },
    /// Explain a diagnostic: what, why, an example, what to write instead
    Explain {
        /// Such as E0113
        code: String,
    },
    /// Print completions for a shell
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    #[command(external_subcommand)]
    Later(Vec<String>),
}

#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub(super) struct NewArgs {
    /// The deployment; `ambc new NAME` is short for `ambc new deployment NAME`
    pub(super) name: Option<String>,
    #[command(subcommand)]
    pub(super) what: Option<NewWhat>,
}

#[derive(Clone, Debug, Subcommand)]
pub(super) enum NewWhat {
    /// A deployment; outside of a project, with a project around it and a service that runs
    Deployment {
        /// Small letters, digits and `_`
        name: String,
    },
    /// A service: its manifest, and a crate that compiles
    Service {
        /// Small letters, digits and `_`
        name: String,
        /// An interface that it implements, such as `calc::arithmetic`; may be repeated
        #[arg(long, value_name = "PATH")]
        interface: Vec<String>,
        /// What it needs, such as `calculator:calc::arithmetic`; may be repeated
        #[arg(long, value_name = "NAME:PATH", value_parser = need)]
        needs: Vec<(String, String)>,
        /// It runs of itself; without an interface it always does
        #[arg(long)]
        active: bool,
    },
    /// An interface: a `.lidl` file, and the crate that turns it into Rust
    Interface {
        /// A name, or namespace and name: `calc::arithmetic`
        path: String,
    },
}

fn need(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, path))
            if !name.is_empty() && !path.trim_start_matches(':').is_empty() && !path.starts_with(':') =>
        {
            Ok((name.trim().to_owned(), path.trim().to_owned()))
        }
        _ => Err("expected NAME:PATH, such as `calculator:calc::arithmetic`".to_owned()),
    }
}

#[derive(Args, Clone, Debug)]
pub(super) struct BuildArgs {
    /// A `.amb` file
    pub(super) file: PathBuf,
    /// Only these nodes: `camera`, `sensor`, `sensor[3]` or `sensor[0..8]`
    #[arg(long, value_name = "NODE")]
    pub(super) node: Vec<String>,
    #[command(flatten)]
    pub(super) build: BuildOptions,
}

/// Options of commands that build.
#[derive(Args, Clone, Debug)]
pub(super) struct BuildOptions {
    /// Optimise
    #[arg(long)]
    pub(super) release: bool,
    /// Build every node for this machine, whatever its platform: nothing is emulated
    #[arg(long)]
    pub(super) hosted: bool,
    /// Where cargo builds; by default `target/ambc/cargo` beside the deployment
    #[arg(long, value_name = "DIR", env = "AMBC_TARGET_DIR", hide_env_values = true)]
    pub(super) target_dir: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub(super) struct RunArgs {
    /// A `.amb` file
    pub(super) file: PathBuf,
    /// Start only these nodes, as if the others were off: `camera`, `sensor`, `sensor[3]` or `sensor[0..8]`
    #[arg(long, value_name = "NODE")]
    pub(super) node: Vec<String>,
    /// End when every `run` service has returned and no call is in flight
    #[arg(long)]
    pub(super) until_idle: bool,
    /// Forget what nodes stored in earlier runs
    #[arg(long)]
    pub(super) fresh: bool,
    /// Networks that lose nothing and take no time, whatever is declared of them
    #[arg(long)]
    pub(super) ideal: bool,
    /// Faults to inject into everything sent that is no stream, such as `loss=0.05 dup=0.05 reorder=0.05`
    #[arg(long, value_name = "FAULTS", value_parser = faults)]
    pub(super) impair: Option<String>,
    /// The seed of what networks lose, and of injected faults
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    #[command(flatten)]
    pub(super) build: BuildOptions,
}

/// `loss`, `dup` and `reorder`, each a share from 0 to 1.
fn faults(text: &str) -> Result<String, String> {
    for word in text.split_whitespace() {
        let share = word.split_once('=').filter(|(name, _)| matches!(*name, "loss" | "dup" | "reorder"));
        let share = share.and_then(|(_, v)| v.parse::<f64>().ok());
        if !share.is_some_and(|s| (0.0..=1.0).contains(&s)) {
            return Err(format!(
                "`{word}` is none of `loss=S`, `dup=S`, `reorder=S` with a share from 0 to 1"
            ));
        }
    }
    Ok(text.to_owned())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Stage {
    /// The files as parsed
    Ast,
    /// The deployment with names resolved and arrays expanded
    Hir,
    /// What runs where, and routes
    Plan,
    /// Each node as data
    Image,
    /// The generated files
    Tree,
}
