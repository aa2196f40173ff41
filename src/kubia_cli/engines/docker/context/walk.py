"""Which paths a build context has.

Everything is reached from one open directory, name by name, without following links: a directory that is swapped for a
link while we walk leads nowhere else (openat(2), O_NOFOLLOW).
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kubia_cli.engines.docker.context.ignore import Matched, Matcher, text_of
from kubia_cli.errors import LocalError

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_LISTED = 10


@dataclass(frozen=True)
class Entry:
    """A path of the context. ``holder`` is the open directory that has it under ``name``."""

    path: str
    name: str
    holder: int
    status: os.stat_result


@dataclass
class _Level:
    """A directory that is being walked; ``entry`` while nothing has been yielded of an ignored one."""

    handle: int
    prefix: str
    matched: Matched
    names: Iterator[str]
    entry: Entry | None = None


def open_directory(path: str) -> int:
    """Open the top of a context. Raises LocalError ``build.context`` or ``context.unreadable``."""
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise LocalError("build.context", f"there is no directory {path}") from error
    except NotADirectoryError as error:
        message = f"{path} is no directory: a build takes the directory that holds the Dockerfile"
        raise LocalError("build.context", message) from error
    except OSError as error:
        raise LocalError("context.unreadable", f"cannot read {path}: {error.strerror}") from error


def walk(top: int, matcher: Matcher, unreadable: Callable[[str], None] | None = None) -> Iterator[Entry]:
    """Yield what is sent of a context, directories before what they hold, names in order of their bytes.

    Sockets are left out. ``unreadable`` is told of directories that cannot be read; without it they are errors.
    """
    levels = [_Level(os.dup(top), "", 0, _names(top))]
    try:
        while levels:
            level = levels[-1]
            name = next(level.names, None)
            if name is None:
                os.close(levels.pop().handle)
                continue
            path = level.prefix + text_of(os.fsencode(name))
            try:
                entry = Entry(path, name, level.handle, os.stat(name, dir_fd=level.handle, follow_symlinks=False))
            except FileNotFoundError:  # gone since its directory was listed
                continue
            kind = stat.S_IFMT(entry.status.st_mode)
            ignored, matched = matcher.match(path, level.matched)
            if not ignored and kind != stat.S_IFSOCK:
                if kind in (stat.S_IFBLK, stat.S_IFCHR):
                    raise _device(path)
                yield from _with_directories(levels, entry)
            if kind == stat.S_IFDIR and not (ignored and matcher.prunes(path)):
                try:
                    below = _descend(entry, matched)
                except OSError as error:
                    if ignored:
                        continue
                    if unreadable is None:
                        raise changed(path) from error
                    unreadable(path)
                    continue
                below.entry = entry if ignored else None
                levels.append(below)
    finally:
        for level in levels:
            os.close(level.handle)


def _with_directories(levels: list[_Level], entry: Entry) -> Iterator[Entry]:
    """Yield an entry behind the ignored directories that lead to it."""
    for level in levels:
        if level.entry is not None:
            above, level.entry = level.entry, None
            yield above
    yield entry


def _descend(entry: Entry, matched: Matched) -> _Level:
    handle = os.open(entry.name, _DIRECTORY, dir_fd=entry.holder)
    try:
        return _Level(handle, f"{entry.path}/", matched, _names(handle))
    except BaseException:
        os.close(handle)
        raise


def _names(handle: int) -> Iterator[str]:
    return iter(sorted(os.listdir(handle), key=os.fsencode))


@dataclass
class Survey:
    """What a first walk finds: every path with its bytes (0 for what is no file), and the bytes of all files."""

    size: int = 0
    files: int = 0
    paths: list[tuple[str, int]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def survey(top: int, matcher: Matcher) -> Survey:
    """Measure a context, and see that all of it can be read before any of it is sent.

    Raises LocalError ``context.unreadable`` that lists what cannot be read.
    """
    found = Survey()
    for entry in walk(top, matcher, found.unreadable.append):
        if not stat.S_ISREG(entry.status.st_mode):
            found.paths.append((entry.path, 0))
        else:
            found.files += 1
            found.size += entry.status.st_size
            found.paths.append((entry.path, entry.status.st_size))
            if not os.access(entry.name, os.R_OK, dir_fd=entry.holder, effective_ids=True):
                found.unreadable.append(entry.path)
    if found.unreadable:
        listed = ", ".join(found.unreadable[:_MOST_LISTED])
        more = len(found.unreadable) - _MOST_LISTED
        listed += f" and {more} more" if more > 0 else ""
        fix = f"echo {shlex.quote(found.unreadable[0])} >> .dockerignore"
        raise LocalError("context.unreadable", f"the build context has what cannot be read: {listed}", fix=fix)
    return found


def changed(path: str) -> LocalError:
    """The error for a path that is not what it was a moment ago."""
    return LocalError("context.changed", f"{path} changed while it was being sent", state="nothing was built")


def _device(path: str) -> LocalError:
    message = f"{path} is a device: it cannot be part of a build context"
    return LocalError("context.device", message, fix=f"echo {shlex.quote(path)} >> .dockerignore")
