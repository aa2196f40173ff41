"""What the tests of the engine ask: everything that a program says, the error of a deed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from kubia_cli.errors import KubiaError
from kubia_cli.model.program import ProgramStream

#: Deaf to SIGTERM unless it is told to listen, and so slow to stop.
SLEEP = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]

Make = Callable[..., str]


def told(stream: ProgramStream, feed: bytes | None = None) -> tuple[bytes, bytes, int]:
    """Everything that a program says on stdout and on stderr, and its exit code."""
    if feed is not None:

        def send() -> None:
            stream.write(feed)
            stream.close_stdin()

        threading.Thread(target=send, daemon=True).start()
    pieces = {1: b"", 2: b""}
    while (piece := stream.read()) is not None:
        pieces[piece[0]] += piece[1]
    status = stream.exit_code()
    stream.close()
    return pieces[1], pieces[2], status


def refused(deed: Callable[[], Any]) -> KubiaError:
    with pytest.raises(KubiaError) as caught:
        deed()
    return caught.value
