//! The macros of generated interface code: what follows from the lists of procedures that it holds.
//!
//! Type parameters have names that no lidl type gets: parameters of macros would hide types of the user.

/// The trait of a service for everything that stands for a service: references, instances of the same group, dependencies
/// that are absent, of two kinds or a choice. The callee's own future is passed on (no `async` where it can be avoided), so a call
/// within a group costs what a plain call costs.
#[doc(hidden)]
#[macro_export]
macro_rules! __ambc_forward {
    ($service:ident { $(
        fn $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $ret:ty
            = timeout_us: $timeout:expr, idempotent: $idempotent:expr;
    )* }) => {
        impl<__T: $service> $service for &__T {
            $(
                #[inline(always)]
                fn $name(&self $(, $arg: $ty)*) -> impl $crate::__rt::Future<Output = $ret> {
                    <__T as $service>::$name(*self $(, $arg)*)
                }
            )*
        }

        impl<__K: $crate::__rt::Instance<T: $service>> $service for $crate::__rt::Handle<__K> {
            $(
                #[inline(always)]
                fn $name(&self $(, $arg: $ty)*) -> impl $crate::__rt::Future<Output = $ret> {
                    <__K::T as $service>::$name($crate::__rt::Handle::get(*self) $(, $arg)*)
                }
            )*
        }

        impl $service for $crate::__rt::Absent {
            $(
                async fn $name(&self $(, _: $ty)*) -> $ret {
                    match *self {}
                }
            )*
        }

        impl<__A: $service, __B: $service> $service for $crate::__rt::Either<__A, __B> {
            $(
                async fn $name(&self $(, $arg: $ty)*) -> $ret {
                    match self {
                        $crate::__rt::Either::A(a) => <__A as $service>::$name(a $(, $arg)*).await,
                        $crate::__rt::Either::B(b) => <__B as $service>::$name(b $(, $arg)*).await,
                    }
                }
            )*
        }

        #[allow(clippy::manual_async_fn, reason = "an async fn would hold each argument twice")]
        impl<__R: $crate::__rt::Rule, __T: $service, const __N: usize> $service for $crate::__rt::Choice<__R, __T, __N> {
            $(
                fn $name(&self $(, $arg: $ty)*) -> impl $crate::__rt::Future<Output = $ret> {
                    async move {
                        let options = $crate::__rt::CallOptions { timeout_us: $timeout, idempotent: $idempotent };
                        let mut attempts = $crate::__rt::Choice::attempts(self, options);
                        loop {
                            let call = <__T as $service>::$name(attempts.member() $(, $arg)*);
                            let answer = attempts.within(call).await;
                            if let Some(answer) = attempts.judge(answer) {
                                return answer;
                            }
                        }
                    }
                }
            )*
        }
    };
}

/// The trait of a service for a channel to where it is. `async move` in a plain function, not `async fn`, which would hold
/// each argument twice.
#[doc(hidden)]
#[macro_export]
macro_rules! __ambc_client {
    ($client:ident: $service:path { $(
        fn $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $ret:ty
            = $id:expr, timeout_us: $timeout:expr, idempotent: $idempotent:expr, $values:tt as $schema:ty;
    )* }) => {
        #[allow(clippy::manual_async_fn, reason = "an async fn would hold each argument twice")]
        impl<__C: $crate::__rt::Channel> $service for $client<__C> {
            $(
                #[inline]
                fn $name(&self $(, $arg: $ty)*) -> impl $crate::__rt::Future<Output = $ret> {
                    async move {
                        let options = $crate::__rt::CallOptions { timeout_us: $timeout, idempotent: $idempotent };
                        self.0.call($id, &$crate::__rt::args::<$schema, _>($values), options).await
                    }
                }
            )*
        }
    };
}

/// The numbers by which calls name procedures.
#[doc(hidden)]
#[macro_export]
macro_rules! __ambc_procedures {
    ($($constant:ident $name:literal = $fingerprint:literal;)*) => {
        $(
            #[doc = concat!("The fingerprint of `", $name, "`: what a call of it carries.")]
            pub const $constant: u32 = $fingerprint;
        )*
        /// Every procedure and its fingerprint, inherited ones first.
        pub const FINGERPRINTS: &[(&str, u32)] = &[$(($name, $constant)),*];
    };
}

