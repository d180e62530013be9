//! Interfaces of the end-to-end tests.
#![no_std]
ambience::interfaces!();
