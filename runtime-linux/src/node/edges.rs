//! What the callers' ends of a node's lanes counted, wherever they are: in this process, or in the pages of the groups.

use crate::spec::{NodeLane, NodeSpec, Side};
use crate::status::Status;
use ambc_kernel::Caller;
use ambc_kernel::lane::Counts;
use core::cell::RefCell;
use std::rc::Rc;

/// The counters of every edge that leaves its isolation domain on this node.
#[derive(Debug)]
pub(crate) struct Edges {
    spec: &'static NodeSpec,
    /// Of the groups, by number.
    pages: Vec<Rc<Status>>,
    /// By lane: what processes of the calling group counted that are gone.
    earlier: RefCell<Vec<Counts>>,
    /// By lane: the callers' ends in this process.
    own: RefCell<Vec<Option<&'static Caller<'static>>>>,
}

impl Edges {
    /// Nothing is counted in this process until [`Self::adopt`].
    pub(crate) fn new(spec: &'static NodeSpec, pages: Vec<Rc<Status>>) -> Self {
        let lanes = spec.lanes.len();
        let (earlier, own) = (RefCell::new(vec![Counts::default(); lanes]), RefCell::new(vec![None; lanes]));
        Self { spec, pages, earlier, own }
    }

    /// The ends of one kind of side, in the order of the node's lanes.
    pub(crate) fn adopt(&self, kind: fn(Side) -> bool, callers: &[&'static Caller<'static>]) {
        let mut places = self.own.borrow_mut();
        let mine = places.iter_mut().zip(self.spec.lanes).filter(|(_, lane)| kind(lane.caller));
        mine.zip(callers).for_each(|((place, _), caller)| *place = Some(*caller));
    }

    fn present(&self, lane: usize) -> Option<Counts> {
        match self.spec.lanes.get(lane)?.caller {
            Side::Group(number) => {
                let position = self.spec.lanes_of(number).position(|(i, _)| i == lane)?;
                Some(self.pages.get(usize::from(number))?.edge(position))
            }
            Side::Kernel | Side::Net(_) => Some(self.own.borrow()[lane]?.counters().counts()),
        }
    }

    /// The process of group `number` is gone: the next one counts from nothing.
    pub(crate) fn retire(&self, number: u8) {
        let Some(page) = self.pages.get(usize::from(number)) else { return };
        let mut earlier = self.earlier.borrow_mut();
        for (position, (lane, spec)) in self.spec.lanes_of(number).enumerate() {
            if spec.caller == Side::Group(number) {
                earlier[lane].add(&page.edge(position));
                page.set_edge(position, Counts::default());
            }
        }
    }
}

impl ambc_node::Edges for Edges {
    fn lanes(&self) -> &'static [NodeLane] {
        self.spec.lanes
    }

    /// Since the node started.
    fn counts(&self, lane: usize) -> Counts {
        let mut counts = self.earlier.borrow().get(lane).copied().unwrap_or_default();
        counts.add(&self.present(lane).unwrap_or_default());
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ends;
    use crate::os::inherit;
    use crate::os::memory::Region;
    use crate::spec::{NodeGroup, Policy};
    use crate::status::status_bytes;
    use ambc_abi::LaneSpec;
    use ambc_kernel::net::NetTable;
    use ambc_node::Edges as _;

    const SIZE: LaneSpec = LaneSpec { slots: 2, small: 8, bulk: 0, bulk_bytes: 0 };
    static NODE: NodeSpec = NodeSpec {
        name: "n",
        groups: &[NodeGroup { name: "g", instances: &["a"], memory: 0, restart: Policy::DEFAULT, nice: 0 }],
        lanes: &[
            NodeLane { name: "k.x -> a", spec: SIZE, caller: Side::Kernel, callee: Side::Group(0) },
            NodeLane { name: "a.x -> k", spec: SIZE, caller: Side::Group(0), callee: Side::Kernel },
        ],
        timers: 1,
        watchdog: 0,
        net: NetTable::EMPTY,
    };

    #[test]
    fn a_restart_loses_no_counts() {
        let page = Rc::new(Status::new(Region::create("page", status_bytes(2)).unwrap(), 2));
        let edges = Edges::new(&NODE, vec![Rc::clone(&page)]);
        let five = Counts { calls: 5, ..Counts::default() };
        page.set_edge(1, five);
        assert_eq!(edges.counts(1), five);
        edges.retire(0);
        assert_eq!((edges.counts(1).calls, page.edge(1).calls), (5, 0));
        page.set_edge(1, five);
        assert_eq!(edges.counts(1).calls, 10);
        page.set_edge(1, Counts { calls: u64::MAX, ..five });
        assert_eq!(
            edges.counts(1).calls,
            u64::MAX,
            "nonsense of a group is shown, not summed to something small"
        );
    }

    #[test]
    fn ends_in_this_process_are_read_where_they_are() {
        let page = Rc::new(Status::new(Region::create("page", status_bytes(2)).unwrap(), 2));
        let edges = Edges::new(&NODE, vec![page]);
        let region = Region::create("lane", ambc_kernel::lane::lane_bytes(&SIZE)).unwrap();
        let caller = ends::caller(inherit::lane(&region, SIZE), 0, ends::ctx(1));
        edges.adopt(Side::is_kernel, &[Box::leak(Box::new(caller))]);
        assert_eq!((edges.lanes().len(), edges.lanes()[0].name), (2, "k.x -> a"));
        assert_eq!((edges.counts(0), edges.counts(7)), (Counts::default(), Counts::default()));
        assert!(edges.present(0).is_some());
    }
}
