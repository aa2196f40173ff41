"""Write docs/errors.md of the registry of error codes: ``python -m scripts.errors``.

The registry is docs/errors.tsv, a code a line: the code, its exit codes, when it happens, and the first line of an
example. A test holds it equal to what the sources raise.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
REGISTRY = ROOT / "docs/errors.tsv"
PAGE = ROOT / "docs/errors.md"
COMMAND = ".venv/bin/python -m scripts.errors"

_HEAD = """# Error codes

Generated from `errors.tsv` beside it; renew it with `make docs`.

An error is written to stderr, and its first line is enough alone:
```
error[push.denied]: registry.example.com refused registry.example.com/luksa/kubia:1
  said: "denied: requested access to the resource is denied"
  state: nothing was pushed
  fix: kubia login registry.example.com
```
`said:` is the server's own text, `state:` what exists now, `fix:` a line to paste. With `-o json` the same is an object
on stdout: `{"ok": false, "error": {"code", "exit", "message", "said", "state", "fix"}}`. Codes are stable; sentences
may change. What the exit codes mean stands in the [README](../README.md#when-it-goes-wrong). Three rules go across the
codes: in a foreground `run` or `exec` every failure of ours but wrong usage ends with 125, so that all other exit codes
are the program's; where some of what was asked for is done, the exit code is 15, with the code of the first thing that
failed; `error[bug]`, exit 70, is a bug of kubia's.
"""


@dataclass(frozen=True)
class Code:
    """A line of the registry; ``exits`` holds an exit code for each class that carries the code."""

    name: str
    exits: tuple[int, ...]
    when: str
    example: str

    @property
    def area(self) -> str:
        """What stands before the dot."""
        return self.name.partition(".")[0]


def registry() -> list[Code]:
    """The registered codes, in their order."""
    rows = [line.split("\t") for line in REGISTRY.read_text(encoding="utf-8").splitlines()]
    return [Code(name, tuple(map(int, exits.split(","))), when, example) for name, exits, when, example in rows]


def page() -> str:
    """The text of docs/errors.md."""
    parts = [_HEAD]
    for area, codes in groupby(registry(), key=lambda code: code.area):
        parts.append(f"\n## {area}\n")
        for code in codes:
            exits = " or ".join(map(str, code.exits))
            parts.append(f"\n**`{code.name}`**, exit {exits}: {code.when}.\n")
            parts.append(f"```\nerror[{code.name}]: {code.example}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
