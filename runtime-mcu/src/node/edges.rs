//! What the callers' ends of a node's lanes counted: in this program, or in the memory of the groups.
#![expect(unsafe_code, reason = "counters in the memory of groups")]

use crate::spec::{NodeLane, NodeSpec, Side};
use crate::status::Status;
use ambc_abi::image::GroupLayout;
use ambc_kernel::Caller;
use ambc_kernel::lane::{Counters, Counts};
use core::cell::Cell;
use core::ptr::read_volatile;

/// Where to look.
#[derive(Debug)]
pub(super) struct Edges {
    spec: &'static NodeSpec,
    layouts: &'static [GroupLayout],
    /// Ends in this program: of the kernel group, then of the network, both in the order of the lanes.
    own: Cell<&'static [&'static Caller<'static>]>,
}

impl Edges {
    /// Nothing is counted in this program until [`Self::adopt`].
    pub(super) const fn new(spec: &'static NodeSpec, layouts: &'static [GroupLayout]) -> Self {
        Self { spec, layouts, own: Cell::new(&[]) }
    }

    /// The ends in this program.
    pub(super) fn adopt(&self, own: &'static [&'static Caller<'static>]) {
        self.own.set(own);
    }

    fn own(&self, at: usize) -> Option<Counts> {
        Some(self.own.get().get(at)?.counters().counts())
    }
}

impl ambc_node::Edges for Edges {
    fn lanes(&self) -> &'static [NodeLane] {
        self.spec.lanes
    }

    /// By a group, since it started last.
    fn counts(&self, lane: usize) -> Counts {
        let lanes = self.spec.lanes;
        if lane >= lanes.len() {
            return Counts::default();
        }
        let before = |is: &dyn Fn(Side) -> bool| lanes[..lane].iter().filter(|l| is(l.caller)).count();
        match lanes[lane].caller {
            Side::Kernel => self.own(before(&Side::is_kernel)),
            Side::Net(_) => {
                let kernel = lanes.iter().filter(|l| l.caller.is_kernel()).count();
                self.own(kernel + before(&Side::is_net))
            }
            group @ Side::Group(number) => {
                of_group(&self.layouts[usize::from(number)], before(&|side| side == group))
            }
        }
        .unwrap_or_default()
    }
}

/// What a group says it counted at its caller's end `at`. What it says about places is not believed.
fn of_group(layout: &GroupLayout, at: usize) -> Option<Counts> {
    // SAFETY: `ambc` placed it inside the group's memory, aligned; both ends use it as atomics only.
    let status = unsafe { &*(layout.status as *const Status) };
    let table = status.counters();
    let inside = |at: u32, len: usize| at.is_multiple_of(4) && layout.ram.holds(at, len as u32);
    let entry = table.wrapping_add(4 * at as u32);
    if table == 0 || !inside(entry, 4) {
        return None;
    }
    // SAFETY: an aligned word of the group's memory.
    let counters = unsafe { read_volatile(entry as *const u32) };
    // SAFETY: aligned memory of the group, all of words, where any value is valid; the group, on this one processor, does not run.
    inside(counters, size_of::<Counters>()).then(|| unsafe { &*(counters as *const Counters) }.counts())
}
