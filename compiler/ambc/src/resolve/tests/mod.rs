//! Tests of whole passes, from text.

mod arrays;
mod deployment;
mod help;
