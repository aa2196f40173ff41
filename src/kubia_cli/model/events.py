"""What happens while a verb works: engines and waits yield these, progress draws them, tests read them."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """A choice that was made for the user, in a line."""

    text: str


@dataclass(frozen=True)
class ContextFound:
    """What is worth knowing of a build context before it is sent; ``size`` is in bytes.

    ``largest`` are the paths that make a large one so, with their bytes, ``secrets`` those that look like secrets;
    ``lines`` would keep them out, in the ``ignore_file``.
    """

    size: int
    files: int
    largest: tuple[tuple[str, int], ...] = ()
    secrets: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    ignore_file: str = ".dockerignore"


@dataclass(frozen=True)
class ContextSent:
    """Bytes of the build context sent so far; ``total`` is the walk's sum of file sizes, in bytes."""

    sent: int
    total: int


@dataclass(frozen=True)
class BuildStep:
    """A step of a Dockerfile began: ``Step 2/3 : ADD app.js /app.js``; again, as ``cached``, if its layer is reused.

    BuildKit counts the steps of each ``stage`` by itself.
    """

    number: int
    total: int
    instruction: str
    cached: bool = False
    stage: str = ""


_COLOUR = re.compile("\x1b\\[[0-9;]*m")


def as_printed(line: str) -> str:
    """What is left to read of a program's line: no colours, and only what follows its last carriage return.

    The engine itself paints red what a build step writes to stderr.
    """
    return _COLOUR.sub("", line).rstrip("\r").rpartition("\r")[2]


@dataclass(frozen=True)
class OutputLine:
    """A line that a build step printed."""

    text: str


@dataclass(frozen=True)
class LayerProgress:
    """One layer of a push or pull. ``current`` and ``total`` are bytes, 0 when unknown."""

    layer: str
    status: str
    current: int = 0
    total: int = 0


@dataclass(frozen=True)
class Stage:
    """A rollout reached a stage (accepted, scheduled, pulled, started, ready) ``seconds`` after its start."""

    name: str
    subject: str
    detail: str
    seconds: float


Event = Note | ContextFound | ContextSent | BuildStep | OutputLine | LayerProgress | Stage
