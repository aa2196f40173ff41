"""The chain behind the scenes, told as it happens (CHAPTER K4): made → scheduled → pulled → started → ready."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubia_cli.engines import Object
from kubia_cli.model.events import Stage
from kubia_cli.rollout.snapshot import Snapshot, condition, container_statuses, is_ready

#: The kubelet's events that tell of a pull (v1.34 ``pkg/kubelet/events``).
_PULLS = {"Pulling": "pulling", "Pulled": "pulled"}
_DIGEST = re.compile("(sha256:[0-9a-f]{12})[0-9a-f]{52}")


class Stages:
    """Yields each stage of each pod once. Pods that are ready at the first look are old news."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._told: set[tuple[str, str]] = set()
        self._first = True

    def accepted(self, snapshot: Snapshot) -> Stage:
        """The API server has taken the workload."""
        return Stage("accepted", snapshot.spoken, "by the API server", self._elapsed())

    def of(self, snapshot: Snapshot, events: Sequence[Object]) -> Iterator[Stage]:
        """What is new in a look; ``events`` are those of pods."""
        for pod in snapshot.pods:
            subject = f"pod/{pod['metadata']['name']}"
            silent = self._first and is_ready(pod)
            for name, detail in _reached(pod, events, snapshot):
                if (subject, name) not in self._told:
                    self._told.add((subject, name))
                    if not silent:
                        yield Stage(name, subject, detail, self._elapsed())
        self._first = self._first and not snapshot.current

    def finished(self, snapshot: Snapshot) -> Stage:
        """Everything is as asked."""
        if snapshot.kind.name == "Job":
            return Stage("complete", snapshot.spoken, "it has ended well", self._elapsed())
        return Stage("ready", snapshot.spoken, f"{snapshot.ready} of {snapshot.wanted}", self._elapsed())


def needs_events(snapshot: Snapshot) -> bool:
    """Whether a pod is between its node and its start, where only events tell what happens."""
    return any(_node(pod) and not _started(pod) for pod in snapshot.pods)


def _reached(pod: Object, events: Sequence[Object], snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    owner = next((one for one in pod["metadata"].get("ownerReferences") or () if one.get("controller")), None)
    if owner:
        yield "made", f"by {str(owner.get('kind')).lower()}/{owner.get('name')}"
    if _node(pod):
        yield "scheduled", f"to node {_node(pod)}"
    for event in events:
        if (event.get("involvedObject") or {}).get("uid") == pod["metadata"].get("uid") and event.get(
            "reason"
        ) in _PULLS:
            yield _PULLS[event["reason"]], _DIGEST.sub(r"\1…", str(event.get("message") or ""))
    if _started(pod):
        yield "started", ", ".join(str(status.get("name")) for status in container_statuses(pod))
    # A pod that is the workload itself has the last word in `finished`.
    if is_ready(pod) and snapshot.kind.name != "Pod":
        yield "ready", ""


def _node(pod: Mapping[str, Any]) -> str:
    bound = condition(pod, "PodScheduled").get("status") == "True"
    return str((pod.get("spec") or {}).get("nodeName") or "") if bound else ""


def _started(pod: Mapping[str, Any]) -> bool:
    states = [status.get("state") or {} for status in container_statuses(pod)]
    return bool(states) and all("running" in state or "terminated" in state for state in states)
