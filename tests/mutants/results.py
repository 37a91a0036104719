"""What became of each mutant."""

import json
import threading
from collections import Counter

from listing import is_critical

# Of those that compile, in percent.
ENOUGH = 95.0


class Results:
    """On record as soon as they are known, for the text of the file that they are of."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.outcomes = {}
        if path.exists():
            for line in path.read_text().splitlines():
                result = json.loads(line)
                self.outcomes[result["name"], result["digest"]] = result["outcome"]

    def of(self, mutant):
        return self.outcomes.get((mutant["name"], mutant["digest"]))

    def record(self, mutant, outcome, by=""):
        name, digest = mutant["name"], mutant["digest"]
        line = json.dumps({"name": name, "digest": digest, "outcome": outcome, "by": by})
        with self.lock, self.path.open("a") as file:
            file.write(line + "\n")
            self.outcomes[name, digest] = outcome
            print(f"   {outcome}: {name}", flush=True)

    def report(self, mutants):
        """Says what became of these mutants, and returns whether that is as it should be."""
        outcomes = Counter(self.of(mutant) for mutant in mutants)
        caught = outcomes["caught"] + outcomes["timeout"]
        share = 100 * caught / max(caught + outcomes["missed"], 1)
        missed = [mutant for mutant in mutants if self.of(mutant) == "missed"]
        print(f"{len(mutants)} mutants: {dict(outcomes)}; {share:.1f} % of the viable are caught")
        for mutant in missed:
            print(("  critical: " if is_critical(mutant) else "  missed: ") + mutant["name"])
        return share >= ENOUGH and not any(is_critical(mutant) for mutant in missed)
