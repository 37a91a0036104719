"""Building the mutants, and judging them."""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from listing import can_be_woven, is_critical
from settings import ENVIRONMENT, STATE
from suites import SUITES, Suite
from weaving import Tree

# Twice as many as processors, since some mutants only wait.
WORKERS = 2 * os.cpu_count()


class Round:
    """All mutants that are compiled with one set of features."""

    def __init__(self, name, features, results):
        self.name = name
        self.features = features
        self.results = results
        self.begin = time.monotonic()

    def run(self, mutants, left):
        self.say(f"{len(left)} mutants to be judged")
        woven, suites = self.weave([m for m in mutants if can_be_woven(m)])
        self.say("built")
        for suite in suites.values():
            suite.measure()
        self.say("passed without a mutant")
        self.judge([m for m in woven if m in left], suites)
        # In the same place: of another copy, Cargo would not notice that it has changed.
        alone = Tree(STATE / self.name)
        for mutant in (m for m in left if not can_be_woven(m)):
            alone.write_alone(mutant)
            errors, suites_alone = self.build(alone)
            if errors:
                self.results.record(mutant, "unviable")
            else:
                for name, suite in suites_alone.items():
                    suite.secs, suite.all_secs = suites[name].secs, suites[name].all_secs
                self.judge([mutant], suites_alone)

    def weave(self, mutants):
        """Puts all mutants that compile into one tree."""
        tree = Tree(STATE / self.name)
        while True:
            woven = [mutant for mutant in mutants if self.results.of(mutant) != "unviable"]
            tree.write(woven)
            errors, suites = self.build(tree)
            if not errors:
                return woven, suites
            unviable = set().union(*(tree.mutants_at(error["spans"]) for error in errors))
            if not unviable:
                sys.exit("\n".join(error["rendered"] for error in errors))
            for mutant in woven:
                if mutant["number"] in unviable:
                    self.results.record(mutant, "unviable")

    def build(self, tree):
        """What the compiler has against it, and the tests."""
        suites = {name: Suite(tree, name) for name in SUITES}
        if not tree.is_changed and all(suite.program.exists() for suite in suites.values()):
            return [], suites
        for suite in suites.values():
            suite.program.unlink(missing_ok=True)
        done = subprocess.run(
            ["cargo", "test", "--no-run", "--quiet", "--message-format=json", *self.features]
            + ["--lib", "--test=it", "--test=vectors"],
            cwd=tree.path,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
        )
        messages = [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]
        errors = [m["message"] for m in messages if m["reason"] == "compiler-message"]
        errors = [m for m in errors if m["level"] == "error" and m["spans"]]
        if done.returncode and not errors:
            sys.exit(done.stderr)
        for message in messages:
            if message["reason"] == "compiler-artifact" and message["executable"]:
                program = suites[message["target"]["name"]].program
                shutil.copy2(message["executable"], program)
        return errors, suites

    def judge(self, mutants, suites):
        def judge_one(mutant):
            for suite, tests in in_order(mutant, suites):
                if outcome := suite.run(tests, mutant["number"]):
                    return self.results.record(mutant, *outcome)
            self.results.record(mutant, "missed")

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(judge_one, sorted(mutants, key=is_critical, reverse=True)))

    def say(self, text):
        minutes = (time.monotonic() - self.begin) / 60
        print(f"== {self.name}, {minutes:.0f} min: {text}", flush=True)


def in_order(mutant, suites):
    """All tests, those first that are quick and likely to fail, since most mutants end there."""
    it, inside, vectors = (suites[name] for name in SUITES)
    quick, slow = it.tests()
    near_quick, near_slow = near(mutant, quick), near(mutant, slow)
    far = quick - near_quick
    likely = {test for test in far if test.startswith(("jose::", "keys::", "verify::"))}
    yield it, near_quick
    yield inside, inside.secs.keys()
    yield it, likely
    yield it, far - likely
    yield it, near_slow
    yield vectors, None
    yield it, slow - near_slow


def near(mutant, tests):
    """The tests of the mutant's own module, or of the next that has any."""
    module = mutant["file"].removeprefix("src/").removesuffix(".rs").removesuffix("/mod")
    module = module.replace("/", "::")
    while module:
        found = {test for test in tests if test == module or test.startswith(f"{module}::")}
        if found:
            return found
        module = module.rpartition("::")[0]
    return set()
