"""The number of replicas of a workload: read and written as its scale subresource, and who else sets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubia_cli.engines import Cluster, DryRun, Object
from kubia_cli.errors import ConflictError, DeniedError, NotFoundError
from kubia_cli.model.manifest import AUTOSCALER, MANAGER
from kubia_cli.model.resource import Kind

#: How often a number is written anew when the object moved in between.
TRIES = 5


def set_replicas(
    cluster: Cluster,
    kind: Kind,
    name: str,
    namespace: str,
    replicas: int,
    *,
    expected: int | None = None,
    dry_run: DryRun = "none",
) -> Object:
    """Write the number; returns the scale. With ``expected``, only when that is the number now: else ConflictError.

    The scale's resourceVersion goes with the write, so that nothing can come between the look and the write.
    """
    tries = TRIES
    while True:
        scale = cluster.get(kind, name, namespace, subresource="scale")
        spec = scale.setdefault("spec", {})
        now = int(spec.get("replicas") or 0)
        if expected is not None and now != expected:
            raise ConflictError("scale.precondition", f"{kind.spoken}/{name} has {now} replicas, not {expected}")
        spec["replicas"] = replicas
        try:
            return cluster.put_scale(kind, name, namespace, scale, dry_run=dry_run)
        except ConflictError:
            tries -= 1
            if not tries:
                raise


def live_replicas(raw: Mapping[str, Any]) -> int:
    """The number that the live object asks for."""
    replicas = (raw.get("spec") or {}).get("replicas", 1)
    return int(1 if replicas is None else replicas)


def is_autoscaled(cluster: Cluster, kind: Kind, name: str, namespace: str) -> bool:
    """Whether an autoscaler looks after the number; no when we may not know."""
    try:
        found = cluster.list(AUTOSCALER, namespace).get("items") or []
    except (DeniedError, NotFoundError):
        return False
    targets = [(each.get("spec") or {}).get("scaleTargetRef") or {} for each in found]
    return any(target.get("kind") == kind.name and target.get("name") == name for target in targets)


def set_by_another(raw: Mapping[str, Any]) -> bool:
    """Whether another manager than kubia owns the number: only then can an apply leave it out and not reset it to 1."""
    managed = (raw.get("metadata") or {}).get("managedFields") or ()
    return any(
        each.get("manager") != MANAGER and "f:replicas" in ((each.get("fieldsV1") or {}).get("f:spec") or {})
        for each in managed
    )
