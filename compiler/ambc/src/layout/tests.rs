use super::*;
use proptest::prelude::*;

const V7: Mpu = Mpu::V7 { regions: 8 };
const V8: Mpu = Mpu::V8 { regions: 8 };

fn memory(mpu: Mpu, kib: u32) -> Memory {
    let flash = Span { start: 0, end: 1024 * 1024 };
    Memory { flash, ram: Span { start: 0x2000_0000, end: 0x2000_0000 + kib * 1024 }, mpu }
}

/// Bytes that the region gives access to, by the manual's words.
fn covered(mpu: Mpu, region: Region) -> Vec<Span> {
    if region.attributes & 1 == 0 {
        return vec![];
    }
    match mpu {
        Mpu::V8 { .. } => vec![Span { start: region.base & !31, end: (region.attributes & !31) + 32 }],
        Mpu::V7 { .. } => {
            let size = 2u32 << (region.attributes >> 1 & 31);
            let start = region.base & !31;
            assert_eq!(start % size, 0, "a region is aligned to its size");
            if size < 256 {
                assert_eq!(region.attributes >> 8 & 0xff, 0);
                return vec![Span { start, end: start + size }];
            }
            let part = |i: u32| Span { start: start + i * size / 8, end: start + (i + 1) * size / 8 };
            (0..8).filter(|i| region.attributes >> (8 + i) & 1 == 0).map(part).collect()
        }
    }
}

#[test]
fn words_of_pmsav7() {
    // 5000 bytes: five eighths of 8 KiB. AP 011, XN; TEX 001, C and B: write-back; SRD leaves out the last three; SIZE is 12, as 2^13 bytes.
    let span = Span { start: 0x2000_2000, end: 0x2000_2000 + 5 * 1024 };
    assert_eq!(V7.shapes(5000)[0], mpu::Shape { bytes: 5 * 1024, step: 1024, block: 8192 });
    let region = V7.region(3, span, Access::Write);
    assert_eq!(region, Region { base: 0x2000_2013, attributes: 0x130b_e019 });
    // 64 bytes of code have no subregions.
    let region = V7.region(0, Span { start: 0x40, end: 0x80 }, Access::Execute);
    assert_eq!(region, Region { base: 0x50, attributes: 0x0602_000b });
    assert_eq!(V7.off(5), Region { base: 0x15, attributes: 0 });
}

#[test]
fn words_of_pmsav8() {
    let span = Span { start: 0x3800_0020, end: 0x3800_0420 };
    let region = V8.region(1, span, Access::Write);
    assert_eq!(region, Region { base: 0x3800_0023, attributes: 0x3800_0401 });
    let region = V8.region(0, Span { start: 0x1000_0000, end: 0x1000_1000 }, Access::Execute);
    assert_eq!(region, Region { base: 0x1000_0006, attributes: 0x1000_0fe1 });
}

#[test]
fn what_does_not_fit_is_said_with_figures() {
    let program = Program { flash: 4096, data: 1024, stack: 4096 };
    let request = |kib, groups: usize, lanes: Vec<Lane>| Request {
        memory: memory(V7, kib),
        kernel: program,
        groups: vec![program; groups],
        lanes,
        status: 24,
    };
    assert_eq!(place(&request(8, 1, vec![])), Err(Overflow::Ram { needed: 12_288, has: 8192 }));
    let large = Request { kernel: Program { flash: 1 << 20, ..program }, ..request(64, 0, vec![]) };
    assert_eq!(place(&large), Err(Overflow::Flash { needed: (1 << 20) + 4096, has: 1 << 20 }));
    let to = |g| Lane { bytes: 100, ends: [End::Group(0), End::Group(g)] };
    let many = request(256, 8, (1..8).map(to).collect());
    assert_eq!(place(&many), Err(Overflow::Regions { group: 0, needed: 9, has: 8 }));
    assert!(place(&request(256, 7, (1..7).map(to).collect())).is_ok());
}

fn any_request() -> impl Strategy<Value = Request> {
    let program = (1u32..40_000, 0u32..6_000, 64u32..5_000);
    let program = program.prop_map(|(flash, data, stack)| Program { flash, data, stack });
    let end = (0usize..5).prop_map(|e| if e == 4 { End::Kernel } else { End::Group(e) });
    let lane = (1u32..2_000, end.clone(), end).prop_map(|(bytes, a, b)| Lane { bytes, ends: [a, b] });
    let all = (program.clone(), prop::collection::vec(program, 4), prop::collection::vec(lane, 0..12));
    (all, any::<bool>()).prop_map(|((kernel, groups, lanes), v8)| Request {
        memory: memory(if v8 { V8 } else { V7 }, 512),
        kernel,
        groups,
        lanes,
        status: 24,
    })
}