/// The future that lives in a request slot: reads the arguments, calls the service, answers.
///
/// `fixed N` arguments borrow nothing from the message, so its copy does not live in the future; `small N` ones do;
/// `bulk` ones wait for a buffer of the instance. `oneway` requests are answered before they run.
#[doc(hidden)]
#[macro_export]
macro_rules! __ambc_dispatch {
    ($service:path, $callee:ident { $($arms:tt)* }) => {
        /// Serves one request. Dropping the future drops the call.
        #[allow(clippy::manual_async_fn, reason = "an async fn would hold each argument twice")]
        pub fn dispatch<'a, __S: $service>(
            $callee: &'a __S,
            request: $crate::__rt::Request<'a>,
        ) -> impl $crate::__rt::Future<Output = ()> + 'a {
            async move {
                $crate::__ambc_dispatch! { @arms $callee request [] $($arms)* }
            }
        }
    };
    (@arms $callee:ident $request:ident [$($done:tt)*]) => {
        match $request.proc() {
            $($done)*
            _ => {
                let _ = $callee;
                $request.fail($crate::__rt::CallError::Mismatch)
            }
        }
    };
    (@arms $callee:ident $request:ident [$($done:tt)*]
        oneway fixed $max:tt $id:ident $(| $was:literal)*: ($($arg:ident,)*) as $values:ty as $schema:ty => $call:expr;
        $($rest:tt)*
    ) => {
        $crate::__ambc_dispatch! { @arms $callee $request [$($done)*
            $id $(| $was)* => {
                const { $crate::__rt::agree::<$schema>($max) };
                let args = {
                    let mut buffer = [0; $max];
                    $request.args(&mut buffer).and_then(|bytes| $crate::__rt::decode::<$schema, $values>(bytes))
                };
                match args {
                    Ok(($($arg,)*)) => {
                        $request.accept();
                        let _ = $call.await;
                    }
                    Err(error) => $request.fail(error),
                }
            }
        ] $($rest)* }
    };
    (@arms $callee:ident $request:ident [$($done:tt)*]
        fixed $max:tt $id:ident $(| $was:literal)*: ($($arg:ident,)*) as $values:ty as $schema:ty => $call:expr;
        $($rest:tt)*
    ) => {
        $crate::__ambc_dispatch! { @arms $callee $request [$($done)*
            $id $(| $was)* => {
                const { $crate::__rt::agree::<$schema>($max) };
                let args = {
                    let mut buffer = [0; $max];
                    $request.args(&mut buffer).and_then(|bytes| $crate::__rt::decode::<$schema, $values>(bytes))
                };
                match args {
                    Ok(($($arg,)*)) => {
                        let reply = $call.await;
                        $request.reply(&reply);
                    }
                    Err(error) => $request.fail(error),
                }
            }
        ] $($rest)* }
    };
    (@arms $callee:ident $request:ident [$($done:tt)*]
        oneway small $max:tt $id:ident $(| $was:literal)*: ($($arg:ident,)*) as $values:ty as $schema:ty => $call:expr;
        $($rest:tt)*
    ) => {
        $crate::__ambc_dispatch! { @arms $callee $request [$($done)*
            $id $(| $was)* => {
                const { $crate::__rt::agree::<$schema>($max) };
                let mut buffer = [0; $max];
                match $request.args(&mut buffer).and_then(|bytes| $crate::__rt::decode::<$schema, $values>(bytes)) {
                    Ok(($($arg,)*)) => {
                        $request.accept();
                        let _ = $call.await;
                    }
                    Err(error) => $request.fail(error),
                }
            }
        ] $($rest)* }
    };
    (@arms $callee:ident $request:ident [$($done:tt)*]
        small $max:tt $id:ident $(| $was:literal)*: ($($arg:ident,)*) as $values:ty as $schema:ty => $call:expr;
        $($rest:tt)*
    ) => {
        $crate::__ambc_dispatch! { @arms $callee $request [$($done)*
            $id $(| $was)* => {
                const { $crate::__rt::agree::<$schema>($max) };
                let mut buffer = [0; $max];
                match $request.args(&mut buffer).and_then(|bytes| $crate::__rt::decode::<$schema, $values>(bytes)) {
                    Ok(($($arg,)*)) => {
                        let reply = $call.await;
                        $request.reply(&reply);
                    }
                    Err(error) => $request.fail(error),
                }
            }
        ] $($rest)* }
    };
    (@arms $callee:ident $request:ident [$($done:tt)*]
        oneway bulk $max:tt $id:ident $(| $was:literal)*: ($($arg:ident,)*) as $values:ty as $schema:ty => $call:expr;
        $($rest:tt)*
    ) => {
        $crate::__ambc_dispatch! { @arms $callee $request [$($done)*
            $id $(| $was)* => match $request.bulk_args().await {
                Ok(buffer) => match $crate::__rt::decode::<$schema, $values>(&buffer) {
                    Ok(($($arg,)*)) => {
                        const { $crate::__rt::agree::<$schema>($max) };
                        $request.accept();
                        let _ = $call.await;
                    }
                    Err(error) => $request.fail(error),
                },
                Err(error) => $request.fail(error),
            },
        ] $($rest)* }
    };
    (@arms $callee:ident $request:ident [$($done:tt)*]
        bulk $max:tt $id:ident $(| $was:literal)*: ($($arg:ident,)*) as $values:ty as $schema:ty => $call:expr;
        $($rest:tt)*
    ) => {
        $crate::__ambc_dispatch! { @arms $callee $request [$($done)*
            $id $(| $was)* => match $request.bulk_args().await {
                Ok(buffer) => match $crate::__rt::decode::<$schema, $values>(&buffer) {
                    Ok(($($arg,)*)) => {
                        const { $crate::__rt::agree::<$schema>($max) };
                        let reply = $call.await;
                        $request.reply(&reply);
                    }
                    Err(error) => $request.fail(error),
                },
                Err(error) => $request.fail(error),
            },
        ] $($rest)* }
    };
}

