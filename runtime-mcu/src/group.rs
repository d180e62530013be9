//! The program of one user group.
//!
//! The kernel starts it at `ambc_entry`, unprivileged, on its own stack. It initialises its data, builds its instances, and then steps and
//! waits until the node asks it to stop.
#![expect(unsafe_code, reason = "the first instructions, and memory that the kernel names")]

use crate::spec::{GroupSpec, Peer};
use crate::status::{Phase, Status};
use crate::svc;
use crate::{Ended, Refused};
use crate::{peer, room};
use ambc_kernel::lane::Scratch;
use ambc_kernel::{Caller, Ctx, Lane, Server, Task, WakeMask, Work};
use core::arch::global_asm;
use core::cell::Cell;
use core::fmt::{Display, Write as _};
use core::panic::PanicInfo;
use core::pin::pin;

global_asm!(
    "
    .section .ambc.entry, \"ax\"
    .global ambc_entry
    .type ambc_entry, %function
    .thumb_func
    ambc_entry:
        mov   r4, r0
        ldr   r0, =__ambc_data_start
        ldr   r1, =__ambc_data_end
        ldr   r2, =__ambc_data_load
        b     2f
    1:  ldr   r3, [r2], #4
        str   r3, [r0], #4
    2:  cmp   r0, r1
        bne   1b
        ldr   r0, =__ambc_bss_start
        ldr   r1, =__ambc_bss_end
        movs  r2, #0
        movs  r3, #0
        b     4f
    3:  stmia r0!, {{r2, r3}}
    4:  cmp   r0, r1
        blo   3b
        mov   r0, r4
        bl    ambc_group_main
        udf   #0
    .ltorg
    "
);

unsafe extern "C" {
    /// Addresses of the lanes of this program, written by `ambc`.
    static AMBC_LANES: [*mut u8; 0];
}

/// What a group's program builds upon.
#[derive(Debug)]
pub struct Host {
    spec: &'static GroupSpec,
    lanes: &'static [Lane],
    ctx: &'static Ctx<'static>,
    status: &'static Status,
}

/// The time as the kernel said it last: whenever the group waited, and every few steps while it does not. Asking the kernel
/// takes as long as some steps.
struct Time(Cell<u64>);

// SAFETY: only the group's one thread uses it.
unsafe impl Sync for Time {}

impl Time {
    fn set(&self, now: u64) {
        self.0.set(now);
    }
}

static TIME: Time = Time(Cell::new(0));

fn time() -> u64 {
    TIME.0.get()
}

/// Steps without a wait that share one reading of the clock.
const STEPS_PER_READING: u32 = 8;

/// Wakes the `Stop` hooks.
static ENDING: WakeMask = WakeMask::new();

/// Runs the program of a group; [`group!`](crate::group!) calls it. `status`: where the kernel says its status lies.
pub fn run(
    spec: &'static GroupSpec,
    block: &'static mut [u8],
    status: &'static Status,
    build: impl FnOnce(Host) -> Result<Ended, Refused>,
) -> ! {
    room::fill(block);
    let host = Host::open(spec, status);
    if let Err(refused) = build(host) {
        let (instance, why) = refused.parts();
        say(format_args!("{instance}: cannot be made: {why}"));
    }
    svc::end()
}

/// What the `run` service `instance` returned. To be given to its `Task`.
pub fn ran(instance: &'static str, result: Result<(), impl Display>) {
    if let Err(why) = result {
        say(format_args!("{REPORT}{instance} {why}"));
    }
}

/// First byte of a line that says what a `run` service returned: the instance, a space, and why it ended.
pub(crate) const REPORT: char = '\u{1}';

/// A line for the log of the node.
pub(crate) fn say(what: impl Display) {
    let mut line = crate::text::Cut::<{ svc::MAX_LINE as usize }>::new();
    // What is too long is cut.
    let _ = write!(line, "{what}");
    svc::print(line.as_str());
}

impl Host {
    fn open(spec: &'static GroupSpec, status: &'static Status) -> Self {
        TIME.set(svc::now());
        let mut numbers = 0..spec.lanes.len();
        let lane = || {
            let number = numbers.next().unwrap_or(0);
            // SAFETY: `ambc` wrote one address for each lane of the table, of memory that is the lane's alone, and zeroed.
            unsafe { Lane::at(*AMBC_LANES.as_ptr().add(number), spec.lanes[number].spec) }
        };
        let lanes = room::take(spec.lanes.len(), lane);
        Self { spec, lanes, ctx: room::ctx(spec.timers, time), status }
    }

