//! What the exceptions do, between the registers and [`State`].
#![expect(unsafe_code, reason = "called by exceptions, over what the hardware pushed")]

use super::clock::{self, Reading};
use super::registers;
use crate::console::{self, Level};
use crate::control;
use crate::group::REPORT;
use crate::kernel::thread::{Context, Thread};
use crate::kernel::{Reply, State};
use crate::spec::NodeGroup;
use crate::uart;
use ambc_abi::image::GroupLayout;
use ambc_node::control::OneLine;
use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

/// What the hardware pushes at an exception.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) r: [u32; 4],
    pub(super) r12: u32,
    pub(super) lr: u32,
    pub(super) pc: u32,
    pub(super) xpsr: u32,
}

/// The thread that runs, for the switch.
#[unsafe(no_mangle)]
static AMBC_CURRENT: AtomicPtr<Context> = AtomicPtr::new(ptr::null_mut());

struct Shared(UnsafeCell<Option<State>>);

// SAFETY: handlers do not interrupt each other, and the kernel group reaches it with interrupts masked: see `with`.
unsafe impl Sync for Shared {}

static STATE: Shared = Shared(UnsafeCell::new(None));

/// The state, for handlers. A node whose kernel has not started has none.
///
/// # Safety
/// Only in a handler that is not a fault of the kernel, or with interrupts masked; not within itself.
unsafe fn with<T>(what: impl FnOnce(&mut State) -> T) -> Option<T> {
    // SAFETY: by the contract nobody else is between here and the end.
    unsafe { (*STATE.0.get()).as_mut().map(what) }
}

/// The state, for the kernel group.
///
/// # Panics
/// Before [`take_over`].
pub(crate) fn critical<T>(what: impl FnOnce(&mut State) -> T) -> T {
    registers::masked(|| {
        // SAFETY: interrupts are masked, and `what` cannot come back here: it has the state.
        unsafe { with(what) }.expect("the kernel has started")
    })
}

/// Clock cycles of each thread for each round: two ticks.
const BUDGET: u32 = 2 * clock::CYCLES;

/// Makes what runs now, on the process stack, the thread of the kernel group, and starts the tick.
pub(crate) fn take_over(
    threads: &'static mut [Thread],
    layouts: &'static [GroupLayout],
    groups: &'static [NodeGroup],
    order: &[u8],
) {
    registers::masked(|| {
        clock::start();
        let mut state = State::new(threads, layouts, groups, order, BUDGET, clock::read().cycles);
        let idle = super::boot::idle_frame();
        state.idle_thread().context.sp = idle;
        AMBC_CURRENT.store(ptr::from_mut(&mut state.current().context), Relaxed);
        // SAFETY: interrupts are masked, and nobody has the state yet.
        unsafe { *STATE.0.get() = Some(state) }
    });
}

/// Starts a group at its entry. `argument` is in its `r0`.
pub(crate) fn start_group(group: usize, argument: u32) {
    critical(|state| {
        let layout = state.layout(group);
        let frame =
            Frame { r: [argument, 0, 0, 0], r12: 0, lr: u32::MAX, pc: layout.entry & !1, xpsr: 1 << 24 };
        let sp = layout.stack.end - size_of::<Frame>() as u32;
        // SAFETY: inside the stack of the group, which does not run.
        unsafe { ptr::write_volatile(sp as *mut Frame, frame) }
        state.start(group, sp);
    });
}

/// Whoever runs next, if it is another thread. One that waited is told the time.
#[inline]
fn next(state: &mut State, at: Reading) -> *const Context {
    let Some(thread) = state.switch(at.cycles) else { return ptr::null() };
    if core::mem::take(&mut thread.waited) {
        // SAFETY: the hardware pushed the frame there with the rights of the thread, which has not run since.
        let frame = unsafe { &mut *(thread.context.sp as *mut Frame) };
        frame.give(at.ns);
    }
    &raw const thread.context
}

impl Frame {
    #[inline]
    fn give(&mut self, number: u64) {
        self.r[0] = number as u32;
        self.r[1] = (number >> 32) as u32;
    }
}

/// The supervisor call.
///
/// # Safety
/// Called by the exception alone: `frame` is what the hardware has just pushed, with the rights of the thread.
#[unsafe(no_mangle)]
unsafe extern "C" fn ambc_svc(frame: *mut Frame) -> *const Context {
    // SAFETY: the hardware wrote the frame with the rights of the thread, so it may read and write there; nobody else runs.
    let frame = unsafe { &mut *frame };
    let [number, args @ ..] = frame.r;
    let at = clock::read();
    let serve = |state: &mut State| {
        match state.call(at.ns, number, args) {
            Reply::Nothing => {}
            Reply::Number(number) => frame.give(number),
            Reply::Print(from, len) => {
                // SAFETY: the state has seen that the group may read these bytes, or they are the kernel group's.
                let text = unsafe { core::slice::from_raw_parts(from as *const u8, len as usize) };
                print(state.name(), core::str::from_utf8(text).unwrap_or("(not UTF-8)"));
            }
        }
        next(state, at)
    };
    // SAFETY: in a handler.
    unsafe { with(serve) }.unwrap_or(ptr::null())
}

/// A line that group `name` printed.
fn print(name: &str, text: &str) {
    match text.strip_prefix(REPORT).and_then(|report| report.split_once(' ')) {
        Some((instance, why)) => {
            console::line(Level::Error, instance, format_args!("ended: {why}"));
            // What a group says leaves room for what the node has to say.
            if control::has_room() {
                control::say_briefly(OneLine(format_args!("run-failed {instance} {why}")));
            }
        }
        None => console::line(Level::Error, name, text),
    }
}

#[unsafe(no_mangle)]
extern "C" fn ambc_tick() -> *const Context {
    clock::ticked();
    let news = uart::tick();
    let at = clock::read();
    let turn = |state: &mut State| {
        state.tick(at.ns);
        if news {
            state.ring_kernel();
        }
        next(state, at)
    };
    // SAFETY: in a handler.
    unsafe { with(turn) }.unwrap_or(ptr::null())
}

#[unsafe(no_mangle)]
extern "C" fn ambc_interrupt() -> *const Context {
    let news = uart::interrupt(registers::active_interrupt());
    let turn = |state: &mut State| {
        if news {
            state.ring_kernel();
        }
        next(state, clock::read())
    };
    // SAFETY: in a handler.
    unsafe { with(turn) }.unwrap_or(ptr::null())
}

/// The next thread after the current group has died.
pub(super) fn after_death(death: crate::kernel::thread::Death) -> Option<*const Context> {
    let turn = |state: &mut State| {
        state.in_group().then(|| {
            state.end_current(death);
            next(state, clock::read())
        })
    };
    // SAFETY: in the handler of a fault that came from thread mode, so no other handler is under way.
    unsafe { with(turn) }.flatten()
}
