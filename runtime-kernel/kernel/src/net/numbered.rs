//! [`Lanes`] by the positions of lanes in the table of their node.
use super::{Answer, LaneEnds, Lanes, Popped, Submitted};
use crate::spec::NodeLane;

/// The lane ends of a node's network side, under the positions of their lanes in the node's table.
#[derive(Clone, Copy, Debug)]
pub struct Numbered<'l> {
    ends: LaneEnds<'l>,
    places: &'l [u16],
}

impl<'l> Numbered<'l> {
    /// `places`: what [`places`] says of the lanes of the node.
    #[must_use]
    pub const fn new(ends: LaneEnds<'l>, places: &'l [u16]) -> Self {
        Self { ends, places }
    }

    /// Ends of lanes over which others call into this node.
    #[must_use]
    pub const fn callers(&self) -> &'l [&'l crate::Caller<'l>] {
        self.ends.ins
    }

    fn place(&self, lane: u16) -> u16 {
        self.places.get(usize::from(lane)).copied().unwrap_or(u16::MAX)
    }
}

/// For each lane of a node its place among the ends of its kind: those that lead to other nodes, those that come from them.
/// No place for the others.
pub fn places(lanes: &[NodeLane]) -> impl Iterator<Item = u16> {
    let (mut outs, mut ins) = (0..u16::MAX, 0..u16::MAX);
    lanes.iter().map(move |lane| {
        let place = match (lane.callee.is_net(), lane.caller.is_net()) {
            (true, _) => outs.next(),
            (false, true) => ins.next(),
            (false, false) => None,
        };
        place.unwrap_or(u16::MAX)
    })
}

impl Lanes for Numbered<'_> {
    fn pop(&self, lane: u16, buf: &mut [u8]) -> Option<Popped> {
        self.ends.pop(self.place(lane), buf)
    }

    fn cancelled(&self, lane: u16, slot: u8) -> bool {
        self.ends.cancelled(self.place(lane), slot)
    }

    fn complete(&self, lane: u16, slot: u8, status: u32, payload: &[u8]) {
        self.ends.complete(self.place(lane), slot, status, payload);
    }

    fn submit(&self, lane: u16, proc: u32, deadline: u64, payload: &[u8], reply_max: usize) -> Submitted {
        self.ends.submit(self.place(lane), proc, deadline, payload, reply_max)
    }

    fn poll(&self, lane: u16, slot: u8, buf: &mut [u8]) -> Option<Answer> {
        self.ends.poll(self.place(lane), slot, buf)
    }

    fn cancel(&self, lane: u16, slot: u8) {
        self.ends.cancel(self.place(lane), slot);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::places;
    use crate::LaneSpec;
    use crate::spec::{NodeLane, Side};
    use std::vec::Vec;

    #[test]
    fn lanes_of_each_kind_are_counted_for_themselves() {
        let lane = |caller, callee| NodeLane::new("", LaneSpec::small(1, 8), caller, callee);
        let (here, there) = (Side::Group(0), Side::Net("b"));
        let lanes =
            [lane(here, Side::Kernel), lane(here, there), lane(there, here), lane(Side::Kernel, there)];
        assert_eq!(places(&lanes).collect::<Vec<_>>(), [u16::MAX, 0, 0, 1]);
    }
}
