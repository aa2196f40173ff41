"""Waiting for the cluster: a deadline, and a bell that rings when something moves.

A watch is only a doorbell. What it says is not looked at; every decision is made from a fresh read, so lost, doubled
or reordered events change nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from kubia_cli.engines import Cluster
from kubia_cli.errors import KubiaError
from kubia_cli.model.resource import Kind

Clock = Callable[[], float]

#: Seconds between reads when nothing rings: rules count time, and a watch may be forbidden.
LONGEST_SILENCE = 1.0
#: Seconds in which rings become one read.
_GATHER = 0.05
#: Seconds that one watch lasts before it is begun anew.
_WATCH = 60.0


class Deadline:
    """A span of time that began when this was made; ``clock`` gives seconds that never jump."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._start = clock()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._start

    @property
    def left(self) -> float:
        """Seconds until it passes, 0 afterwards."""
        return max(0.0, self.seconds - self.elapsed)

    @property
    def passed(self) -> bool:
        """Whether the time is over."""
        return not self.left


@dataclass(frozen=True)
class Watched:
    """What the bell listens to: the objects of a kind that a query finds."""

    kind: Kind
    namespace: str
    labels: str = ""
    fields: str = ""


class Doorbell:
    """Rings when one of ``watched`` moves. A watch that fails stays silent: the waiter looks once a second anyway."""

    def __init__(self, cluster: Cluster, watched: Sequence[Watched]) -> None:
        self._cluster = cluster
        self._watched = watched
        self._rung = threading.Event()
        self._closed = threading.Event()

    def __enter__(self) -> Doorbell:
        for each in self._watched:
            # Daemons: a watch that is blocked in a read must not keep the process from ending.
            threading.Thread(target=self._listen, args=(each,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()

    def wait(self, deadline: Deadline) -> None:
        """Return soon after a ring, else after a second or at the deadline."""
        if self._rung.wait(min(LONGEST_SILENCE, deadline.left)):
            time.sleep(_GATHER)
        self._rung.clear()

    def _listen(self, what: Watched) -> None:
        while not self._closed.is_set():
            begun = time.monotonic()
            try:
                for _ in self._cluster.watch(
                    what.kind, what.namespace, labels=what.labels, fields=what.fields, timeout=_WATCH
                ):
                    if self._closed.is_set():
                        return
                    self._rung.set()
            except KubiaError:
                return
            if time.monotonic() - begun < LONGEST_SILENCE:
                self._closed.wait(LONGEST_SILENCE)
