//! Tests of whole passes, from text.

mod arrays;
mod deployment;
mod help;
mod manifests;
mod names;
mod outside;
mod rules;
mod scale;
mod values;
