"""Waiting until deleted objects are really gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubia_cli.engines import Cluster
from kubia_cli.errors import NotFoundError, TimedOutError
from kubia_cli.model.duration import spoken
from kubia_cli.model.resource import Kind
from kubia_cli.rollout.doorbell import Deadline, Doorbell, Watched


def wait_until_gone(cluster: Cluster, kind: Kind, raw: Mapping[str, Any], deadline: Deadline) -> None:
    """Return when the object has gone, or another has its name. TimedOutError says what still holds it."""
    metadata = raw["metadata"]
    name, namespace = metadata["name"], metadata.get("namespace", "")
    with Doorbell(cluster, [Watched(kind, namespace, fields=f"metadata.name={name}")]) as bell:
        while True:
            try:
                now = cluster.get(kind, name, namespace)["metadata"]
            except NotFoundError:
                return
            if now.get("uid") != metadata.get("uid"):
                return
            if deadline.passed:
                held = ", ".join(now.get("finalizers") or ())
                raise TimedOutError(
                    "delete.timeout",
                    f"{kind.spoken}/{name} is still there after {spoken(deadline.seconds)}",
                    state=f"its deletion is asked for{f', and waits for {held}' if held else ''}",
                    fix=f"kubia get {kind.plural} {name}",
                )
            bell.wait(deadline)
