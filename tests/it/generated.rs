//! The gRPC code of `examples/resource_server` is generated and committed: with a build script, every
//! user of the crate would pay for an example. This test keeps it equal to `whoami.proto`.

use std::path::Path;
use std::{env, fs};

use prost::Message;

/// Generated from `whoami.proto`: the service in Rust, and the descriptor set for reflection.
const GENERATED: [&str; 2] = ["whoami.v1.rs", "whoami.bin"];

#[test]
fn committed_code_matches_its_proto() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/resource_server");
    let fresh = tempfile::tempdir().unwrap();
    generate(&committed, fresh.path());

    for name in GENERATED {
        let expected = fs::read(fresh.path().join(name)).unwrap();
        let path = committed.join(name);
        if env::var_os("UPDATE").is_some() {
            fs::write(&path, expected).unwrap();
        } else {
            assert!(
                fs::read(&path).is_ok_and(|found| found == expected),
                "{} is out of date: run `UPDATE=1 cargo test --test it generated` and commit it",
                path.display()
            );
        }
    }
}

fn generate(proto_dir: &Path, out_dir: &Path) {
    let descriptors = protox::compile(["whoami.proto"], [proto_dir]).unwrap();
    fs::write(out_dir.join("whoami.bin"), descriptors.encode_to_vec()).unwrap();
    tonic_prost_build::configure()
        .build_client(false)
        .out_dir(out_dir)
        .compile_fds(descriptors)
        .unwrap();
}
