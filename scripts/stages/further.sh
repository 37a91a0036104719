# The stages that only `scripts/test all` runs.

stage_benchmarks() {
    need_compiler
    cargo clippy --locked --all-targets --manifest-path benches/peers/Cargo.toml -- -D warnings
}

# The decisions must be those of the tests.
stage_released() {
    need_compiler
    local profile=profile.dev.package.tower-bearer checks
    for checks in true false; do
        cargo test --test vectors --config "$profile.opt-level=3" \
            --config "$profile.overflow-checks=$checks" --config "$profile.debug-assertions=false"
    done
}

stage_pure_rust() {
    need_compiler
    cargo build --examples --no-default-features --features rust-crypto
}

stage_msrv() {
    need_compiler
    need python3 python3
    local rust
    rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
    dependencies_support "$rust"
    if ! has_rust "$rust" && has rustup; then
        RUSTUP_MAX_RETRIES=0 timeout 300 rustup toolchain install "$rust" --profile minimal >/dev/null 2>&1 || true
    fi
    if has_rust "$rust"; then
        cargo "+$rust" check "${CRATES[@]/#/--package=}" --all-features
        echo "Rust $rust: the crates compile."
    else
        # In `Cargo.toml`, clippy's `incompatible_msrv` is a warning, here an error.
        cargo clippy --quiet "${CRATES[@]/#/--package=}" --all-features -- -D clippy::incompatible_msrv
        echo "Rust $rust is not to be had here: clippy finds nothing in the crates that it lacks."
        note "a build with Rust $rust: its toolchain cannot be installed here"
    fi
}

has_rust() {
    cargo "+$1" --version >/dev/null 2>&1
}

# No dependency says that it needs a newer Rust.
dependencies_support() {
    cargo metadata --all-features --format-version 1 | python3 -c '
import json, sys
data, oldest = json.load(sys.stdin), tuple(map(int, sys.argv[1].split(".")))
nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
packages = {package["id"]: package for package in data["packages"]}
found = set()
def visit(id):
    if id not in found:
        found.add(id)
        for dependency in nodes[id]["deps"]:
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
                visit(dependency["pkg"])
for package in packages.values():
    if package["name"] in sys.argv[2:]:
        visit(package["id"])
newer = [packages[id] for id in found if tuple(map(int, (packages[id]["rust_version"] or "1").split(".")))[:2] > oldest]
for package in newer:
    print(package["name"], package["version"], "needs Rust", package["rust_version"])
sys.exit(bool(newer))' "$1" "${CRATES[@]}"
}

stage_packages() {
    need_compiler
    cargo package --allow-dirty "${CRATES[@]/#/--package=}" --all-features
}

stage_dependencies() {
    need_compiler
    scripts/dependencies
    need_cargo cargo-deny "$CARGO_DENY"
    cargo deny check --hide-inclusion-graph licenses bans sources
    # The database of advisories is a git repository, which not every network permits.
    if timeout 60 cargo deny fetch db >/dev/null 2>&1; then
        cargo deny check advisories
    else
        note "advisories: their database cannot be fetched here"
    fi
}

stage_public_types() {
    need_compiler
    # The tool reads rustdoc's JSON, whose format changes with each version.
    if [[ $(rustc --version) != "rustc 1.95."* ]]; then
        note "types of other crates in the public API: the tool needs Rust 1.95"
        return
    fi
    need python3 python3
    scripts/public-items
    need_cargo cargo-check-external-types "$CARGO_CHECK_EXTERNAL_TYPES"
    # Only for rustdoc: with RUSTC_BOOTSTRAP in build scripts, everything would be built again.
    local rustdoc=$CARGO_TARGET_DIR/rustdoc-json crate
    printf '%s\n' '#!/bin/sh' 'RUSTC_BOOTSTRAP=1 exec rustdoc "$@"' >"$rustdoc"
    chmod +x "$rustdoc"
    for crate in . crates/*; do
        RUSTDOC=$rustdoc cargo check-external-types --all-features --manifest-path "$crate/Cargo.toml"
    done
}

stage_compatibility() {
    local release
    if release=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null); then
        need_compiler
        need_cargo cargo-semver-checks "$CARGO_SEMVER_CHECKS"
        cargo semver-checks "${CRATES[@]/#/--package=}" --baseline-rev "$release"
    else
        echo "There is no release to compare with."
    fi
}

stage_peers() {
    need_compiler
    need curl curl
    need node nodejs
    need npm npm
    need chromium chromium
    need_server redis-server redis-server
    need_server postgres postgresql
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
    (
        cd tests/peers
        [[ -x .venv/bin/python ]] || python3 -m venv .venv
        .venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements.txt
        npm ci --silent
    )
    # `platform-roots` is for a test of TLS: only the platform's roots can be changed from outside.
    cargo build --examples --features platform-roots
    cargo test --test peers --features platform-roots -- --ignored
    ! has valkey-server ||
        REDIS_SERVER=valkey-server cargo test --test peers --features platform-roots redis:: -- --ignored
}

# A package with stand-ins for dependencies of the crate.
stage_models() {
    need_compiler
    cargo test --locked --manifest-path tests/models/Cargo.toml
}

stage_differential() {
    need_compiler
    scripts/differential 10000
}

stage_instructions() {
    need_compiler
    if [[ $(uname -sm) == "Linux x86_64" ]]; then
        need valgrind valgrind
        cargo run --release --package instructions
    else
        note "instructions: the record is for Linux on x86-64"
    fi
}

stage_revocations() {
    need_compiler
    cargo run --release --package revocations
}

# Only a nightly compiler instruments.
stage_fuzz() {
    need_compiler
    if has_nightly; then
        need c++ g++
        need_cargo cargo-fuzz "$CARGO_FUZZ"
        cargo clippy --locked --all-targets --manifest-path fuzz/Cargo.toml -- -D warnings
        scripts/fuzz 10
    else
        note "fuzz targets: there is no nightly toolchain"
    fi
}

# Each fault once. scripts/soak runs an hour.
stage_soak() {
    need_compiler
    need_server redis-server redis-server
    local figures
    figures=$(mktemp)
    cargo run --release --package soak -- run 0.5 "$figures"
    rm "$figures"
}