    /// Clock, timers and the current deadline of this group.
    #[must_use]
    pub fn ctx(&self) -> &'static Ctx<'static> {
        self.ctx
    }

    /// The caller's end of lane `lane`, to be made once.
    ///
    /// # Panics
    /// If there is no such lane.
    #[must_use]
    pub fn caller(&self, lane: usize) -> Caller<'static> {
        room::caller(self.lanes[lane], self.peer(lane), self.spec.timers, self.ctx)
    }

    /// The callee's end of lane `lane`, to be made once. `scratch`: the instance's, if the lane carries large messages.
    ///
    /// # Panics
    /// If there is no such lane.
    #[must_use]
    pub fn server(&self, lane: usize, scratch: Option<&'static Scratch>) -> Server {
        room::server(self.lanes[lane], self.peer(lane), scratch)
    }

    fn peer(&self, lane: usize) -> u8 {
        match self.spec.lanes[lane].peer {
            Peer::Node => peer::KERNEL,
            Peer::Own => peer::OWN,
            Peer::Group(group) => group,
        }
    }

    /// Serves until the node says stop; then runs `stop` (the `Stop` hooks of all instances, one after another) while
    /// everything else goes on, and returns. The node gives all of that a bounded time.
    pub fn serve(
        self,
        callers: &[&Caller<'_>],
        servers: &[&Server],
        work: &mut [&mut dyn Work],
        stop: impl Future<Output = ()>,
    ) -> Ended {
        let group = ambc_kernel::Group { ctx: self.ctx, callers, servers };
        let stop = pin!(stop);
        let mut ending = Task::new(stop, &ENDING, self.ctx, |()| {});
        let mut counters = callers.iter().map(|caller| core::ptr::from_ref(caller.counters()) as u32);
        let table = room::take(callers.len(), || counters.next().unwrap_or(0));
        self.status.set_counters(table.as_ptr() as u32);
        self.status.set_phase(Phase::Serving);
        svc::ring(peer::bit(peer::KERNEL));
        let (mut rings, mut stale) = (0, 0);
        while !ending.done() {
            let earlier = rings;
            let mut any = group.step(work, |number| rings |= peer::bit(number));
            if self.status.stopping() {
                any |= ending.run();
            }
            self.status.beat();
            if !any {
                rings |= self.publish(&group, work, callers);
                TIME.set(svc::wait(group.next_deadline().unwrap_or(u64::MAX), core::mem::take(&mut rings)));
                stale = 0;
                continue;
            }
            if earlier != 0 {
                // There is more to do here, but others have waited for a turn.
                svc::ring(core::mem::take(&mut rings));
            }
            stale += 1;
            if stale == STEPS_PER_READING {
                TIME.set(svc::now());
                stale = 0;
            }
        }
        self.status.set_phase(Phase::Stopped);
        Ended::NEW
    }

    /// Tells the node what it wants to know; whom to ring if that is news it waits for.
    fn publish(
        &self,
        group: &ambc_kernel::Group<'_>,
        work: &[&mut dyn Work],
        callers: &[&Caller<'_>],
    ) -> u32 {
        let calls =
            callers.iter().fold(0u32, |sum, caller| sum.wrapping_add(caller.counters().calls() as u32));
        self.status.set_work(group.in_flight(work), calls);
        let rests = group.done(work) && self.status.set_phase(Phase::Rested);
        if rests { peer::bit(peer::KERNEL) } else { 0 }
    }
}

/// A panic in a group: a line, and its end.
pub fn panicked(info: &PanicInfo<'_>) -> ! {
    say(info);
    svc::end()
}

/// The body of a group's program: its table, the bytes of its scratches, and the function that builds it.
#[macro_export]
macro_rules! group {
    ($spec:expr, $scratches:expr, $build:expr) => {
        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::group::panicked(info)
        }

        #[allow(unsafe_code, reason = "the kernel calls it by name")]
        #[unsafe(no_mangle)]
        extern "C" fn ambc_group_main(status: &'static $crate::status::Status) -> ! {
            static BLOCK: $crate::Bytes<{ $crate::room::group($spec) + $scratches }> = $crate::Bytes::new();
            $crate::group::run($spec, BLOCK.take(), status, $build)
        }
    };
}
