"""The page of a node: what it has, what it runs, and how much of it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kubia_cli.model.age import age
from kubia_cli.model.quantity import add, largest, percent
from kubia_cli.output.pages.events import write_events
from kubia_cli.output.pages.layout import NONE, Page, part, when

Raw = Mapping[str, Any]

_ROLE = "node-role.kubernetes.io/"
_SYSTEM_INFO = {
    "Machine ID": "machineID",
    "System UUID": "systemUUID",
    "Boot ID": "bootID",
    "Kernel Version": "kernelVersion",
    "OS Image": "osImage",
    "Operating System": "operatingSystem",
    "Architecture": "architecture",
    "Container Runtime Version": "containerRuntimeVersion",
    "Kubelet Version": "kubeletVersion",
    "Kube-Proxy Version": "kubeProxyVersion",
}
#: Always in the sums; others when the node has them.
_SUMMED = ("cpu", "memory", "ephemeral-storage")


def node_page(
    node: Raw, pods: Sequence[Raw] | None, lease: Raw | None, events: Sequence[Raw] | None, now: datetime
) -> list[str]:
    """Return the lines of a node's page; ``pods`` are those on it that have not ended, None forbidden."""
    page = Page()
    metadata, spec, status = (node.get(key) or {} for key in ("metadata", "spec", "status"))
    page.field(0, "Name", metadata.get("name"))
    page.field(0, "Roles", ",".join(_roles(metadata.get("labels") or {})) or NONE)
    page.labels(0, "Labels", metadata.get("labels"))
    page.annotations(0, "Annotations", metadata.get("annotations"))
    page.field(0, "CreationTimestamp", when(metadata.get("creationTimestamp")))
    page.values(0, "Taints", _taints(spec.get("taints") or ()))
    page.field(0, "Unschedulable", bool(spec.get("unschedulable")))
    if lease is not None:
        page.row(0, "Lease:")
        page.field(1, "HolderIdentity", part(lease, "spec", "holderIdentity") or "<unset>")
        page.field(1, "AcquireTime", when(part(lease, "spec", "acquireTime")))
        page.field(1, "RenewTime", when(part(lease, "spec", "renewTime")))
    _write_conditions(page, status.get("conditions"))
    page.row(0, "Addresses:")
    for address in status.get("addresses") or ():
        page.field(1, address.get("type", ""), address.get("address"))
    for label in ("Capacity", "Allocatable"):
        if status.get(label.lower()):
            page.row(0, f"{label}:")
            for name, amount in sorted(status[label.lower()].items()):
                page.field(1, name, amount)
    page.row(0, "System Info:")
    for label, key in _SYSTEM_INFO.items():
        page.field(1, label, part(status, "nodeInfo", key))
    page.known(0, "PodCIDR", spec.get("podCIDR"))
    page.known(0, "PodCIDRs", ",".join(spec.get("podCIDRs") or ()))
    page.known(0, "ProviderID", spec.get("providerID"))
    if pods is None:
        page.field(0, "Non-terminated Pods", "forbidden (needs list pods)")
    else:
        _write_pods(page, status.get("allocatable") or status.get("capacity") or {}, pods, now)
    write_events(page, events, now)
    return page.lines()


def pod_amounts(pod: Raw, which: str) -> dict[str, str]:
    """What a pod may use or asks for (``which``: limits, requests), its containers' amounts put together.

    Init containers run one by one, beside the sidecars that were started before them: the largest of these counts
    where it is more than what runs later (k8s.io/component-helpers ``resource/helpers.go``).
    """
    spec = pod.get("spec") or {}
    lasting = [part(one, "resources", which) or {} for one in spec.get("containers") or ()]
    sidecars: list[Raw] = []
    starting: list[list[Raw]] = []
    for one in spec.get("initContainers") or ():
        amounts = part(one, "resources", which) or {}
        if one.get("restartPolicy") == "Always":
            sidecars.append(amounts)
            starting.append(list(sidecars))
        else:
            starting.append([*sidecars, amounts])
    stages = [[*lasting, *sidecars], *starting]
    total = {name: largest(_sum(stage, name) for stage in stages) for name in _names(lasting, sidecars, *starting)}
    total.update(part(spec, "resources", which) or {})
    for name, amount in (spec.get("overhead") or {}).items():
        if which == "requests" or name in total:
            total[name] = add([total.get(name, "0"), amount])
    return total


def _names(*stages: Sequence[Raw]) -> list[str]:
    return sorted({name for stage in stages for amounts in stage for name in amounts})


def _sum(amounts: Sequence[Raw], name: str) -> str:
    return add(str(one[name]) for one in amounts if name in one)


def _write_pods(page: Page, allocatable: Raw, pods: Sequence[Raw], now: datetime) -> None:
    asked = [(pod, pod_amounts(pod, "requests"), pod_amounts(pod, "limits")) for pod in pods]

    def shown(amount: str, name: str) -> str:
        return f"{amount} ({percent(amount, str(allocatable.get(name, '0')))}%)"

    page.field(0, "Non-terminated Pods", f"({len(pods)} in total)")
    columns = ("Namespace", "Name", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age")
    rows = []
    for pod, requests, limits in asked:
        amounts = [shown(of.get(name, "0"), name) for name in ("cpu", "memory") for of in (requests, limits)]
        metadata = pod.get("metadata") or {}
        since = age(metadata.get("creationTimestamp"), now)
        rows.append((metadata.get("namespace"), metadata.get("name"), *amounts, since))
    page.table(1, columns, rows)
    page.row(0, "Allocated resources:")
    page.row(1, "(Total limits may be over 100 percent, i.e., overcommitted.)")
    others = sorted(name for name in allocatable if name not in (*_SUMMED, "pods"))
    sums = []
    for name in (*_SUMMED, *others):
        both = [_sum(amounts, name) for amounts in ([one[1] for one in asked], [one[2] for one in asked])]
        sums.append((name, *(shown(amount, name) for amount in both)))
    page.table(1, ("Resource", "Requests", "Limits"), sums)


def _write_conditions(page: Page, conditions: Sequence[Raw] | None) -> None:
    if conditions:
        page.row(0, "Conditions:")
        columns = ("Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message")
        rows = [
            (
                one.get("type"),
                one.get("status"),
                when(one.get("lastHeartbeatTime")),
                when(one.get("lastTransitionTime")),
                one.get("reason"),
                one.get("message"),
            )
            for one in conditions
        ]
        page.table(1, columns, rows)


def _roles(labels: Mapping[str, str]) -> list[str]:
    named = {key.removeprefix(_ROLE) for key in labels if key.startswith(_ROLE)}
    return sorted(filter(None, {*named, labels.get("kubernetes.io/role", "")}))


def _taints(taints: Sequence[Raw]) -> list[str]:
    ordered = sorted(taints, key=lambda one: (one.get("effect") or "", one.get("key") or ""))
    return [
        f"{one.get('key') or ''}{'=' + one['value'] if one.get('value') else ''}"
        f"{':' + one['effect'] if one.get('effect') else ''}"
        for one in ordered
    ]
