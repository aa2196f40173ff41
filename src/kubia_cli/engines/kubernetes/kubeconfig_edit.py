"""Write a kubeconfig's ``current-context`` and nothing else: comments, order and quoting of the file survive.

The file is replaced at once (a temporary one beside it, fsync, rename), behind the lock file that kubectl uses too, so
that a crash, a full disk or a second program never leaves half a file (kubernetes/kubernetes#23964).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from kubia_cli.engines.kubernetes.kubeconfig_file import invalid, parse
from kubia_cli.errors import ConflictError, LocalError

_KEY = "current-context"
#: How long another program's lock is waited for, in seconds.
LOCK_WAIT = 2.0


def write_current_context(file: str, name: str) -> None:
    """Set the current context in ``file``. Raises ``kubeconfig.unwritable`` and ``kubeconfig.locked``."""
    try:
        with _locked(file):
            target = Path(file).resolve()  # a link stays one
            _replace(target, edited(file, target.read_bytes(), name))
    except OSError as error:
        message = f"cannot write {file}: {error.strerror or error}"
        raise LocalError("kubeconfig.unwritable", message, state="the current context is as it was") from error


def edited(file: str, data: bytes, name: str) -> bytes:
    """Return the file's text with ``name`` as its current context, the rest as it was."""
    before = parse(file, data)
    if before is not None and not isinstance(before, dict):
        raise invalid(file, "is no kubeconfig: it must be a mapping")
    wanted = {**(before or {}), _KEY: name}
    text = data.decode("utf-8-sig")
    with contextlib.suppress(LocalError):  # an edit that the text does not take is not made: it is written anew below
        attempt = _edited_in_place(text, name).encode()
        if parse(file, attempt) == wanted:
            return attempt
    return _anew(wanted)


def _edited_in_place(text: str, name: str) -> str:
    root = next(yaml.compose_all(text, Loader=yaml.SafeLoader), None)
    if not isinstance(root, yaml.MappingNode):
        return f"{text}{_KEY}: {_scalar(name)}\n"
    quoted = json.dumps(name, ensure_ascii=False)
    for key, value in root.value:
        if key.value == _KEY:
            start, end = value.start_mark.index, value.end_mark.index
            scalar = quoted if root.flow_style or value.style else _scalar(name)
            gap = "" if text[start - 1].isspace() else " "
            return f"{text[:start]}{gap}{scalar}{text[end:]}"
    start = root.start_mark.index
    if root.flow_style:
        comma = ", " if root.value else ""
        return f'{text[: start + 1]}"{_KEY}": {quoted}{comma}{text[start + 1 :]}'
    return f"{text[:start]}{_KEY}: {_scalar(name)}\n{text[start:]}"


def _scalar(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z][\w.@/-]*", name, re.ASCII) and len(name) > 5
    return name if plain else json.dumps(name, ensure_ascii=False)


def _anew(wanted: dict[str, Any]) -> bytes:
    text: str = yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True)
    return text.encode()


def _replace(file: Path, data: bytes) -> None:
    status = file.stat()
    directory = file.parent
    handle, temporary = tempfile.mkstemp(prefix=".kubeconfig-", dir=directory)  # 0600
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fchmod(out.fileno(), status.st_mode & 0o7777)
            if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                with contextlib.suppress(PermissionError):  # another's file that we may write: it becomes ours
                    os.fchown(out.fileno(), status.st_uid, status.st_gid)
            os.fsync(out.fileno())
        Path(temporary).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    folder = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _locked(file: str) -> Iterator[None]:
    """Hold ``FILE.lock``, as client-go's ``ModifyConfig`` does."""
    lock = f"{file}.lock"
    patience = time.monotonic() + LOCK_WAIT
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0))
            break
        except FileExistsError:
            if time.monotonic() > patience:
                message = f"another program holds {file}: {lock} exists"
                raise ConflictError(
                    "kubeconfig.locked", message, state="the current context is as it was", fix=f"rm {lock}"
                ) from None
            time.sleep(0.05)
    try:
        yield
    finally:
        Path(lock).unlink(missing_ok=True)