proptest! {
    #[test]
    fn nothing_overlaps_and_nobody_sees_more_than_is_its_own(request in any_request()) {
        let layout = place(&request).expect("there is plenty of room");
        let Memory { flash, ram, mpu } = request.memory;
        // Whole spans.
        let mut spans: Vec<Span> = layout.groups.iter().flat_map(|g| [g.flash, g.ram]).collect();
        spans.extend([layout.kernel.flash, layout.kernel.ram, layout.identity]);
        let mut sorted = spans.clone();
        sorted.sort_by_key(|s| s.start);
        prop_assert!(sorted.windows(2).all(|w| w[0].end <= w[1].start), "{sorted:x?}");
        prop_assert!(spans.iter().all(|s| flash.holds(s.start, s.len()) || ram.holds(s.start, s.len())));
        // Lanes, stacks, status and data, all apart.
        let mut parts: Vec<Span> = request.lanes.iter().zip(&layout.lanes)
            .map(|(lane, at)| Span { start: *at, end: at + lane.bytes }).collect();
        for (placed, program) in layout.groups.iter().zip(&request.groups) {
            prop_assert!(placed.stack.len() >= program.stack && placed.data.len() >= program.data);
            prop_assert!(placed.flash.len() >= program.flash);
            prop_assert!(placed.stack.start == placed.ram.start, "an overflow leaves the span");
            parts.extend([placed.stack, placed.data]);
            parts.push(Span { start: placed.stack.end, end: placed.stack.end + request.status });
        }
        parts.push(layout.kernel.stack);
        parts.push(layout.kernel.data);
        parts.retain(|s| !s.is_empty());
        parts.sort_by_key(|s| s.start);
        prop_assert!(parts.windows(2).all(|w| w[0].end <= w[1].start), "{parts:x?}");
        // What the unit lets a group see is its spans and the lanes it has an end of, to the byte.
        for (g, table) in layout.tables.iter().enumerate() {
            let seen: Vec<Span> = table.regions.iter().flat_map(|r| covered(mpu, *r)).collect();
            let own = |s: &Span| [layout.groups[g].flash, layout.groups[g].ram].iter()
                .any(|o| o.holds(s.start, s.len()));
            for span in seen.iter().filter(|s| !own(s)) {
                // Shared memory: whoever else is there shares it with this group.
                for (other, placed) in layout.groups.iter().enumerate() {
                    prop_assert!(other == g || span.end <= placed.ram.start || span.start >= placed.ram.end);
                }
                prop_assert!(span.start >= layout.kernel.ram.end);
                let foreign = request.lanes.iter().zip(&layout.lanes).filter(|(_, at)| span.holds(**at, 1));
                for (lane, _) in foreign {
                    prop_assert!(lane.ends.contains(&End::Group(g)), "{lane:?} is none of group {g}");
                }
            }
            let below = table.stack.start;
            prop_assert!(seen.iter().all(|s| !s.holds(below - 1, 1)), "an overflow of the stack faults");
            let sees = |s: Span| (s.start..s.end).step_by(8).all(|b| seen.iter().any(|c| c.holds(b, 1)));
            prop_assert!(sees(layout.groups[g].ram) && sees(layout.groups[g].flash));
            for (lane, at) in request.lanes.iter().zip(&layout.lanes) {
                if lane.ends.contains(&End::Group(g)) {
                    let whole = Span { start: *at, end: at + lane.bytes };
                    prop_assert!(sees(whole), "a lane is seen");
                }
            }
        }
        prop_assert!(layout.lanes.iter().all(|at| at % 8 == 0));
    }

    /// Spans of eighths of powers of two leave gaps: at most half of what is needed, beside a few KiB.
    #[test]
    fn little_is_wasted(request in any_request()) {
        let layout = place(&request).expect("there is plenty of room");
        let groups: u32 = (0..request.groups.len()).map(|g| group_bytes(&request, g)).sum();
        let needed = kernel_bytes(&request) + groups + pairs(&request).values().sum::<u32>();
        let used = layout.user.end - request.memory.ram.start;
        prop_assert!(used <= needed + needed / 2 + 4096, "{used} for {needed}");
    }
}
