"""BuildKit's own account of a build (``buildx build --progress=rawjson``) as events, one step after the other.

BuildKit works on several steps at once and tells them mixed. Here one is told to its end before the next begins, in the
order in which they began; the one that is told is told live. Form: moby/buildkit ``client/graph.go``, SolveStatus.
"""

from __future__ import annotations

import base64
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kubia_cli.engines.docker.classic import LAST_LINES, kept_out_error
from kubia_cli.engines.docker.context.source import Source
from kubia_cli.engines.docker.dockerfile import Dockerfile
from kubia_cli.engines.docker.registry import registry_failure
from kubia_cli.errors import BuildError, KubiaError, NotFoundError
from kubia_cli.model.events import BuildStep, ContextSent, Event, LayerProgress, OutputLine, as_printed
from kubia_cli.model.image import parse

_STEP = re.compile(r"\[(?:(.+?) +)?(\d+)/(\d+)\] (.*)", re.DOTALL)
_CONTEXT = "[internal] load build context"
_METADATA = "[internal] load metadata for "
_EXIT_CODE = re.compile(r"exit code: (\d+)")
#: What stands before the reason of a failure: buildx's words, then those of each service that passed it on.
_PASSED_ON = re.compile(
    r"^(?:ERROR: |failed to build: |failed to solve(?: with frontend \S+)?: |rpc error: code = \w+ desc = |"
    r"failed to create LLB definition: )+"
)
_LAYER = "sha256:"
_LAYER_STATUS = {
    "downloading": "Downloading",
    "extracting": "Extracting",
    "extract": "Extracting",
    "done": "Downloading",
}


@dataclass
class Vertex:
    """A piece of BuildKit's work; ``step`` is None for its own affairs, such as loading the Dockerfile."""

    name: str = ""
    step: BuildStep | None = None
    error: str = ""
    completed: bool = False
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    waiting: list[Event] = field(default_factory=list)
    _unfinished: bytes = b""

    def said(self, data: bytes) -> None:
        *lines, self._unfinished = (self._unfinished + data).split(b"\n")
        for line in lines:
            self._line(line)

    def end_line(self) -> None:
        """A last line without its end."""
        if self._unfinished:
            self._line(self._unfinished)
            self._unfinished = b""

    def _line(self, line: bytes) -> None:
        self.last.append(as_printed(line.decode("utf-8", "backslashreplace")))
        self.waiting.append(OutputLine(self.last[-1]))


class Account:
    """What a build's messages have told so far; ``failed`` is the first piece of work that did not succeed."""

    def __init__(self, size: int) -> None:
        self.failed: Vertex | None = None
        self.begun = False
        self._size = size
        self._vertices: dict[str, Vertex] = {}
        self._told: deque[Vertex] = deque()

    def events(self, message: dict[str, Any]) -> Iterator[Event]:
        """The events that a message allows to be told now."""
        self.begun = True
        for said in message.get("vertexes") or ():
            self._vertex(said)
        for status in message.get("statuses") or ():
            yield from self._status(status)
        for log in message.get("logs") or ():
            vertex = self._vertices.get(str(log.get("vertex")))
            if vertex is not None and vertex.step:
                vertex.said(base64.b64decode(log.get("data") or ""))
                self._tell(vertex)
        yield from self._in_order()

    def rest(self) -> Iterator[Event]:
        """What is still to be told at the end."""
        for vertex in self._told:
            vertex.completed = True
        yield from self._in_order()

    def _vertex(self, said: dict[str, Any]) -> None:
        vertex = self._vertices.setdefault(str(said.get("digest")), Vertex())
        vertex.name = str(said.get("name") or vertex.name)
        vertex.completed = bool(said.get("completed"))
        if said.get("error"):
            vertex.error = str(said["error"])
            self.failed = self.failed or vertex
        if said.get("started") and vertex.step is None and (found := _STEP.fullmatch(vertex.name)):
            vertex.step = BuildStep(int(found[2]), int(found[3]), found[4], stage=found[1] or "")
            vertex.waiting.append(vertex.step)
            self._tell(vertex)
        if said.get("cached") and vertex.step and not vertex.step.cached:
            vertex.step = replace(vertex.step, cached=True)
            vertex.waiting.append(vertex.step)
            self._tell(vertex)

    def _tell(self, vertex: Vertex) -> None:
        if vertex not in self._told:
            self._told.append(vertex)

    def _in_order(self) -> Iterator[Event]:
        while self._told:
            vertex = self._told[0]
            if vertex.completed:
                vertex.end_line()
            yield from vertex.waiting
            vertex.waiting.clear()
            if not vertex.completed:
                return
            self._told.popleft()

    def _status(self, status: dict[str, Any]) -> Iterator[Event]:
        vertex = self._vertices.get(str(status.get("vertex")))
        name, current, total = str(status.get("id")), int(status.get("current") or 0), int(status.get("total") or 0)
        if vertex is None:
            return
        if vertex.name == _CONTEXT:
            yield ContextSent(current, current if status.get("completed") else max(self._size, current + 1))
        elif name.startswith(_LAYER) and vertex.step:
            doing = _LAYER_STATUS.get(str(status.get("name")), "Downloading")
            doing = "Pull complete" if status.get("completed") and doing == "Extracting" else doing
            yield LayerProgress(name.removeprefix(_LAYER)[:12], doing, current, total)


def failure(account: Account, said: str, dockerfile: Dockerfile, source: Source) -> KubiaError:
    """The error of a build that docker-buildx gave up, with its own last words in ``said``."""
    words = [_PASSED_ON.sub("", line) for line in said.splitlines() if line.startswith("ERROR: ")]
    reason = words[-1] if words else said
    failed = account.failed
    if failed and failed.name.startswith(_METADATA):
        return _base_failure(failed)
    if failed and failed.step:
        return _step_failure(failed, failed.step, dockerfile, source)
    if error := dockerfile.parse_error(reason):
        return error
    state = "nothing was tagged"
    return BuildError("build.failed", f"{dockerfile.shown} cannot be built", said=reason, state=state)


def _base_failure(failed: Vertex) -> KubiaError:
    """The error of a base image that BuildKit could not find out about."""
    reference = parse(failed.name.removeprefix(_METADATA))
    if failed.error.endswith(": not found"):
        message = f"{reference.registry} has no image {reference.familiar}"
        return NotFoundError("image.not-found", message, said=failed.error, state="nothing was tagged")
    cause = registry_failure(failed.error, reference, "pull")
    cause.state = "nothing was tagged"
    return cause


def _step_failure(failed: Vertex, step: BuildStep, dockerfile: Dockerfile, source: Source) -> BuildError:
    instruction = dockerfile.find(step.instruction)
    place = f"{dockerfile.shown}:{instruction.line}" if instruction else dockerfile.shown
    status = _EXIT_CODE.search(failed.error)
    how = f"ended with exit code {status[1]}" if status else "failed"
    what = f"{place}: step {step.number} of {step.total} {how}: {step.instruction}"
    quoted = "\n".join(failed.last) if status and failed.last else failed.error
    return kept_out_error(what, quoted, instruction, source)
