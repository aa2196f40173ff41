"""The layout of a page: labels, values beside them, tables; columns aligned as kubectl's describe aligns them.

A column is as wide as its widest cell in lines that follow each other, and two spaces part columns: what Go's
``text/tabwriter`` does. All cells are text from outside until they have passed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubia_cli.model.age import parse_time
from kubia_cli.output.table import cell_width
from kubia_cli.output.text import safe_line

NONE = "<none>"

_INDENT = "  "
_GAP = 2
#: Longest annotation that stands on one line, and longest line of a longer one, in characters (kubectl's).
_LONGEST_ANNOTATION = 140
#: Holds the whole object again, with what a Secret holds.
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Page:
    """Collects the lines of a page. ``level`` is how deep a line stands: two spaces a level."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = []

    def row(self, level: int, *cells: object) -> None:
        """Add a line of cells; the last one has no column."""
        self._rows.append([_INDENT * level + safe_line(cells[0]), *(safe_line(cell) for cell in cells[1:])])

    def field(self, level: int, label: str, value: object) -> None:
        """Add ``Label:  value``; true and false are written as words, nothing as an empty value."""
        self.row(level, f"{label}:", "" if value is None else f"{value}".lower() if isinstance(value, bool) else value)

    def known(self, level: int, label: str, value: object) -> None:
        """As ``field``, when there is a value."""
        if value not in (None, ""):
            self.field(level, label, value)

    def values(self, level: int, label: str, values: Sequence[object]) -> None:
        """Add a label with one value a line; ``<none>`` for none."""
        first, *rest = values or [NONE]
        self.field(level, label, first)
        for value in rest:
            self.row(level, "", value)

    def labels(self, level: int, label: str, labels: Mapping[str, Any] | None) -> None:
        """Add ``key=value`` lines in order of the keys."""
        self.values(level, label, [f"{key}={value}" for key, value in sorted((labels or {}).items())])

    def annotations(self, level: int, label: str, annotations: Mapping[str, Any] | None) -> None:
        """Add ``key: value`` lines in order of the keys; long ones below their key, each line cut."""
        shown: list[str] = []
        for key, value in sorted((annotations or {}).items()):
            text = str(value).removesuffix("\n")
            if key == _LAST_APPLIED:
                continue
            if "\n" in text or len(key) + len(text) + 2 > _LONGEST_ANNOTATION:
                shown += [f"{key}:", *(f"{_INDENT}{_cut(line)}" for line in text.split("\n"))]
            else:
                shown.append(f"{key}: {text}")
        self.values(level, label, shown)

    def table(self, level: int, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add rows below their columns' names and a rule."""
        self.row(level, *columns)
        self.row(level, *("-" * len(column) for column in columns))
        for row in rows:
            self.row(level, *row)

    def lines(self) -> list[str]:
        """Return the page, its columns aligned."""
        widths: list[list[int]] = [[0] * (len(row) - 1) for row in self._rows]
        for start, row in enumerate(self._rows):
            for column in range(len(row) - 1):
                if widths[start][column]:
                    continue
                end = start
                while end < len(self._rows) and len(self._rows[end]) - 1 > column:
                    end += 1
                width = max(cell_width(line[column]) for line in self._rows[start:end]) + _GAP
                for line in range(start, end):
                    widths[line][column] = width
        return [_aligned(row, width) for row, width in zip(self._rows, widths, strict=True)]


def when(timestamp: str | None) -> str:
    """A time as kubectl writes it, in this machine's zone: ``Tue, 24 Nov 2026 12:00:00 +0000``."""
    moment = parse_time(timestamp)
    return moment.astimezone().strftime("%a, %d %b %Y %H:%M:%S %z") if moment else "<unset>"


def part(raw: Mapping[str, Any] | None, *path: str) -> Any:
    """What stands at ``path`` in an object, None where a step of it is absent or null."""
    found: Any = raw
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def controller(raw: Mapping[str, Any]) -> str:
    """``ReplicaSet/kubia-5d8b``: what controls an object, "" when nothing does."""
    for owner in part(raw, "metadata", "ownerReferences") or ():
        if owner.get("controller"):
            return f"{owner.get('kind', '')}/{owner.get('name', '')}"
    return ""


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - cell_width(cell)) for cell, width in zip(row, widths, strict=False)]
    return "".join([*padded, row[-1]]).rstrip()


def _cut(line: str) -> str:
    room = _LONGEST_ANNOTATION - len(_INDENT)
    return line if len(line) <= room else f"{line[:room]}..."
