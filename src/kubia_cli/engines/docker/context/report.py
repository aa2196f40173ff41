"""What is worth knowing of a build context before it is sent: what makes it large, and what looks like a secret."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from kubia_cli.engines.docker.context.ignore import literal_rule
from kubia_cli.engines.docker.context.walk import Survey
from kubia_cli.model.events import ContextFound

#: Bytes above which a context is explained.
LARGE = 100_000_000
_MOST_LISTED = 5
#: What part of the whole a path must have for a line of its own.
_WORTH_A_LINE = 0.01
#: A directory is not named when this part of it lies in one thing below.
_MOSTLY = 0.9
#: Names that secrets bear, and the rule that keeps each out.
_SECRETS = (
    (re.compile(r"\.env(?:\.(?!example$|sample$|template$|dist$).+)?"), "**/{name}"),
    (re.compile(r"id_[a-z0-9_]+"), "**/{name}"),
    (re.compile(r".+\.(?:pem|p12|pfx)"), "**/*{suffix}"),
    (re.compile(r"\.(?:npmrc|pypirc|netrc|git-credentials|pgpass|htpasswd)"), "**/{name}"),
)
#: Directories whose content is one, and files that are one where they lie.
_HISTORY = ".git"
_SECRET_PATHS = (".docker/config.json", ".kube/config", ".aws/credentials", ".ssh/config")


def report(survey: Survey, asked_for: Iterable[str], ignore_file: str) -> ContextFound | None:
    """What is to be told, or None; ``asked_for`` are the paths that the Dockerfile names, which nothing shall lose."""
    largest = _largest(survey.paths) if survey.size > LARGE else []
    secrets = _secrets(path for path, _ in survey.paths)
    if not largest and not secrets:
        return None
    named = [posixpath.normpath(path).lstrip("/") for path in asked_for]
    lines = [
        literal_rule(path).text
        for path, size in largest
        if size >= survey.size * _WORTH_A_LINE and not any(_touches(path, each) for each in named)
    ]
    lines += [rule for rule in secrets.values() if rule not in lines and rule.removeprefix("**/") not in lines]
    shown = tuple(secrets)[:_MOST_LISTED]
    more = len(secrets) - len(shown)
    shown += (f"{more} more",) if more else ()
    return ContextFound(survey.size, survey.files, tuple(largest), shown, tuple(dict.fromkeys(lines)), ignore_file)


def _largest(paths: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """The largest paths side by side: a directory that is mostly one thing gives way to that thing."""
    below: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for path, size in paths:
        if size:
            while path:
                above = posixpath.dirname(path)
                below[above][path] += size
                path = above
    found = []
    for path, size in below[""].items():
        while (inside := below.get(path)) and (most := max(inside, key=inside.__getitem__)):
            if inside[most] < size * _MOSTLY:
                break
            path, size = most, inside[most]
        found.append((path, size))
    return sorted(found, key=lambda each: (-each[1], each[0]))[:_MOST_LISTED]


def _secrets(paths: Iterable[str]) -> dict[str, str]:
    """Paths that look like secrets, each with the rule that keeps it out."""
    found: dict[str, str] = {}
    for path in paths:
        directory, name = posixpath.split(path)
        if _HISTORY in path.split("/"):
            inside = path.split("/")
            top = "/".join(inside[: inside.index(_HISTORY) + 1])
            found.setdefault(top, f"**/{_HISTORY}")
        elif any(path == each or path.endswith(f"/{each}") for each in _SECRET_PATHS):
            found[path] = f"**/{posixpath.basename(directory)}"
        else:
            rule = next((rule for pattern, rule in _SECRETS if pattern.fullmatch(name)), "")
            if rule:
                found[path] = rule.format(name=literal_rule(name).text, suffix=posixpath.splitext(name)[1])
    return found


def _touches(path: str, named: str) -> bool:
    return path == named or path.startswith(f"{named}/") or named.startswith(f"{path}/")
