//! One application in nine deployments: the same answers, whatever shares a process and wherever the client is.

use ambc_e2e::{Finished, ambc, finish};
use std::time::Instant;

const AMBC: &str = env!("CARGO_BIN_EXE_ambc-under-test");

const ISOLATION: [&str; 3] = ["colocated", "tiered", "isolated"];
const CLIENT: [&str; 3] = ["same_group", "own_group", "other_node"];

fn run(deck: &str, set: &[&str]) -> Finished {
    let path = format!("examples/beps/{deck}.amb");
    let args = [&["run", "--until-idle", path.as_str()], set].concat();
    let done = finish(&format!("run {deck} {}", set.join(" ")), ambc(AMBC, &args));
    assert_eq!(done.code(), Some(0), "{}", done.all());
    assert!(done.stdout.contains("client: the oracle holds: 37 answers are right"), "{}", done.all());
    done
}

#[test]
fn the_oracle_holds_in_nine_deployments() {
    let mut table = String::new();
    for isolation in ISOLATION {
        table.push_str(&format!("{isolation:>12}"));
        for client in CLIENT {
            let start = Instant::now();
            run(&format!("{isolation}_{client}"), &[]);
            table.push_str(&format!("{:9.1} s ", start.elapsed().as_secs_f32()));
        }
        table.push('\n');
    }
    println!("{:>12}  same group  own group  other node", "");
    println!("{table}");
}

#[test]
fn the_number_of_workers_is_set_from_outside() {
    for count in [2, 8] {
        let set = format!("workers={count}");
        let path = "examples/beps/colocated_own_group.amb";
        let plan = finish(&format!("plan {set}"), ambc(AMBC, &["plan", path, "--set", &set]));
        let calls = plan.stdout.lines().filter(|line| line.contains("load_balancer.workers[")).count();
        assert_eq!(calls, count, "{}", plan.stdout);
        run("colocated_own_group", &["--set", &set]);
    }
}

#[test]
fn the_clients_side_takes_the_workers_in_turn_where_there_is_no_balancer() {
    run("without_balancer", &[]);
}

#[test]
fn a_workload_is_measured_when_asked_for() {
    let done = run("colocated_own_group", &["--set", "requests=50"]);
    for operation in ["create_user", "follow", "post", "unfollow", "delete_user"] {
        assert!(done.stdout.contains(&format!("client: {operation}: 50 calls, mean ")), "{}", done.all());
    }
}
