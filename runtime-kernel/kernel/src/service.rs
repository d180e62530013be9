//! What active services implement, and how generated code meets types that may or may not do something.
use crate::{Handle, Instance};
use core::cell::Cell;
use core::convert::Infallible;
use core::fmt;
use core::future::{Future, Ready, ready};

/// An active service: it does something without being asked.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `ambience::Run`",
    label = "the manifest says `run`: must implement `ambience::Run`",
    note = "write `impl Run for … {{ async fn run(&self) -> Result<(), impl Display> {{ … }} }}`"
)]
#[allow(async_fn_in_trait, reason = "nothing of a group is Send")]
pub trait Run {
    /// Runs once, after all instances of the group were made. An error is reported to the node; the group runs on.
    /// Dropped at its next await when the group ends.
    async fn run(&self) -> Result<(), impl fmt::Display>;
}

/// A service that has something to do before its group ends in order.
#[allow(async_fn_in_trait, reason = "nothing of a group is Send")]
pub trait Stop {
    /// Called once; the node waits for a bounded time.
    async fn stop(&self);
}

impl<K: Instance<T: Run>> Run for Handle<K> {
    fn run(&self) -> impl Future<Output = Result<(), impl fmt::Display>> {
        Handle::get(*self).run()
    }
}

impl<K: Instance<T: Stop>> Stop for Handle<K> {
    fn stop(&self) -> impl Future<Output = ()> {
        Handle::get(*self).stop()
    }
}

/// What a constructor returned, `Self` or `Result<Self, impl Display>`; [`made!`](crate::made) tells them apart.
pub struct Made<T>(Cell<Option<T>>);

impl<T> Made<T> {
    /// Wraps what `new` returned.
    pub fn new(made: T) -> Self {
        Self(Cell::new(Some(made)))
    }
}

impl<T> fmt::Debug for Made<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Made")
    }
}

/// A constructor that can fail.
pub trait Fallible {
    /// The instance.
    type Instance;
    /// Why there is none.
    type Error;

    /// The result of the constructor.
    ///
    /// # Errors
    /// That of the constructor.
    fn result(self) -> Result<Self::Instance, Self::Error>;
}

impl<T, E: fmt::Display> Fallible for Made<Result<T, E>> {
    type Instance = T;
    type Error = E;

    fn result(self) -> Result<T, E> {
        self.0.into_inner().expect("a constructor's result is taken once")
    }
}

/// A constructor that cannot fail. One reference more than [`Fallible`], so method lookup tries that first.
pub trait Certain {
    /// The instance.
    type Instance;

    /// The result of the constructor.
    ///
    /// # Errors
    /// Never.
    fn result(self) -> Result<Self::Instance, Infallible>;
}

impl<T> Certain for &Made<T> {
    type Instance = T;

    fn result(self) -> Result<T, Infallible> {
        Ok(self.0.take().expect("a constructor's result is taken once"))
    }
}

/// The result of a constructor as a `Result` whose error is `Display`: `made!(svc::C::new(needs, params))`.
#[macro_export]
macro_rules! made {
    ($constructor:expr) => {{
        #[allow(unused_imports, reason = "one of them is used")]
        use $crate::service::{Certain as _, Fallible as _};
        $crate::service::Made::new($constructor).result()
    }};
}

/// An instance that may implement [`Stop`]; [`stop!`](crate::stop) finds out.
#[derive(Debug)]
pub struct Stopping<'a, T>(pub &'a T);

/// It does.
pub trait Stops<'a> {
    /// Its end.
    fn end(self) -> impl Future<Output = ()> + 'a;
}

impl<'a, T: Stop> Stops<'a> for Stopping<'a, T> {
    fn end(self) -> impl Future<Output = ()> + 'a {
        self.0.stop()
    }
}

/// It does not. One reference more than [`Stops`], so method lookup tries that first.
pub trait NeedsNoStop {
    /// Nothing.
    fn end(self) -> Ready<()>;
}

impl<T> NeedsNoStop for &Stopping<'_, T> {
    fn end(self) -> Ready<()> {
        ready(())
    }
}

/// The future that ends an instance: of [`Stop`] if its type implements that, nothing otherwise.
#[macro_export]
macro_rules! stop {
    ($instance:expr) => {{
        #[allow(unused_imports, reason = "one of them is used")]
        use $crate::service::{NeedsNoStop as _, Stops as _};
        $crate::service::Stopping($instance).end()
    }};
}

#[cfg(test)]
mod tests {
    use super::Stop;
    use core::cell::Cell;
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    struct Sure;
    struct Unsure;
    struct Counts(Cell<u32>);

    impl Sure {
        fn new() -> Self {
            Self
        }
    }

    impl Unsure {
        fn new(ok: bool) -> Result<Self, &'static str> {
            ok.then_some(Self).ok_or("no")
        }
    }

    impl Stop for Counts {
        async fn stop(&self) {
            self.0.set(self.0.get() + 1);
        }
    }

    #[test]
    fn constructors_may_fail_or_not() {
        let Sure = crate::made!(Sure::new()).unwrap();
        assert!(crate::made!(Unsure::new(true)).is_ok());
        assert_eq!(crate::made!(Unsure::new(false)).err(), Some("no"));
    }

    #[test]
    fn stop_is_optional() {
        let (plain, counts) = (Sure, Counts(Cell::new(0)));
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(pin!(crate::stop!(&plain)).poll(&mut cx), Poll::Ready(()));
        assert_eq!(pin!(crate::stop!(&counts)).poll(&mut cx), Poll::Ready(()));
        assert_eq!(counts.0.get(), 1);
    }
}
