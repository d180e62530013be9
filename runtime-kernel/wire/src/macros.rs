//! What interface code says about its types: one line a field.

/// Gives structs their layout. `record!(Rect { w: u16, h: u16 })` for a plain struct;
/// `record!(Frame<'a>, FrameOwned { id: u64, pixels: Vector<u8, 9> })` for a view and its owned form; `Frame<'a>` alone
/// when the owned form
/// is elsewhere, `FrameOwned of Frame { … }`; `owned Answer { … }` for one without a view. The types after the colons are schemas.
#[macro_export]
macro_rules! record {
    ($name:ident { $($field:ident: $schema:ty),* $(,)? }) => {
        $crate::record!(@layout [] $name { $($schema)* });
        $crate::record!(@codec [] [] $name, $name { $($field: $schema),* });
        impl $crate::View<'_> for $name {
            type Schema = $name;
        }
        impl $crate::Own<$name> for $name {
            #[inline]
            fn own(view: $name) -> ::core::result::Result<Self, $crate::CallError> {
                ::core::result::Result::Ok(view)
            }
        }
    };
    ($view:ident<'a> { $($field:ident: $schema:ty),* $(,)? }) => {
        $crate::record!(@layout [<'_>] $view { $($schema)* });
        $crate::record!(@codec ['s, ] [<'a>] $view<'s>, $view { $($field: $schema),* });
        impl<'a> $crate::View<'a> for $view<'a> {
            type Schema = $view<'static>;
        }
    };
    ($view:ident<'a>, $owned:ident { $($field:ident: $schema:ty),* $(,)? }) => {
        $crate::record!($view<'a> { $($field: $schema),* });
        $crate::record!($owned of $view { $($field: $schema),* });
    };
    (owned $name:ident { $($field:ident: $schema:ty),* $(,)? }) => {
        $crate::record!(@layout [] $name { $($schema)* });
        $crate::record!(@codec [] [] $name, $name { $($field: $schema),* });
    };
    ($owned:ident of $view:ident { $($field:ident: $schema:ty),* $(,)? }) => {
        $crate::record!(owned $owned { $($field: $schema),* });
        $crate::record!(@codec ['s, ] [] $view<'s>, $owned { $($field: $schema),* });
        $crate::record!(@own $view $owned);
        impl<'a> $crate::Own<$view<'a>> for $owned {
            fn own(view: $view<'a>) -> ::core::result::Result<Self, $crate::CallError> {
                ::core::result::Result::Ok(Self { $($field: $crate::Own::own(view.$field)?),* })
            }
        }
    };
    (@own $view:ident $owned:ident) => {
        impl<'a> ::core::convert::TryFrom<$view<'a>> for $owned {
            type Error = $crate::CallError;
            /// Copies what the view borrows; `Malformed` if it breaks a bound.
            fn try_from(view: $view<'a>) -> ::core::result::Result<Self, $crate::CallError> {
                $crate::Own::own(view)
            }
        }
    };
    (@layout [$($lifetime:tt)*] $name:ident { $($schema:ty)* }) => {
        impl $crate::Wire for $name$($lifetime)* {
            const SIZE: usize = $crate::Layout::EMPTY$(.field::<$schema>())*.size();
            const ALIGN: usize = $crate::Layout::EMPTY$(.field::<$schema>())*.align();
            const TAIL: $crate::Tail = $crate::Layout::EMPTY$(.field::<$schema>())*.tail();
        }
    };
    (@codec [$($s:tt)*] [$($a:tt)*] $of:ty, $value:ident { $($field:ident: $schema:ty),* }) => {
        impl<$($s)* 'a> $crate::Put<$value$($a)*> for $of {
            #[inline]
            fn put(value: &$value$($a)*, w: &mut $crate::Writer<'_>, at: usize) -> ::core::result::Result<(), $crate::CallError> {
                let _ = value;
                let mut fields = $crate::PutFields::at(at);
                $(fields.put::<$schema, _>(&value.$field, w)?;)*
                fields.pad(<Self as $crate::Wire>::SIZE, w).map(|_| ())
            }
        }
        impl<$($s)* 'a> $crate::Get<'a, $value$($a)*> for $of {
            #[inline]
            fn get(r: &mut $crate::Reader<'a>, at: usize) -> ::core::result::Result<$value$($a)*, $crate::CallError> {
                let mut fields = $crate::GetFields::at(at);
                let value = $value { $($field: fields.get::<$schema, _>(r)?),* };
                fields.pad(<Self as $crate::Wire>::SIZE, r)?;
                ::core::result::Result::Ok(value)
            }
        }
    };
}

/// Gives unions and errors their layout, alternatives in order:
/// `union!(Finding<'a>, FindingOwned { None, Hit: Rect, Text: String<64> })`, without `<'a>` for a plain one.
#[macro_export]
macro_rules! union {
    ($name:ident { $($alternative:ident $(: $schema:ty)?),* $(,)? }) => {
        $crate::union!(@layout [] $name { $($($schema)?)* });
        $crate::union!(@codec [] [] $name, $name { $($alternative $(: $schema)?),* });
        impl $crate::View<'_> for $name {
            type Schema = $name;
        }
        impl $crate::Own<$name> for $name {
            #[inline]
            fn own(view: $name) -> ::core::result::Result<Self, $crate::CallError> {
                ::core::result::Result::Ok(view)
            }
        }
    };
    ($view:ident<'a> { $($alternative:ident $(: $schema:ty)?),* $(,)? }) => {
        $crate::union!(@layout [<'_>] $view { $($($schema)?)* });
        $crate::union!(@codec ['s, ] [<'a>] $view<'s>, $view { $($alternative $(: $schema)?),* });
        impl<'a> $crate::View<'a> for $view<'a> {
            type Schema = $view<'static>;
        }
    };
    ($view:ident<'a>, $owned:ident { $($alternative:ident $(: $schema:ty)?),* $(,)? }) => {
        $crate::union!($view<'a> { $($alternative $(: $schema)?),* });
        $crate::union!($owned of $view { $($alternative $(: $schema)?),* });
    };
    ($owned:ident of $view:ident { $($alternative:ident $(: $schema:ty)?),* $(,)? }) => {
        $crate::union!(@layout [] $owned { $($($schema)?)* });
        $crate::union!(@codec [] [] $owned, $owned { $($alternative $(: $schema)?),* });
        $crate::union!(@codec ['s, ] [] $view<'s>, $owned { $($alternative $(: $schema)?),* });
        $crate::record!(@own $view $owned);
        impl<'a> $crate::Own<$view<'a>> for $owned {
            fn own(view: $view<'a>) -> ::core::result::Result<Self, $crate::CallError> {
                $(
                    if let $crate::union!(@some part $view $alternative $($schema)?) = view {
                        return $crate::union!(@own part $owned $alternative $($schema)?);
                    }
                )*
                ::core::result::Result::Err($crate::CallError::Malformed)
            }
        }
    };
    (@layout [$($lifetime:tt)*] $name:ident { $($schema:ty)* }) => {
        impl $crate::Wire for $name$($lifetime)* {
            const SIZE: usize = $crate::Layout::EMPTY$(.alternative::<$schema>())*.tagged().size();
            const ALIGN: usize = $crate::Layout::EMPTY$(.alternative::<$schema>())*.align();
            const TAIL: $crate::Tail = $crate::Layout::EMPTY$(.alternative::<$schema>())*.tail();
        }
    };
    (@codec [$($s:tt)*] [$($a:tt)*] $of:ty, $value:ident { $($alternative:ident $(: $schema:ty)?),* }) => {
        impl<$($s)* 'a> $crate::Put<$value$($a)*> for $of {
            #[inline]
            fn put(value: &$value$($a)*, w: &mut $crate::Writer<'_>, at: usize) -> ::core::result::Result<(), $crate::CallError> {
                let mut tag = 0u8;
                $(
                    if let $crate::union!(@some part $value $alternative $($schema)?) = value {
                        let mut fields = $crate::PutFields::tagged::<Self>(tag, w, at)?;
                        $($crate::union!(@put fields part w $schema);)?
                        return fields.pad(<Self as $crate::Wire>::SIZE, w).map(|_| ());
                    }
                    tag += 1;
                )*
                let _ = tag;
                ::core::result::Result::Err($crate::CallError::Malformed)
            }
        }
        impl<$($s)* 'a> $crate::Get<'a, $value$($a)*> for $of {
            #[inline]
            fn get(r: &mut $crate::Reader<'a>, at: usize) -> ::core::result::Result<$value$($a)*, $crate::CallError> {
                let (tag, mut fields) = $crate::GetFields::tagged::<Self>(r, at)?;
                let mut next = 0u8;
                $(
                    if tag == next {
                        let value = $crate::union!(@read $value $alternative fields r $($schema)?);
                        fields.pad(<Self as $crate::Wire>::SIZE, r)?;
                        return ::core::result::Result::Ok(value);
                    }
                    next += 1;
                )*
                let _ = next;
                ::core::result::Result::Err($crate::CallError::Malformed)
            }
        }
    };
    (@own $part:ident $value:ident $alternative:ident) => { ::core::result::Result::Ok($value::$alternative) };
    (@own $part:ident $value:ident $alternative:ident $schema:ty) => {
        $crate::Own::own($part).map($value::$alternative)
    };
    (@some $part:ident $value:ident $alternative:ident) => { $value::$alternative };
    (@some $part:ident $value:ident $alternative:ident $schema:ty) => { $value::$alternative($part) };
    (@put $fields:ident $part:ident $w:ident $schema:ty) => { $fields.put::<$schema, _>($part, $w)? };
    (@read $value:ident $alternative:ident $fields:ident $r:ident) => { $value::$alternative };
    (@read $value:ident $alternative:ident $fields:ident $r:ident $schema:ty) => {
        $value::$alternative($fields.get::<$schema, _>($r)?)
    };
}

/// Gives enums their layout and their conversions: `enumeration!(Verdict: u8 { Empty, Animal })`.
#[macro_export]
macro_rules! enumeration {
    ($name:ident: $number:ident { $($value:ident),* $(,)? }) => {
        impl ::core::convert::From<$name> for $number {
            #[inline]
            fn from(value: $name) -> $number {
                value as $number
            }
        }
        impl ::core::convert::TryFrom<$number> for $name {
            type Error = $crate::CallError;
            /// The value of a number; `Malformed` if there is none.
            #[inline]
            fn try_from(number: $number) -> ::core::result::Result<Self, $crate::CallError> {
                $(if number == $name::$value as $number { return ::core::result::Result::Ok($name::$value); })*
                ::core::result::Result::Err($crate::CallError::Malformed)
            }
        }
        impl $crate::Wire for $name {
            const SIZE: usize = <$number as $crate::Wire>::SIZE;
            const ALIGN: usize = <$number as $crate::Wire>::ALIGN;
            const TAIL: $crate::Tail = $crate::Tail::NONE;
        }
        impl $crate::Put<$name> for $name {
            #[inline]
            fn put(value: &$name, w: &mut $crate::Writer<'_>, at: usize) -> ::core::result::Result<(), $crate::CallError> {
                <$number as $crate::Put<$number>>::put(&(*value as $number), w, at)
            }
        }
        impl<'a> $crate::Get<'a, $name> for $name {
            #[inline]
            fn get(r: &mut $crate::Reader<'a>, at: usize) -> ::core::result::Result<$name, $crate::CallError> {
                <$name as ::core::convert::TryFrom<$number>>::try_from(<$number as $crate::Get<'a, $number>>::get(r, at)?)
            }
        }
        impl $crate::View<'_> for $name {
            type Schema = $name;
        }
        impl $crate::Own<$name> for $name {
            #[inline]
            fn own(view: $name) -> ::core::result::Result<Self, $crate::CallError> {
                ::core::result::Result::Ok(view)
            }
        }
    };
}
