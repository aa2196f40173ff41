"""Whether an address answers: all of them are tried at once, and the first that does is the one to tell."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from kubia_cli.rollout.doorbell import Deadline

#: Seconds that a connection, and then an answer, may take at one try.
_PATIENCE = 2.0
#: Seconds between tries of one address: a node port is open a moment after its service.
_PAUSE = 0.25
#: Bytes of an answer that are looked at.
_ENOUGH = 4096
_BODY_BEGUN = re.compile(rb"\r\n\r\n.*[^\r\n0-9a-fA-F]", re.DOTALL)


@dataclass(frozen=True)
class Way:
    """An address that may lead to a service; ``name`` says what it is: ``node port``, ``load balancer``."""

    name: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """``127.0.0.1:30123``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """What an address answered with: its first line, "" when it speaks no HTTP but holds the connection."""

    http: bool
    text: str = ""


def ask(connection: socket.socket, authority: str) -> Answer | None:
    """Send ``GET /`` and tell what comes back. None when the other side hangs up without a word: nobody is behind it.

    A proxy in between accepts connections by itself, so that a connection alone proves nothing.
    """
    connection.settimeout(_PATIENCE)
    received = b""
    try:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n".encode())
        while len(received) < _ENOUGH and not _BODY_BEGUN.search(received):
            piece = connection.recv(_ENOUGH)
            if not piece:
                break
            received += piece
    except TimeoutError:  # silence on an open connection: it is there, and waits for its own protocol
        return _read(received) if received else Answer(http=False)
    except OSError:
        return _read(received) if received else None
    return _read(received) if received else None


def first_answer(ways: Sequence[Way], deadline: Deadline) -> tuple[Way, Answer] | None:
    """Try all ways at once and again until one answers; None when none has at the deadline.

    When several answer in the same moment, the one that stands first in ``ways`` counts.
    """
    answers: SimpleQueue[tuple[int, Answer]] = SimpleQueue()
    over = threading.Event()

    def keep_trying(place: int, way: Way) -> None:
        while not over.is_set() and not deadline.passed:
            answer = _try(way)
            if answer is not None:
                answers.put((place, answer))
                return
            over.wait(_PAUSE)

    for place, way in enumerate(ways):
        threading.Thread(target=keep_trying, args=(place, way), daemon=True).start()
    try:
        found = [answers.get(timeout=max(deadline.left, 0.01))] if ways else []
        time.sleep(0.05)
        with suppress(Empty):
            while True:
                found.append(answers.get_nowait())
    except Empty:
        found = []
    over.set()
    if not found:
        return None
    place, answer = min(found, key=lambda each: each[0])
    return ways[place], answer


def retry_until(question: Callable[[], Answer | None], deadline: Deadline) -> Answer | None:
    """Ask again until there is an answer or the deadline passes."""
    while True:
        answer = question()
        if answer is not None or deadline.passed:
            return answer
        time.sleep(min(_PAUSE, deadline.left))


def _try(way: Way) -> Answer | None:
    try:
        with socket.create_connection((way.host, way.port), _PATIENCE) as connection:
            return ask(connection, way.authority)
    except OSError:
        return None


def _read(received: bytes) -> Answer:
    text = received.decode("utf-8", "backslashreplace")
    head, _, body = text.partition("\r\n\r\n")
    if not head.startswith("HTTP/"):
        return Answer(http=False, text=text.partition("\n")[0].strip())
    chunked = "transfer-encoding: chunked" in head.lower()
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    shown = lines[1:] if chunked else lines
    return Answer(http=True, text=shown[0] if shown else head.splitlines()[0])
