//! Interfaces of the calc example, generated from `calc.lidl`.
#![no_std]
#![forbid(unsafe_code)]

ambience::interfaces!();
