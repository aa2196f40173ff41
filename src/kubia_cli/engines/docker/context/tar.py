"""A build context as a tar archive, in pieces: never a whole file in memory, never a copy on disk (trap T13)."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Iterator, Mapping

from kubia_cli.engines.docker.context.ignore import Matcher
from kubia_cli.engines.docker.context.walk import Entry, changed, walk
from kubia_cli.errors import LocalError

_PIECE = 256 * 1024
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_END = bytes(2 * tarfile.BLOCKSIZE)
_KINDS = {stat.S_IFDIR: tarfile.DIRTYPE, stat.S_IFLNK: tarfile.SYMTYPE, stat.S_IFIFO: tarfile.FIFOTYPE}


def archive(top: int, matcher: Matcher, added: Mapping[str, bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield pieces of the archive, each with the bytes of files that have been read so far.

    ``added`` are files of our own, in the place of those of that name. Raises LocalError ``context.changed`` when a
    file is not what it was when its reading began.
    """
    buffer = bytearray()
    sent = 0
    for piece, size in _pieces(top, matcher, added):
        buffer += piece
        sent += size
        if len(buffer) >= _PIECE:
            yield bytes(buffer), sent
            buffer.clear()
    yield bytes(buffer) + _END, sent


def _pieces(top: int, matcher: Matcher, added: Mapping[str, bytes]) -> Iterator[tuple[bytes, int]]:
    for entry in walk(top, matcher):
        if entry.path in added:
            continue
        if stat.S_ISREG(entry.status.st_mode):
            yield from _file(entry)
        else:
            yield _other(entry), 0
    for path, content in added.items():
        info = tarfile.TarInfo(path)
        info.size = len(content)
        yield _header(info) + content + _padding(len(content)), 0


def _file(entry: Entry) -> Iterator[tuple[bytes, int]]:
    try:
        handle = os.open(entry.name, _OPEN, dir_fd=entry.holder)
    except OSError as error:
        raise changed(entry.path) from error
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise changed(entry.path)
        yield _header(_info(entry.path, before)), 0
        left = before.st_size
        while left:
            piece = _read(handle, min(_PIECE, left), entry.path)
            if not piece:
                raise changed(entry.path)
            left -= len(piece)
            yield piece, len(piece)
        after = os.fstat(handle)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise changed(entry.path)
        yield _padding(before.st_size), 0
    finally:
        os.close(handle)


def _read(handle: int, size: int, path: str) -> bytes:
    try:
        return os.read(handle, size)
    except OSError as error:
        raise LocalError("context.unreadable", f"cannot read {path}: {error.strerror}") from error


def _other(entry: Entry) -> bytes:
    info = _info(entry.path, entry.status)
    info.size = 0
    info.type = _KINDS[stat.S_IFMT(entry.status.st_mode)]
    if info.type == tarfile.SYMTYPE:
        try:
            info.linkname = os.readlink(entry.name, dir_fd=entry.holder)
        except OSError as error:
            raise changed(entry.path) from error
    return _header(info)


def _info(path: str, status: os.stat_result) -> tarfile.TarInfo:
    """As docker's client writes it: everything belongs to root."""
    info = tarfile.TarInfo(path)
    info.mode = stat.S_IMODE(status.st_mode)
    info.size = status.st_size
    info.mtime = int(status.st_mtime)
    return info


def _header(info: tarfile.TarInfo) -> bytes:
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)
