//! Groups that are killed or stopped from outside: what their policies, the watchdog and the priorities make of it.

mod common;

use common::{Node, alive};
use rustix::process::{Pid, Signal, getpriority_process, kill_process};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

const WARD: &str =
    "node ward\ngroup spare {bin}/ward_group\ngroup vital {bin}/ward_group\ngroup watched {bin}/ward_group\n";

fn send(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("it runs");
}

fn nice(pid: i32) -> i32 {
    getpriority_process(Pid::from_raw(pid)).expect("it runs")
}

#[test]
fn a_group_at_its_limit_stays_down_and_the_node_goes_on() {
    let mut node = Node::start("ward_kernel", WARD);
    let vital = node.expect_group("vital");
    node.expect(&["! ready"]);
    let first = node.expect_group("spare");
    send(first, Signal::KILL);
    node.expect(&["! died spare pid", "status signal 9 restart-in-ms"]);
    let second = node.expect_group("spare");
    send(second, Signal::KILL);
    node.expect(&["! gave-up spare after 1 restarts within 3600000 ms"]);
    node.expect(&["ERROR ambc: group spare", "signal 9 after 1 restarts", "it stays down"]);
    node.expect_idle();
    assert!(alive(vital));
    assert!(node.stop().success());
    let starts = node.said.iter().filter(|line| line.starts_with("! group spare pid")).count();
    assert_eq!(starts, 2, "{:#?}", node.said);
    assert!(!node.has_said(&["! reboot"]), "{:#?}", node.said);
}

#[test]
fn a_group_at_its_limit_reboots_its_node_in_the_same_process() {
    let mut node = Node::start("ward_kernel", WARD);
    let watched = node.expect_group("watched");
    node.expect(&["! ready"]);
    for _ in 0..3 {
        let pid = node.expect_group("vital");
        send(pid, Signal::KILL);
    }
    node.expect(&["! reboot group vital failed after 2 restarts"]);
    node.expect(&["! ready"]);
    let again = node.expect_group("watched");
    assert!(again != watched && alive(again) && !alive(watched));
    assert!(alive(node.pid()), "the node kept its process");
    node.expect_idle();
    assert!(node.stop().success(), "and its control socket");
    assert!(!alive(again));
}

#[test]
fn a_group_that_stands_still_is_killed_and_one_that_sleeps_is_not() {
    let mut node = Node::start("ward_kernel", WARD);
    let (spare, vital) = (node.expect_group("spare"), node.expect_group("vital"));
    node.expect(&["! ready"]);
    for _ in 0..2 {
        let pid = node.expect_group("watched");
        send(pid, Signal::STOP);
        node.expect(&[&format!("! stuck watched pid {pid} within-ms 500")]);
        node.expect(&["! died watched pid", &pid.to_string(), "signal 9"]);
        node.expect(&["group watched serves again"]); // who has not served yet is not watched
    }
    node.expect_group("watched");
    node.expect_idle();
    assert!(alive(spare) && alive(vital), "{:#?}", node.said);
    assert!(node.stop().success());
}

#[test]
fn groups_are_as_nice_as_their_node_says() {
    let mut node = Node::start("ward_kernel", WARD);
    let groups = ["spare", "vital", "watched"].map(|name| node.expect_group(name));
    node.expect(&["! ready"]);
    let own = nice(node.pid());
    assert_eq!(groups.map(nice), [own, (own + 3).min(19), 19]);
    assert!(node.stop().success());
}

#[test]
fn a_service_manager_is_told_that_the_node_is_ready_alive_and_stopping() {
    let name = format!("ambc-ward-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).expect("a name");
    let manager = UnixDatagram::bind_addr(&address).expect("nobody has this name");
    let mut node = Node::start_with("ward_kernel", WARD, |command| {
        command.env("NOTIFY_SOCKET", format!("@{name}")).env("WATCHDOG_USEC", "40000");
    });
    let hears = |what: &str| {
        let mut heard = [0; 64];
        loop {
            let n = manager.recv(&mut heard).expect("the node speaks");
            if heard[..n] == *what.as_bytes() {
                return;
            }
        }
    };
    hears("READY=1");
    (0..3).for_each(|_| hears("WATCHDOG=1"));
    node.say("stop");
    hears("STOPPING=1");
    assert!(node.wait().success());
}
