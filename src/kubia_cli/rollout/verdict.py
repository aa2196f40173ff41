"""Why it does not run: what a cluster says of a workload, and the rules that tell when waiting is in vain.

The reasons are Kubernetes' own (v1.34 ``pkg/kubelet/images/types.go``, ``container/sync_result.go``,
``kuberuntime_container.go``, ``pkg/controller/deployment/util``). A reason without a rule is only reported when the
time is over.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kubia_cli.rollout.snapshot import Snapshot, condition, container_statuses

#: Reasons for which a container waits though nothing is wrong.
_NORMAL = ("", "ContainerCreating", "PodInitializing")


@dataclass(frozen=True)
class Symptom:
    """What is wrong with ``subject`` (``pod/kubia-x``): Kubernetes' reason and text, and how its last run ended."""

    reason: str
    subject: str
    text: str = ""
    image: str = ""
    restarts: int = 0
    ended: str = ""
    container: str = ""


@dataclass(frozen=True)
class Rule:
    """What a reason means, and when it ends the wait.

    ``patience`` is how many seconds it must have lasted, ``restarts`` how often its container must have been restarted;
    ``math.inf`` waits for the deadline. ``logs``: the container's last words are the evidence.
    """

    code: str
    reasons: tuple[str, ...]
    sentence: str
    patience: float = 0.0
    restarts: int = 0
    logs: bool = False

    def explain(self, symptom: Symptom) -> str:
        """The first line of the error."""
        return f"{symptom.subject}: {self.sentence.format(**vars(symptom))}"


RULES = (
    Rule("image.name", ("InvalidImageName",), "no node can pull an image named {image}"),
    Rule("image.never-pull", ("ErrImageNeverPull",), "the node has no image {image}, and may not pull it"),
    Rule("image.inspect", ("ImageInspectError",), "the node cannot read the image {image}"),
    # The kubelet tries again after 10 s: two failures make a verdict, one may be a registry's hiccup.
    Rule("image.pull", ("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"), "cannot pull {image}", 12),
    # A Secret or ConfigMap may be on its way.
    Rule("container.config", ("CreateContainerConfigError",), "its container cannot be set up", 10),
    Rule("container.create", ("CreateContainerError", "RunContainerError"), "its container cannot be started", 30),
    # "PodsFailed" is ours: a job makes a new pod for each try, and by itself gives up after minutes.
    Rule(
        "container.crash",
        ("CrashLoopBackOff", "PodsFailed"),
        "its program ends again and again: {ended}",
        restarts=2,
        logs=True,
    ),
    Rule("pod.failed", ("PodFailed",), "its program failed: {ended}", logs=True),
    Rule("pod.unschedulable", ("Unschedulable",), "no node takes it", math.inf),
    # The namespace's default account may be a moment late.
    Rule("pods.refused", ("FailedCreate",), "its pods are refused", 2),
    Rule("rollout.stalled", ("ProgressDeadlineExceeded",), "the rollout makes no progress"),
    Rule("job.failed", ("BackoffLimitExceeded", "DeadlineExceeded", "PodFailurePolicy"), "the job has failed"),
)

_RULE_OF = {reason: rule for rule in RULES for reason in rule.reasons}


def symptoms(snapshot: Snapshot) -> list[Symptom]:
    """Everything that the workload's and its pods' own status calls wrong; nothing while that status is out of date."""
    if not snapshot.current:
        return []
    found = list(_of_workload(snapshot))
    for pod in snapshot.pods:
        found += _of_pod(pod)
    if snapshot.kind.name == "Job":
        found += _of_tries(snapshot.pods)
    return found


