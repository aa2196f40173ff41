"""The image of an app: what its name means now, asked of the Docker engine that is here, if one is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from kubia_cli.errors import KubiaError
from kubia_cli.model.image import ImageReference
from kubia_cli.session import Session

#: Seconds that the engine and its registry are given; without an answer the tag stays.
PATIENCE = 5.0


@dataclass(frozen=True)
class ImageFacts:
    """``digest`` is the registry's for the tag, "" when it cannot be told; ``port`` the one that the image exposes."""

    digest: str = ""
    port: int | None = None


def ask_docker(session: Session, reference: ImageReference, *, port: bool) -> ImageFacts:
    """Ask the Docker engine for the image's digest, and with ``port`` for its EXPOSE; nothing known is no failure."""

    def ask() -> ImageFacts:
        digest, exposed = "", None
        with suppress(KubiaError):
            if not reference.digest:
                digest = session.docker.distribution(str(reference))
        with suppress(KubiaError):
            exposed = _exposed(session, reference) if port else None
        return ImageFacts(digest, exposed)

    return _bounded(ask, ImageFacts())


def _exposed(session: Session, reference: ImageReference) -> int | None:
    """The one TCP port that the local image exposes; None when it exposes none or several."""
    config = session.docker.image(str(reference)).get("Config") or {}
    ports = [word.partition("/") for word in config.get("ExposedPorts") or {}]
    numbers = [int(number) for number, _, protocol in ports if protocol in ("", "tcp") and number.isdecimal()]
    if len(numbers) > 1:
        session.console.note(f"the image exposes {', '.join(map(str, sorted(numbers)))}: --port takes one of them")
    return numbers[0] if len(numbers) == 1 else None


def _bounded(question: Callable[[], ImageFacts], otherwise: ImageFacts) -> ImageFacts:
    answers: SimpleQueue[ImageFacts] = SimpleQueue()
    # A daemon: a registry that never answers must not keep the process from ending.
    threading.Thread(target=lambda: answers.put(question()), daemon=True).start()
    try:
        return answers.get(timeout=PATIENCE)
    except Empty:
        return otherwise
