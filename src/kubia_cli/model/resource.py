"""What both engines have in common: a thing with a kind, a name, and the engine's own description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubia_cli.errors import UsageError


@dataclass(frozen=True)
class Kind:
    """A kind that a cluster serves. ``plural`` is what paths hold, ``group`` is empty for the core API."""

    name: str
    plural: str
    group: str
    version: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    scalable: bool = False
    singular: str = ""
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """``apps/v1``, or ``v1`` for the core API."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def spoken(self) -> str:
        """kubectl's spelling in front of a name: ``deployment.apps``, ``pod``."""
        singular = self.singular or self.name.lower()
        return f"{singular}.{self.group}" if self.group else singular


@dataclass(frozen=True)
class Resource:
    """An object of either engine; ``raw`` is the engine's own JSON, so one printer serves all."""

    kind: str
    name: str
    namespace: str = ""
    group: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spoken(self) -> str:
        """``deployment.apps/kubia``: what ``-o name`` prints, and a deed begins with."""
        kind = self.kind.lower()
        return f"{kind}.{self.group}/{self.name}" if self.group else f"{kind}/{self.name}"

    @classmethod
    def from_object(cls, raw: Mapping[str, Any]) -> Resource:
        """Read kind, group, name and namespace from a Kubernetes object."""
        group, _, _ = raw.get("apiVersion", "").rpartition("/")
        metadata = raw.get("metadata") or {}
        return cls(raw.get("kind", ""), metadata.get("name", ""), metadata.get("namespace", ""), group, raw)


@dataclass(frozen=True)
class Target:
    """What a user named: ``kubia``, ``rc kubia``, ``deploy/kubia``; ``kind`` is the word as typed, "" when bare."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}" if self.kind else self.name


def parse_targets(words: list[str], *, needed: str = "") -> list[Target]:
    """Read kubectl's two forms: ``KIND[,KIND] [NAME...]`` and ``KIND/NAME...``.

    A kind alone gives one target with an empty name for each kind, meaning all of them; where something is ``needed``
    beside it ("a name", for the message) it is refused. Raises UsageError when the forms are mixed
    (https://kubernetes.io/docs/reference/kubectl/#syntax), and for a kind or name that is empty: an unset variable in
    quotes is one, and must never mean all.
    """
    if not words:
        raise UsageError("target.missing", "name a kind, or KIND/NAME", fix="kubia get pods")
    if any("/" in word for word in words):
        targets = []
        for word in words:
            kind, slash, name = word.partition("/")
            if not slash:
                raise UsageError("target.mixed", f"`{word}`: with KIND/NAME, every argument needs that form")
            targets.append(Target(_filled(kind, "kind"), _filled(name, "name")))
        return targets
    first, *rest = words
    kinds = [_filled(kind, "kind") for kind in first.split(",")]
    names = [_filled(name, "name") for name in rest]
    if needed and not names:
        raise UsageError("target.name-missing", f"which {first}? give {needed}")
    return [Target(kind, name) for kind in kinds for name in (names or [""])]


def _filled(word: str, what: str) -> str:
    if not word.strip():
        raise UsageError("name.invalid", f"the {what} is empty")
    return word
