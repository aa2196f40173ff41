"""Build with the engine's classic builder, and the verdict: an image is there when the engine says so, by its id.

What a build prints is only shown. A line of it that says ``Successfully built`` proves nothing.
"""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from docker.auth import encode_header
from docker.errors import APIError

from kubia_cli.engines import BuildRequest, Event
from kubia_cli.engines.docker.connection import CONNECT
from kubia_cli.engines.docker.context.source import Source, opened
from kubia_cli.engines.docker.context.tar import archive
from kubia_cli.engines.docker.context.walk import survey
from kubia_cli.engines.docker.credentials import login_for
from kubia_cli.engines.docker.dockerfile import Dockerfile, Instruction, read
from kubia_cli.engines.docker.errors import Subject, explanation, refusal, translated
from kubia_cli.engines.docker.images import Images
from kubia_cli.engines.docker.messages import Message, error_of, messages
from kubia_cli.engines.docker.registry import registry_failure
from kubia_cli.engines.docker.transfer import layer_progress
from kubia_cli.engines.docker.upload import upload
from kubia_cli.errors import BuildError, KubiaError, TransferError, UnknownOutcomeError
from kubia_cli.model.events import BuildStep, OutputLine

#: Seconds that a step may be silent.
SILENT_STEP = 3600.0
#: How many of a failed step's last lines are quoted.
LAST_LINES = 20
_STEP = re.compile(r"Step (\d+)/(\d+) : (.*)", re.DOTALL)
_CACHED = " ---> Using cache"
#: The builder's own lines between those of the steps.
_OWN = re.compile(r" ---> .*|Removing intermediate container [0-9a-f]+|Successfully (built|tagged) .*")
_AT_LINE = re.compile(r"line (\d+): (.*)", re.DOTALL)


@dataclass
class _Progress:
    """What a build's messages have told so far: ``step`` it is at, ``image`` made last, ``last`` lines of the step."""

    step: BuildStep | None = None
    image: str = ""
    unfinished: str = ""
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    _announced: bool = False

    def events(self, message: Message) -> Iterator[Event]:
        aux = message.get("aux")
        if isinstance(aux, dict) and isinstance(aux.get("ID"), str):
            self.image = aux["ID"]
        if "id" in message:
            yield from layer_progress(message)
            return
        text = str(message.get("stream") or "")
        line = text.removesuffix("\n")
        announced, self._announced = self._announced, False
        if found := _STEP.fullmatch(line):
            yield from self.rest()
            self.step = BuildStep(int(found[1]), int(found[2]), found[3])
            self.last.clear()
            self._announced = True
            yield self.step
        elif self.step and line == _CACHED:
            yield replace(self.step, cached=True)
        elif _OWN.fullmatch(line):
            yield from self.rest()
        elif not (announced and text == "\n"):  # the end of the line that announced the step
            *lines, self.unfinished = (self.unfinished + text).split("\n")
            for each in lines:
                yield from self._line(each)

    def _line(self, line: str) -> Iterator[Event]:
        self.last.append(line.rstrip("\r"))
        yield OutputLine(self.last[-1])

    def rest(self) -> Iterator[Event]:
        """A last line without its end."""
        line, self.unfinished = self.unfinished, ""
        if line:
            yield from self._line(line)


