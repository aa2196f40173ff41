"""What the engine's classic builder says, as events, and the error of the step that it was at.

What a build prints is only shown. A line of it that says ``Successfully built`` proves nothing.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kubia_cli.engines import BuildRequest, Event
from kubia_cli.engines.docker.context.source import Source
from kubia_cli.engines.docker.dockerfile import Dockerfile, Instruction
from kubia_cli.engines.docker.messages import Message
from kubia_cli.engines.docker.registry import registry_failure
from kubia_cli.engines.docker.transfer import layer_progress
from kubia_cli.errors import BuildError, KubiaError, TransferError
from kubia_cli.model.events import BuildStep, OutputLine, as_printed

#: How many of a failed step's last lines are quoted.
LAST_LINES = 20
_STEP = re.compile(r"Step (\d+)/(\d+) : (.*)", re.DOTALL)
_CACHED = " ---> Using cache"
#: The builder's own lines between those of the steps.
_OWN = re.compile(r" ---> .*|Removing intermediate container [0-9a-f]+|Successfully (built|tagged) .*")


@dataclass
class Progress:
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
        printed = as_printed(line)
        if printed or not line:  # the end of a colour is no line
            self.last.append(printed)
            yield OutputLine(printed)

    def rest(self) -> Iterator[Event]:
        """A last line without its end."""
        line, self.unfinished = self.unfinished, ""
        if line:
            yield from self._line(line)


def step_failure(
    said: str,
    message: Message,
    progress: Progress,
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
    return kept_out_error(what, quoted, instruction, source)


def kept_out_error(what: str, said: str, instruction: Instruction | None, source: Source) -> BuildError:
    """The error of a step, with the rule that keeps what it asks for out of the context, if there is one."""
    path, rule = _kept_out(instruction, source) if instruction else ("", "")
    return BuildError(
        "build.step",
        f"{what}; {rule} keeps {path} out of the context" if rule else what,
        said=said,
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
