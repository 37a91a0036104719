//! The gRPC code of the examples is generated and committed: with a build script, every user of the
//! crate would pay for an example. This test keeps it equal to its `.proto`.

use std::path::Path;
use std::{env, fs};

use prost::Message;

/// A folder of `examples`, its `.proto`, and the generated files that it keeps: a service in Rust,
/// and a descriptor set if it offers reflection.
const EXAMPLES: [(&str, &str, &[&str]); 2] = [
    (
        "resource_server",
        "whoami.proto",
        &["whoami.v1.rs", "descriptors.bin"],
    ),
    ("tonic", "library.proto", &["library.v1.rs"]),
];

#[test]
fn committed_code_matches_its_proto() {
    for (example, proto, generated) in EXAMPLES {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let committed = examples.join(example);
        let fresh = tempfile::tempdir().unwrap();
        generate(&committed, proto, fresh.path());

        for name in generated {
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
}

fn generate(proto_dir: &Path, proto: &str, out_dir: &Path) {
    let descriptors = protox::compile([proto], [proto_dir]).unwrap();
    fs::write(out_dir.join("descriptors.bin"), descriptors.encode_to_vec()).unwrap();
    tonic_prost_build::configure()
        .build_client(false)
        .out_dir(out_dir)
        .compile_fds(descriptors)
        .unwrap();
}
