"""A container made and started: its streams carried to the end, or left running once it proved to live."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from kubia_cli.errors import KubiaError, NotFoundError, UnhealthyError
from kubia_cli.model import image as references
from kubia_cli.output.terminal import on_signals
from kubia_cli.session import Session
from kubia_cli.steps import pulling
from kubia_cli.steps.foreground import carry

#: Seconds that a detached container must live, or end with 0, before it counts as running.
SETTLE = 1.0
#: Lines of log shown of one that did not.
LAST_LINES = 20

#: What docker's --sig-proxy passes on, as far as it means something to a program.
_FORWARDED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
_PAUSE = 0.1


@dataclass(frozen=True)
class ContainerRequest:
    """What `run` asks for; ``spec`` is the engine's JSON, ``pull`` is missing, always or never."""

    name: str
    spec: Mapping[str, Any]
    pull: str = "missing"
    platform: str = ""

    @property
    def image(self) -> str:
        """The image as typed."""
        return str(self.spec["Image"])


def run_detached(session: Session, request: ContainerRequest, *, settle: float) -> str:
    """Start a container in the background and look at it for ``settle`` seconds; returns its id."""
    with session.stating("nothing runs"):
        container = _create(session, request)
        with _removed_unless_it_starts(session, container):
            session.docker.start(container)
    with session.stating(f"container {request.name or container[:12]} was started"):
        if settle:
            _watch(session, container, settle)
    return container


def run_attached(session: Session, request: ContainerRequest) -> int:
    """Start a container and carry its streams until it ends; returns its exit code.

    Signals are the program's, as with docker; the third that asks it to end kills it. 0 when the reader left it
    running with docker's keys for that, Ctrl-P Ctrl-Q.
    """
    docker, interactive, tty = session.docker, bool(request.spec["OpenStdin"]), bool(request.spec["Tty"])
    with session.stating("nothing runs"):
        container = _create(session, request)
        with _removed_unless_it_starts(session, container), ExitStack() as unless_it_starts:
            stream = docker.attach(container, stdin=interactive, tty=tty)
            unless_it_starts.callback(stream.close)
            docker.start(container)
            unless_it_starts.pop_all()
    with session.stating(f"container {request.name or container[:12]} may still run"), _signals(session, container):
        try:
            carry(session, stream, interactive=interactive, tty=tty)
            if tty and _left_running(session, container):
                session.console.note(f"left running: {request.name or container[:12]}")
                return 0
            return stream.exit_code()
        except BrokenPipeError:  # who read its output is gone; a program of this machine ends then too
            stream.close()  # first: the engine ends no container whose output it cannot hand on
            with suppress(KubiaError):
                docker.kill(container, "SIGKILL")
            raise
        finally:
            stream.close()


def _create(session: Session, request: ContainerRequest) -> str:
    _have_image(session, request)
    return session.docker.create(request.name, dict(request.spec), platform=request.platform)


def _have_image(session: Session, request: ContainerRequest) -> None:
    """Pull the image when it is not here, or when that was asked for; say which tag was meant when none was typed."""
    reference = None if _is_id(request.image) else references.parse(request.image)
    raw = None
    if request.pull != "always":
        with suppress(NotFoundError):
            raw = session.docker.image(request.image)
    if reference is None or (raw and _is_id_of(request.image, raw)):
        return
    reference = pulling.with_tag(session, reference)
    if raw is None and request.pull != "never":
        if request.pull == "missing":
            session.console.note(f"Unable to find image '{reference.familiar}' locally")
        pulling.fetch(session, reference, platform=request.platform)


def _is_id(image: str) -> bool:
    return len(image) == 64 and all(digit in "0123456789abcdef" for digit in image)


def _is_id_of(image: str, raw: Mapping[str, Any]) -> bool:
    """Whether the image was named by (the beginning of) its id."""
    return str(raw["Id"]).removeprefix("sha256:").startswith(image.removeprefix("sha256:"))


@contextmanager
def _removed_unless_it_starts(session: Session, container: str) -> Iterator[None]:
    """Remove the created container on every way out but the good one."""
    try:
        yield
    except BaseException:
        with suppress(KubiaError):
            session.docker.remove(container, force=True, volumes=True)
        raise


def _watch(session: Session, container: str, seconds: float) -> None:
    """Raise UnhealthyError when the container ends badly within ``seconds``."""
    until = time.monotonic() + seconds
    while True:
        try:
            raw = session.docker.container(container)
        except NotFoundError:
            what = f"{container[:12]} ended at once, its exit code is not known"
            state = "nothing runs; the container is removed (--rm)"
            raise UnhealthyError("run.ended", what, state=state) from None
        state = raw["State"]
        if not state["Running"] or state.get("Restarting"):
            break
        if time.monotonic() >= until:
            return
        time.sleep(_PAUSE)
    name = str(raw["Name"]).removeprefix("/")
    if state["ExitCode"] == 0 and not state.get("Restarting"):
        session.console.note(f"{name} has ended already, with exit code 0")
        return
    how = "was killed for its memory (OOM)" if state.get("OOMKilled") else "ended at once"
    last = b""
    with suppress(KubiaError):  # --rm: it may be gone by now
        last = b"".join(data for _, data in session.docker.logs(container, tail=LAST_LINES))
    removed = raw["HostConfig"].get("AutoRemove")
    raise UnhealthyError(
        "run.ended",
        f"{name} {how}, with exit code {state['ExitCode']}",
        said=last.decode("utf-8", "backslashreplace"),
        state="nothing runs; the container is removed (--rm)"
        if removed
        else f"container {name} exists, {state['Status']}",
        fix="" if removed else f"kubia rm -f {name}",
    )


@contextmanager
def _signals(session: Session, container: str) -> Iterator[None]:
    """Pass signals on to the container's program while the body runs."""
    asked_to_end = 0

    def forward(number: int) -> None:
        nonlocal asked_to_end
        asked_to_end += number in (signal.SIGINT, signal.SIGTERM)
        kill = asked_to_end >= 3
        if kill:
            session.console.note("asked to end three times: the container is killed")
        with suppress(KubiaError):  # it has ended meanwhile
            session.docker.kill(container, "SIGKILL" if kill else signal.Signals(number).name)

    with on_signals(_FORWARDED, forward):
        yield


def _left_running(session: Session, container: str) -> bool:
    """Whether the container runs on though its stream ended; its end may be known a moment later."""
    until = time.monotonic() + 1
    with suppress(NotFoundError):
        while session.docker.container(container)["State"]["Running"]:
            if time.monotonic() >= until:
                return True
            time.sleep(_PAUSE)
    return False
