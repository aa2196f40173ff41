"""The pages of what makes pods: ReplicationController, ReplicaSet, Deployment, Job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kubia_cli.model.age import parse_time, span
from kubia_cli.model.selector import owned_by, pod_query
from kubia_cli.output.pages.events import write_events
from kubia_cli.output.pages.layout import NONE, Page, controller, part, when
from kubia_cli.output.pages.pod_template import write_template

Raw = Mapping[str, Any]
Object = dict[str, Any]


def replicas_page(raw: Raw, pods: Sequence[Object] | None, events: Sequence[Raw] | None, now: datetime) -> list[str]:
    """The page of a ReplicationController or ReplicaSet; ``pods`` are those that its selector finds, None forbidden."""
    page = Page()
    spec, status = raw.get("spec") or {}, raw.get("status") or {}
    page.field(0, "Name", part(raw, "metadata", "name"))
    page.field(0, "Namespace", part(raw, "metadata", "namespace"))
    page.field(0, "Selector", pod_query(raw) or NONE)
    _write_metadata(page, raw)
    page.known(0, "Controlled By", controller(raw))
    page.field(0, "Replicas", f"{status.get('replicas') or 0} current / {spec.get('replicas') or 0} desired")
    page.field(0, "Pods Status", _phases(raw, pods))
    write_template(page, spec.get("template"))
    _write_conditions(page, status)
    write_events(page, events, now)
    return page.lines()


def deployment_page(
    raw: Raw, replica_sets: Sequence[Object] | None, events: Sequence[Raw] | None, now: datetime
) -> list[str]:
    """The page of a Deployment; ``replica_sets`` are those that its selector finds, None forbidden."""
    page = Page()
    spec, status = raw.get("spec") or {}, raw.get("status") or {}
    page.field(0, "Name", part(raw, "metadata", "name"))
    page.field(0, "Namespace", part(raw, "metadata", "namespace"))
    page.field(0, "CreationTimestamp", when(part(raw, "metadata", "creationTimestamp")))
    _write_metadata(page, raw)
    page.field(0, "Selector", pod_query(raw) or NONE)
    counts = [("desired", spec.get("replicas"))]
    names = {"updated": "updatedReplicas", "total": "replicas", "available": "availableReplicas"}
    names["unavailable"] = "unavailableReplicas"
    counts += [(word, status.get(key)) for word, key in names.items()]
    page.field(0, "Replicas", " | ".join(f"{count or 0} {word}" for word, count in counts))
    page.field(0, "StrategyType", part(spec, "strategy", "type"))
    page.field(0, "MinReadySeconds", spec.get("minReadySeconds") or 0)
    rolling = part(spec, "strategy", "rollingUpdate")
    if rolling is not None:
        limits = f"{rolling.get('maxUnavailable')} max unavailable, {rolling.get('maxSurge')} max surge"
        page.field(0, "RollingUpdateStrategy", limits)
    write_template(page, spec.get("template"))
    _write_conditions(page, status)
    _write_replica_sets(page, raw, replica_sets)
    write_events(page, events, now)
    return page.lines()


def job_page(raw: Raw, events: Sequence[Raw] | None, now: datetime) -> list[str]:
    """The page of a Job."""
    page = Page()
    spec, status = raw.get("spec") or {}, raw.get("status") or {}
    page.field(0, "Name", part(raw, "metadata", "name"))
    page.field(0, "Namespace", part(raw, "metadata", "namespace"))
    page.field(0, "Selector", pod_query(raw) or NONE)
    _write_metadata(page, raw)
    page.known(0, "Controlled By", controller(raw))
    page.known(0, "Parallelism", spec.get("parallelism"))
    page.field(0, "Completions", spec.get("completions", "<unset>"))
    page.known(0, "Completion Mode", spec.get("completionMode"))
    page.known(0, "Suspend", spec.get("suspend"))
    page.known(0, "Backoff Limit", spec.get("backoffLimit"))
    page.known(0, "TTL Seconds After Finished", spec.get("ttlSecondsAfterFinished"))
    started, ended = status.get("startTime"), status.get("completionTime")
    page.known(0, "Start Time", started and when(started))
    page.known(0, "Completed At", ended and when(ended))
    begin, end = parse_time(started), parse_time(ended)
    if begin and end:
        page.field(0, "Duration", span(end - begin))
    if spec.get("activeDeadlineSeconds") is not None:
        page.field(0, "Active Deadline Seconds", f"{spec['activeDeadlineSeconds']}s")
    ready = f" ({status['ready']} Ready)" if status.get("ready") is not None else ""
    succeeded, failed = status.get("succeeded") or 0, status.get("failed") or 0
    counts = f"{status.get('active') or 0} Active{ready} / {succeeded} Succeeded / {failed} Failed"
    page.field(0, "Pods Statuses", counts)
    if spec.get("completionMode") == "Indexed":
        page.field(0, "Completed Indexes", status.get("completedIndexes") or NONE)
    write_template(page, spec.get("template"))
    write_events(page, events, now)
    return page.lines()


def _write_metadata(page: Page, raw: Raw) -> None:
    page.labels(0, "Labels", part(raw, "metadata", "labels"))
    page.annotations(0, "Annotations", part(raw, "metadata", "annotations"))


def _write_conditions(page: Page, status: Raw) -> None:
    if status.get("conditions"):
        page.row(0, "Conditions:")
        rows = [[one.get(key) for key in ("type", "status", "reason")] for one in status["conditions"]]
        page.table(1, ("Type", "Status", "Reason"), rows)


def _phases(raw: Raw, pods: Sequence[Object] | None) -> str:
    if pods is None:
        return "forbidden (needs list pods)"
    count = Counter(part(pod, "status", "phase") for pod in owned_by(raw, pods))
    words = {"Running": "Running", "Pending": "Waiting", "Succeeded": "Succeeded", "Failed": "Failed"}
    return " / ".join(f"{count[phase]} {word}" for phase, word in words.items())


def _write_replica_sets(page: Page, raw: Raw, replica_sets: Sequence[Object] | None) -> None:
    if replica_sets is None:
        page.field(0, "ReplicaSets", "forbidden (needs list replicasets)")
        return
    owned = sorted(owned_by(raw, replica_sets), key=lambda one: part(one, "metadata", "creationTimestamp") or "")
    wanted = _without_hash(part(raw, "spec", "template"))
    new = [one for one in owned if _without_hash(part(one, "spec", "template")) == wanted][:1]
    page.field(0, "OldReplicaSets", _counts([one for one in owned if one not in new]))
    page.field(0, "NewReplicaSet", _counts(new))


def _without_hash(template: Raw | None) -> Raw:
    """A pod template without the label by which the deployment's controller tells its replica sets apart."""
    labels = {**(part(template, "metadata", "labels") or {})}
    labels.pop("pod-template-hash", None)
    metadata = {**(part(template, "metadata") or {}), "labels": labels}
    return {**(template or {}), "metadata": metadata}


def _counts(replica_sets: Sequence[Raw]) -> str:
    shown = (
        f"{part(one, 'metadata', 'name')} "
        f"({part(one, 'status', 'replicas') or 0}/{part(one, 'spec', 'replicas') or 0} replicas created)"
        for one in replica_sets
    )
    return ", ".join(shown) or NONE