class Builds(Images):
    """The calls for building of ``engines.Docker``."""

    _built = ""

    def build(self, request: BuildRequest) -> Iterator[Event]:
        """Build; yields ContextSent, BuildStep, OutputLine. It has worked when the iterator ends: see ``built_image``.

        Raises BuildError for the Dockerfile and its steps, LocalError for the context, UsageError for a ``target`` that
        there is not, DeniedError, UnreachableError or NotFoundError for a base image.
        """
        self._built = ""
        progress = _Progress()
        with opened(request.directory, request.dockerfile) as source:
            dockerfile = read(source.text, source.shown)
            dockerfile.check_target(request.target)
            total = survey(source.top, source.matcher).size
            post = partial(self._post_build, request, source, dockerfile)
            pieces = archive(source.top, source.matcher, source.added)
            with translated(self.host):
                try:
                    response = yield from upload(post, pieces, total)
                except APIError as error:
                    raise self._refused(error, dockerfile) from error
                for message in messages(response):
                    if said := error_of(message):
                        yield from progress.rest()
                        raise _failed(said, message, progress, dockerfile, request, source)
                    yield from progress.events(message)
        yield from progress.rest()
        if not progress.image:
            raise UnknownOutcomeError("build.no-image", "the build ended without an image", state="nothing was tagged")
        self.image(progress.image)
        for tag in request.tags:
            self.tag(progress.image, tag)
        self._built = progress.image

    def built_image(self) -> str:
        """The id (sha256:…) of the image that the last build made."""
        if not self._built:
            raise UnknownOutcomeError("build.no-image", "no build came to its end")
        return self._built

    def _post_build(self, request: BuildRequest, source: Source, dockerfile: Dockerfile, body: Iterator[bytes]) -> Any:
        params = {
            "dockerfile": source.dockerfile,
            "rm": 1,
            "forcerm": 1,
            "nocache": int(request.no_cache),
            "pull": int(request.pull),
            "target": request.target,
            "platform": request.platform,
            "buildargs": json.dumps(dict(request.build_args)) if request.build_args else "",
            "labels": json.dumps(dict(request.labels)) if request.labels else "",
        }
        headers = {"Content-Type": "application/x-tar", **self._logins(dockerfile, request)}
        response = self._api._post(
            self._api._url("/build"),
            data=body,
            params={name: value for name, value in params.items() if value != ""},
            headers=headers,
            stream=True,
            timeout=(CONNECT, SILENT_STEP),
        )
        self._api._raise_for_status(response)
        return response

    def _logins(self, dockerfile: Dockerfile, request: BuildRequest) -> dict[str, str]:
        """The logins for the registries that the Dockerfile names, and for no others."""
        logins = {}
        for reference in dockerfile.images(request.build_args).values():
            if login := login_for(self._connection.env, reference):
                logins[reference.registry_auth_key] = login
        return {"X-Registry-Config": encode_header(logins)} if logins else {}

    def _refused(self, error: APIError, dockerfile: Dockerfile) -> KubiaError:
        said = explanation(error)
        status = error.response.status_code if error.response is not None else 0
        if found := _AT_LINE.search(said):
            line = int(found[1])
            source = dockerfile.lines[line - 1].strip() if line <= len(dockerfile.lines) else ""
            message = f"{dockerfile.shown}:{line}: {found[2].strip()}"
            return BuildError("build.parse", message, said=source, state="nothing was built")
        if status == 400:
            return BuildError(
                "build.parse", f"{dockerfile.shown} cannot be built", said=said, state="nothing was built"
            )
        return refusal(error, self.host, Subject())


def _failed(
    said: str,
    message: Message,
    progress: _Progress,
    dockerfile: Dockerfile,
    request: BuildRequest,
    source: Source,
) -> KubiaError:
    """The error of the step that a build was at: its number, its line, and what it printed at its end."""
    step = progress.step
    if step is None:
        return BuildError("build.failed", f"{dockerfile.shown} cannot be built", said=said, state="nothing was tagged")
    images = dockerfile.images(request.build_args)
    if step.number in images:
        cause = registry_failure(said, images[step.number], "pull")
        if not isinstance(cause, TransferError):
            cause.state = "nothing was tagged"
            return cause
    # The builder counts every instruction of the file as a step, in their order.
    instruction = next(iter(dockerfile.instructions[step.number - 1 : step.number]), None)
    place = f"{dockerfile.shown}:{instruction.line}" if instruction else dockerfile.shown
    detail = message.get("errorDetail")
    status = detail.get("code") if isinstance(detail, dict) else None
    how = f" ended with exit code {status}" if status else " failed"
    what = f"{place}: step {step.number} of {step.total}{how}: {step.instruction}"
    quoted = "\n".join(progress.last) if status and progress.last else said
    path, rule = _kept_out(instruction, source) if instruction else ("", "")
    return BuildError(
        "build.step",
        f"{what}; {rule} keeps {path} out of the context" if rule else what,
        said=quoted,
        state="nothing was tagged",
        fix=f"echo {shlex.quote(f'!{path}')} >> {shlex.quote(source.ignore_file)}" if rule else "",
    )


def _kept_out(instruction: Instruction, source: Source) -> tuple[str, str]:
    """The first path that a COPY or ADD asks for and a rule keeps out, and the rule's place; "" and "" for none."""
    if instruction.name in ("COPY", "ADD") and not any(flag.startswith("--from=") for flag in instruction.flags):
        for path in (posixpath.normpath(word).lstrip("/") for word in instruction.words[:-1]):
            if rule := source.matcher.rule_against(path):
                return path, f"{source.ignore_file}:{rule.line}"
    return "", ""
