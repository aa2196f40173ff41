"""GitHub Actions reads what a step prints: failures are told in its way, and what programs print gives it no orders.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions; the runner takes a line that begins
with ``::``, and the older ``##[`` anywhere in one (actions/runner ``ActionCommand.cs``), on stdout and stderr alike.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_ORDER = re.compile(r"(?m)^([^\S\n]*):(?=:)|##(?=\[)")
#: An order, or what may become one with the next piece.
_ORDER_BYTES = re.compile(rb"::|##\[|[:#]\Z")


def runs(env: Mapping[str, str]) -> bool:
    """Whether the output is read by GitHub Actions."""
    return env.get("GITHUB_ACTIONS") == "true"


def defused(text: str) -> str:
    """Return talk in which no line is an order to the runner."""
    return _ORDER.sub(lambda match: "#\\x23" if match[1] is None else f"{match[1]}\\x3a", text)


def error_line(code: str, message: str) -> str:
    """Return the order that shows a failure beside the run."""
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::error title=kubia {code}::{escaped}"


def summarize(env: Mapping[str, str], text: str) -> None:
    """Add an error to the job's summary; where that file cannot be written, the error stands in the log only."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    if file := env.get("GITHUB_STEP_SUMMARY"):
        with suppress(OSError), Path(file).open("a", encoding="utf-8") as summary:
            summary.write(f"{fence}text\n{text}\n{fence}\n\n")


class Guard:
    """Keeps one stream's program output from giving orders: from the first piece that could on, until ``resume``.

    Output that has nothing of an order passes byte for byte, so that a script can capture it.
    """

    def __init__(self) -> None:
        self._word = ""
        self._within_line = False

    def before(self, piece: bytes) -> bytes:
        """What is to be written before ``piece``: nothing, or the order to take no more orders."""
        order = b""
        if not self._word and _ORDER_BYTES.search(piece):
            self._word = f"kubia-{os.urandom(16).hex()}"
            order = self._line(f"::stop-commands::{self._word}")
        if piece:
            self._within_line = not piece.endswith(b"\n")
        return order

    def resume(self) -> bytes:
        """What is to be written after the last piece."""
        word, self._word = self._word, ""
        return self._line(f"::{word}::") if word else b""

    def _line(self, text: str) -> bytes:
        newline = b"\n" if self._within_line else b""
        self._within_line = False
        return newline + text.encode() + b"\n"
