//! Interfaces of the BEPS example, generated from `beps.lidl`.
#![no_std]
#![forbid(unsafe_code)]

ambience::interfaces!();
