"""The page of a pod, with the labels of kubectl's describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kubia_cli.model.age import age
from kubia_cli.output.pages.events import write_events
from kubia_cli.output.pages.layout import NONE, Page, controller, part, when
from kubia_cli.output.pages.pod_template import tolerations, write_containers, write_volumes


def pod_page(pod: Mapping[str, Any], events: Sequence[Mapping[str, Any]] | None, now: datetime) -> list[str]:
    """Return the lines of a pod's page; ``events`` None means that they may not be read."""
    page = Page()
    metadata, spec, status = (pod.get(key) or {} for key in ("metadata", "spec", "status"))
    page.field(0, "Name", metadata.get("name"))
    page.field(0, "Namespace", metadata.get("namespace"))
    page.known(0, "Priority", spec.get("priority"))
    page.known(0, "Priority Class Name", spec.get("priorityClassName"))
    page.known(0, "Runtime Class Name", spec.get("runtimeClassName"))
    page.known(0, "Service Account", spec.get("serviceAccountName"))
    node = spec.get("nodeName")
    page.field(0, "Node", f"{node}/{status.get('hostIP') or ''}" if node else NONE)
    if status.get("startTime"):
        page.field(0, "Start Time", when(status["startTime"]))
    page.labels(0, "Labels", metadata.get("labels"))
    page.annotations(0, "Annotations", metadata.get("annotations"))
    _write_status(page, metadata, status, now)
    page.known(0, "SeccompProfile", part(spec, "securityContext", "seccompProfile", "type"))
    page.field(0, "IP", status.get("podIP"))
    _write_ips(page, status.get("podIPs"))
    page.known(0, "Controlled By", controller(pod))
    page.known(0, "NominatedNodeName", status.get("nominatedNodeName"))
    if spec.get("initContainers"):
        statuses = status.get("initContainerStatuses")
        write_containers(page, 0, "Init Containers", spec["initContainers"], statuses, pod)
    write_containers(page, 0, "Containers", spec.get("containers"), status.get("containerStatuses"), pod)
    if spec.get("ephemeralContainers"):
        statuses = status.get("ephemeralContainerStatuses")
        write_containers(page, 0, "Ephemeral Containers", spec["ephemeralContainers"], statuses, pod)
    _write_conditions(page, spec, status)
    write_volumes(page, 0, spec.get("volumes"))
    page.field(0, "QoS Class", status.get("qosClass"))
    page.labels(0, "Node-Selectors", spec.get("nodeSelector"))
    page.values(0, "Tolerations", tolerations(spec.get("tolerations")))
    write_events(page, events, now)
    return page.lines()


def _write_status(page: Page, metadata: Mapping[str, Any], status: Mapping[str, Any], now: datetime) -> None:
    deleted = metadata.get("deletionTimestamp")
    if deleted and status.get("phase") not in ("Failed", "Succeeded"):
        page.field(0, "Status", f"Terminating (lasts {age(deleted, now)})")
        page.field(0, "Termination Grace Period", f"{metadata.get('deletionGracePeriodSeconds', 0)}s")
    else:
        page.field(0, "Status", status.get("phase"))
    page.known(0, "Reason", status.get("reason"))
    page.known(0, "Message", status.get("message"))


def _write_ips(page: Page, addresses: Sequence[Mapping[str, Any]] | None) -> None:
    if not addresses:
        page.field(0, "IPs", NONE)
        return
    page.row(0, "IPs:")
    for address in addresses:
        page.field(1, "IP", address.get("ip"))


def _write_conditions(page: Page, spec: Mapping[str, Any], status: Mapping[str, Any]) -> None:
    conditions = {one.get("type"): one.get("status") for one in status.get("conditions") or ()}
    if spec.get("readinessGates"):
        page.row(0, "Readiness Gates:")
        page.row(1, "Type", "Status")
        for gate in spec["readinessGates"]:
            page.row(1, gate.get("conditionType", ""), conditions.get(gate.get("conditionType"), NONE))
    if conditions:
        page.row(0, "Conditions:")
        page.row(1, "Type", "Status")
        for kind, value in conditions.items():
            page.row(1, kind, value)