class Patience:
    """Remembers how long each symptom has lasted."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str], float] = {}

    def exhausted(self, found: list[Symptom], now: float) -> tuple[Rule, Symptom] | None:
        """The first symptom, by the order of the rules, that has lasted too long; ``now`` is in seconds."""
        known = [(rule, symptom) for symptom in found if (rule := _RULE_OF.get(symptom.reason))]
        keys = {(rule.code, symptom.subject) for rule, symptom in known}
        self._since = {key: self._since.get(key, now) for key in keys}
        hopeless = [
            (rule, symptom)
            for rule, symptom in known
            if now - self._since[rule.code, symptom.subject] >= rule.patience and symptom.restarts >= rule.restarts
        ]
        return min(hopeless, key=lambda each: RULES.index(each[0]), default=None)


def at_deadline(found: list[Symptom]) -> tuple[Rule, Symptom] | None:
    """The symptom to name when the time is over."""
    known = [(rule, symptom) for symptom in found if (rule := _RULE_OF.get(symptom.reason))]
    return min(known, key=lambda each: RULES.index(each[0]), default=None)


def _of_workload(snapshot: Snapshot) -> Iterator[Symptom]:
    for kind, bad in (("ReplicaFailure", "True"), ("Progressing", "False"), ("Failed", "True")):
        found = condition(snapshot.workload, kind)
        if found.get("status") == bad:
            yield Symptom(str(found.get("reason") or kind), snapshot.spoken, str(found.get("message") or ""))


def _of_pod(pod: Mapping[str, Any]) -> Iterator[Symptom]:
    subject = f"pod/{pod['metadata']['name']}"
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        yield Symptom(str(scheduled.get("reason") or ""), subject, str(scheduled.get("message") or ""))
    statuses = container_statuses(pod)
    if _failed(pod) and not _made_by_job(pod):
        yield _failure("PodFailed", pod)
    for status in statuses:
        waiting = (status.get("state") or {}).get("waiting") or {}
        reason = str(waiting.get("reason") or "")
        if reason not in _NORMAL:
            yield Symptom(
                reason,
                subject,
                str(waiting.get("message") or ""),
                image=_image(pod, str(status.get("name"))) or str(status.get("image")),
                restarts=int(status.get("restartCount") or 0),
                ended=_ended(status) or "no reason is given",
                container=str(status.get("name")),
            )


def _of_tries(pods: Sequence[Mapping[str, Any]]) -> Iterator[Symptom]:
    """The last try of a job, when it failed; each try before it that failed counts as a restart."""
    if pods and _failed(pods[-1]):
        yield _failure("PodsFailed", pods[-1], restarts=sum(map(_failed, pods)) - 1)


def _failed(pod: Mapping[str, Any]) -> bool:
    return (pod.get("status") or {}).get("phase") == "Failed"


def _failure(reason: str, pod: Mapping[str, Any], *, restarts: int = 0) -> Symptom:
    status, statuses = pod["status"], container_statuses(pod)
    ended = next(filter(None, map(_ended, statuses)), str(status.get("reason") or "no reason is given"))
    name = next((str(each.get("name")) for each in statuses if _ended(each)), "")
    subject, text = f"pod/{pod['metadata']['name']}", str(status.get("message") or "")
    return Symptom(reason, subject, text, ended=ended, container=name, restarts=restarts)


def _made_by_job(pod: Mapping[str, Any]) -> bool:
    """Whether a job made the pod: a job tries again, and says itself when it gives up."""
    return any(owner.get("kind") == "Job" for owner in pod["metadata"].get("ownerReferences") or ())


def _image(pod: Mapping[str, Any], container: str) -> str:
    spec = pod.get("spec") or {}
    declared = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    return next((str(each.get("image")) for each in declared if each.get("name") == container), "")


def _ended(status: Mapping[str, Any]) -> str:
    """How a container's last run ended: ``exit code 1``, ``OOMKilled, exit code 137``; "" when none has."""
    ended = (status.get("state") or {}).get("terminated") or (status.get("lastState") or {}).get("terminated")
    if not ended:
        return ""
    reason = str(ended.get("reason") or "")
    shown = f"signal {ended['signal']}" if ended.get("signal") else f"exit code {ended.get('exitCode', '?')}"
    return shown if reason in ("", "Error", "Completed") else f"{reason}, {shown}"
