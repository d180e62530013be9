//! A `.amb` file as written: names are text, expressions are not evaluated, nothing is resolved.
//!
//! What could not be parsed is absent; the syntax error has been reported. An item whose body is damaged is still here
//! with `broken: true`, so that its name counts and no second error follows from it.

use ambc_diag::{FileId, Span, Spanned};

/// One file.
#[derive(Clone, Debug)]
pub struct File {
    pub file: FileId,
    pub items: Vec<Item>,
    /// The words of all text that could not be read. Something damaged may have named what has such a name, so it is not
    /// reported as unused, unbound or deployed nowhere; a damaged `use` stands here with its `use`.
    pub damaged: Vec<Ident>,
}

/// An identifier, `r#` taken off.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ident {
    pub text: String,
    pub span: Span,
}

/// `a::b::c`. Without segments only in a broken item whose header lacks it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    pub segments: Vec<Ident>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub kind: ItemKind,
    /// The whole item with its last `;` or `}`.
    pub span: Span,
    pub doc: Option<String>,
    /// Something inside did not parse and has been reported.
    pub broken: bool,
    /// `override …`.
    pub overrides: Option<Span>,
}

#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one value for each item of a file, read once; boxes would only be in the way"
)]
pub enum ItemKind {
    Deployment(Ident),
    Use(Use),
    Param(ParamDecl),
    Service(Service),
    Network(Network),
    Platform(Platform),
    Node(Node),
    Instance(Instance),
    Group(Group),
    Deploy(Deploy),
    Place(Place),
    Logs(Logs),
    Export(Export),
    Import(Import),
    Access(Access),
    Require(Require),
}

/// `use "path" [as prefix];`
#[derive(Clone, Debug)]
pub struct Use {
    pub path: Spanned<String>,
    pub prefix: Option<Ident>,
}

/// `param name: type = default;`, of a deployment or of a service.
#[derive(Clone, Debug)]
pub struct ParamDecl {
    pub name: Ident,
    pub ty: TypeRef,
    pub default: Option<Expr>,
    pub doc: Option<String>,
    pub span: Span,
}

/// A parameter type: `u32`, `string<16>`, `vision::verdict`, `array<u8, 4>`, `duration`, `secret`.
#[derive(Clone, Debug)]
pub struct TypeRef {
    pub path: Path,
    pub args: Vec<TypeArg>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum TypeArg {
    Type(TypeRef),
    Expr(Expr),
}

// --- expressions ---------------------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    /// Value and whether it was written in hexadecimal (an address may care).
    Int {
        value: i128,
        hex: bool,
    },
    /// The text without `_`, so that no precision is lost before the type is known.
    Float(String),
    Bool(bool),
    Str(String),
    /// `5ms`, `8KiB`, `10/s`, `30%`: the number as written (without `_`), and the unit as written.
    Quantity {
        number: String,
        unit: Unit,
    },
    Name(Ref),
    Neg(Box<Expr>),
    Not(Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `secret("x")`, `env("A", "b")`, `len(x)`, `latency(a -> b)`, `on(a, node)`, `survives(1 node, a -> b)` …
    Call {
        name: Ident,
        args: Vec<Arg>,
    },
    /// `[a, b, c]`, also the right side of `in`.
    List(Vec<Expr>),
}

#[derive(Clone, Debug)]
pub enum Arg {
    Expr(Expr),
    /// `a -> b` or `a.need -> b.proc`.
    Edge(Ref, Ref, Span),
    /// `1 node` in `survives`.
    Count(Expr, Ident),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
    In,
}

/// A unit as written. Its dimension and factor are in `hir::quantity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Us,
    Ms,
    S,
    Min,
    H,
    D,
    B,
    KiB,
    MiB,
    GiB,
    KB,
    MB,
    GB,
    Bps,
    Kbps,
    Mbps,
    Gbps,
    PerS,
    PerMin,
    PerH,
    PerD,
    Hz,
    KHz,
    MHz,
    GHz,
    Cycles,
    UJ,
    MJ,
    J,
    Wh,
    UW,
    MW,
    W,
    Percent,
}