/// A declared error: `?` lifts it into the failure of a call, and it can be shown.
#[doc(hidden)]
#[macro_export]
macro_rules! __ambc_error {
    ($name:ident { $($alternative:ident $(($value:ident))?: $text:literal,)* }) => {
        impl ::core::convert::From<$name> for $crate::__rt::Failure<$name> {
            fn from(error: $name) -> Self {
                Self::Error(error)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    $(Self::$alternative $(($value))? => {
                        f.write_str($text)?;
                        $(::core::write!(f, ": {:?}", $value)?;)?
                    })*
                }
                Ok(())
            }
        }

        impl ::core::error::Error for $name {}
    };
}

/// Items that need a heap: there only with the feature `alloc` of this crate.
#[doc(hidden)]
#[cfg(feature = "alloc")]
#[macro_export]
macro_rules! __ambc_with_alloc {
    ($($items:tt)*) => { $($items)* };
}

/// Items that need a heap: there only with the feature `alloc` of this crate.
#[doc(hidden)]
#[cfg(not(feature = "alloc"))]
#[macro_export]
macro_rules! __ambc_with_alloc {
    ($($items:tt)*) => {};
}

/// Says what a service needs a heap for, if there is none.
#[doc(hidden)]
#[cfg(feature = "alloc")]
#[macro_export]
macro_rules! __ambc_needs_alloc {
    ($what:literal) => {};
}

/// Says what a service needs a heap for, if there is none.
#[doc(hidden)]
#[cfg(not(feature = "alloc"))]
#[macro_export]
macro_rules! __ambc_needs_alloc {
    ($what:literal) => {
        ::core::compile_error!(concat!(
            "`",
            $what,
            "` returns a string, vector or map without a bound: write a bound, or turn on the feature \
             `alloc` of `ambience` in this package"
        ));
    };
}
