//! What the parts of a camera trap ask of each other, generated from `vision.lidl`.
#![no_std]
#![forbid(unsafe_code)]

ambience::interfaces!();
