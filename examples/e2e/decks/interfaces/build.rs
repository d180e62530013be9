//! Generates the interfaces.

fn main() {
    ambc_lidl::build();
}
