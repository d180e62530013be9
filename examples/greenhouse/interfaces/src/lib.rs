//! Interfaces of the greenhouse example, generated from `climate.lidl`.
#![no_std]
#![forbid(unsafe_code)]

ambience::interfaces!();
