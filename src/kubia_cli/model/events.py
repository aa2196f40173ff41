"""What happens while a verb works: engines and waits yield these, progress draws them, tests read them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ContextSent:
    """Bytes of the build context sent so far; ``total`` is the walk's sum of file sizes, in bytes."""

    sent: int
    total: int


@dataclass(frozen=True)
class BuildStep:
    """A step of a Dockerfile began: ``Step 2/3 : ADD app.js /app.js``; again, as ``cached``, if its layer is reused."""

    number: int
    total: int
    instruction: str
    cached: bool = False


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


Event = ContextSent | BuildStep | OutputLine | LayerProgress | Stage
