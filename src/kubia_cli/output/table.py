"""Tables as text: the same columns in a pipe and on a terminal, 3 spaces apart, never cut and never wrapped.

A terminal gets colour, and loses columns that say nothing before it loses a line's shape. What a stream can show is
decided once, when the writer is made.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

from kubia_cli.output.console import Console
from kubia_cli.output.text import safe_line

GAP = "   "

#: A terminal narrower than this, in character cells, also loses wide columns that say something.
NARROW = 80

_SAYS_NOTHING = ("", "<none>")
_GOOD = ("Running", "Ready", "Bound", "Active", "Completed", "Complete", "Succeeded", "Up")
_WAITING = ("Pending", "ContainerCreating", "PodInitializing", "Terminating", "Init:", "Created", "SchedulingDisabled")
_BAD = ("Error", "BackOff", "Failed", "NotReady", "Unknown", "OOMKilled", "Evicted", "ErrImage", "Invalid", "Exited")


class TableWriter:
    """Writes rows under one header; later rows keep the columns of earlier ones, as a watch needs.

    ``wide`` names the columns that a narrow terminal may lose. Cells are text from outside: they are made safe here.
    """

    def __init__(
        self, console: Console, columns: Sequence[str], *, wide: Collection[str] = (), headers: bool = True
    ) -> None:
        self._console = console
        self._columns = [safe_line(column) for column in columns]
        self._wide = wide
        self._header_due = headers
        self._widths = [cell_width(column) if headers else 0 for column in self._columns]
        self._shown: list[int] | None = None

    def write(self, rows: Sequence[Sequence[object]]) -> None:
        """Write rows, the header in front of the first."""
        cells = [["" if cell is None else safe_line(cell) for cell in row] for row in rows]
        for row in cells:
            self._widths = [max(width, cell_width(cell)) for width, cell in zip(self._widths, row, strict=True)]
        if self._shown is None:
            self._shown = self._columns_that_fit(cells)
        if self._header_due:
            self._line(self._columns, header=True)
            self._header_due = False
        for row in cells:
            self._line(row)

    def _columns_that_fit(self, rows: Sequence[Sequence[str]]) -> list[int]:
        shown = list(range(len(self._columns)))
        if not self._console.rich_on(self._console.out):
            return shown
        room = self._console.width(self._console.out)
        optional = [index for index in reversed(shown) if self._columns[index] in self._wide]
        silent = [index for index in optional if all(row[index] in _SAYS_NOTHING for row in rows)]
        for index in silent + [index for index in optional if index not in silent and room < NARROW]:
            if self._needed(shown) <= room:
                break
            shown.remove(index)
        return shown

    def _needed(self, shown: Sequence[int]) -> int:
        return sum(self._widths[index] for index in shown) + len(GAP) * (len(shown) - 1)

    def _line(self, row: Sequence[str], *, header: bool = False) -> None:
        shown = self._shown or []
        padded = [row[index] + " " * (self._widths[index] - cell_width(row[index])) for index in shown]
        if shown:
            padded[-1] = row[shown[-1]]
        if self._console.colour_on(self._console.out):
            self._console.result(_coloured(padded, header=header))
        else:
            self._console.result(GAP.join(padded).rstrip())


def print_table(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    wide: Collection[str] = (),
    headers: bool = True,
) -> None:
    """Write a whole table to stdout."""
    TableWriter(console, columns, wide=wide, headers=headers).write(rows)


def cell_width(text: str) -> int:
    """Return how many character cells a terminal gives ``text``."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _coloured(cells: Sequence[str], *, header: bool) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    def paint(cell: str) -> str:
        style = "bold" if header else status_style(cell.strip())
        return Style.parse(style).render(cell, color_system=ColorSystem.STANDARD) if style else cell

    return GAP.join(paint(cell) for cell in cells)


def status_style(cell: str) -> str:
    """Return the colour of a cell whose first word tells a state, "" for any other."""
    first = cell.partition(" ")[0]
    if any(sign in first for sign in _BAD):
        return "red"
    if any(sign in first for sign in _WAITING):
        return "yellow"
    return "green" if first in _GOOD else ""
