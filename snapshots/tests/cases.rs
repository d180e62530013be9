//! One test for each case folder; `build.rs` writes them.

mod ok {
    include!(concat!(env!("OUT_DIR"), "/ok.rs"));
}

mod fail {
    include!(concat!(env!("OUT_DIR"), "/fail.rs"));
}
