//! The client against the whole application in one process, and against some that are wrong.

use ambience::{CallError, Failure, Run, Vector};
use beps::{PostOwned, Refusal, UserDb, UserOwned, Worker};
use client::{Needs, Params, Service};
use examples_tests::fake::{Jump, Lines, now};

const OFF: Params = Params { requests: 0, name_bytes: 10, content_bytes: 280 };

type Posts = &'static post_db::Service<&'static Jump>;
type Users = &'static user_db::Service<Posts>;
type Feeds = &'static read_endpoint::Service;
type Balancer<const N: usize> = load_balancer::Service<[worker::Service<Users, Posts, Feeds>; N]>;

fn kept<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// All services behind a balancer with so many workers.
fn application<const N: usize>() -> (Balancer<N>, Feeds) {
    let timer = kept(Jump::default());
    let posts: Posts =
        kept(post_db::Service::new(post_db::Needs { timer }, post_db::Params { most_users: 20 }));
    let users = kept(user_db::Service::new(user_db::Needs { posts }, user_db::Params { most_users: 20 }));
    let feeds = kept(read_endpoint::Service::new(read_endpoint::Params { most_users: 20 }));
    let worker = || worker::Service::new(worker::Needs { users, posts, feeds });
    let workers = std::array::from_fn(|_| worker());
    (load_balancer::Service::new(load_balancer::Needs { workers }).expect("there is a worker"), feeds)
}

fn run(api: impl Worker, feeds: Feeds, params: Params) -> Result<Vec<String>, String> {
    let (log, timer) = (Lines::default(), Jump::default());
    let client = Service::new(Needs { api, feeds, timer, log: &log }, params)?;
    now(client.run()).map_err(|why| why.to_string())?;
    Ok(log.0.take())
}

#[test]
fn the_oracle_holds_with_any_number_of_workers() {
    let holds = Ok(vec!["Info the oracle holds: 37 answers are right".to_owned()]);
    let (api, feeds) = application::<1>();
    assert_eq!(run(api, feeds, OFF), holds);
    let (api, feeds) = application::<5>();
    assert_eq!(run(api, feeds, OFF), holds);
}

#[test]
fn the_workload_calls_each_operation_so_often() {
    let (api, feeds) = application::<3>();
    let lines = run(api, feeds, Params { requests: 12, name_bytes: 5, content_bytes: 20 }).unwrap();
    let starts: Vec<_> = lines.iter().filter_map(|line| line.split(" calls").next()).collect();
    let operations = ["nothing", "create_user", "follow", "post", "unfollow", "delete_user"];
    assert_eq!(starts[1..], operations.map(|operation| format!("Info {operation}: 12")));
}

#[test]
fn a_workload_that_does_not_fit_ends_it() {
    let (api, feeds) = application::<2>();
    let many = Params { requests: 30, ..OFF };
    assert_eq!(run(api, feeds, many), Err("no answer to: create_user: full".to_owned()));
}

#[test]
fn names_and_posts_fit_the_interface() {
    let refused = |params| run(application::<1>().0, application::<1>().1, params).is_err();
    assert!(refused(Params { name_bytes: 17, ..OFF }));
    assert!(refused(Params { name_bytes: 0, ..OFF }));
    assert!(refused(Params { requests: 10, name_bytes: 1, ..OFF }));
    assert!(refused(Params { content_bytes: 281, ..OFF }));
}

/// What is wrong with it.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// Feeds are newest first.
    Backwards,
    /// Every deletion is reported as the first.
    Forgets,
    /// Posts are not answered.
    Silent,
}

/// Otherwise as its inner one.
struct Faulty<A>(A, Fault);

impl<A: Worker> UserDb for Faulty<A> {
    async fn create_user(&self, name: &str) -> Result<bool, Failure<Refusal>> {
        self.0.create_user(name).await
    }

    async fn delete_user(&self, name: &str) -> Result<bool, CallError> {
        let known = self.0.delete_user(name).await?;
        Ok(known || self.1 == Fault::Forgets)
    }

    async fn get_user(&self, name: &str) -> Result<UserOwned, Failure<Refusal>> {
        self.0.get_user(name).await
    }

    async fn follow(&self, follower: &str, followee: &str) -> Result<(), Failure<Refusal>> {
        self.0.follow(follower, followee).await
    }

    async fn unfollow(&self, follower: &str, followee: &str) -> Result<(), Failure<Refusal>> {
        self.0.unfollow(follower, followee).await
    }
}

impl<A: Worker> Worker for Faulty<A> {
    async fn post(&self, author: &str, content: &str) -> Result<(), Failure<Refusal>> {
        match self.1 {
            Fault::Silent => Err(CallError::Timeout.into()),
            _ => self.0.post(author, content).await,
        }
    }

    async fn get_posts(&self, author: &str) -> Result<Vector<PostOwned, 16>, CallError> {
        self.0.get_posts(author).await
    }

    async fn generate_feed(&self, reader: &str) -> Result<Vector<PostOwned, 16>, Failure<Refusal>> {
        let mut feed = self.0.generate_feed(reader).await?;
        if self.1 == Fault::Backwards {
            feed.reverse();
        }
        Ok(feed)
    }
}

#[test]
fn what_is_wrong_is_named() {
    let ends = |fault| {
        let (api, feeds) = application::<2>();
        run(Faulty(api, fault), feeds, OFF).unwrap_err()
    };
    assert_eq!(ends(Fault::Backwards), "wrong answer to: the feed of Bob");
    assert_eq!(ends(Fault::Forgets), "wrong answer to: delete Carol again");
    assert_eq!(ends(Fault::Silent), format!("no answer to: post: {}", CallError::Timeout));
}
