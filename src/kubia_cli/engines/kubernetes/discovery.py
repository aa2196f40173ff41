"""The kinds that a cluster serves, and what the words for them mean.

The chapter's kinds are built in, so that they cost no request. All others come from the server's aggregated discovery
(https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery), from the older documents where a
server has none, and are kept for a few minutes on disk; a word that the kept list lacks asks the server again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kubia_cli.errors import KubiaError, NotFoundError, UsageError
from kubia_cli.model.resource import Kind

#: Reads a path with an Accept header and returns the answer's JSON.
Fetch = Callable[[str, str], Mapping[str, Any]]

#: How long a kept list is trusted, in seconds, and how long one that lacks the word that is looked for.
KEPT, FRESH = 300, 1.0

_JSON = "application/json"
_AGGREGATED = ",".join(
    [*(f"{_JSON};g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")), _JSON]
)
_ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
_NOT_ALL_AT_ONCE = tuple(verb for verb in _ALL_VERBS if verb != "deletecollection")
_ALL = ("all",)


def _core(name: str, plural: str, short: str = "", **more: Any) -> Kind:
    return _kind(name, plural, "", "v1", short, **more)


def _apps(name: str, plural: str, short: str, **more: Any) -> Kind:
    return _kind(name, plural, "apps", "v1", short, categories=_ALL, **more)


def _kind(name: str, plural: str, group: str, version: str, short: str = "", **more: Any) -> Kind:
    said = {"short_names": (short,) if short else (), "singular": name.lower(), "verbs": _ALL_VERBS, **more}
    return Kind(name, plural, group, version, **said)


POD = _core("Pod", "pods", "po", categories=_ALL)
REPLICATION_CONTROLLER = _core("ReplicationController", "replicationcontrollers", "rc", scalable=True, categories=_ALL)
SERVICE = _core("Service", "services", "svc", categories=_ALL)
NODE = _core("Node", "nodes", "no", namespaced=False)
NAMESPACE = _core("Namespace", "namespaces", "ns", namespaced=False, verbs=_NOT_ALL_AT_ONCE)
DEPLOYMENT = _apps("Deployment", "deployments", "deploy", scalable=True)
REPLICA_SET = _apps("ReplicaSet", "replicasets", "rs", scalable=True)
EVENT = _core("Event", "events", "ev")
JOB = _kind("Job", "jobs", "batch", "v1", categories=_ALL)

#: What every cluster has, in the versions that stay (https://kubernetes.io/docs/reference/using-api/deprecation-policy/).
BUILT_IN = (
    POD,
    REPLICATION_CONTROLLER,
    SERVICE,
    DEPLOYMENT,
    NODE,
    REPLICA_SET,
    NAMESPACE,
    EVENT,
    JOB,
    _apps("StatefulSet", "statefulsets", "sts", scalable=True),
    _apps("DaemonSet", "daemonsets", "ds"),
    _core("ConfigMap", "configmaps", "cm"),
    _core("Secret", "secrets"),
    _core("ServiceAccount", "serviceaccounts", "sa"),
    _kind("EndpointSlice", "endpointslices", "discovery.k8s.io", "v1"),
    _kind("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling", "v2", "hpa", categories=_ALL),
)


class Discovery:
    """Answers what a kind's word means; ``cache`` is the file that keeps the server's list between runs."""

    def __init__(self, fetch: Fetch, cache: Path, *, now: Callable[[], float] = time.time) -> None:
        self._fetch = fetch
        self._cache = cache
        self._now = now
        self._kinds: list[Kind] = []
        self._asked = -math.inf
        self._silent_groups: list[str] = []

    def kind(self, word: str) -> Kind:
        """Return the kind that ``word`` means. Raises NotFoundError with the nearest word."""
        found = find_kind(word, BUILT_IN) or find_kind(word, self._known())
        if found is None and self._now() - self._asked > FRESH:
            found = find_kind(word, self._ask())
        if found is None:
            raise self._unknown(word)
        return found

    def of_manifest(self, manifest: Mapping[str, Any]) -> Kind:
        """Return the kind of an object by its ``apiVersion`` and ``kind``. UsageError, NotFoundError."""
        version, name = manifest.get("apiVersion"), manifest.get("kind")
        if not (version and isinstance(version, str) and name and isinstance(name, str)):
            raise UsageError("manifest.kind-missing", "the manifest has no apiVersion or no kind")
        found = _of(version, name, BUILT_IN) or _of(version, name, self._known())
        if found is None and self._now() - self._asked > FRESH:
            found = _of(version, name, self._ask())
        if found is None:
            raise NotFoundError("kind.unknown", f'the server has no kind "{name}" in "{version}"')
        return found

    def kinds(self) -> list[Kind]:
        """Return all kinds that the cluster serves, each once, in its group's preferred version."""
        preferred: dict[tuple[str, str], Kind] = {}
        for kind in self._known():
            preferred.setdefault((kind.group, kind.plural), kind)
        return list(preferred.values())

    def _known(self) -> list[Kind]:
        if not self._kinds:
            self._kinds = self._kept() or self._ask()
        return self._kinds

    def _ask(self) -> list[Kind]:
        self._kinds = list(self._served())
        self._asked = self._now()
        if not self._silent_groups:  # a list with holes is for this run only
            self._keep()
        return self._kinds

    def _served(self) -> Iterator[Kind]:
        for root in ("/api", "/apis"):
            answer = self._fetch(root, _AGGREGATED)
            if answer.get("kind") == "APIGroupDiscoveryList":
                yield from aggregated_kinds(answer)
            else:
                yield from self._listed_one_by_one(root, answer)

    def _listed_one_by_one(self, root: str, answer: Mapping[str, Any]) -> Iterator[Kind]:
        for group_version in group_versions(answer):
            try:
                document = self._fetch(f"{root}/{group_version}", _JSON)
            except KubiaError:  # an aggregated API whose backend is down must not hide all other kinds
                self._silent_groups.append(group_version)
            else:
                yield from listed_kinds(document)

    def _unknown(self, word: str) -> NotFoundError:
        from difflib import get_close_matches  # noqa: PLC0415 (only a wrong word pays for it)

        words = [spelling for kind in self.kinds() for spelling in (kind.plural, _singular(kind), *kind.short_names)]
        near = get_close_matches(word.lower(), words, n=1, cutoff=0.6)
        silent = f"no answer for {', '.join(self._silent_groups)}" if self._silent_groups else ""
        return NotFoundError(
            "kind.unknown",
            f'the server has no resource type "{word}"',
            said=silent,
            fix=f"kubia get {near[0]}" if near else "",
        )

    def _kept(self) -> list[Kind]:
        try:
            if not 0 <= self._now() - self._cache.stat().st_mtime < KEPT:
                return []
            return [_from_json(raw) for raw in json.loads(self._cache.read_text("utf-8"))]
        except (OSError, ValueError, TypeError):  # absent, torn or of another version: the server knows
            return []

    def _keep(self) -> None:
        """Write the list for the next run; a full or read-only disk only costs that run a request."""
        with contextlib.suppress(OSError):
            for directory in (self._cache.parent.parent, self._cache.parent):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._cache.parent)  # 0600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump([asdict(kind) for kind in self._kinds], file, separators=(",", ":"))
                Path(name).replace(self._cache)
            except OSError:
                Path(name).unlink(missing_ok=True)


