//! The kernel program of a node: its kernel group, and the supervisor of its user groups.
//!
//! It runs privileged, on one thread; `turn` is its loop.
#![expect(unsafe_code, reason = "addresses that `ambc` wrote")]

mod death;
mod edges;
mod link;
mod links;
mod supervise;
mod turn;
mod voice;

use crate::console::{self, Level};
use crate::spec::{NodeSpec, Side};
use crate::{Ended, Refused, arch, control, kept, peer, room};
use ambc_abi::image::{GroupLayout, Identity};
use ambc_kernel::lane::Scratch;
use ambc_kernel::{Caller, Ctx, Lane, Server, Work};
use ambc_node::Known;
use ambc_node::control::OneLine;
use ambc_node::random::Generator;
use ambc_node::vitals::{Patient, Vitals};
use core::cell::RefCell;
use core::fmt::Display;
use core::panic::PanicInfo;
use edges::Edges;
use links::Network;
pub use links::OpenLinks;
use supervise::Supervisor;
use voice::{Console, NoMetrics};

unsafe extern "C" {
    /// Addresses of all lanes of the node, written by `ambc`.
    static AMBC_LANES: [*mut u8; 0];
    /// Where the groups lie, by number, written by `ambc`.
    static AMBC_LAYOUT: [GroupLayout; 0];
}

/// What a node's program builds upon.
#[derive(Debug)]
pub struct Host {
    spec: &'static NodeSpec,
    lanes: &'static [Lane],
    ctx: &'static Ctx<'static>,
    groups: Supervisor,
    links: Option<&'static mut dyn Network>,
    identity: Identity,
    generator: &'static RefCell<Generator>,
    vitals: &'static Vitals,
    edges: &'static Edges,
}

/// Sessions of the network that a start has for itself, as a power of two: one for each client of an export, 2^20 apart.
const START_SHIFT: u32 = 36;

/// Bytes of the room of a node beside its lanes.
pub(crate) const fn room(spec: &NodeSpec) -> usize {
    // All ends of callers and of servers in this program.
    let ends = room::slice::<&Caller<'static>>(spec.lanes.len()) + room::slice::<&Server>(spec.lanes.len());
    let patients = room::slice::<Patient>(1) * spec.health as usize + room::slice::<Vitals>(1);
    let own = room::slice::<RefCell<Generator>>(1) + room::slice::<Edges>(1) + patients;
    supervise::room(spec) + links::room(spec) + own + ends
}

/// Runs the program of a node; [`kernel!`](crate::kernel!) calls it.
pub fn run(
    spec: &'static NodeSpec,
    links: OpenLinks,
    block: &'static mut [u8],
    build: impl FnOnce(Host) -> Result<Ended, Refused>,
) -> ! {
    room::fill(block);
    control::start();
    if let Err(refused) = build(Host::open(spec, links)) {
        let (instance, why) = refused.parts();
        console::line_now(Level::Error, instance, format_args!("cannot be made: {why}"));
        control::say(format_args!("reboot {instance} cannot be made"));
    }
    reboot()
}

/// Starts the node anew, once everything said is out.
fn reboot() -> ! {
    console::drain();
    control::drain();
    arch::reboot()
}

/// What the `run` service `instance` of the kernel group returned. To be given to its `Task`.
pub fn ran(instance: &'static str, result: Result<(), impl Display>) {
    if let Err(why) = result {
        console::line(Level::Error, instance, format_args!("ended: {why}"));
        control::say(OneLine(format_args!("run-failed {instance} {why}")));
    }
}

/// A panic in the kernel group: a line, and the node reboots.
pub fn panicked(info: &PanicInfo<'_>) -> ! {
    console::line_now(Level::Error, "ambc", format_args!("{info}; the node reboots"));
    control::say(OneLine(format_args!("reboot {info}")));
    reboot()
}

