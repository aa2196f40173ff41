"""A look at a Dockerfile before it is sent: what its instructions are, and what the classic builder cannot do with it.

The engine's parser says what is wrong; this only finds what that one misreads (a comment behind an instruction) or
cannot know (BuildKit's syntax). Grammar: moby/buildkit ``frontend/dockerfile/parser``.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kubia_cli.errors import BuildError, UsageError
from kubia_cli.model.image import ImageReference, parse

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*")
_HEREDOC = re.compile(r"""(?:^|\s)\d*<<-?(["']?)([A-Za-z_][\w.]*)\1(?=\s|$)""")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})")
_AT_LINE = re.compile(r"line (\d+): (.*)", re.DOTALL)
_COMMENT = re.compile(r"\s+#.*$")
#: Flags that only BuildKit knows, per instruction.
_BUILDKIT_FLAGS = {
    "RUN": ("--mount", "--network", "--security", "--device"),
    "COPY": ("--link", "--chmod", "--parents", "--exclude"),
    "ADD": ("--link", "--chmod", "--checksum", "--keep-git-dir", "--unpack", "--exclude"),
}
_WORDS_ONLY = ("FROM", "EXPOSE", "USER")
_PLATFORM_ARGUMENTS = re.compile(r"\$\{?(BUILD|TARGET)(PLATFORM|OS|ARCH|VARIANT)")
SCRATCH = "scratch"


@dataclass(frozen=True)
class Instruction:
    """``name`` in capitals, ``rest`` with its lines joined, ``line`` and ``source`` where it begins."""

    name: str
    rest: str
    line: int
    source: str

    @property
    def flags(self) -> list[str]:
        """``--from=build``: the words with a dash before the first other one."""
        words = self.rest.split()
        return words[: next((at for at, word in enumerate(words) if not word.startswith("--")), len(words))]

    @property
    def words(self) -> list[str]:
        """The words behind the flags."""
        return self.rest.split()[len(self.flags) :]


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile that the classic builder may be given; ``shown`` is its name in messages."""

    shown: str
    instructions: tuple[Instruction, ...]
    lines: tuple[str, ...]

    def images(self, arguments: Mapping[str, str | None]) -> dict[int, ImageReference]:
        """The images that it builds on or copies from, by the number of the step that does, counted from 1.

        Stages of its own are none, and an image whose name cannot be told beforehand is left out.
        """
        values: dict[str, str] = {}
        stages: set[str] = set()
        found: dict[int, ImageReference] = {}
        for number, instruction in enumerate(self.instructions, start=1):
            if instruction.name == "ARG" and not stages:
                for name, default in (word.partition("=")[::2] for word in instruction.words):
                    values[name] = str(arguments.get(name) or default.strip("\"'"))
            image = _image_of(instruction, values)
            if image and image.lower() not in stages and not image.isdigit() and image != SCRATCH:
                with contextlib.suppress(UsageError):  # the builder will say so, at its step
                    found[number] = parse(image)
            if instruction.name == "FROM":
                words = instruction.words
                stages.add(words[2].lower() if len(words) > 2 else f"\n{number}")  # one that nothing is called
        return found

    def asked_for(self) -> list[str]:
        """The paths that COPY and ADD name, as they are written."""
        return [
            word
            for each in self.instructions
            if each.name in ("COPY", "ADD") and not any(flag.startswith("--from=") for flag in each.flags)
            for word in each.words[:-1]
        ]

    def parse_error(self, said: str) -> BuildError | None:
        """The error for a builder's sentence about a line of this file; None for one that is about none."""
        if not (found := _AT_LINE.search(said)):
            return None
        line = int(found[1])
        source = self.lines[line - 1].strip() if line <= len(self.lines) else ""
        message = f"{self.shown}:{line}: {found[2].strip()}"
        return BuildError("build.parse", message, said=source, state="nothing was built")

    def find(self, text: str) -> Instruction | None:
        """The instruction that a builder shows as ``text``, whatever blanks stand in it."""
        wanted = text.split()
        return next((each for each in self.instructions if [each.name, *each.rest.split()] == wanted), None)

    def check_target(self, target: str) -> None:
        """Raise UsageError ``build.target`` for a stage that there is not."""
        stages = [each.words[2] for each in self.instructions if each.name == "FROM" and len(each.words) > 2]
        if target and not target.isdigit() and target.lower() not in (stage.lower() for stage in stages):
            known = f": it has {', '.join(stages)}" if stages else ": none of its stages has a name"
            raise UsageError("build.target", f"{self.shown} has no stage `{target}`{known}")


