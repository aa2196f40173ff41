"""One kubeconfig file: read as kubectl reads it, refused with file and line, never with the line's text.

Scalars follow kubectl's YAML library, not PyYAML's: ``y`` is a boolean there, ``2001-01-01`` and ``12:30`` are text. A
known field of another type is refused, as client-go refuses it, so that both mean the same cluster or neither does.
The fields are those of client-go's ``tools/clientcmd/api/v1/types.go``; others are dropped, as client-go drops them.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kubia_cli.errors import LocalError

#: Where a value stands in a file: ("clusters", 0, "name").
Place = tuple[str | int, ...]

_EXEC = {
    "command": str,
    "args": [str],
    "env": [{"name": str, "value": str}],
    "apiVersion": str,
    "installHint": str,
    "provideClusterInfo": bool,
    "interactiveMode": str,
}
_EXTENSIONS = [{"name": str, "extension": object}]
_CLUSTER = {
    "server": str,
    "tls-server-name": str,
    "insecure-skip-tls-verify": bool,
    "certificate-authority": str,
    "certificate-authority-data": bytes,
    "proxy-url": str,
    "disable-compression": bool,
    "extensions": _EXTENSIONS,
}
_USER = {
    "client-certificate": str,
    "client-certificate-data": bytes,
    "client-key": str,
    "client-key-data": bytes,
    "token": str,
    "tokenFile": str,
    "as": str,
    "as-uid": str,
    "as-groups": [str],
    "as-user-extra": {"*": [str]},
    "username": str,
    "password": str,
    "auth-provider": {"name": str, "config": {"*": str}},
    "exec": _EXEC,
}
_CONTEXT = {"cluster": str, "user": str, "namespace": str}
_CONFIG = {
    "apiVersion": str,
    "kind": str,
    "current-context": str,
    "clusters": [{"name": str, "cluster": _CLUSTER}],
    "users": [{"name": str, "user": _USER}],
    "contexts": [{"name": str, "context": _CONTEXT}],
}
_WORDS: Mapping[object, str] = {str: "text (quotes make it text)", bool: "true or false", bytes: "base64 text"}

_BOOLEANS = "y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF"
_NULLS = "~|null|Null|NULL|"
_INTEGERS = "[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)"
_FLOATS = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"


@dataclass(frozen=True)
class KubeconfigFile:
    """What one file says: its entries by name, paths made absolute."""

    file: str
    current_context: str = ""
    clusters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    users: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    contexts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def invalid(file: str, reason: str, line: int = 0) -> LocalError:
    """The error for a kubeconfig file that cannot be used; ``line`` counts from 1, 0 is none."""
    place = f"{file}, line {line}" if line else file
    return LocalError("kubeconfig.invalid", f"{place}: {reason}")


def read_file(file: str) -> KubeconfigFile | None:
    """Read one kubeconfig file; None when there is none. LocalError ``kubeconfig.invalid``."""
    try:
        data = Path(file).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise invalid(file, f"cannot be read: {error.strerror or error}") from error
    return parse_file(file, data)


def parse_file(file: str, data: bytes) -> KubeconfigFile:
    """Read a kubeconfig file's bytes. LocalError ``kubeconfig.invalid``."""
    raw = parse(file, data)
    config = _Shape(file, data).check(raw if raw is not None else {}, _CONFIG, ())
    kind, version = config.get("kind") or "Config", config.get("apiVersion") or "v1"
    if (kind, version) != ("Config", "v1"):
        raise invalid(file, "is no kubeconfig: kind must be Config, apiVersion v1")
    directory = str(Path(file).absolute().parent)  # as it is named: a link is not followed
    return KubeconfigFile(
        file,
        config.get("current-context") or "",
        {name: _resolved(entry, directory) for name, entry in _by_name(file, config, "clusters", "cluster")},
        {name: _resolved(entry, directory) for name, entry in _by_name(file, config, "users", "user")},
        dict(_by_name(file, config, "contexts", "context")),
    )


