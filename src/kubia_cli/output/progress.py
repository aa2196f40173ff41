"""What an engine does, while it does it, on stderr: live on a terminal, one line on a change elsewhere.

The words are docker's (``Step 2/3 : ADD app.js /app.js``, ``1f3a…: Pushed``). All text is from outside: it is shown
literally.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any, Protocol

from kubia_cli.model.events import BuildStep, ContextFound, ContextSent, Event, LayerProgress, Note, OutputLine, Stage
from kubia_cli.model.size import human_size
from kubia_cli.output.console import Console
from kubia_cli.output.text import safe, safe_line

#: Seconds of silence after which a line says that work goes on; CI ends jobs that say nothing.
HEARTBEAT = 30.0

#: What a layer goes through on its way; how it ended is what a line says.
_ON_ITS_WAY = (
    "Preparing", "Waiting", "Pushing",
    "Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete", "Extracting",
)  # fmt: skip


class Painter(Protocol):
    """Shows events, one at a time."""

    def show(self, event: Event) -> None:
        """Show one event."""


def follow(console: Console, events: Iterable[Event], *, heartbeat: float = HEARTBEAT) -> None:
    """Show events until they end; what was drawn live is cleared on every way out, and the cursor is back."""
    if console.quiet:
        for _ in events:
            pass
        return
    with _live(console) if console.rich_on(console.err) else _plain(console, heartbeat) as painter:
        for event in events:
            painter.show(event)


class _Lines:
    """Turns events into lines that stay; ``doing`` says in a few words what goes on now."""

    def __init__(self) -> None:
        self.doing = ""
        self.since = time.monotonic()
        self._step = ("", 0)
        self._layers: dict[str, str] = {}

    def of(self, event: Event) -> list[str]:
        """Return the lines that the event adds."""
        if isinstance(event, Note):
            return [safe_line(event.text)]
        if isinstance(event, ContextFound):
            return _context_lines(event)
        if isinstance(event, ContextSent):
            return self._context(event)
        if isinstance(event, BuildStep):
            return self._build_step(event)
        if isinstance(event, OutputLine):
            return [safe(event.text.rstrip("\n"))]
        if isinstance(event, LayerProgress):
            return self._layer(event)
        return self._stage(event)

    def _now(self, doing: str) -> None:
        if doing != self.doing:
            self.doing, self.since = doing, time.monotonic()

    def _context(self, event: ContextSent) -> list[str]:
        self._now(f"Sending build context: {human_size(event.sent)} of {human_size(event.total)}")
        return [f"Sent build context: {human_size(event.total)}"] if event.sent >= event.total else []

    def _build_step(self, event: BuildStep) -> list[str]:
        place = f"{event.stage} {event.number}" if event.stage else str(event.number)
        line = f"Step {safe_line(place)}/{event.total} : {safe_line(event.instruction)}"
        self._now(line)
        step = (event.stage, event.number)
        begun = [] if step == self._step else [line]
        self._step = step
        return [*begun, "=> cached"] if event.cached else begun

    def _layer(self, event: LayerProgress) -> list[str]:
        layer, status = safe_line(event.layer), safe_line(event.status)
        self._now(status)
        if self._layers.get(layer) == status:
            return []
        self._layers[layer] = status
        if status in _ON_ITS_WAY:
            return []
        return [f"{layer}: {status}" if layer else status]

    def _stage(self, event: Stage) -> list[str]:
        self._now("Waiting")
        words = [f"{event.seconds:5.1f}s", f"{event.name:<10}", event.subject, event.detail]
        return ["  ".join(safe_line(word) for word in words if word)]


def _context_lines(found: ContextFound) -> list[str]:
    """What makes a context large, what in it looks like a secret, and the lines that keep both out."""
    lines = []
    if found.largest:
        lines.append(f"The build context is large: {human_size(found.size)} in {found.files} files. Most of it:")
        lines += [f"{human_size(size):>9}  {safe_line(path)}" for path, size in found.largest]
    if found.secrets:
        lines.append(f"These look like secrets and are sent too: {safe_line(', '.join(found.secrets))}")
    if found.lines:
        lines.append(f"Lines in {safe_line(found.ignore_file)} that would keep them out:")
        lines += [f"  {safe_line(line)}" for line in found.lines]
    return lines


@contextmanager
def _plain(console: Console, heartbeat: float) -> Iterator[Painter]:
    """A line on a change, and a heartbeat."""
    lines, lock, ended = _Lines(), Lock(), Flag()
    spoken = time.monotonic()

    def beat() -> None:
        nonlocal spoken
        while not ended.wait(max(0.0, spoken + heartbeat - time.monotonic())):
            with lock:
                if time.monotonic() - spoken >= heartbeat:
                    spoken = time.monotonic()
                    console.line(f"still at it after {spoken - lines.since:.0f}s: {lines.doing}")

    class Plain:
        def show(self, event: Event) -> None:
            nonlocal spoken
            with lock:
                for line in lines.of(event):
                    console.line(line)
                    spoken = time.monotonic()

    heart = Thread(target=beat, name="heartbeat", daemon=True)
    heart.start()
    try:
        yield Plain()
    finally:
        ended.set()
        heart.join()


@contextmanager
def _live(console: Console) -> Iterator[Painter]:
    """Lines that stay, and below them what moves: bars of layers, or what is done now and for how long."""
    from rich.console import Console as Rich
    from rich.live import Live
    from rich.text import Text

    screen = Rich(
        file=console.err,
        width=console.width(console.err),
        no_color=not console.colour_on(console.err),
        markup=False,
        emoji=False,
        highlight=False,
    )
    lines = _Lines()
    layers: dict[str, LayerProgress] = {}

    def picture() -> Any:
        return _picture(lines, layers, max(1, screen.size.height // 2))

    live = Live(
        console=screen,
        get_renderable=picture,
        transient=True,
        refresh_per_second=8,
        redirect_stdout=False,
        redirect_stderr=False,
    )

    class Drawing:
        def show(self, event: Event) -> None:
            if isinstance(event, LayerProgress):
                layers[event.layer] = event
            for line in lines.of(event):
                screen.print(Text(line), soft_wrap=True)

    with live:
        yield Drawing()


def _picture(lines: _Lines, layers: Mapping[str, LayerProgress], height: int) -> Any:
    """Draw a bar for every layer that moves, at most ``height`` of them; without any, what is done and for how long."""
    from rich.progress_bar import ProgressBar
    from rich.spinner import Spinner
    from rich.table import Table
    from rich.text import Text

    moving = [event for event in list(layers.values()) if event.current < event.total]
    if not moving:
        doing = f"{lines.doing}  {time.monotonic() - lines.since:.0f}s" if lines.doing else ""
        return Spinner("line", Text(doing, no_wrap=True, overflow="crop"))
    bars = Table.grid(padding=(0, 1))
    for event in moving[:height]:
        amount = f"{human_size(event.current)}/{human_size(event.total)}"
        bar = ProgressBar(total=event.total, completed=event.current, width=20)
        bars.add_row(Text(safe_line(event.layer)), Text(safe_line(event.status)), bar, Text(amount))
    return bars
