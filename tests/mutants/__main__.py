"""Breaks src/jose and src/verify on purpose, in every way that cargo-mutants knows, and tells
which of it no test notices.

cargo-mutants builds the tests anew for each mutant, which for all of them takes a day. Here it
only says what the mutants are. All are compiled at once: each function becomes a `match` on the
number of the mutant that is to live, with a copy of its body for each. So a mutant costs a run of
the tests, and that ends with the first that fails.

State and results are in target/mutants. What was judged before is not judged again, unless its
file has changed since, or it survived.
"""

import shutil
import sys

import listing
from results import Results
from rounds import Round
from settings import STATE

# Only one back end is compiled at a time, so the other has a round of its own.
OTHER_BACK_END = "src/jose/backend/rust_crypto.rs"
ROUNDS = {
    "aws-lc-rs": [],
    "rust-crypto": ["--no-default-features", "--features=rust-crypto"],
}


def main():
    texts = [argument for argument in sys.argv[1:] if argument != "--fresh"]
    if "--fresh" in sys.argv:
        shutil.rmtree(STATE, ignore_errors=True)
    STATE.mkdir(parents=True, exist_ok=True)
    listing.install()
    mutants, results = listing.listed(), Results(STATE / "results.jsonl")
    wanted = [m for m in mutants if not texts or any(text in m["name"] for text in texts)]
    left = [m for m in wanted if results.of(m) in (None, "missed")]
    for name, features in ROUNDS.items():
        of_round = [m for m in mutants if (m["file"] == OTHER_BACK_END) == (name == "rust-crypto")]
        left_of_round = [m for m in of_round if m in left]
        if left_of_round:
            Round(name, features, results).run(of_round, left_of_round)
    sys.exit(0 if results.report(wanted) else 1)


main()