def parse(file: str, data: bytes) -> Any:
    """Read the first YAML or JSON document of a file. LocalError ``kubeconfig.invalid`` with its line."""
    if data.lstrip()[:1] == b"{":  # a JSON file may be indented with tabs, which not every YAML reader takes
        try:
            return json.loads(data)
        except ValueError:
            pass  # flow-style YAML begins the same way; its reader knows the line of an error
    try:
        loader = _loader()(data)
        try:
            return loader.get_data() if loader.check_data() else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # What the reader quotes stands in the file and may be a token.
        quotes = "'" in (error.problem or "'")
        reason = "is no YAML" if quotes else f"is no YAML: {error.problem}"
        raise invalid(file, reason, mark.line + 1 if mark else 0) from None
    except yaml.reader.ReaderError as error:
        raise invalid(file, "is no text", data.count(b"\n", 0, error.position) + 1) from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        raise invalid(file, "is no YAML that can be read") from None


@cache
def _loader() -> Any:
    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """PyYAML's reader with the scalars of kubectl's: goyaml.v2 ``resolve.go``."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML's own protocol)

    for tag, pattern in (
        ("null", _NULLS),
        ("bool", _BOOLEANS),
        ("int", _INTEGERS),
        ("float", _FLOATS),
        ("merge", "<<"),
    ):
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), None)
    Loader.bool_values = {word.lower(): word.lower() in ("y", "yes", "true", "on") for word in _BOOLEANS.split("|")}
    Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: _number(loader.construct_scalar(node)))
    return Loader


def _number(text: str) -> int | float:
    digits = text.replace("_", "")
    for base in (0, 8, 10):  # 0x and 0b, then the old octal 017, then what is neither: 08
        try:
            return int(digits, base)
        except ValueError:
            continue
    return float(digits)


class _Shape:
    """Holds a file's values against what client-go expects there."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        self.data = data

    def check(self, value: Any, shape: Any, path: Place) -> Any:
        """Return the known part of ``value``; null is the field's zero, as in Go."""
        if shape is object:
            return value
        if isinstance(shape, dict):
            return self._mapping(value, shape, path)
        if isinstance(shape, list):
            if value is not None and not isinstance(value, list):
                raise self._wrong(path, "a list")
            return [self.check(item, shape[0], (*path, index)) for index, item in enumerate(value or [])]
        if value is None:
            return shape()
        if shape is bytes and isinstance(value, str):
            return self._decoded(value, path)
        if not isinstance(value, shape):
            raise self._wrong(path, _WORDS[shape])
        return value

    def _mapping(self, value: Any, shape: dict[str, Any], path: Place) -> dict[str, Any]:
        if value is not None and not isinstance(value, dict):
            raise self._wrong(path, "a mapping")
        found = value or {}
        if "*" in shape:
            return {str(key): self.check(item, shape["*"], (*path, key)) for key, item in found.items()}
        return {key: self.check(found[key], part, (*path, key)) for key, part in shape.items() if key in found}

    def _decoded(self, value: str, path: Place) -> bytes:
        try:
            return base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
        except (binascii.Error, ValueError):
            raise self._wrong(path, _WORDS[bytes]) from None

    def _wrong(self, path: Place, wanted: str) -> LocalError:
        spoken = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        return invalid(self.file, f"{spoken or 'the file'} must be {wanted}", line_of(self.data, path))


def line_of(data: bytes, path: Place) -> int:
    """The line (from 1) on which the value at ``path`` begins; 0 when it cannot be told."""
    try:
        node = next(yaml.compose_all(data, Loader=yaml.SafeLoader), None)
    except yaml.YAMLError:
        return 0
    for part in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
        elif isinstance(node, yaml.MappingNode):
            node = next((value for key, value in reversed(node.value) if key.value == part), node)
    return node.start_mark.line + 1 if node is not None else 0


def _by_name(file: str, config: Mapping[str, Any], plural: str, singular: str) -> list[tuple[str, Mapping[str, Any]]]:
    entries = [(entry.get("name") or "", entry.get(singular) or {}) for entry in config.get(plural) or ()]
    if len(dict(entries)) < len(entries):
        raise invalid(file, f"two of its {plural} have the same name")
    return entries


def _resolved(entry: Mapping[str, Any], directory: str) -> dict[str, Any]:
    """Make an entry's paths absolute: they are relative to the file they stand in (client-go ``ResolvePaths``)."""
    resolved = dict(entry)
    for key in ("certificate-authority", "client-certificate", "client-key", "tokenFile"):
        if resolved.get(key):
            resolved[key] = os.path.normpath(Path(directory, resolved[key]))
    program = resolved.get("exec") or {}
    if "/" in program.get("command", ""):  # a bare name is looked up on PATH
        resolved["exec"] = {**program, "command": os.path.normpath(Path(directory, program["command"]))}
    return resolved