/// A reference to something with a name: `a`, `site::a`, `a[3]`, `a[*]`, `node.pir`, `cloud.disk`, `sensor[2].pir`,
/// `camera_mgr.trigger`, `.rate`.
#[derive(Clone, Debug)]
pub struct Ref {
    /// Empty only in `.rate`.
    pub head: Path,
    pub select: Option<Select>,
    pub member: Option<Ident>,
    /// Further members, as in `frame.size.width` of a predicate.
    pub more: Vec<Ident>,
    /// A selection behind the member, as in `site.need[0]`.
    pub member_select: Option<Select>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Select {
    pub kind: SelectKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum SelectKind {
    All,
    Index(Box<Expr>),
    /// Half open, as in Rust.
    Range(Box<Expr>, Box<Expr>),
}

// --- service manifests ---------------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct Service {
    pub name: Ident,
    pub interfaces: Vec<Path>,
    pub members: Vec<ServiceMember>,
}

#[derive(Clone, Debug)]
pub struct ServiceMember {
    pub kind: ServiceMemberKind,
    pub span: Span,
    pub doc: Option<String>,
}

#[derive(Clone, Debug)]
pub enum ServiceMemberKind {
    CratePath(Spanned<String>),
    CrateRegistry {
        name: Spanned<String>,
        version: Spanned<String>,
    },
    Type(Ident),
    Needs(Needs),
    Param(ParamDecl),
    Memory(Vec<Setting>),
    Concurrency(Expr),
    Bulk(Expr),
    Work(Work),
    RunsOn(Vec<Path>),
    Requires(Vec<Path>),
    Run(Span),
    Blocking(Span),
    /// `handle calls next.recognize, log.info;`
    Calls {
        procedure: Ident,
        targets: Vec<Ref>,
    },
}

/// `needs [optional] name: [interface] | interface [from node];`
#[derive(Clone, Debug)]
pub struct Needs {
    pub optional: bool,
    pub name: Ident,
    pub interface: Path,
    pub list: bool,
    pub from_node: Option<Span>,
}

/// `work handle 54_000 cycles;` or `work handle 250us on stm32f746;`
#[derive(Clone, Debug)]
pub struct Work {
    pub procedure: Ident,
    pub amount: Expr,
    pub platform: Option<Path>,
}

// --- networks, platforms, nodes --------------------------------------------------------------------------------------

/// `[i in 10]`, `[workers]`, `[4]`.
#[derive(Clone, Debug)]
pub struct ArrayHeader {
    pub variable: Option<Ident>,
    pub count: Expr,
    pub span: Span,
}

/// A statement of an attribute block: `cost 40;`, `encrypted;`, `path = "x";`, `flash 1MiB;`, `relay off;`,
/// `power battery 13Wh;`, `restart { … }`, `mpu regions 8;`. The values stand in order; a single word is a `Name`. The ends of
/// a range `100ms .. 10s` are two values; `header "X" = secret("y");` has the values `"X"` and `secret("y")` and `assign`.
#[derive(Clone, Debug)]
pub struct Setting {
    pub name: Ident,
    /// Written with `=`.
    pub assign: bool,
    pub values: Vec<Expr>,
    pub block: Option<Vec<Setting>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Network {
    pub name: Ident,
    pub array: Option<ArrayHeader>,
    /// Absent only in an `override` that keeps the old one.
    pub kind: Option<Ident>,
    pub settings: Vec<Setting>,
    /// `hub NODE;`
    pub hub: Option<Ref>,
}

#[derive(Clone, Debug)]
pub struct Platform {
    pub name: Ident,
    pub base: Option<Path>,
    pub settings: Vec<Setting>,
    pub offers: Vec<Offer>,
}

/// `offers name: interface [= service] { param = value; }`
#[derive(Clone, Debug)]
pub struct Offer {
    pub name: Ident,
    pub interface: Path,
    pub service: Option<Path>,
    pub settings: Vec<Setting>,
    /// Bindings of the offering service's own needs: `dep: ref;`.
    pub bindings: Vec<Binding>,
    /// Something in its block did not parse and has been reported.
    pub broken: bool,
    pub doc: Option<String>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub name: Ident,
    pub array: Option<ArrayHeader>,
    /// Absent only in an `override` that keeps the old one.
    pub platform: Option<Path>,
    pub links: Vec<Link>,
    pub offers: Vec<Offer>,
    pub settings: Vec<Setting>,
}

/// `link network at address [on device] { import; export; cost 5; port 7412; }`
#[derive(Clone, Debug)]
pub struct Link {
    pub network: Ref,
    /// Absent where the network needs none (`uart`, `usb`).
    pub address: Option<Expr>,
    pub device: Option<Expr>,
    pub import: Option<Span>,
    pub export: Option<Span>,
    pub settings: Vec<Setting>,
    pub span: Span,
}

// --- instances, groups, deployment -----------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct Instance {
    pub name: Ident,
    pub array: Option<ArrayHeader>,
    pub service: Path,
    pub bindings: Vec<Binding>,
    /// `name = value;`
    pub settings: Vec<Setting>,
}

/// `need: first a, b { timeout 2s; };`
#[derive(Clone, Debug)]
pub struct Binding {
    pub need: Ident,
    pub mode: BindMode,
    pub targets: Vec<BindTarget>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindMode {
    Plain,
    First(Span),
    Any(Span),
}

#[derive(Clone, Debug)]
pub struct BindTarget {
    /// `node.disk` has the head `node`.
    pub target: Ref,
    pub settings: Vec<Setting>,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub name: Ident,
    pub members: Vec<Ref>,
    /// `priority 3;`, `restart { … }`
    pub settings: Vec<Setting>,
}

/// `deploy node[i] { kernel a; kernel b; trap; recognition[i]; }`. `kernel` takes no list: `kernel a, b` is `kernel a; b`.
#[derive(Clone, Debug)]
pub struct Deploy {
    pub node: Ref,
    pub entries: Vec<DeployEntry>,
}

#[derive(Clone, Debug)]
pub struct DeployEntry {
    /// An instance, a group, or an offer `cloud.disk`.
    pub target: Ref,
    pub kernel: Option<Span>,
    pub span: Span,
}

/// `place x on a | b;`, `place worker[*] spread;`, `place * minimize latency;`
#[derive(Clone, Debug)]
pub struct Place {
    /// Empty: `*`.
    pub targets: Vec<Ref>,
    pub on: Vec<Ref>,
    pub spread: Option<Span>,
    pub minimize: Option<Ident>,
}

/// `logs * to collector level info;`
#[derive(Clone, Debug)]
pub struct Logs {
    /// Empty: `*`.
    pub from: Vec<Ref>,
    pub to: Ref,
    pub level: Option<Ident>,
}

// --- outside the deployment --------------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct Export {
    pub target: Ref,
    pub interface: Option<Path>,
    pub network: Ref,
    pub rest: Option<Rest>,
    pub port: Option<Expr>,
    pub via: Option<Ref>,
    pub public: Option<Span>,
    pub tokens: Vec<Token>,
    pub settings: Vec<Setting>,
}

/// `as rest at "/events"` (export) or `as rest from "https://…"` (import).
#[derive(Clone, Debug)]
pub struct Rest {
    pub at: Option<Expr>,
    pub span: Span,
}

/// `token ranger { allows query, tail; expires 30d; }`
#[derive(Clone, Debug)]
pub struct Token {
    pub name: Ident,
    pub allows: Vec<Ident>,
    pub settings: Vec<Setting>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Import {
    pub name: Ident,
    pub interface: Path,
    pub network: Ref,
    pub rest: Option<Span>,
    pub from: Option<Expr>,
    pub via: Option<Ref>,
    /// `token file "peer.cap";`, `header "X" = secret("y");`, `timeout 3s;`
    pub settings: Vec<Setting>,
}

// --- rules -------------------------------------------------------------------------------------------------------------

/// `allow a -> b.proc where …;` / `deny * -> b.erase;`
#[derive(Clone, Debug)]
pub struct Access {
    pub allow: bool,
    /// Absent: `*`.
    pub from: Option<Ref>,
    pub to: Option<Ref>,
    pub predicate: Option<Expr>,
}

#[derive(Clone, Debug)]
pub struct Require {
    pub condition: Expr,
}
