//! The lidl encoding: what a message looks like in a lane and on a network.
//!
//! # Format
//! Little endian. A message is one value, its *root* (the arguments of a procedure, its result or its error), at offset
//! 0 in a layout known at build time, followed by the data of its variable parts.
//! * Scalars take their size and are aligned to it, relative to the start of the message, at most to 8.
//! * A struct holds its fields in order, each aligned; its size is rounded up to its alignment. Padding is zero.
//! * `bool` is 0 or 1. An enum is its underlying integer and must be one of its values.
//! * `optional` is a byte 0 or 1 and the aligned value; a union or an error is a byte with the index of the alternative
//!   and the value, aligned to the most demanding alternative. What is not used is zero.
//! * `string`, `vector` and `map` are 8 bytes, `{ u32 offset, u32 length }`: the offset counts from the start of the
//!   message, the length counts elements. Empty ones are all zero. The elements are appended behind everything
//!   appended so far, aligned to the element; the parts of an element follow behind all elements (depth first).
//!   Elements without a size take one zero byte.
//! * A map is a vector of key and value with strictly ascending keys.
//!
//! A value has exactly one encoding: the decoder checks that each offset is the one the encoder would have written,
//! that padding is zero and that nothing follows. Decoding reads each byte once, bounds every read and never panics.
//!
//! # Types and schemas
//! A bound such as the 64 of `string<64>` is not part of the view type `&str`. So the layout hangs on a *schema*, a type
//! that implements [`Wire`], and values of other types are written and read by it ([`Put`], [`Get`]): `String<64>` is
//! the schema for `&str` and for itself, [`Vector<u8, 9>`](Vector) for `&[u8]`, [`Seq`], [`Bulk`] and itself.
//! Interface code names schemas in [`record!`], [`union!`] and [`enumeration!`]; services see values only.
#![no_std]
#[cfg(feature = "alloc")]
extern crate alloc;

mod array;
mod bulk;
mod codec;
mod fields;
mod layout;
mod list;
mod macros;
mod map;
mod option;
mod own;
mod reader;
mod reply;
mod scalar;
mod text;
mod writer;

pub use ambc_abi::{CallError, Failure};
pub use bulk::Bulk;
pub use codec::{As, Decode, Encode, Get, Put, Sink, View, args, decode};
pub use fields::{GetFields, PutFields};
pub use layout::{Layout, Tail, Wire, align_up};
pub use list::{Seq, SeqIter, Unbounded};
pub use map::{Map, MapView};
pub use own::Own;
pub use reader::Reader;
pub use reply::Reply;
pub use text::Text;
pub use writer::Writer;

/// An owned string of at most `N` bytes.
pub type String<const N: usize> = heapless::String<N>;
/// An owned list of at most `N` elements.
///
/// Collecting more than `N` elements into one panics; `push` and `extend_from_slice` say so instead.
pub type Vector<T, const N: usize> = heapless::Vec<T, N>;
