# Tools that a stage needs, installed if they are missing.

readonly CARGO_DENY=0.20.2
readonly CARGO_CHECK_EXTERNAL_TYPES=0.5.0
readonly CARGO_SEMVER_CHECKS=0.51.0
readonly CARGO_FUZZ=0.13.2

# need PROGRAM PACKAGE…: the Debian packages that have the program.
need() {
    has "$1" || install_packages "${@:2}"
}

need_compiler() {
    has cargo || die "Rust is missing: install 1.88 or later, from https://rustup.rs"
    need cc gcc libc6-dev
}

# need_cargo NAME VERSION. Without optimization: compiling takes longer than running.
need_cargo() {
    has "$1" || cargo install --locked --debug "$1" --version "$2"
}

# The package also starts the server, if there is systemd. The tests start their own.
need_server() {
    if ! has "$1" && [[ -z $(compgen -G "/usr/lib/postgresql/*/bin/$1") ]]; then
        install_packages "$2"
        ! has systemctl || as_root systemctl disable --quiet --now "$2" || true
    fi
}

install_packages() {
    has apt-get || die "please install, by their names on this system: $*"
    if [[ -z ${apt_is_updated-} ]]; then
        as_root apt-get update -qq
        apt_is_updated=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@"
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        has sudo || die "please run as root, or install sudo: $*"
        sudo "$@"
    fi
}

has() {
    command -v "$1" >/dev/null
}

has_nightly() {
    cargo +nightly --version >/dev/null 2>&1
}
