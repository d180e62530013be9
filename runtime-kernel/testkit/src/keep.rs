//! Static memory made at run time. It stays reachable from a static, so leak checkers do not take it for lost.
#![expect(unsafe_code, reason = "a list of pointers that nobody follows")]

use std::sync::Mutex;

struct Kept(#[expect(dead_code, reason = "being reachable is the point")] *mut ());

// SAFETY: the pointers are never followed.
unsafe impl Send for Kept {}

static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

fn remember(pointer: *mut ()) {
    KEPT.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(Kept(pointer));
}

/// Keeps a value for the rest of the process.
pub fn keep<T>(value: T) -> &'static T {
    let kept = Box::into_raw(Box::new(value));
    remember(kept.cast());
    // SAFETY: never freed, and only shared from here on.
    unsafe { &*kept }
}

/// Keeps a list for the rest of the process.
pub fn keep_slice<T>(values: Vec<T>) -> &'static mut [T] {
    let kept = Box::into_raw(values.into_boxed_slice());
    remember(kept.cast());
    // SAFETY: never freed, and this is the only reference to it.
    unsafe { &mut *kept }
}
