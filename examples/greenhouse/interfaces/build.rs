//! Writes the Rust of the interfaces.

fn main() {
    ambc_lidl::build();
}
