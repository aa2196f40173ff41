"""A cluster whose API server gives each path a fixed answer."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kubia_cli.engines.kubernetes.api import KubeCluster
from tests.unit.engines.kubernetes.scripted import Asked, Script, Scripted, answer, cluster, status

COLUMNS = [
    {"name": "Name", "type": "string", "format": "name", "priority": 0},
    {"name": "Status", "type": "string", "format": "", "priority": 0},
    {"name": "Node", "type": "string", "format": "", "priority": 1},
]


def routed(answers: Mapping[str, Any]) -> Script:
    """Answer each path with its JSON, or by its script; NotFound for all others, in the server's words."""

    def script(connection: socket.socket, asked: Asked) -> None:
        found = answers.get(asked.path)
        if found is None:
            kind, _, name = asked.path.rpartition("/")
            plural = kind.rpartition("/")[2]
            details = {"name": name, "kind": plural}
            found = status(404, "NotFound", f'{plural} "{name}" not found', details=details)
        (found if callable(found) else answer(found))(connection, asked)

    return script


@contextlib.contextmanager
def served(tmp_path: Path, answers: Mapping[str, Any]) -> Iterator[tuple[KubeCluster, Scripted]]:
    """The cluster and its server."""
    with cluster(tmp_path, routed(answers)) as both:
        yield both


def pod(name: str, phase: str = "Running", version: str = "1", **spec: Any) -> dict[str, Any]:
    """A pod as the server holds it."""
    metadata = {"name": name, "namespace": "dev", "uid": f"uid-{name}", "resourceVersion": version}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {"phase": phase}}


def listed(*objects: dict[str, Any]) -> dict[str, Any]:
    """A list of objects as the server gives it."""
    return {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": "7"}, "items": list(objects)}


def table(*pods: dict[str, Any], version: str = "7") -> dict[str, Any]:
    """The server's Table of pods."""
    rows = [
        {
            "cells": [each["metadata"]["name"], each["status"]["phase"], "lab"],
            "object": {"kind": "PartialObjectMetadata", "metadata": each["metadata"]},
        }
        for each in pods
    ]
    return {"kind": "Table", "metadata": {"resourceVersion": version}, "columnDefinitions": COLUMNS, "rows": rows}


def forbidden(what: str) -> Script:
    """A refusal by RBAC."""
    return status(403, "Forbidden", f'{what} is forbidden: User "reader" cannot list resource "{what}"')
