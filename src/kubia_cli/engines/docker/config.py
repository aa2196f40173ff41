"""Docker's config.json: where it is, what it says, and how kubia writes the few keys of it that it changes.

The SDK ignores a file that it cannot read, and goes on without its credentials (reliability trap T21). Here a broken
file is an error with its line.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubia_cli.errors import LocalError

_NEW_FILE_MODE = 0o600


def config_dir(env: Mapping[str, str]) -> Path:
    """DOCKER_CONFIG, else ``~/.docker``."""
    said = env.get("DOCKER_CONFIG", "")
    if said:
        return Path(said)
    home = env.get("HOME", "")
    return (Path(home) if home else Path.home()) / ".docker"


def config_file(env: Mapping[str, str]) -> Path:
    """The path of config.json, whether it is there or not."""
    return config_dir(env) / "config.json"


def read_config(env: Mapping[str, str]) -> dict[str, Any]:
    """What config.json says; {} when there is none. Raises LocalError ``docker-config.invalid`` with file and line."""
    return read_json(config_file(env), "docker-config.invalid")


def read_json(file: Path, code: str) -> dict[str, Any]:
    """Read a JSON object; {} for an absent or empty file. Raises LocalError ``code``; the text itself is not shown."""
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise LocalError(code, f"cannot read {file}: {error.strerror}") from error
    return parse_json(text, str(file), code) if text.strip() else {}


def parse_json(text: bytes, where: str, code: str) -> dict[str, Any]:
    """Parse a JSON object that stands in ``where``. Raises LocalError ``code`` with the line."""
    try:
        value = json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LocalError(code, f"{where} is no UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise LocalError(code, f"{where}, line {error.lineno}: this is no JSON: {error.msg}") from error
    if not isinstance(value, dict):
        raise LocalError(code, f"{where}, line 1: an object is expected: {{ … }}")
    return value


def write_current_context(env: Mapping[str, str], name: str) -> None:
    """Set ``currentContext``, as ``docker context use`` does; every other key stays as it is."""
    content = read_config(env)
    if name == "default":
        content.pop("currentContext", None)
    else:
        content["currentContext"] = name
    write_config(env, content, state="the current context is as it was")


def write_config(env: Mapping[str, str], content: Mapping[str, Any], *, state: str) -> None:
    """Write config.json. Raises LocalError ``docker-config.unwritable`` with ``state``.

    The new file is written beside the old one and put in its place, with the old one's mode (0600 for a new one).
    """
    file = config_file(env)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps(content, indent="\t", ensure_ascii=False)
        _replace(file.resolve(), f"{text}\n".encode())
    except OSError as error:
        message = f"cannot write {file}: {error.strerror}"
        raise LocalError("docker-config.unwritable", message, state=state) from error


def _replace(file: Path, data: bytes) -> None:
    mode = file.stat().st_mode & 0o7777 if file.exists() else _NEW_FILE_MODE
    handle, temporary = tempfile.mkstemp(prefix=".config-", dir=file.parent)  # 0600
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fchmod(out.fileno(), mode)
            os.fsync(out.fileno())
        Path(temporary).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
