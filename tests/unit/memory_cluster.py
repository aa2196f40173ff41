"""A cluster in memory: objects, labels, versions and uids as the API server keeps them, and no controllers.

``tests/cluster/test_contract.py`` holds it and the real one to the same behaviour. Methods that no unit test needs are
left out.
"""
# ruff: noqa: ARG002 (the signatures are the protocol's)

from __future__ import annotations

import copy
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

from kubia_cli.engines import DryRun, Object
from kubia_cli.errors import ConflictError, NotFoundError
from kubia_cli.model import manifest
from kubia_cli.model.resource import Kind

KINDS = {
    word: kind
    for kind in (
        manifest.DEPLOYMENT, manifest.REPLICATION_CONTROLLER, manifest.REPLICA_SET, manifest.POD, manifest.JOB,
        manifest.SERVICE, manifest.ENDPOINT_SLICE, manifest.EVENT, manifest.NODE, manifest.AUTOSCALER,
        Kind("ConfigMap", "configmaps", "", "v1"),
    )
    for word in (kind.name.lower(), kind.plural)
} | {"deploy": manifest.DEPLOYMENT, "rc": manifest.REPLICATION_CONTROLLER}  # fmt: skip


class MemoryCluster:
    """``on_read`` is called before every read: there a test moves what it watches, and the clock."""

    def __init__(self, namespace: str = "default", server: str = "https://192.0.2.1:6443") -> None:
        self.context = "memory"
        self.namespace = namespace
        self.server = server
        self.patience: Callable[[], float] | None = None
        self.on_read: Callable[[], None] = lambda: None
        self.log = b""
        self._objects: dict[tuple[str, str, str], Object] = {}
        self._numbers = itertools.count(1)

    def put(self, raw: Object) -> Object:
        """Store an object as it is, with a uid and a version."""
        kind, metadata = KINDS[raw["kind"].lower()], raw["metadata"]
        namespace = metadata.setdefault("namespace", self.namespace) if kind.namespaced else ""
        metadata.setdefault("uid", f"uid-{next(self._numbers)}")
        metadata["resourceVersion"] = str(next(self._numbers))
        self._objects[kind.plural, namespace, metadata["name"]] = raw
        return raw

    def kind(self, word: str) -> Kind:
        if word.lower() not in KINDS:
            raise NotFoundError("kind.unknown", f"the cluster has no kind `{word}`")
        return KINDS[word.lower()]

    def get(self, kind: Kind, name: str, namespace: str = "", *, subresource: str = "") -> Object:
        self.on_read()
        raw = self._find(kind, name, namespace)
        if subresource == "scale":
            metadata = {key: raw["metadata"][key] for key in ("name", "namespace", "resourceVersion")}
            return {"kind": "Scale", "metadata": metadata, "spec": {"replicas": raw["spec"].get("replicas", 0)}}
        return copy.deepcopy(raw)

    def list(self, kind: Kind, namespace: str | None = "", *, labels: str = "", fields: str = "") -> Object:
        wanted = dict(pair.split("=", 1) for pair in labels.split(",") if pair)
        found = [
            copy.deepcopy(raw)
            for (plural, place, _), raw in self._objects.items()
            if plural == kind.plural
            and place in ("", namespace or self.namespace)
            and wanted.items() <= (raw["metadata"].get("labels") or {}).items()
        ]
        return {"items": found}

    def watch(self, kind: Kind, namespace: str | None = "", **_query: Any) -> Iterator[Object]:
        for _ in range(100):
            time.sleep(0.02)
            yield {"type": "MODIFIED"}

    def apply(self, made: Object, *, dry_run: DryRun = "none", force: bool = False) -> Object:
        kind = KINDS[made["kind"].lower()]
        try:
            live = self._find(kind, made["metadata"]["name"], made["metadata"].get("namespace", ""))
        except NotFoundError:
            live = {"metadata": {}}
        merged = _merged(copy.deepcopy(live), made)
        if merged != live and dry_run == "none":
            self.put(merged)
        return copy.deepcopy(merged)

    def put_scale(self, kind: Kind, name: str, namespace: str, scale: Object, *, dry_run: DryRun = "none") -> Object:
        raw = self._find(kind, name, namespace)
        if scale["metadata"]["resourceVersion"] != raw["metadata"]["resourceVersion"]:
            raise ConflictError("object.changed", "the object has been modified")
        if dry_run == "none":
            raw["spec"]["replicas"] = scale["spec"]["replicas"]
            self.put(raw)
        return scale

    def delete(self, kind: Kind, name: str, namespace: str = "", *, uid: str = "", **_how: Any) -> Object:
        raw = self._find(kind, name, namespace)
        if uid and uid != raw["metadata"]["uid"]:
            raise ConflictError("object.changed", "another object has the name")
        return self._objects.pop((kind.plural, raw["metadata"].get("namespace", ""), name))

    def logs(self, pod: str, namespace: str = "", **_which: Any) -> Iterator[bytes]:
        yield self.log

    def version(self) -> Object:
        return {"major": "1", "minor": "34"}

    def _find(self, kind: Kind, name: str, namespace: str) -> Object:
        place = (namespace or self.namespace) if kind.namespaced else ""
        if (kind.plural, place, name) not in self._objects:
            raise NotFoundError("object.not-found", f'{kind.plural} "{name}" not found')
        return self._objects[kind.plural, place, name]


def _merged(live: Object, made: Object) -> Object:
    for key, value in made.items():
        live[key] = _merged(live.get(key) or {}, value) if isinstance(value, dict) else value
    return live
