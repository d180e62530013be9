//! The service manager that started the node, if one did: systemd and others that speak its protocol.
//!
//! A datagram per state to the socket that `NOTIFY_SOCKET` names: `READY=1`, `STOPPING=1`, and `WATCHDOG=1` twice within each
//! `WATCHDOG_USEC`. Whoever hears no more of a node that hangs kills it and starts it again.

use std::ffi::OsStr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// The socket of the manager, and when it is to be told that the node is alive.
#[derive(Debug)]
pub(crate) struct Manager {
    socket: Option<UnixDatagram>,
    /// In ns.
    every: Option<u64>,
    due: u64,
}

impl Manager {
    /// What the environment says.
    pub(crate) fn of_environment() -> Self {
        let get = |name| std::env::var_os(name);
        let for_us = get("WATCHDOG_PID").is_none_or(|pid| pid == *std::process::id().to_string());
        let usec = get("WATCHDOG_USEC").and_then(|us| us.to_str()?.parse().ok()).filter(|_| for_us);
        Self::new(get("NOTIFY_SOCKET").as_deref(), usec)
    }

    fn new(address: Option<&OsStr>, watchdog_us: Option<u64>) -> Self {
        let socket = address.and_then(connect);
        let every = watchdog_us.filter(|us| *us > 0 && socket.is_some()).map(|us| us.saturating_mul(500));
        Self { socket, every, due: 0 }
    }

    /// Every group is up.
    pub(crate) fn ready(&self) {
        self.say("READY=1");
    }

    /// The node ends.
    pub(crate) fn stopping(&self) {
        self.say("STOPPING=1");
    }

    /// Says that the loop of the node still turns, if it is time to.
    pub(crate) fn turn(&mut self, now: u64) {
        if let Some(every) = self.every.filter(|_| now >= self.due) {
            self.due = now.saturating_add(every);
            self.say("WATCHDOG=1");
        }
    }

    /// When [`Self::turn`] has something to say.
    pub(crate) fn next_timer(&self) -> Option<u64> {
        self.every.map(|_| self.due)
    }

    fn say(&self, state: &str) {
        if let Some(socket) = &self.socket {
            // A manager that does not read misses it; the next one comes soon.
            let _ = socket.send(state.as_bytes());
        }
    }
}

/// A path, or a name in the abstract name space after an `@`.
fn connect(address: &OsStr) -> Option<UnixDatagram> {
    let to = match address.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
        _ => SocketAddr::from_pathname(address),
    };
    let socket = UnixDatagram::unbound().ok()?;
    socket.set_nonblocking(true).ok()?;
    socket.connect_addr(&to.ok()?).ok()?;
    Some(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(by: &UnixDatagram) -> String {
        let mut text = [0; 64];
        let n = by.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..n]).into_owned()
    }

    #[test]
    fn a_manager_hears_each_state_and_the_keep_alive_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let listener = UnixDatagram::bind(&path).unwrap();
        let mut manager = Manager::new(Some(path.as_os_str()), Some(2_000));
        manager.ready();
        assert_eq!(heard(&listener), "READY=1");
        assert_eq!(manager.next_timer(), Some(0));
        manager.turn(5);
        assert_eq!((heard(&listener), manager.next_timer()), ("WATCHDOG=1".to_owned(), Some(1_000_005)));
        manager.turn(1_000_004);
        manager.stopping();
        assert_eq!(heard(&listener), "STOPPING=1");
    }

    #[test]
    fn an_abstract_name_is_one() {
        let name = format!("ambc-notify-{}", std::process::id());
        let listener = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        Manager::new(Some(OsStr::new(&format!("@{name}"))), None).ready();
        assert_eq!(heard(&listener), "READY=1");
    }

    #[test]
    fn without_a_manager_nothing_is_due() {
        let mut manager = Manager::new(None, Some(1_000));
        manager.turn(1);
        assert_eq!(manager.next_timer(), None);
        let gone = Manager::new(Some(OsStr::new("/nowhere/at/all")), Some(1_000));
        assert_eq!(gone.next_timer(), None);
        gone.ready();
    }
}