def read(text: bytes, shown: str, *, buildkit: bool = False) -> Dockerfile:
    """Take a Dockerfile apart; ``buildkit`` when BuildKit is to build it.

    Raises BuildError ``build.trailing-comment``, ``build.needs-buildkit``, or ``build.parse`` for an empty one.
    """
    lines = [line.removesuffix("\r") for line in text.decode("utf-8-sig", "replace").split("\n")]
    instructions = []
    for instruction in _instructions(lines):
        if not buildkit:
            _check_buildkit(instruction, lines, shown)
        _check_comment(instruction, shown)
        instructions.append(instruction)
    if not instructions:
        raise BuildError("build.parse", f"{shown} has no instruction", state="nothing was sent")
    return Dockerfile(shown, tuple(instructions), tuple(lines))


def _instructions(lines: list[str]) -> Iterator[Instruction]:
    escape = "\\"
    at = 0
    while at < len(lines) and (directive := _DIRECTIVE.fullmatch(lines[at].strip())):
        escape = directive[2] if directive[1].lower() == "escape" else escape
        at += 1
    continued = re.compile(rf"{re.escape(escape)}[ \t]*$")
    while at < len(lines):
        first = at
        parts: list[str] = []
        while at < len(lines):
            line = lines[at]
            at += 1
            if not line.strip() or line.lstrip().startswith("#"):
                if parts:
                    continue
                break
            parts.append(continued.sub("", line))
            if not continued.search(line):
                break
        name, _, rest = "".join(parts).strip().partition(" ")
        if name:
            name, tab, more = name.partition("\t")
            yield Instruction(name.upper(), f"{more}{tab}{rest}".strip(), first + 1, lines[first].strip())


def _image_of(instruction: Instruction, values: Mapping[str, str]) -> str:
    if instruction.name == "FROM" and instruction.words:
        return _VARIABLE.sub(lambda found: _value(found, values), instruction.words[0])
    if instruction.name == "COPY":
        return next((flag.removeprefix("--from=") for flag in instruction.flags if flag.startswith("--from=")), "")
    return ""


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    return values.get(found[1] or found[2]) or found[3] or found[0]


def _check_buildkit(instruction: Instruction, lines: list[str], shown: str) -> None:
    what = next(
        (
            flag.partition("=")[0]
            for flag in instruction.flags
            if flag.partition("=")[0] in _BUILDKIT_FLAGS.get(instruction.name, ())
        ),
        "",
    )
    heredoc = _HEREDOC.search(instruction.rest) if instruction.name in _BUILDKIT_FLAGS else None
    if heredoc and heredoc[2] in (line.strip() for line in lines[instruction.line :]):
        what = what or "a here-document"
    if instruction.name == "FROM" and _PLATFORM_ARGUMENTS.search(instruction.rest):
        what = "a platform argument"
    if what:
        message = f"{shown}:{instruction.line}: {what} needs BuildKit, and this is the classic builder"
        raise BuildError("build.needs-buildkit", message, said=instruction.source, state="nothing was sent")


def _check_comment(instruction: Instruction, shown: str) -> None:
    """Refuse a comment behind an instruction where the engine would take it for words, or for another form."""
    mended = _COMMENT.sub("", instruction.rest)
    if mended == instruction.rest or not (instruction.name in _WORDS_ONLY or _becomes_list(instruction.rest, mended)):
        return
    message = (
        f"{shown}:{instruction.line}: a comment cannot stand behind {instruction.name}; it needs a line of its own"
    )
    raise BuildError(
        "build.trailing-comment",
        message,
        said=instruction.source,
        state="nothing was sent",
        fix=f"{instruction.name} {mended}",
    )


def _becomes_list(text: str, mended: str) -> bool:
    """Whether ``["node", "app.js"] # so`` is a list only without its comment; with it, it is a shell's command."""
    return text.startswith("[") and not _is_list(text) and _is_list(mended)


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False
