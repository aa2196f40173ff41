"""Progress in a pipe: a line on a change, docker's words, text from outside shown literally."""

from __future__ import annotations

import io
import os
import pty
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pytest

from kubia_cli.model.events import BuildStep, ContextSent, Event, LayerProgress, OutputLine, Stage
from kubia_cli.output import progress
from kubia_cli.output.console import Console


def followed(events: Iterable[Event], *, quiet: bool = False, heartbeat: float = 30) -> str:
    err = io.StringIO()
    console = Console(io.StringIO(), err, {})
    console.quiet = quiet
    progress.follow(console, events, heartbeat=heartbeat)
    return err.getvalue()


def test_a_build_in_docker_s_manner() -> None:
    events: list[Event] = [
        ContextSent(512, 2048),
        ContextSent(2048, 2048),
        BuildStep(1, 2, "FROM node"),
        BuildStep(1, 2, "FROM node", cached=True),
        BuildStep(2, 2, "RUN npm ci"),
        OutputLine("added 3 packages\n"),
    ]
    assert followed(events) == (
        "Sent build context: 2.05kB\nStep 1/2 : FROM node\n=> cached\nStep 2/2 : RUN npm ci\nadded 3 packages\n"
    )


def test_a_layer_has_one_line_in_a_pipe() -> None:
    events: list[Event] = [
        LayerProgress("latest", "Pulling from library/busybox"),
        LayerProgress("ca3186844181", "Pulling fs layer"),
        LayerProgress("ca3186844181", "Downloading", 10, 100),
        LayerProgress("ca3186844181", "Downloading", 100, 100),
        LayerProgress("ca3186844181", "Extracting", 100, 100),
        LayerProgress("ca3186844181", "Pull complete"),
        LayerProgress("ca3186844181", "Pull complete"),
    ]
    assert followed(events) == "latest: Pulling from library/busybox\nca3186844181: Pull complete\n"


def test_stages_with_their_times() -> None:
    events: list[Event] = [
        Stage("accepted", "deployment.apps/kubia", "", 0.04),
        Stage("scheduled", "pod/kubia-x", "on n1", 12.5),
    ]
    assert followed(events) == ("  0.0s  accepted    deployment.apps/kubia\n 12.5s  scheduled   pod/kubia-x  on n1\n")


def test_text_from_outside_is_shown_literally() -> None:
    events: list[Event] = [BuildStep(1, 1, "RUN [red]x[/red] \x1b[2J"), OutputLine("[/x] :bug: \x1b]0;t\x07")]
    assert followed(events) == "Step 1/1 : RUN [red]x[/red] \\x1b[2J\n[/x] :bug: \\x1b]0;t\\x07\n"


def test_quiet_follows_to_the_end_and_says_nothing() -> None:
    seen = []

    def events() -> Iterator[Event]:
        yield OutputLine("a")
        seen.append("end")

    assert followed(events(), quiet=True) == ""
    assert seen == ["end"]


def test_a_long_silence_is_broken_by_a_heartbeat() -> None:
    def events() -> Iterator[Event]:
        yield BuildStep(1, 1, "RUN make")
        time.sleep(0.4)

    lines = followed(events(), heartbeat=0.05).splitlines()
    assert lines[0] == "Step 1/1 : RUN make"
    assert set(lines[1:]) == {"still at it after 0s: Step 1/1 : RUN make"}


class Interrupted(BaseException):
    """As a signal is raised."""


def _pieces(terminal: int) -> Iterator[str]:
    """What was written to a terminal whose other end is closed."""
    with suppress(OSError):
        while piece := os.read(terminal, 1 << 16):
            yield piece.decode(errors="replace")


def test_the_cursor_is_back_on_a_terminal_when_a_signal_ends_it() -> None:
    ours, theirs = pty.openpty()

    def events() -> Iterator[Event]:
        yield BuildStep(1, 1, "RUN [b]make")
        yield LayerProgress("a", "Downloading", 1, 2)
        raise Interrupted

    with os.fdopen(theirs, "w") as err:
        console = Console(io.StringIO(), err, {"TERM": "xterm"})
        with pytest.raises(Interrupted):
            progress.follow(console, events())
    drawn = "".join(_pieces(ours))
    os.close(ours)
    assert "Step 1/1 : RUN [b]make" in drawn
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("\x1b[?25l")
