//! The README's first snippet compiles in an empty project, with the README's dependencies and no
//! others. A doc test would not notice a missing one: it sees all of this crate's.
#![expect(clippy::unwrap_used, reason = "what is unexpected fails the test")]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// As in the workspace: with another profile, no dependency that clippy has checked could be used.
const PROFILE: &str = r#"
[profile.dev]
debug = "line-tables-only"
[profile.dev.package."*"]
debug = false
"#;

#[test]
fn its_first_steps_compile_in_an_empty_project() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let project = tempfile::tempdir().unwrap();
    let manifest = format!(
        "[package]\nname = \"first-steps\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         {}\n[workspace]\n\n[patch.crates-io]\ntower-bearer = {{ path = {ROOT:?} }}\n\n{PROFILE}",
        block(&readme, "```toml\n")
    );
    fs::write(project.path().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir(project.path().join("src")).unwrap();
    let main = block(&readme, "```rust,no_run\n");
    fs::write(project.path().join("src/main.rs"), main).unwrap();
    // The versions that are downloaded already, so that nothing is asked of a registry.
    fs::copy(
        Path::new(ROOT).join("Cargo.lock"),
        project.path().join("Cargo.lock"),
    )
    .unwrap();

    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet"])
        .current_dir(project.path())
        .env("CARGO_TARGET_DIR", target())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_first_page_of_the_documentation_has_the_same() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let source = fs::read_to_string(Path::new(ROOT).join("src/lib.rs")).unwrap();
    let lines = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect::<Vec<_>>();
    let page = lines.join("\n");
    assert_eq!(block(&page, "```toml\n"), block(&readme, "```toml\n"));
    assert_eq!(
        block(&page, "```no_run\n"),
        block(&readme, "```rust,no_run\n")
    );
}

/// The text of the first code block that begins like this.
fn block<'a>(readme: &'a str, begin: &str) -> &'a str {
    let (_, rest) = readme.split_once(begin).unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    block
}

/// The folder that this test was built in: dependencies that it has checked need no second time.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}