def cache_file(env: Mapping[str, str], server: str) -> Path:
    """Return where a server's kinds are kept: below $XDG_CACHE_HOME/kubia, ~/.cache/kubia without it."""
    said = env.get("XDG_CACHE_HOME", "")
    home = Path(said) if said else Path(env.get("HOME") or Path.home()) / ".cache"
    name = hashlib.sha256(server.encode()).hexdigest()[:24]
    return home / "kubia" / "discovery" / f"{name}.json"


def find_kind(word: str, kinds: Iterable[Kind]) -> Kind | None:
    """Return the first of ``kinds`` that ``word`` names: plural, singular, Kind or short name, each also with
    ``.group`` or ``.version.group`` behind it; a group may be shortened at its end, as with kubectl.
    """
    name, _, group = word.lower().partition(".")
    by_name = [kind for kind in kinds if name in (kind.plural, _singular(kind), kind.name.lower())]
    candidates = by_name + [kind for kind in kinds if name in kind.short_names]
    if not group:
        return candidates[0] if candidates else None
    exact = [kind for kind in candidates if group in (kind.group, f"{kind.version}.{kind.group}".rstrip("."))]
    shortened = [kind for kind in candidates if kind.group.startswith(group)]
    return next(iter(exact + shortened), None)


def _of(version: str, name: str, kinds: Iterable[Kind]) -> Kind | None:
    return next((kind for kind in kinds if (kind.api_version, kind.name) == (version, name)), None)


def aggregated_kinds(answer: Mapping[str, Any]) -> Iterator[Kind]:
    """Read an APIGroupDiscoveryList; a group's first version is its preferred one."""
    for group in answer.get("items") or ():
        for version in group.get("versions") or ():
            for raw in version.get("resources") or ():
                subresources = [part.get("subresource") for part in raw.get("subresources") or ()]
                yield Kind(
                    name=(raw.get("responseKind") or {}).get("kind", ""),
                    plural=raw.get("resource", ""),
                    group=(group.get("metadata") or {}).get("name", ""),
                    version=version.get("version", ""),
                    namespaced=raw.get("scope") == "Namespaced",
                    short_names=tuple(raw.get("shortNames") or ()),
                    scalable="scale" in subresources,
                    singular=raw.get("singularResource", ""),
                    categories=tuple(raw.get("categories") or ()),
                    verbs=tuple(raw.get("verbs") or ()),
                )


def group_versions(answer: Mapping[str, Any]) -> list[str]:
    """Read the group versions of an APIVersions or APIGroupList, each group's preferred version first."""
    found = list(answer.get("versions") or ())
    for group in answer.get("groups") or ():
        preferred = (group.get("preferredVersion") or {}).get("groupVersion")
        all_versions = [version.get("groupVersion", "") for version in group.get("versions") or ()]
        found += [version for version in all_versions if version == preferred]
        found += [version for version in all_versions if version != preferred]
    return found


def listed_kinds(document: Mapping[str, Any]) -> Iterator[Kind]:
    """Read an APIResourceList, in which ``deployments/scale`` stands beside ``deployments``."""
    group, _, version = document.get("groupVersion", "").rpartition("/")
    resources: Sequence[Mapping[str, Any]] = document.get("resources") or ()
    names = {raw.get("name") for raw in resources}
    for raw in resources:
        plural = raw.get("name", "")
        if "/" in plural:
            continue
        yield Kind(
            name=raw.get("kind", ""),
            plural=plural,
            group=group,
            version=version,
            namespaced=bool(raw.get("namespaced")),
            short_names=tuple(raw.get("shortNames") or ()),
            scalable=f"{plural}/scale" in names,
            singular=raw.get("singularName", ""),
            categories=tuple(raw.get("categories") or ()),
            verbs=tuple(raw.get("verbs") or ()),
        )


def _singular(kind: Kind) -> str:
    return kind.singular or kind.name.lower()


def _from_json(raw: Mapping[str, Any]) -> Kind:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    return Kind(**fields)
