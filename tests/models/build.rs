//! Says that this is no build for use: see `src/lib.rs`.
fn main() {
    println!("cargo::rustc-check-cfg=cfg(modelled)");
    println!("cargo::rustc-cfg=modelled");
}
