//! Lets `ambc top` look at a cluster while it runs: a socket of the owner in the folder of the run.
//!
//! A client sends the line `report` and gets one line back, a [`TopReport`]. Clients have threads of their own: one that
//! stalls or goes away is nothing to the cluster, which is only asked for numbers when somebody wants to see them.

use super::observed::{NodeAnswer, TopEdge, TopReport, merge};
use std::fs::{self, File, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The socket in the folder of a run.
const SOCKET: &str = "top.sock";
/// What a client says.
const REQUEST: &str = "report\n";
/// Clients served at once; one more is sent away.
const CLIENTS: usize = 16;
/// A client that takes nothing for this long is let go.
const PATIENCE: Duration = Duration::from_secs(5);
/// Nodes that do not answer within this time are not waited for.
const ANSWER: Duration = Duration::from_secs(3);

/// The cluster's side of `ambc top`.
#[derive(Debug)]
pub struct Top {
    shared: Arc<Shared>,
    socket: Option<PathBuf>,
}

#[derive(Debug)]
struct Shared {
    deployment: String,
    edges: Vec<TopEdge>,
    start: Instant,
    rounds: Mutex<Rounds>,
    changed: Condvar,
}

/// Each round asks every node once.
#[derive(Debug, Default)]
struct Rounds {
    wanted: u64,
    begun: u64,
    finished: u64,
    report: Option<Arc<TopReport>>,
    clients: usize,
}

impl Top {
    /// Nobody can look yet. `edges` are those of the plan, without counts.
    pub fn new(deployment: &str, edges: Vec<TopEdge>) -> Self {
        let (start, deployment) = (Instant::now(), deployment.to_owned());
        let (rounds, changed) = (Mutex::default(), Condvar::new());
        Self { shared: Arc::new(Shared { deployment, edges, start, rounds, changed }), socket: None }
    }

    /// Opens the socket in `folder`, in place of one that nobody answers at.
    ///
    /// # Errors
    /// `AddrInUse` if another run of this deployment has it.
    pub fn open(&mut self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        if connect(folder).is_ok() {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        let fresh = format!(".top-{}", std::process::id());
        let _ = fs::remove_file(folder.join(&fresh));
        let listener = within(folder, &fresh, |path| UnixListener::bind(path))?;
        // Nobody knows its name before it is the owner's alone.
        fs::set_permissions(folder.join(&fresh), Permissions::from_mode(0o600))?;
        let socket = folder.join(SOCKET);
        fs::rename(folder.join(&fresh), &socket)?;
        self.socket = Some(socket);
        let shared = Arc::clone(&self.shared);
        std::thread::Builder::new().name("top".into()).spawn(move || {
            for client in listener.incoming().flatten() {
                admit(&shared, client);
            }
        })?;
        Ok(())
    }

    /// Whether somebody wants numbers; then every node is to be asked, and [`Self::finish`] called with the answers.
    pub(super) fn begin(&self) -> bool {
        let mut rounds = self.shared.lock();
        let begins = rounds.wanted > rounds.begun && rounds.finished == rounds.begun;
        rounds.begun += u64::from(begins);
        begins
    }

    /// Some node will not answer. Whoever waits is served by the next round.
    pub(super) fn abandon(&self) {
        let mut rounds = self.shared.lock();
        rounds.begun = rounds.finished;
    }

    /// All nodes have answered, in the order of their names.
    pub(super) fn finish(&self, answers: Vec<(String, NodeAnswer)>) {
        let (edges, nodes) = merge(&self.shared.edges, answers);
        let report = TopReport {
            schema: "ambc.top/1".into(),
            deployment: self.shared.deployment.clone(),
            up_ms: self.shared.start.elapsed().as_millis() as u64,
            edges,
            nodes,
        };
        let mut rounds = self.shared.lock();
        rounds.finished = rounds.begun;
        rounds.report = Some(Arc::new(report));
        self.shared.changed.notify_all();
    }
}

impl Drop for Top {
    fn drop(&mut self) {
        if let Some(socket) = &self.socket {
            let _ = fs::remove_file(socket);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Rounds> {
        self.rounds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Numbers that are taken after this call began; `None` if some node does not answer.
    fn fresh(&self) -> Option<Arc<TopReport>> {
        let mut rounds = self.lock();
        let mine = rounds.begun + 1;
        rounds.wanted = rounds.wanted.max(mine);
        let waited = self.changed.wait_timeout_while(rounds, ANSWER, |r| r.finished < mine);
        let (rounds, _) = waited.unwrap_or_else(PoisonError::into_inner);
        rounds.report.clone().filter(|_| rounds.finished >= mine)
    }
}

fn admit(shared: &Arc<Shared>, client: UnixStream) {
    let mut rounds = shared.lock();
    if rounds.clients >= CLIENTS {
        return;
    }
    rounds.clients += 1;
    drop(rounds);
    let served = Arc::clone(shared);
    let thread = std::thread::Builder::new().name("top client".into()).spawn(move || {
        // Its end is no error of ours.
        let _ = serve(&served, &client);
        served.lock().clients -= 1;
    });
    if thread.is_err() {
        shared.lock().clients -= 1;
    }
}

fn serve(shared: &Shared, client: &UnixStream) -> io::Result<()> {
    client.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(client);
    loop {
        let mut line = String::new();
        (&mut lines).take(REQUEST.len() as u64).read_line(&mut line)?;
        if line != REQUEST {
            return Ok(());
        }
        let text = match shared.fresh() {
            Some(report) => serde_json::to_string(&*report).expect("a report is plain data"),
            None => String::new(),
        };
        (&*client).write_all((text + "\n").as_bytes())?;
    }
}

/// Does something at `name` in `folder`. The path of a socket is short, that of a folder may not be.
fn within<T>(folder: &Path, name: &str, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let open = File::open(folder)?;
    act(Path::new(&format!("/proc/self/fd/{}/{name}", open.as_raw_fd())))
}

fn connect(folder: &Path) -> io::Result<UnixStream> {
    within(folder, SOCKET, |path| UnixStream::connect(path))
}

/// A look at the run whose folder this is.
#[derive(Debug)]
pub struct TopClient {
    stream: BufReader<UnixStream>,
}

impl TopClient {
    /// # Errors
    /// If no run has this folder, or it is somebody else's.
    pub fn connect(folder: &Path) -> io::Result<Self> {
        let stream = connect(folder)?;
        stream.set_read_timeout(Some(ANSWER + PATIENCE))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// One `ambc.top/1` object.
    ///
    /// # Errors
    /// `TimedOut` if some node does not answer, `UnexpectedEof` if the run has ended.
    pub fn report(&mut self) -> io::Result<TopReport> {
        self.stream.get_mut().write_all(REQUEST.as_bytes())?;
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line.trim().is_empty() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        serde_json::from_str(&line).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cluster without nodes that answers `rounds` times.
    fn answer(top: &Top, rounds: usize) {
        let mut left = rounds;
        while left > 0 {
            if top.begin() {
                top.finish(vec![]);
                left -= 1;
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn clients_come_go_and_stall() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("x".repeat(100)).join("y".repeat(100));
        let mut top = Top::new("d", vec![]);
        top.open(&deep).unwrap();
        let mode = fs::metadata(deep.join(SOCKET)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (mut first, mut second) =
            (TopClient::connect(&deep).unwrap(), TopClient::connect(&deep).unwrap());
        let _stalls = TopClient::connect(&deep).unwrap();
        std::thread::scope(|scope| {
            let client = scope.spawn(move || {
                let one = first.report().unwrap();
                drop(first);
                (one, second.report().unwrap())
            });
            answer(&top, 2);
            let (one, two) = client.join().unwrap();
            assert_eq!((one.schema.as_str(), two.deployment.as_str()), ("ambc.top/1", "d"));
        });
        assert!(!top.begin(), "nobody asks");
        top.shared.lock().wanted += 1;
        assert!(top.begin() && !top.begin(), "one round at a time");
        top.abandon();
        assert!(top.begin(), "what was abandoned begins again");
        top.finish(vec![]);
        assert_eq!(Top::new("d", vec![]).open(&deep).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn what_a_killed_run_left_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        drop(UnixListener::bind(dir.path().join(SOCKET)).unwrap());
        assert!(TopClient::connect(dir.path()).is_err());
        let mut top = Top::new("d", vec![]);
        top.open(dir.path()).unwrap();
        assert!(TopClient::connect(dir.path()).is_ok());
        drop(top);
        assert!(!dir.path().join(SOCKET).exists());
    }
}
