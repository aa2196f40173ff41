"""One attempt at an API server: what is asked, what is answered, and who can do it, whatever the answer is.

What is asked again, and what an answer means, is decided above, in ``server.py``.
"""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from kubia_cli import __version__

#: Seconds until a connection must stand, and until the next byte must come.
CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 30.0
_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')

Result = TypeVar("Result")
#: A query's parameters; a parameter with several values comes several times.
Query = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Request:
    """What is asked. ``path`` is a checked API path, ``body`` anything that JSON can say, None for no body.

    ``headers`` say who asks; they are pairs, since one name may come several times.
    """

    method: str
    path: str
    query: Query = field(default_factory=dict)
    body: object = None
    content_type: str = "application/json"
    accept: str = "application/json"
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)


@dataclass(frozen=True)
class Response:
    """An answer of any status. Header names are lower case; ``warnings`` are the texts of its Warning headers."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Upgrade:
    """The answer to a handshake. ``connection`` is the open websocket's when ``status`` is 101, else closed."""

    status: int
    headers: dict[str, str]
    connection: socket.socket
    protocol: str = ""
    body: bytes = field(default=b"", repr=False)
    warnings: tuple[str, ...] = ()


class AttemptFailedError(Exception):
    """No answer, or no whole one; ``__cause__`` is the library's exception."""


class Stream(Protocol):
    """An open answer: iterate for its bytes as they come. AttemptFailedError when it breaks off."""

    status: int
    headers: Mapping[str, str]
    warnings: tuple[str, ...]

    def __iter__(self) -> Iterator[bytes]:
        """Yield pieces until the server ends, or the stream's time is over."""

    def close(self) -> None:
        """Close the connection; also from another thread, whose iteration then ends."""


class Transport(Protocol):
    """One way to one API server."""

    def request(self, request: Request, timeout: float) -> Response:
        """Ask once, and have the whole answer within ``timeout`` seconds by the clock. AttemptFailedError."""

    def stream(self, request: Request, timeout: float, read_timeout: float | None, lifetime: float | None) -> Stream:
        """Open an answer of no known length: its head within ``timeout`` seconds, no silence longer than
        ``read_timeout`` (None: any), and a quiet end after ``lifetime`` seconds (None: never). AttemptFailedError.
        """

    def upgrade(self, request: Request, timeout: float, protocols: Sequence[str]) -> Upgrade:
        """Ask once for a websocket that speaks one of ``protocols``, within ``timeout`` seconds. AttemptFailedError."""

    def close(self) -> None:
        """Close all connections."""


def within(seconds: float, work: Callable[[], Result], give_up: Callable[[], None]) -> Result:
    """Return what ``work`` returns, but wait no longer than ``seconds``: a socket's timeout starts anew with each byte,
    and looking up a name has none. AttemptFailedError, also for what ``work`` raises of the socket, TLS or HTTP.
    """
    results: list[Result] = []
    problems: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as problem:
            problems.append(problem)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(0.0, seconds))
    if problems and isinstance(problems[0], OSError | http.client.HTTPException):
        raise AttemptFailedError from problems[0]
    if problems:
        raise problems[0]
    if not results:
        give_up()
        raise AttemptFailedError from TimeoutError(f"no whole answer within {seconds:.0f} s")
    return results[0]


def user_agent() -> str:
    """Who asks, in an API server's audit log."""
    return f"kubia/{__version__}"


def target_of(request: Request) -> str:
    """The path and query of a request, as they stand in its first line."""
    return f"{request.path}?{urlencode(request.query, doseq=True)}" if request.query else request.path


def parse_warnings(values: Sequence[str]) -> tuple[str, ...]:
    """Read Warning headers: ``299 - "text"``, several in one value too."""
    texts = (re.sub(r"\\(.)", r"\1", text) for value in values for text in _WARNING.findall(value))
    return tuple(text.encode("latin-1", "replace").decode("utf-8", "replace") for text in texts)
