"""The verbs and their flags, as ``tree.tsv`` has them: what a verb takes, known without importing it.

``python -m scripts.completion`` writes that file from the verbs' signatures, and a test compares it.
"""

from __future__ import annotations

import os

FILE = os.path.join(os.path.dirname(__file__), "tree.tsv")


class Flag:
    """A flag's spellings, the long one first; ``takes`` is switch, value, values (repeatable) or optional (``=`` only).

    ``values`` names what completes its value (see ``values``), "" nothing.
    """

    __slots__ = ("help", "names", "takes", "values")

    def __init__(self, names: list[str], takes: str, values: str, text: str) -> None:
        self.names = names
        self.takes = takes
        self.values = values
        self.help = text

    @property
    def name(self) -> str:
        """The long spelling."""
        return self.names[0]


class Form:
    """One way to write a verb: docker's grammar or kubectl's, or a verb's first word. ``when`` is the option or word
    that decides for it, "" for the usual one; ``verbatim``: what follows the first argument is a program's.
    """

    __slots__ = ("arguments", "exclusive", "flags", "verbatim", "when")

    def __init__(self, when: str, *, verbatim: bool) -> None:
        self.when = when
        self.verbatim = verbatim
        self.flags: list[Flag] = []
        self.arguments: list[str] = []
        self.exclusive: list[list[str]] = []

    def named(self) -> dict[str, Flag]:
        """The flags by each of their spellings."""
        return {name: flag for flag in self.flags for name in flag.names}


class Tree:
    """The file, of which only the sections that are asked for are read."""

    def __init__(self, file: str = FILE) -> None:
        with open(file, encoding="utf-8") as opened:
            first, *self._verbs = opened.read().split("\n\n")
        self.globals = _forms(first)[0]

    def verbs(self) -> list[tuple[str, str]]:
        """Each verb's name and summary, in the order of the help."""
        found = []
        for section in self._verbs:
            _, name, summary, *_ = section[: section.index("\n")].split("\t")
            found.append((name, summary))
        return found

    def forms(self, verb: str) -> list[Form]:
        """The ways to write a verb; none when there is no such verb."""
        for section in self._verbs:
            _, name, _, *aliases = section[: section.index("\n")].split("\t")
            if verb == name or verb in aliases:
                return _forms(section)
        return []


def _forms(section: str) -> list[Form]:
    forms: list[Form] = []
    for line in section.split("\n"):
        what, *cells = line.split("\t")
        if what == "form":
            forms.append(Form(cells[0], verbatim=cells[1] == "verbatim"))
        elif what == "flag":
            forms[-1].flags.append(Flag(cells[0].split(","), cells[1], cells[2], cells[3]))
        elif what == "arguments":
            forms[-1].arguments = cells
        elif what == "exclusive":
            forms[-1].exclusive.append(cells)
    return forms