impl Host {
    fn open(spec: &'static NodeSpec, links: OpenLinks) -> Self {
        let mut numbers = 0..spec.lanes.len();
        let lane = || {
            let number = numbers.next().unwrap_or(0);
            // SAFETY: `ambc` wrote one address for each lane of the table, of memory that is the lane's alone, zeroed at boot.
            unsafe { Lane::at(*AMBC_LANES.as_ptr().add(number), spec.lanes[number].spec) }
        };
        let lanes = room::take(spec.lanes.len(), lane);
        // SAFETY: `ambc` wrote one entry for each group of the table.
        let layouts = unsafe { core::slice::from_raw_parts(AMBC_LAYOUT.as_ptr(), spec.groups.len()) };
        let identity = kept::identity();
        let starts = u64::from(kept::count_start()) << START_SHIFT;
        let session = identity.session.wrapping_add(starts);
        let ctx = room::ctx(spec.timers, arch::now);
        let vitals = room::one(Vitals::default());
        let links = links.open(spec, lanes, ctx, session);
        Self {
            spec,
            lanes,
            identity,
            links,
            vitals,
            edges: room::one(Edges::new(spec, layouts)),
            generator: room::one(RefCell::new(Generator::new(&identity.key, session))),
            groups: Supervisor::prepare(spec, layouts, lanes, vitals),
            ctx,
        }
    }

    /// Clock, timers and the current deadline of the kernel group.
    #[must_use]
    pub fn ctx(&self) -> &'static Ctx<'static> {
        self.ctx
    }

    /// The caller's end of lane `lane`, to be made once, for an instance of the kernel group.
    ///
    /// # Panics
    /// If there is no such lane.
    #[must_use]
    pub fn caller(&self, lane: usize) -> Caller<'static> {
        room::caller(self.lanes[lane], other_end(self.spec.lanes[lane].callee), self.spec.timers, self.ctx)
    }

    /// The callee's end of lane `lane`, to be made once, for an instance of the kernel group. `scratch`: the instance's, if
    /// the lane carries large messages.
    ///
    /// # Panics
    /// If there is no such lane.
    #[must_use]
    pub fn server(&self, lane: usize, scratch: Option<&'static Scratch>) -> Server {
        room::server(self.lanes[lane], other_end(self.spec.lanes[lane].caller), scratch)
    }

    /// Whether the identity has a key for random numbers.
    pub(crate) fn has_key(&self) -> bool {
        self.identity.key != Identity::NO_KEY
    }

    pub(crate) fn generator(&self) -> &'static RefCell<Generator> {
        self.generator
    }

    /// Starts the user groups and serves. Whoever controls an emulated node may ask it to stop: then the groups end in order, after
    /// them `stop` runs, the `Stop` hooks of the kernel group, and the node halts. So it does before a reboot.
    pub fn serve(
        self,
        callers: &[&'static Caller<'static>],
        servers: &[&'static Server],
        work: &mut [&mut dyn Work],
        stop: impl Future<Output = ()>,
    ) -> Ended {
        turn::serve(self, callers, servers, work, stop)
    }
}

impl ambc_node::Host for Host {
    fn ctx(&self) -> &'static Ctx<'static> {
        self.ctx
    }

    /// The clock starts with the node.
    fn started(&self) -> u64 {
        0
    }

    fn known(&self) -> Known {
        Known { vitals: self.vitals, edges: self.edges, metrics: &NoMetrics, voice: &Console }
    }

    fn keep<T>(&self, value: T) -> &'static T {
        room::one(value)
    }
}

fn other_end(side: Side) -> u8 {
    match side {
        Side::Group(number) => number,
        Side::Kernel | Side::Net(_) => peer::OWN,
    }
}

/// The body of a node's program: its table, the bytes of its scratches, and the function that builds it.
#[macro_export]
macro_rules! kernel {
    ($spec:expr, $scratches:expr, $build:expr) => {
        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::node::panicked(info)
        }

        #[allow(unsafe_code, reason = "the start code calls it by name")]
        #[unsafe(no_mangle)]
        extern "C" fn ambc_kernel_main() -> ! {
            static BLOCK: $crate::Bytes<{ $crate::room::node($spec) + $scratches }> = $crate::Bytes::new();
            const LINKS: $crate::node::OpenLinks = $crate::node::OpenLinks::of($spec);
            $crate::node::run($spec, LINKS, BLOCK.take(), $build)
        }
    };
}
