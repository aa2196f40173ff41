"""What was found out, kept for the next press of TAB: marshal files in a private folder of the user's cache."""

from __future__ import annotations

import binascii
import marshal
import os
import time

TYPE_CHECKING = False  # `typing` costs a TAB 8 ms
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_MANY, _DAY = 100, 86400


def file_for(env: Mapping[str, str], what: str, key: str) -> str:
    """The file that keeps ``what`` of the thing that ``key`` names; the key must stand in the content too."""
    cache = env.get("XDG_CACHE_HOME") or os.path.join(env.get("HOME", ""), ".cache")
    return os.path.join(cache, "kubia", f"{what}-{binascii.crc32(os.fsencode(key)):08x}")


def load(file: str) -> Any:
    """Read what was kept; None when there is nothing, it is broken, or another user wrote it."""
    try:
        with open(file, "rb") as opened:
            if hasattr(os, "geteuid") and os.fstat(opened.fileno()).st_uid != os.geteuid():
                return None
            return marshal.loads(opened.read())  # noqa: S302 (our own file, as checked)
    except (OSError, ValueError, EOFError, TypeError):
        return None


def keep(file: str, what: tuple[Any, ...]) -> None:
    """Write a file whole or not at all, for this user alone; where that cannot be, nothing is kept."""
    new = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(marshal.dumps(what))
        os.replace(new, file)
        _sweep(os.path.dirname(file))
    except OSError:
        return


def _sweep(folder: str) -> None:
    """Remove what nobody asked for within a day, once there is much."""
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if entry.is_file(follow_symlinks=False)]
    for entry in files if len(files) > _MANY else ():
        if entry.stat(follow_symlinks=False).st_mtime < time.time() - _DAY:
            os.unlink(entry.path)


def stamp(file: str) -> tuple[str, int, int, int] | None:
    """What changes when a file does; None when there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return os.path.abspath(file), found.st_mtime_ns, found.st_size, found.st_ino
