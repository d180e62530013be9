use super::*;
use crate::link::MAX_FRAME;
use crate::link::testing::until;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;

const A: u64 = 1;
const B: u64 = 2;

/// Where nobody listens yet, over TCP.
fn free() -> Place {
    Place::Tcp(TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

/// Link of node `me`, which calls `other` if `dials`.
fn link(me: u64, at: &Place, other: u64, there: &Place, dials: bool) -> Streams {
    Streams::new(Some(at), me, vec![(other, there.clone(), dials)], false).unwrap()
}

/// The next frame of `to`; `from` gets turns too.
fn next(to: &mut Streams, from: &mut Streams) -> (Vec<u8>, PeerAddr) {
    let mut buf = vec![0; MAX_FRAME];
    let (len, peer) = until(|now| {
        assert_eq!(from.receive(now, &mut [0; MAX_FRAME]), None);
        to.receive(now, &mut buf)
    });
    (buf[..len].to_vec(), peer)
}

/// Sends until it arrives: a connection that is not there yet loses.
fn pass(from: &mut Streams, to: &mut Streams, to_name: u64, bytes: &[u8]) -> (Vec<u8>, PeerAddr) {
    let mut buf = vec![0; MAX_FRAME];
    let (len, peer) = until(|now| {
        from.send(now, address_of(to_name), bytes);
        assert_eq!(from.receive(now, &mut [0; MAX_FRAME]), None);
        to.receive(now, &mut buf)
    });
    (buf[..len].to_vec(), peer)
}

fn both_ways(at_a: &Place, at_b: &Place) {
    let mut a = link(A, at_a, B, at_b, true);
    let mut b = link(B, at_b, A, at_a, false);
    assert!(b.send(0, address_of(A), b"nobody called yet"));
    assert!(a.send(0, address_of(B), b"first"));
    assert_eq!(next(&mut b, &mut a), (b"first".to_vec(), address_of(A)));
    for len in [1, 1400, MAX_FRAME] {
        assert!(b.send(0, address_of(A), &vec![len as u8; len]));
        assert_eq!(next(&mut a, &mut b), (vec![len as u8; len], address_of(B)));
    }
    assert_eq!((a.conns.iter().flatten().count(), b.conns.iter().flatten().count()), (1, 1));
}

#[test]
fn one_connection_serves_both_directions() {
    both_ways(&free(), &free());
    let dir = tempfile::tempdir().unwrap();
    both_ways(&Place::Unix(dir.path().join("a")), &Place::Unix(dir.path().join("b")));
}

#[test]
fn a_neighbour_that_starts_late_or_again_is_called_again() {
    let (at_a, at_b) = (free(), free());
    let mut a = link(A, &at_a, B, &at_b, true);
    assert!(a.send(0, address_of(B), b"too early"), "what nobody hears is lost, not kept");
    for _ in 0..3 {
        let mut b = link(B, &at_b, A, &at_a, false);
        assert_eq!(pass(&mut a, &mut b, B, b"again").0, b"again");
        let mut answer = vec![0; MAX_FRAME];
        b.send(crate::os::now(), address_of(A), b"yes");
        assert!(until(|now| a.receive(now, &mut answer)).0 == 3);
    }
}

#[test]
fn pauses_between_calls_grow_and_end() {
    let (at_a, at_b) = (free(), free());
    let mut a = link(A, &at_a, B, &at_b, true);
    let mut pauses = Vec::new();
    let mut now = 0;
    for _ in 0..10 {
        a.neighbours[0].failed(now);
        pauses.push((a.neighbours[0].dial_at - now) / 1_000_000);
        now = a.neighbours[0].dial_at;
    }
    assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000]);
    let mut b = link(B, &at_b, A, &at_a, false);
    let (frame, _) = {
        a.send(now, address_of(B), b"x");
        let mut buf = vec![0; 16];
        let (len, peer) = until(|_| {
            a.receive(now, &mut []);
            b.receive(now, &mut buf)
        });
        (buf[..len].to_vec(), peer)
    };
    assert_eq!(frame, b"x");
    until(|_| {
        a.receive(now, &mut []);
        (a.neighbours[0].pause == PAUSE_NS).then_some(())
    });
}

#[test]
fn both_may_call_at_once() {
    let (at_a, at_b) = (free(), free());
    let mut a = link(A, &at_a, B, &at_b, true);
    let mut b = link(B, &at_b, A, &at_a, true);
    assert!(a.send(0, address_of(B), b"to b") && b.send(0, address_of(A), b"to a"));
    let (mut got_a, mut got_b, mut buf) = (None, None, vec![0; MAX_FRAME]);
    until(|now| {
        got_a = got_a.or(a.receive(now, &mut buf));
        got_b = got_b.or(b.receive(now, &mut buf));
        (got_a.is_some() && got_b.is_some()).then_some(())
    });
    assert_eq!(pass(&mut a, &mut b, B, b"more").0, b"more");
    assert_eq!(pass(&mut b, &mut a, A, b"more").0, b"more");
}

