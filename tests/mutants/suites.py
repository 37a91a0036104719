"""Programs of tests, and how a mutant fares in them."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time

from settings import ENVIRONMENT

SUITES = ["it", "tower_bearer", "vectors"]

# Tests that take longer are run last.
SLOW_SECS = 0.5

# A mutant computes forever that takes so much longer than the tests do without it,
CPU_TIMES = 5
CPU_SECS = 10
# waits forever if in so long it computes hardly anything, though others may want the processors,
IDLE_SECS = 60
IDLE_CPU_SECS = 0.2
# and what it allocates must end somewhere.
MEMORY = 16 << 30


class Suite:
    """One program of tests."""

    def __init__(self, tree, name):
        self.program = tree.path.with_name(f"{tree.path.name}-{name}")
        self.folder = tree.path
        # How long each test takes, and all together.
        self.secs = {}
        self.all_secs = 0.0

    def measure(self):
        """Without a mutant, all must pass."""
        known = self.program.with_name(f"{self.program.name}.json")
        if not known.exists() or known.stat().st_mtime < self.program.stat().st_mtime:
            # The vectors do not know this option.
            timed = ["-Zunstable-options", "--report-time"] if "vectors" not in known.name else []
            begin = time.monotonic()
            code, out = self.harness(timed, 0)
            if code:
                sys.exit(out)
            secs = re.findall(r"^test (\S+).* ok <([0-9.]+)s>$", out, re.MULTILINE)
            secs = {test: float(secs) for test, secs in secs}
            known.write_text(json.dumps([secs, time.monotonic() - begin]))
        self.secs, self.all_secs = json.loads(known.read_text())

    def tests(self):
        """The quick ones and the slow ones."""
        slow = {test for test, secs in self.secs.items() if secs > SLOW_SECS}
        return self.secs.keys() - slow, slow

    def run(self, tests, mutant):
        """How the mutant is caught by some tests, or by all, and by which; or nothing."""
        if tests is None:
            return self.outcome([], mutant, self.all_secs)
        if not tests:
            return None
        arguments = ["--exact", *tests, "-Zunstable-options", "--fail-fast"]
        return self.outcome(arguments, mutant, sum(self.secs[test] for test in tests))

    def outcome(self, arguments, mutant, secs):
        code, out = self.harness(arguments, mutant, CPU_SECS + CPU_TIMES * secs)
        if code == 0:
            return None
        if code is None:
            return "timeout", "it waits forever"
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return "timeout", "it computes forever"
        failed = re.findall(r"^test (\S+).* FAILED$", out, re.MULTILINE)
        return "caught", ", ".join(failed) or f"ended with {code}"

    def harness(self, arguments, mutant, secs=None):
        """How it ends, or none if it would not, and what it says."""

        def limit():
            if secs:
                resource.setrlimit(resource.RLIMIT_CPU, (int(secs), int(secs)))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

        process = subprocess.Popen(
            [self.program, *arguments],
            cwd=self.folder,
            # Not all options of the harness are stable yet.
            env={**ENVIRONMENT, "RUSTC_BOOTSTRAP": "1", "MUTANT": str(mutant)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=limit,
            text=True,
        )
        computed = 0
        while True:
            try:
                out, _ = process.communicate(timeout=IDLE_SECS)
                return process.returncode, out
            except subprocess.TimeoutExpired:
                before, computed = computed, computed_by(process.pid)
                if computed - before < IDLE_CPU_SECS:
                    process.kill()
                    process.communicate()
                    return None, ""


def computed_by(pid):
    """For how many seconds a process has computed."""
    with open(f"/proc/{pid}/stat") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
