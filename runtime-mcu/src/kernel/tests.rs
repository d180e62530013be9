use super::*;
use ambc_abi::image::Span;
use proptest::prelude::*;

const RAM: u32 = 0x2000_0000;

/// Group `number` of three; it may ring the next one and the kernel group.
fn layout(number: u32) -> GroupLayout {
    let ram = Span { start: RAM + number * 0x1000, end: RAM + (number + 1) * 0x1000 };
    let flash = Span { start: (number + 1) * 0x8000, end: (number + 2) * 0x8000 };
    GroupLayout {
        entry: flash.start | 1,
        stack: Span { start: ram.start, end: ram.start + 0x400 },
        ram,
        flash,
        peers: 1 << ((number + 1) % 3) | 1 << KERNEL_PEER,
        ..GroupLayout::default()
    }
}

const GROUPS: usize = 3;

fn state() -> State {
    let layouts: Vec<_> = (0..GROUPS as u32).map(layout).collect();
    let group = |name| NodeGroup { name, restart: crate::spec::Policy::DEFAULT };
    let groups = vec![group("a"), group("b"), group("c")];
    let threads = vec![Thread::new(); GROUPS + 2];
    // Group 2 has the highest priority.
    State::new(Vec::leak(threads), Vec::leak(layouts), Vec::leak(groups), &[2, 0, 1], 100, 0)
}

/// All three started; the kernel group waits, so group 2 runs.
fn running() -> State {
    let mut s = state();
    (0..GROUPS).for_each(|g| s.start(g, 0));
    assert_eq!(s.call(0, svc::WAIT, [u32::MAX, u32::MAX, 0]), Reply::Nothing);
    assert!(s.switch(0).is_some());
    assert_eq!(s.name(), "c");
    s
}

fn wait(s: &mut State, until: u64, rings: u32) {
    s.call(0, svc::WAIT, [until as u32, (until >> 32) as u32, rings]);
    s.switch(0);
}

#[test]
fn groups_take_turns_by_priority_and_rings() {
    let mut s = running();
    wait(&mut s, u64::MAX, 0);
    assert_eq!(s.name(), "a");
    wait(&mut s, u64::MAX, 0);
    assert_eq!(s.name(), "b");
    wait(&mut s, u64::MAX, 1 << 2);
    assert_eq!(s.name(), "c", "b rang it");
    wait(&mut s, u64::MAX, 0);
    assert!(!s.in_group() && s.name() == "kernel", "nobody is left but the idle thread");
}

#[test]
fn a_ring_before_the_wait_is_not_lost() {
    let mut s = running();
    s.ring_group(2);
    wait(&mut s, u64::MAX, 0);
    assert_eq!(s.name(), "c", "it was rung meanwhile");
    wait(&mut s, u64::MAX, 0);
    assert_eq!(s.name(), "a", "and waits the next time");
}

#[test]
fn who_waits_for_a_time_is_woken_by_it() {
    let mut s = running();
    wait(&mut s, 5_000, 0);
    wait(&mut s, 3_000, 0);
    wait(&mut s, u64::MAX, 0);
    s.tick(2_999);
    assert!(s.switch(0).is_none(), "nothing is due");
    s.tick(3_000);
    s.switch(0);
    assert_eq!(s.name(), "a");
    s.tick(9_000);
    s.switch(0);
    assert_eq!(s.name(), "c", "it comes before a");
}

#[test]
fn whatever_is_wrong_ends_the_group_and_only_it() {
    let cases = [
        (7, [0, 0, 0], Death::BadCall(7)),
        (svc::RING, [1 << 1, 0, 0], Death::BadPeer(1 << 1)),
        (svc::RING, [u32::MAX, 0, 0], Death::BadPeer(u32::MAX)),
        (svc::WAIT, [0, 0, 1 << 30], Death::BadPeer(1 << 30)),
        (svc::PRINT, [RAM, 4, 0], Death::BadPointer(RAM)),
        (svc::PRINT, [RAM + 0x2000, 201, 0], Death::BadPointer(RAM + 0x2000)),
        (svc::PRINT, [RAM + 0x2fff, 2, 0], Death::BadPointer(RAM + 0x2fff)),
        (svc::PRINT, [u32::MAX, u32::MAX, 0], Death::BadPointer(u32::MAX)),
        (svc::PRINT, [RAM + 0x2000, u32::MAX, 0], Death::BadPointer(RAM + 0x2000)),
        (svc::END, [0; 3], Death::Ended),
    ];
    for (number, args, death) in cases {
        let mut s = running();
        s.call(0, number, args);
        assert!(s.switch(0).is_some());
        assert_eq!(s.name(), "kernel", "it is told first");
        assert_eq!(s.take_death(), Some((2, death)));
        assert_eq!(s.take_death(), None);
        wait(&mut s, u64::MAX, 0);
        assert_eq!(s.name(), "a", "others go on");
        // Nobody can wake the dead.
        s.ring_group(2);
        s.tick(u64::MAX - 1);
        assert_eq!(s.name(), "a");
        s.start(2, 0);
        s.switch(0);
        assert_eq!(s.name(), "c", "it starts again");
    }
}

#[test]
fn own_memory_can_be_printed() {
    let mut s = running();
    assert_eq!(s.call(0, svc::PRINT, [RAM + 0x2ffe, 2, 0]), Reply::Print(RAM + 0x2ffe, 2));
    assert_eq!(s.call(0, svc::PRINT, [0x18000, 200, 0]), Reply::Print(0x18000, 200));
}

proptest! {
    /// Whatever groups ask for, the kernel does not panic, gives nobody's memory away, and keeps running who is ready.
    #[test]
    fn hostile_calls_do_no_harm(
        calls in prop::collection::vec((0u32..8, any::<[u32; 3]>(), 0u32..300, any::<bool>()), 1..300),
    ) {
        let mut s = running();
        let (mut now, mut cycles) = (0u64, 0u32);
        for (number, mut args, ran, small) in calls {
            if small {
                args = [RAM + args[0] % 0x4000, args[1] % 300, args[2]];
            }
            cycles = cycles.wrapping_add(ran);
            now += u64::from(ran) * 40;
            if s.in_group() {
                let own = s.layout_of_current();
                if let Reply::Print(at, len) = s.call(now, number, args) {
                    prop_assert!(len <= svc::MAX_LINE);
                    prop_assert!(own.ram.holds(at, len) || own.flash.holds(at, len));
                }
            } else if s.current == KERNEL {
                while let Some((group, _)) = s.take_death() {
                    s.start(group, 0);
                }
                s.call(now, svc::WAIT, [u32::MAX, u32::MAX, 0]);
            }
            s.tick(now);
            s.switch(cycles);
            prop_assert!(s.current == s.idle() || s.sched.is_ready(s.current));
        }
    }
}

#[test]
fn asleep_is_who_waits_and_was_not_rung() {
    let mut s = running();
    assert!(!s.is_asleep(2), "it runs");
    s.ring_group(2);
    wait(&mut s, u64::MAX, 0);
    assert!(!s.is_asleep(2), "it was rung meanwhile");
    wait(&mut s, u64::MAX, 0);
    assert!(s.is_asleep(2) && s.is_alive(2));
    s.ring_group(2);
    assert!(!s.is_asleep(2));
    s.kill(2, Death::Stuck);
    assert!(!s.is_asleep(2) && !s.is_alive(2));
    assert_eq!(s.take_death(), Some((2, Death::Stuck)));
}
