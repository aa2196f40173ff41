"""Send a build context while telling how far it is: the request runs in a thread, its progress is yielded here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

from kubia_cli.model.events import ContextSent

#: Seconds that the thread is given to stop when nobody listens any more.
_PARTING = 3.0

Pieces = Iterator[tuple[bytes, int]]


class _Abandoned(Exception):  # noqa: N818 (ends the thread, is never seen)
    """Nobody waits for the answer any more."""


def upload(post: Callable[[Iterator[bytes]], Any], pieces: Pieces, total: int) -> Generator[ContextSent, None, Any]:
    """Call ``post`` with the bytes of ``pieces``; yields ContextSent, returns its answer or raises its error."""
    told: SimpleQueue[ContextSent | None] = SimpleQueue()
    answer: Future[Any] = Future()
    abandoned = threading.Event()

    def body() -> Iterator[bytes]:
        for piece, sent in pieces:
            if abandoned.is_set():
                raise _Abandoned
            yield piece
            told.put(ContextSent(sent, total))

    def work() -> None:
        try:
            answer.set_result(post(body()))
        except BaseException as error:
            answer.set_exception(error)
        told.put(None)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while (event := told.get()) is not None:
            yield event
    finally:
        abandoned.set()
        thread.join(_PARTING)
    return answer.result()
