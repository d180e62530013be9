//! What nodes say of themselves, line by line.

/// What a node says on its control socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// Every group is up and every link is bound.
    Ready,
    Group {
        name: String,
        pid: u32,
    },
    Died {
        name: String,
        pid: u32,
        status: String,
        restart_in_ms: u64,
    },
    RunFailed {
        instance: String,
        message: String,
    },
    /// An instance reported another condition: `good`, `degraded` or `failed`.
    Health {
        instance: String,
        condition: String,
        reason: String,
    },
    /// A group's loop stood still, and its process was killed.
    Stuck {
        name: String,
        pid: u32,
        within_ms: u64,
    },
    /// A group failed so often that it stays down; in words, how often.
    GaveUp {
        name: String,
        often: String,
    },
    /// The node ends its groups and starts anew, for this reason.
    Reboot(String),
    /// An instance that said it was alive has stopped to.
    Silent {
        instance: String,
        within_ms: u64,
    },
    /// A machine has done all that ending takes; it cannot end its emulator itself.
    Stopped,
    /// Nothing to do; the counter grows with every call.
    Idle(u64),
    Busy(u64),
}

impl NodeEvent {
    /// Reads one line; `None` if it has no known form.
    pub fn parse(line: &str) -> Option<Self> {
        let words: Vec<_> = line.split(' ').collect();
        Some(match words.as_slice() {
            ["ready"] => Self::Ready,
            ["stopped"] => Self::Stopped,
            ["idle", n] => Self::Idle(n.parse().ok()?),
            ["busy", n] => Self::Busy(n.parse().ok()?),
            ["group", name, "pid", pid] => Self::Group { name: (*name).into(), pid: pid.parse().ok()? },
            ["died", name, "pid", pid, "status", status @ .., "restart-in-ms", ms] => Self::Died {
                name: (*name).into(),
                pid: pid.parse().ok()?,
                status: status.join(" "),
                restart_in_ms: ms.parse().ok()?,
            },
            ["run-failed", instance, message @ ..] => {
                Self::RunFailed { instance: (*instance).into(), message: message.join(" ") }
            }
            ["health", instance, condition, reason @ ..] => Self::Health {
                instance: (*instance).into(),
                condition: (*condition).into(),
                reason: reason.join(" "),
            },
            ["stuck", name, "pid", pid, "within-ms", ms] => {
                Self::Stuck { name: (*name).into(), pid: pid.parse().ok()?, within_ms: ms.parse().ok()? }
            }
            ["gave-up", name, often @ ..] => Self::GaveUp { name: (*name).into(), often: often.join(" ") },
            ["reboot", why @ ..] => Self::Reboot(why.join(" ")),
            ["silent", instance, "within-ms", ms] => {
                Self::Silent { instance: (*instance).into(), within_ms: ms.parse().ok()? }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_node_are_read_as_documented() {
        assert_eq!(NodeEvent::parse("idle 17"), Some(NodeEvent::Idle(17)));
        assert_eq!(
            NodeEvent::parse("died adder pid 12 status signal 9 restart-in-ms 0"),
            Some(NodeEvent::Died {
                name: "adder".into(),
                pid: 12,
                status: "signal 9".into(),
                restart_in_ms: 0
            })
        );
        assert_eq!(
            NodeEvent::parse("health pump degraded runs dry"),
            Some(NodeEvent::Health {
                instance: "pump".into(),
                condition: "degraded".into(),
                reason: "runs dry".into()
            })
        );
        assert_eq!(
            NodeEvent::parse("silent pump within-ms 20"),
            Some(NodeEvent::Silent { instance: "pump".into(), within_ms: 20 })
        );
        assert_eq!(
            NodeEvent::parse("stuck adder pid 7 within-ms 2000"),
            Some(NodeEvent::Stuck { name: "adder".into(), pid: 7, within_ms: 2000 })
        );
        assert_eq!(
            NodeEvent::parse("gave-up adder after 5 restarts"),
            Some(NodeEvent::GaveUp { name: "adder".into(), often: "after 5 restarts".into() })
        );
        assert_eq!(NodeEvent::parse("reboot adder failed"), Some(NodeEvent::Reboot("adder failed".into())));
        assert_eq!(NodeEvent::parse("stopped"), Some(NodeEvent::Stopped));
        assert_eq!(NodeEvent::parse("idle many"), None);
    }
}
