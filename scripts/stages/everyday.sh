# The stages of `scripts/test` without arguments.

readonly CRATES=(tower-bearer tower-bearer-issuer tower-bearer-redis)

stage_format() {
    if git grep -nE '^(<<<<<<<|>>>>>>>) '; then
        die "these lines are left from a merge"
    fi
    need_compiler
    cargo fmt --all --check
    # Not members of the workspace.
    local package
    for package in benches/peers tests/models fuzz; do
        cargo fmt --check --manifest-path "$package/Cargo.toml"
    done
}

stage_lints() {
    need_compiler
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    local crate feature
    for crate in "${CRATES[@]}"; do
        cargo clippy --quiet --package "$crate" --no-default-features -- -D warnings
    done
    for feature in $(features tower-bearer); do
        cargo clippy --quiet --no-default-features --features "$feature" --package tower-bearer \
            -- -D warnings
    done
}

features() {
    need python3 python3
    cargo metadata --no-deps --format-version 1 | python3 -c '
import json, sys
[package] = [it for it in json.load(sys.stdin)["packages"] if it["name"] == sys.argv[1]]
print(*(set(package["features"]) - {"default"}))' "$1"
}

stage_tests() {
    need_compiler
    cargo test
    report_corpora
}

# The examples are built by `pure-rust`, and the peers do not depend on the back end.
stage_rust_crypto() {
    need_compiler
    local pure=(--no-default-features --features rust-crypto)
    cargo test "${pure[@]}" --lib --test it --test vectors --test allocations
    cargo test "${pure[@]}" --doc
    report_corpora
}

# The trials themselves say how many cases that is.
report_corpora() {
    [[ -n ${TOWER_BEARER_VECTORS-} || -d ../shared/vectors ]] ||
        note "test vectors of other projects: set TOWER_BEARER_VECTORS to their folder"
}

stage_attacks() {
    need_compiler
    need python3 python3
    scripts/attacks
}

stage_documentation() {
    need_compiler
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features
}
