"""A directory to build from: its Dockerfile, the rules that keep files out, and what is added to it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kubia_cli.engines.docker.context.ignore import Matcher, Rule, literal_rule, read_rules, text_of
from kubia_cli.engines.docker.context.walk import open_directory
from kubia_cli.errors import BuildError, LocalError

_DOCKERFILE = "Dockerfile"
_IGNORE = ".dockerignore"


@dataclass(frozen=True)
class Source:
    """An open build directory. ``dockerfile`` is the Dockerfile's path in the context, ``shown`` as the user knows it,
    ``file`` where it lies; ``added`` are files that the directory does not have; ``ignore_file`` is where the rules
    stand. ``matcher`` lets in what the engine must read, ``rules`` are as they were written: what COPY can see."""

    top: int
    matcher: Matcher
    rules: Matcher
    ignore_file: str
    dockerfile: str
    shown: str
    file: Path
    text: bytes
    added: dict[str, bytes]


@contextmanager
def opened(directory: str, dockerfile: str = "") -> Iterator[Source]:
    """Open ``directory`` and read its Dockerfile, or the one given (relative to the working directory).

    Raises LocalError ``build.context``, BuildError ``build.dockerfile-missing``, LocalError ``dockerignore.invalid``.
    """
    top = open_directory(directory)
    try:
        file = _find(directory, dockerfile)
        text = _read(file, dockerfile or f"{directory.rstrip('/')}/{_DOCKERFILE}")
        rules, name = _rules(directory, file)
        shown = dockerfile or file.name
        place = os.path.relpath(os.path.realpath(file), os.path.realpath(directory))
        if place == ".." or place.startswith("../"):
            yield _with_dockerfile_from_outside(top, rules, name, shown, file, text, directory)
        else:
            inside = text_of(os.fsencode(place))
            matcher = _matcher(rules, name, inside)
            yield Source(top, matcher, Matcher(rules, name), name, inside, shown, file, text, {})
    finally:
        os.close(top)


def _find(directory: str, dockerfile: str) -> Path:
    if dockerfile:
        return Path(dockerfile)
    usual = Path(directory) / _DOCKERFILE
    lower = usual.with_name(_DOCKERFILE.lower())
    return lower if lower.exists() and not usual.exists() else usual


def _read(file: Path, shown: str) -> bytes:
    try:
        if not file.is_file():  # a fifo would block
            raise BuildError("build.dockerfile-missing", f"there is no file {shown}", state="nothing was sent")
        return file.read_bytes()
    except OSError as error:
        raise LocalError("context.unreadable", f"cannot read {shown}: {error.strerror}") from error


def _rules(directory: str, dockerfile: Path) -> tuple[list[Rule], str]:
    """The rules of ``<Dockerfile>.dockerignore`` when there is one, as in BuildKit, else of ``.dockerignore``."""
    for file in (dockerfile.with_name(f"{dockerfile.name}{_IGNORE}"), Path(directory) / _IGNORE):
        try:
            return read_rules(file.read_bytes(), file.name), file.name
        except FileNotFoundError:
            continue
        except OSError as error:
            raise LocalError("context.unreadable", f"cannot read {file}: {error.strerror}") from error
    return [], _IGNORE


def _matcher(rules: list[Rule], name: str, *needed: str) -> Matcher:
    """The rules, and exceptions from them for the files that the engine needs, as docker's client makes them."""
    plain = Matcher(rules, name)
    needed = (_IGNORE, *needed)
    return Matcher([*rules, *(literal_rule(path, exception=True) for path in needed if plain.ignores(path))], name)


def _with_dockerfile_from_outside(
    top: int, rules: list[Rule], name: str, shown: str, file: Path, text: bytes, directory: str
) -> Source:
    """Send the Dockerfile under a name of its own, which ``.dockerignore`` keeps out of the image, as docker does."""
    inside = f".dockerfile.{hashlib.sha256(text).hexdigest()[:20]}"
    try:
        ignore = (Path(directory) / _IGNORE).read_bytes() + f"\n{inside}\n".encode()
    except FileNotFoundError:
        ignore = f"{inside}\n{_IGNORE}\n".encode()
    added = {_IGNORE: ignore, inside: text}
    return Source(top, _matcher(rules, name), Matcher(rules, name), name, inside, shown, file, text, added)
