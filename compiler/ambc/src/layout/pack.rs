//! Spans into memory, the largest first, each at the lowest place it can have.

use super::mpu::{Mpu, Shape};
use ambc_abi::image::Span;

/// Something to place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    bytes: u32,
    shapes: Vec<Shape>,
}

impl Item {
    pub(super) fn of(mpu: Mpu, bytes: u32) -> Self {
        Self { bytes, shapes: mpu.shapes(bytes) }
    }
}

/// Memory that is not given away, in order.
#[derive(Clone, Debug)]
pub(super) struct Free(Vec<Span>);

impl Free {
    /// From `start` on without an end: what does not fit into a memory is seen by where it ends.
    pub(super) fn from(start: u32) -> Self {
        Self(vec![Span { start, end: u32::MAX }])
    }

    /// So many bytes from the very start: for the kernel, which no region covers. A multiple of 32.
    pub(super) fn first(&mut self, bytes: u32) -> Option<Span> {
        let start = self.0.first()?.start;
        let bytes = bytes.checked_next_multiple_of(32)?;
        self.take(Span { start, end: start.checked_add(bytes)? })
    }

    /// A place for each, in their order, that is not `refused` to the item of that index; `None` if the address space ends.
    pub(super) fn place(
        &mut self,
        items: &[Item],
        refused: impl Fn(usize, Span) -> bool,
    ) -> Option<Vec<Span>> {
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by_key(|i| (std::cmp::Reverse(items[*i].bytes), *i));
        let mut out = vec![Span::default(); items.len()];
        for i in order {
            let shapes = &items[i].shapes;
            let places = self.0.iter().flat_map(|free| shapes.iter().filter_map(|s| lowest(*free, *s)));
            let place = places.filter(|p| !refused(i, *p)).min_by_key(|p| (p.end, p.start))?;
            out[i] = self.take(place)?;
        }
        Some(out)
    }

    /// Takes a span out; `None` if it is not free.
    fn take(&mut self, span: Span) -> Option<Span> {
        let at = self.0.iter().position(|f| f.start <= span.start && span.end <= f.end)?;
        let Span { start, end } = self.0.remove(at);
        let rests = [Span { start, end: span.start }, Span { start: span.end, end }];
        self.0.splice(at..at, rests.into_iter().filter(|s| !s.is_empty()));
        Some(span)
    }
}

/// The lowest place of this shape in a free span.
fn lowest(free: Span, shape: Shape) -> Option<Span> {
    let mut start = free.start.checked_next_multiple_of(shape.step)?;
    if shape.block > 0 && start % shape.block + shape.bytes > shape.block {
        start = start.checked_next_multiple_of(shape.block)?;
    }
    let end = start.checked_add(shape.bytes)?;
    (end <= free.end).then_some(Span { start, end })
}
