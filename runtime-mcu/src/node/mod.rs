//! The kernel program of a node: its kernel group, and the supervisor of its user groups.
//!
//! It runs privileged, on one thread: step the kernel group, look after the groups, and wait until somebody rings or something is due.
#![expect(unsafe_code, reason = "addresses that `ambc` wrote")]

mod supervise;

use crate::console::{self, Level};
use crate::spec::{NodeSpec, Side};
use crate::{Ended, Refused, arch, peer, room, svc};
use ambc_abi::image::GroupLayout;
use ambc_kernel::lane::Scratch;
use ambc_kernel::{Caller, Ctx, Lane, Server, Work};
use core::fmt::Display;
use core::panic::PanicInfo;
use supervise::Supervisor;

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
}

/// Bytes of the room of a node beside its lanes.
pub(crate) const fn room(spec: &NodeSpec) -> usize {
    supervise::room(spec)
}

/// Runs the program of a node; [`kernel!`](crate::kernel!) calls it.
pub fn run(
    spec: &'static NodeSpec,
    block: &'static mut [u8],
    build: impl FnOnce(Host) -> Result<Ended, Refused>,
) -> ! {
    room::fill(block);
    if let Err(refused) = build(Host::open(spec)) {
        let (instance, why) = refused.parts();
        console::line_now(Level::Error, instance, format_args!("cannot be made: {why}"));
    }
    arch::reboot()
}

/// What the `run` service `instance` of the kernel group returned. To be given to its `Task`.
pub fn ran(instance: &'static str, result: Result<(), impl Display>) {
    if let Err(why) = result {
        console::line(Level::Error, instance, format_args!("ended: {why}"));
    }
}

/// A panic in the kernel group: a line, and the node reboots.
pub fn panicked(info: &PanicInfo<'_>) -> ! {
    console::line_now(Level::Error, "ambc", format_args!("{info}; the node reboots"));
    arch::reboot()
}

impl Host {
    fn open(spec: &'static NodeSpec) -> Self {
        let mut numbers = 0..spec.lanes.len();
        let lane = || {
            let number = numbers.next().unwrap_or(0);
            // SAFETY: `ambc` wrote one address for each lane of the table, of memory that is the lane's alone, zeroed at boot.
            unsafe { Lane::at(*AMBC_LANES.as_ptr().add(number), spec.lanes[number].spec) }
        };
        let lanes = room::take(spec.lanes.len(), lane);
        // SAFETY: `ambc` wrote one entry for each group of the table.
        let layouts = unsafe { core::slice::from_raw_parts(AMBC_LAYOUT.as_ptr(), spec.groups.len()) };
        Self {
            spec,
            lanes,
            groups: Supervisor::prepare(spec, layouts, lanes),
            ctx: room::ctx(spec.timers, arch::now),
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

    /// Starts the user groups and serves. Nothing stops a node without an operating system but a reboot, so `stop` never runs.
    pub fn serve(
        mut self,
        callers: &[&Caller<'_>],
        servers: &[&Server],
        work: &mut [&mut dyn Work],
        _stop: impl Future<Output = ()>,
    ) -> Ended {
        let group = ambc_kernel::Group { ctx: self.ctx, callers, servers };
        self.groups.start();
        loop {
            let mut rings = 0;
            let mut any = group.step(work, |number| rings |= peer::bit(number));
            any |= self.groups.turn(self.ctx, &mut rings);
            report_lost();
            if any {
                svc::ring(rings);
                continue;
            }
            let due = self.groups.next_timer();
            let until = group.next_deadline().unwrap_or(u64::MAX).min(due);
            svc::wait(until, rings);
        }
    }
}

/// Says that lines were lost, once there is room again.
fn report_lost() {
    if console::is_empty() {
        match console::take_lost() {
            0 => {}
            lost => console::line(
                Level::Warn,
                "log",
                format_args!("{lost} lines were lost: the console was too slow"),
            ),
        }
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
            $crate::node::run($spec, BLOCK.take(), $build)
        }
    };
}
