//! Tells the code which memory protection unit the target has.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("TARGET").is_ok_and(|target| target.starts_with("thumbv8m")) {
        println!("cargo::rustc-cfg=armv8m");
    }
}
