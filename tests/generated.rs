//! The gRPC code of `examples/resource_server` is generated, and committed: a build script would
//! make every user of the crate pay for an example. This keeps it equal to `whoami.proto`.
#![expect(clippy::unwrap_used, reason = "what is unexpected fails the test")]

use std::path::Path;
use std::{env, fs};

use prost::Message;

/// Made from `whoami.proto`: the service in Rust, and the descriptor set that reflection serves.
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
                "{} is out of date: run `UPDATE=1 cargo test --test generated` and commit it",
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
