"""Environment variables as ``-e`` and ``--env-file`` give them, by docker's rules (docker/cli ``opts/file.go``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubia_cli.errors import UsageError

_BLANKS = " \t\n\v\f\r\x85\xa0"


def resolve_env(words: Iterable[str], environ: Mapping[str, str]) -> list[str]:
    """Return ``NAME=value`` for every ``-e``; ``-e NAME`` takes the value from ``environ``.

    A NAME that is not set stays alone, which tells the engine to drop the image's own variable of that name.
    """
    resolved = []
    for word in words:
        name, equals, _ = word.partition("=")
        if not name:
            raise UsageError("env.invalid", f"`-e {word}`: a variable needs a name before the =", fix="-e NAME=value")
        resolved.append(f"{name}={environ[name]}" if not equals and name in environ else word)
    return resolved


def parse_env_file(text: str, path: str, environ: Mapping[str, str]) -> list[str]:
    """Read an environment file: a NAME=value on each line, ``#`` in front of comments, values taken as they stand.

    Quotes are part of a value, a NAME alone is passed on if ``environ`` has it. Raises UsageError with the line number.
    """
    variables = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = line.lstrip(_BLANKS)
        if not line or line.startswith("#"):
            continue
        name, equals, _ = line.partition("=")
        if not name:
            raise UsageError("env.invalid", f"{path}, line {number}: a variable needs a name before the =")
        if any(character in _BLANKS for character in name):
            raise UsageError("env.invalid", f"{path}, line {number}: the name `{name}` has a blank in it")
        if equals:
            variables.append(line)
        elif name in environ:
            variables.append(f"{name}={environ[name]}")
    return variables
