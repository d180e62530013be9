//! What a call can fail with, and how it travels in the status word of a reply.
use core::error::Error;
use core::fmt;

/// Status word of a reply that carries a result.
pub const STATUS_OK: u32 = 0;
/// Status word of a reply that carries an error the interface declares (`-> T or e`).
pub const STATUS_ERROR: u32 = 100;

/// What every call that may leave its group can fail with.
///
/// The discriminants are the status words 1..=99 of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CallError {
    /// The deadline passed. The callee may have run, may be running, or may never have seen the request.
    Timeout = 1,
    /// No way to the callee's node, or the callee's group was given up. Nothing is known about a request that was already
    /// under way.
    Unreachable = 2,
    /// The callee's side does not let this caller in.
    Denied = 3,
    /// More calls are waiting than the edge has room for; the request never left.
    Overloaded = 4,
    /// Bytes that are not a value of the declared type, or that do not fit where they must go.
    Malformed = 5,
    /// The callee knows no procedure of this shape: the two sides were built from different interfaces.
    Mismatch = 6,
    /// The callee's group restarted while the call was under way; it may have run.
    Restarted = 7,
    /// The callee dropped the request without an answer.
    Cancelled = 8,
}

impl CallError {
    /// Every error, in the order of its status words.
    pub const ALL: [Self; 8] = [
        Self::Timeout,
        Self::Unreachable,
        Self::Denied,
        Self::Overloaded,
        Self::Malformed,
        Self::Mismatch,
        Self::Restarted,
        Self::Cancelled,
    ];

    /// The status word of this error.
    #[must_use]
    pub const fn code(self) -> u32 {
        self as u32
    }

    /// The error of a status word. A word that names none came from a broken or hostile peer: `Malformed`.
    #[must_use]
    pub const fn from_code(code: u32) -> Self {
        match code {
            1 => Self::Timeout,
            2 => Self::Unreachable,
            3 => Self::Denied,
            4 => Self::Overloaded,
            6 => Self::Mismatch,
            7 => Self::Restarted,
            8 => Self::Cancelled,
            _ => Self::Malformed,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout => "the deadline passed",
            Self::Unreachable => "the callee cannot be reached",
            Self::Denied => "the callee does not accept this caller",
            Self::Overloaded => "too many calls are waiting on this edge",
            Self::Malformed => "the bytes are not a value of the declared type",
            Self::Mismatch => "the callee was built from a different interface",
            Self::Restarted => "the callee restarted during the call",
            Self::Cancelled => "the callee dropped the request",
        })
    }
}

impl Error for CallError {}

/// The failure of a procedure that declares an error of its own (`-> T or e`).
///
/// A type beside [`CallError`], not `CallError<E>`: a `From` between two instances of one generic error would
/// overlap with `From<T> for T`, so `?` could not lift a transport error into a typed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure<E> {
    /// The call itself failed.
    Call(CallError),
    /// The callee answered with its declared error.
    Error(E),
}

impl<E> From<CallError> for Failure<E> {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Error(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for Failure<E> {}

#[cfg(test)]
mod tests {
    use super::CallError;

    #[test]
    fn codes_round_trip_and_unknown_codes_are_malformed() {
        for code in 0..=0x1ff {
            let error = CallError::from_code(code);
            let known = CallError::ALL.iter().any(|e| e.code() == code);
            assert_eq!(error.code() == code, known, "{code}");
            assert!(known || error == CallError::Malformed);
        }
        assert!(CallError::ALL.iter().zip(1..).all(|(e, code)| e.code() == code));
    }
}
