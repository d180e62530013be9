#![no_std]

pub struct Service;