/// Strangers say `words` while two neighbours talk on.
fn unimpressed_by(words: &[u8]) {
    let (at_a, at_b) = (free(), free());
    let mut a = link(A, &at_a, B, &at_b, true);
    let mut b = link(B, &at_b, A, &at_a, false);
    a.send(0, address_of(B), b"before");
    assert_eq!(next(&mut b, &mut a).0, b"before");
    let Place::Tcp(addr) = at_b else { unreachable!("it is TCP") };
    let mut stranger = TcpStream::connect(addr).unwrap();
    stranger.write_all(words).unwrap();
    stranger.set_nonblocking(true).unwrap();
    let mut buf = vec![0; MAX_FRAME];
    until(|now| {
        assert_eq!(b.receive(now, &mut buf), None, "nothing of a stranger's is taken");
        let gone = !matches!(stranger.read(&mut [0; 64]), Err(e) if e.kind() == io::ErrorKind::WouldBlock);
        gone.then_some(())
    });
    a.send(crate::os::now(), address_of(B), b"after");
    assert_eq!(next(&mut b, &mut a).0, b"after", "over the same connection");
    assert_eq!(b.conns.iter().flatten().count(), 1);
}

#[test]
fn strangers_lose_their_own_connection_only() {
    unimpressed_by(b"GET / HTTP/1.1\r\nHost: example\r\n\r\n");
    unimpressed_by(&[0xff; 4096]);
    unimpressed_by(&Hello { from: 99, to: B }.encode());
    unimpressed_by(&Hello { from: A, to: 77 }.encode());
}

#[test]
fn a_neighbour_that_talks_nonsense_is_called_anew() {
    let (at_a, at_b) = (free(), free());
    let Place::Tcp(addr) = &at_a else { unreachable!("it is TCP") };
    let mut a = link(A, &at_a, B, &at_b, true);
    let mut liar = TcpStream::connect(addr).unwrap();
    liar.write_all(&Hello { from: B, to: A }.encode()).unwrap();
    liar.write_all(&u32::MAX.to_le_bytes()).unwrap();
    let mut buf = vec![0; MAX_FRAME];
    until(|now| {
        assert_eq!(a.receive(now, &mut buf), None);
        let mut rest = Vec::new();
        liar.set_read_timeout(Some(std::time::Duration::from_millis(5))).unwrap();
        liar.read_to_end(&mut rest).is_ok().then_some(())
    });
    let mut b = link(B, &at_b, A, &at_a, false);
    assert_eq!(pass(&mut a, &mut b, B, b"well").0, b"well");
}

#[test]
fn crowds_of_strangers_take_no_place_of_a_neighbour() {
    let (at_a, at_b) = (free(), free());
    let Place::Tcp(addr) = &at_b else { unreachable!("it is TCP") };
    let mut a = link(A, &at_a, B, &at_b, true);
    let mut b = link(B, &at_b, A, &at_a, false);
    let mut buf = vec![0; MAX_FRAME];
    let crowd: Vec<_> = (0..60)
        .map(|_| {
            let stranger = TcpStream::connect(addr).unwrap();
            b.receive(crate::os::now(), &mut buf);
            stranger
        })
        .collect();
    assert_eq!(pass(&mut a, &mut b, B, b"in").0, b"in");
    assert!(b.conns.iter().flatten().count() <= UNKNOWN + 2, "{}", b.conns.iter().flatten().count());
    drop(crowd);
}

#[test]
fn who_says_nothing_is_given_up() {
    let (at_a, at_b) = (free(), free());
    let mut b = link(B, &at_b, A, &at_a, false);
    let Place::Tcp(addr) = at_b else { unreachable!("it is TCP") };
    let _silent = TcpStream::connect(addr).unwrap();
    until(|_| {
        assert_eq!(b.receive(7, &mut [0; 64]), None);
        b.next_timer()
    });
    assert_eq!(b.next_timer(), Some(7 + GREETING_NS));
    b.flush(7 + GREETING_NS);
    assert_eq!(b.conns.iter().flatten().count(), 0);
}

#[test]
fn a_connection_that_takes_nothing_for_long_is_given_up() {
    let (at_a, at_b) = (free(), free());
    let mut a = link(A, &at_a, B, &at_b, true);
    let mut b = link(B, &at_b, A, &at_a, false);
    pass(&mut a, &mut b, B, b"before");
    let frame = vec![0; MAX_FRAME];
    let mut now = crate::os::now();
    while a.send(now, address_of(B), &frame) {} // b does not read
    now += STUCK_NS;
    assert!(a.send(now, address_of(B), &frame), "lost with its connection");
    assert_eq!(a.conns.iter().flatten().count(), 0);
}

#[test]
fn clients_of_an_export_keep_their_address_when_they_call_again() {
    let dir = tempfile::tempdir().unwrap();
    let at = Place::Unix(dir.path().join("export"));
    let mut export = Streams::new(Some(&at), 500, Vec::new(), true).unwrap();
    let mut client = Streams::new(None, 12_345, vec![(500, at.clone(), true)], false).unwrap();
    assert_eq!(pass(&mut client, &mut export, 500, b"one").1, address_of(12_345));
    export.conns.clear();
    export.reading = None;
    assert_eq!(pass(&mut client, &mut export, 500, b"two").1, address_of(12_345));
    assert!(export.send(crate::os::now(), address_of(12_345), b"reply"));
    let mut buf = [0; 64];
    assert_eq!(until(|now| client.receive(now, &mut buf)), (5, address_of(500)));
    let Place::Unix(path) = at else { unreachable!("it is a socket file") };
    let mut stranger = UnixStream::connect(path).unwrap();
    stranger.write_all(&Hello { from: 9, to: 501 }.encode()).unwrap();
    let mut rest = Vec::new();
    until(|now| {
        export.receive(now, &mut buf);
        stranger.set_nonblocking(true).unwrap();
        stranger.read_to_end(&mut rest).is_ok().then_some(())
    });
    assert!(rest.is_empty(), "another export is not here");
}
