"""What the mutants are."""

import hashlib
import json
import subprocess

from settings import ROOT

CARGO_MUTANTS = "27.1.0"

# None may survive in a comparison or the guard of an arm, nor in these.
COMPARISONS = {"==", "!=", "<", ">", "<=", ">=", "&&", "||"}
CRITICAL = {
    "src/jose/algorithm.rs",
    "src/jose/backend/aws_lc.rs",
    "src/jose/backend/rust_crypto.rs",
    "src/jose/jwk_set.rs",
    "src/jose/numeric_date.rs",
    "src/jose/verifying_key/mod.rs",
    "src/verify/issuers.rs",
    "src/verify/judge.rs",
    "src/verify/recall.rs",
    "src/verify/revocation/check.rs",
    "src/verify/revocation/entries.rs",
    "src/verify/revocation/staleness.rs",
    "src/verify/times.rs",
    "src/verify/validation.rs",
}

# These stay constant functions, which cannot ask for a number. All others become plain ones.
CALLED_BY_CONSTANTS = {"NumericDate::from_secs", "little_endian", "oid"}


def install():
    version = subprocess.run(["cargo", "mutants", "--version"], capture_output=True)
    if version.returncode:
        command = ["cargo", "install", "--locked", "--debug", "cargo-mutants"]
        subprocess.run([*command, "--version", CARGO_MUTANTS], check=True)


def listed():
    """All mutants but those that .cargo/mutants.toml excludes with a reason."""
    command = ["cargo", "mutants", "--list", "--json"]
    mutants = json.loads(subprocess.check_output(command, cwd=ROOT))
    digests = {}
    for number, mutant in enumerate(mutants, start=1):
        file = mutant["file"]
        if file not in digests:
            digests[file] = hashlib.sha256((ROOT / file).read_bytes()).hexdigest()[:16]
        mutant["number"] = number
        mutant["digest"] = digests[file]
    return mutants


def is_critical(mutant):
    is_comparison = mutant["replacement"] in COMPARISONS or mutant["genre"] == "MatchArmGuard"
    return is_comparison or mutant["file"] in CRITICAL


def can_be_woven(mutant):
    function = mutant["function"]
    return function is not None and function["function_name"] not in CALLED_BY_CONSTANTS
