"""The contexts that a kubeconfig names, from a private copy of the names alone.

Reading YAML costs a TAB 30 ms; so what was read is kept, with the files' stamps, until one of them changes. No
credential is in it.
"""

from __future__ import annotations

import binascii
import marshal
import os

TYPE_CHECKING = False  # `typing` costs a TAB 8 ms
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: Goes up when what is kept changes its form.
_FORM = 1


class Named:
    """A context's names."""

    __slots__ = ("cluster", "current", "name", "namespace")

    def __init__(self, name: str, cluster: str, namespace: str, current: bool) -> None:
        self.name = name
        self.cluster = cluster
        self.namespace = namespace
        self.current = current


def contexts(env: Mapping[str, str], file: str = "") -> list[Named]:
    """The contexts of ``file``, else of KUBECONFIG's files, else of ~/.kube/config, in order of name.

    Raises KubiaError for a file that is no kubeconfig.
    """
    files = [file] if file else env.get("KUBECONFIG", "").split(os.pathsep)
    if files == [""]:
        files = [os.path.join(env.get("HOME", ""), ".kube", "config")]
    stamps = tuple(_stamp(each) for each in files)
    kept = os.path.join(cache_directory(env), f"contexts-{binascii.crc32(os.fsencode(os.pathsep.join(files))):08x}")
    rows = _kept(kept, stamps)
    if rows is None:
        rows = _read(env, file)
        keep(kept, (_FORM, stamps, rows))
    return [Named(*row) for row in rows]


def docker_contexts(env: Mapping[str, str]) -> list[tuple[str, str]]:
    """Docker's contexts with their endpoints, in order of name."""
    from kubia_cli.session import Session

    return [(each.name, each.endpoint) for each in Session(env=env).docker_contexts.all()]


def cache_directory(env: Mapping[str, str]) -> str:
    """Where kubia keeps what it can find out again."""
    return os.path.join(env.get("XDG_CACHE_HOME") or os.path.join(env.get("HOME", ""), ".cache"), "kubia")


def keep(file: str, what: tuple[Any, ...]) -> None:
    """Write a cache file whole or not at all, for this user alone; where that cannot be, nothing is kept."""
    new = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, marshal.dumps(what))
        finally:
            os.close(handle)
        os.replace(new, file)
    except OSError:
        return


def load(file: str) -> object:
    """Read a cache file; None when there is none, it is broken, or another user wrote it."""
    try:
        with open(file, "rb") as opened:
            if hasattr(os, "geteuid") and os.fstat(opened.fileno()).st_uid != os.geteuid():
                return None
            found: object = marshal.loads(opened.read())  # noqa: S302 (our own file, as checked)
            return found
    except (OSError, ValueError, EOFError, TypeError):
        return None


def _kept(file: str, stamps: tuple[object, ...]) -> list[tuple[str, str, str, bool]] | None:
    found = load(file)
    if isinstance(found, tuple) and found[:2] == (_FORM, stamps):
        rows: list[tuple[str, str, str, bool]] = found[2]
        return rows
    return None


def _stamp(file: str) -> tuple[str, int, int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return os.path.abspath(file), found.st_mtime_ns, found.st_size, found.st_ino


def _read(env: Mapping[str, str], file: str) -> list[tuple[str, str, str, bool]]:
    from kubia_cli.session import Session, Settings

    session = Session(Settings(kubeconfig=file), env=env)
    return [(each.name, each.cluster, each.namespace, each.current) for each in session.cluster_contexts.all()]
