//! The first snippets of the README and the documentation compile in an empty project, with the
//! dependencies that they name. A doc test would not notice a missing one: it sees all of this
//! crate's.
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
fn first_steps_compile_in_an_empty_project() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let main = block(&readme, "```rust,no_run\n");
    check("first-steps", block(&readme, "```toml\n"), main, None);
}

/// The build script that the page shows needs `protoc`, so the generated code comes from the example.
#[test]
fn the_tonic_server_compiles_in_an_empty_project() {
    let page = page("src/auth/mod.rs");
    let (_, page) = page.split_once("# A Tonic server").unwrap();
    let (before, main) = page.split_once("`src/main.rs`").unwrap();
    let main = block(main, "```no_run\n");
    let shown: Vec<_> = main
        .lines()
        .filter(|line| !line.starts_with("# "))
        .collect();
    let generated = Path::new(ROOT).join("examples/tonic/library.v1.rs");
    let build = format!(
        "fn main() {{ let out = std::env::var(\"OUT_DIR\").unwrap(); \
         std::fs::copy({generated:?}, out + \"/library.v1.rs\").unwrap(); }}"
    );
    check(
        "tonic-server",
        block(before, "```toml\n"),
        &shown.join("\n"),
        Some(&build),
    );

    let example = fs::read_to_string(Path::new(ROOT).join("examples/tonic/library.proto")).unwrap();
    assert_eq!(code(block(before, "```proto\n")), code(&example));
}

/// The lines of a `.proto` without comments.
fn code(proto: &str) -> Vec<&str> {
    let lines = proto.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .collect()
}

fn check(name: &str, dependencies: &str, main: &str, build: Option<&str>) {
    let project = tempfile::tempdir().unwrap();
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         {dependencies}\n[workspace]\n\n[patch.crates-io]\ntower-bearer = {{ path = {ROOT:?} }}\n\n{PROFILE}"
    );
    fs::write(project.path().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir(project.path().join("src")).unwrap();
    fs::write(project.path().join("src/main.rs"), main).unwrap();
    if let Some(build) = build {
        fs::write(project.path().join("build.rs"), build).unwrap();
    }
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
    let page = page("src/lib.rs");
    assert_eq!(block(&page, "```toml\n"), block(&readme, "```toml\n"));
    assert_eq!(
        block(&page, "```no_run\n"),
        block(&readme, "```rust,no_run\n")
    );
}

/// The documentation at the top of a file.
fn page(file: &str) -> String {
    let source = fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
    let lines = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
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
