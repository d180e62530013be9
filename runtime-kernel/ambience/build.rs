//! Generates the built-in interfaces from `lidl/*.lidl`.

fn main() {
    ambc_lidl::build();
}
