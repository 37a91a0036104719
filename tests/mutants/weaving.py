"""All mutants in one copy of the repository."""

import re
import shutil
import subprocess
from collections import defaultdict

from settings import ROOT

SWITCH = """
/// The number of the mutant that lives in this process.
pub(crate) fn mutant() -> usize {
    static NUMBER: std::sync::LazyLock<usize> = std::sync::LazyLock::new(|| {
        std::env::var("MUTANT").map_or(0, |number| number.parse().unwrap_or(0))
    });
    *NUMBER
}
"""


class Tree:
    """A copy of the repository with mutants in it."""

    def __init__(self, path):
        self.path = path
        self.is_changed = False
        self.arms = {}
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.check_output(command, cwd=ROOT, text=True).split("\0")
        is_read = re.compile(r"Cargo|README|benches/|examples/|src/|tests/").match
        self.files = [name for name in names if is_read(name) and (ROOT / name).is_file()]
        for path in self.path.rglob("*"):
            # Of an earlier state of the repository.
            if path.is_file() and str(path.relative_to(self.path)) not in self.files:
                path.unlink()
                self.is_changed = True

    def write(self, mutants):
        """All mutants, each to be chosen by its number."""
        by_function = defaultdict(list)
        for mutant in mutants:
            by_function[outermost(mutant, mutants)].append(mutant)
        edits = defaultdict(list)
        for (file, start, end), of_function in by_function.items():
            edits[file].append((start, end, of_function))
        self.arms = {}
        for name in self.files:
            source = (ROOT / name).read_bytes()
            if name in edits:
                source = self.woven(name, source.decode(), edits[name]).encode()
            if name == "src/lib.rs":
                source += SWITCH.encode()
            self.put(name, source)

    def write_alone(self, mutant):
        """One mutant, which lives in any case."""
        self.arms = {}
        for name in self.files:
            source = (ROOT / name).read_bytes()
            if name == mutant["file"]:
                lines = Lines(source.decode())
                source = lines.with_mutant(0, len(lines.text), mutant).encode()
            self.put(name, source)

    def put(self, name, content):
        """Only what has changed, so that Cargo compiles no more than it must."""
        path = self.path / name
        if path.exists() and path.read_bytes() == content:
            return
        self.is_changed = True
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        shutil.copymode(ROOT / name, path)

    def woven(self, name, text, functions):
        lines = Lines(text)
        out, done, arms = "", 0, []
        for start, end, mutants in sorted(functions, key=lambda function: function[0]):
            start, end = lines.offset(start), lines.offset(end)
            # Comments come before it, with braces of their own.
            head = re.search(r"^ *(pub(\([^)]*\))? )?(const |async )*fn ", text[start:], re.MULTILINE)
            brace = text.index("{", start + head.end())
            signature = re.sub(r"\bconst fn\b", "fn", text[start:brace])
            # Copies of one body have types of their own.
            named = re.search(r"-> impl Iterator<.*('\w+)", signature)
            life = " + '_" if "&self" in signature else f" + {named[1]}" if named else ""
            opaque = re.compile(r"-> impl (Iterator<.*>)")
            before, after = ("Box::new(", ")") if opaque.search(signature) else ("", "")
            signature = opaque.sub(rf"-> Box<dyn \1{life}>", signature)
            out += text[done:start] + signature + "{ match crate::mutant() {\n"
            for mutant in mutants:
                first = out.count("\n") + 1
                body = lines.with_mutant(brace, end, mutant)
                out += f"{mutant['number']} => {before}{body}{after},\n"
                arms.append((first, out.count("\n"), mutant["number"]))
            out += f"_ => {before}{text[brace:end]}{after},\n}} }}"
            done = end
        self.arms[name] = arms
        return out + text[done:]

    def mutants_at(self, spans):
        """The mutants at the place of an error."""
        found = set()
        for span in (span for span in spans if span["is_primary"]):
            while span["expansion"] and span["file_name"] not in self.arms:
                span = span["expansion"]["span"]
            for first, last, number in self.arms.get(span["file_name"], []):
                if first <= span["line_start"] <= last:
                    found.add(number)
        return found


class Lines:
    """A text, with places by line and column, as cargo-mutants gives them."""

    def __init__(self, text):
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def offset(self, place):
        line, column = place
        return self.starts[line - 1] + column - 1

    def with_mutant(self, start, end, mutant):
        first, last = (self.offset(place) for place in places(mutant["span"]))
        return self.text[start:first] + mutant["replacement"] + self.text[last:end]


def places(span):
    return tuple((span[edge]["line"], span[edge]["column"]) for edge in ("start", "end"))


def outermost(mutant, mutants):
    """The function around a mutant that is in no other."""
    spans = {places(m["function"]["span"]) for m in mutants if m["file"] == mutant["file"]}
    start, end = places(mutant["function"]["span"])
    around = [(first, last) for first, last in spans if first <= start and end <= last]
    return (mutant["file"], *min(around))
