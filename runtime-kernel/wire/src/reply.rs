//! The whole result of a procedure, as it travels.

use crate::{CallError, Decode, Encode, Failure, Writer};
use ambc_abi::{STATUS_ERROR, STATUS_OK};

/// What a procedure returns: `Result<T, CallError>`, or `Result<T, Failure<E>>` with a declared error.
///
/// The status word travels beside the message: 0 with a result, 100 with a declared error, else the code of a
/// [`CallError`] without a message.
pub trait Reply: Sized {
    /// The largest message of a reply; `usize::MAX` if there is none.
    const MAX: usize;

    /// The reply of a call that failed on the way.
    fn failed(error: CallError) -> Self;

    /// The error of a call that failed on the way: not one that the interface declares.
    fn error(&self) -> Option<CallError>;

    /// Writes the message and returns the status word. A result that breaks its bounds or does not fit becomes
    /// `Malformed`; then nothing is written.
    fn put(&self, w: &mut Writer<'_>) -> u32;

    /// Reads a reply. Bytes that are no result become `Malformed`.
    fn take(status: u32, message: &[u8]) -> Self;
}

fn write<T: Encode>(status: u32, value: &T, w: &mut Writer<'_>) -> u32 {
    match value.encode(w) {
        Ok(()) => status,
        Err(error) => {
            w.clear();
            error.code()
        }
    }
}

impl<T: Encode + for<'a> Decode<'a>> Reply for Result<T, CallError> {
    const MAX: usize = <T as Encode>::MAX;

    #[inline]
    fn failed(error: CallError) -> Self {
        Err(error)
    }

    #[inline]
    fn error(&self) -> Option<CallError> {
        self.as_ref().err().copied()
    }

    #[inline]
    fn put(&self, w: &mut Writer<'_>) -> u32 {
        match self {
            Ok(value) => write(STATUS_OK, value, w),
            Err(error) => error.code(),
        }
    }

    #[inline]
    fn take(status: u32, message: &[u8]) -> Self {
        if status == STATUS_OK { T::decode(message) } else { Err(CallError::from_code(status)) }
    }
}

impl<T, E> Reply for Result<T, Failure<E>>
where
    T: Encode + for<'a> Decode<'a>,
    E: Encode + for<'a> Decode<'a>,
{
    const MAX: usize =
        if <T as Encode>::MAX > <E as Encode>::MAX { <T as Encode>::MAX } else { <E as Encode>::MAX };

    fn failed(error: CallError) -> Self {
        Err(Failure::Call(error))
    }

    fn error(&self) -> Option<CallError> {
        match self {
            Err(Failure::Call(error)) => Some(*error),
            _ => None,
        }
    }

    fn put(&self, w: &mut Writer<'_>) -> u32 {
        match self {
            Ok(value) => write(STATUS_OK, value, w),
            Err(Failure::Call(error)) => error.code(),
            Err(Failure::Error(error)) => write(STATUS_ERROR, error, w),
        }
    }

    fn take(status: u32, message: &[u8]) -> Self {
        match status {
            STATUS_OK => T::decode(message).map_err(Failure::Call),
            STATUS_ERROR => Err(E::decode(message).map_or_else(Failure::Call, Failure::Error)),
            code => Err(Failure::Call(CallError::from_code(code))),
        }
    }
}
