//! Every feature of lidl, as an interface crate: see `lidl/`.
#![no_std]
#![forbid(unsafe_code)]

ambience::interfaces!();
