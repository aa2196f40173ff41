"""When waiting is in vain: each rule, by what a real cluster says."""

from __future__ import annotations

from typing import Any

import pytest

from kubia_cli.model.manifest import DEPLOYMENT, JOB, POD
from kubia_cli.rollout.snapshot import Snapshot
from kubia_cli.rollout.verdict import RULES, Patience, at_deadline, symptoms

DEPLOYED: dict[str, Any] = {
    "metadata": {"name": "kubia", "generation": 2},
    "spec": {"replicas": 1},
    "status": {"observedGeneration": 2},
}


def waiting(reason: str, message: str = "", restarts: int = 0, last: dict[str, Any] | None = None) -> dict[str, Any]:
    state: dict[str, Any] = {"waiting": {"reason": reason, "message": message}}
    status = {"name": "kubia", "image": "x", "state": state, "restartCount": restarts}
    return {
        "metadata": {"name": "kubia-1"},
        "spec": {"containers": [{"name": "kubia", "image": "luksa/kubia"}]},
        "status": {
            "phase": "Pending",
            "containerStatuses": [{**status, **({"lastState": {"terminated": last}} if last else {})}],
        },
    }


def deployed(*pods: dict[str, Any], **changes: Any) -> Snapshot:
    return Snapshot(DEPLOYMENT, {**DEPLOYED, **changes}, list(pods))


@pytest.mark.parametrize(
    ("pod", "at_once", "sentence"),
    [
        (waiting("InvalidImageName"), True, "no node can pull an image named luksa/kubia"),
        (waiting("ErrImageNeverPull"), True, "the node has no image luksa/kubia, and may not pull it"),
        (waiting("ErrImagePull", "denied"), False, "cannot pull luksa/kubia"),
        (waiting("CreateContainerConfigError"), False, "its container cannot be set up"),
        (waiting("RunContainerError"), False, "its container cannot be started"),
        (
            waiting("CrashLoopBackOff", restarts=2, last={"exitCode": 3, "reason": "Error"}),
            True,
            "its program ends again and again: exit code 3",
        ),
        (
            waiting("CrashLoopBackOff", restarts=2, last={"exitCode": 137, "reason": "OOMKilled"}),
            True,
            "its program ends again and again: OOMKilled, exit code 137",
        ),
    ],
)
def test_a_waiting_container(pod: dict[str, Any], at_once: bool, sentence: str) -> None:
    patience = Patience()
    found = symptoms(deployed(pod))
    assert bool(patience.exhausted(found, 0)) is at_once
    verdict = patience.exhausted(found, 60)
    assert verdict is not None
    rule, symptom = verdict
    assert rule.explain(symptom) == f"pod/kubia-1: {sentence}"


@pytest.mark.parametrize("reason", ["ContainerCreating", "PodInitializing", "SomethingNew"])
def test_what_is_normal_or_unknown_is_no_verdict(reason: str) -> None:
    assert Patience().exhausted(symptoms(deployed(waiting(reason))), 9999) is None
    assert at_deadline(symptoms(deployed(waiting(reason)))) is None


def test_one_restart_is_no_crash_loop() -> None:
    patience = Patience()
    pod = waiting("CrashLoopBackOff", restarts=1, last={"exitCode": 1})
    assert patience.exhausted(symptoms(deployed(pod)), 0) is None
    assert patience.exhausted(symptoms(deployed(pod)), 999) is None
    assert at_deadline(symptoms(deployed(pod))) is not None


def test_patience_counts_from_the_first_sight_and_forgets_what_heals() -> None:
    patience = Patience()
    failing = symptoms(deployed(waiting("ErrImagePull")))
    backing_off = symptoms(deployed(waiting("ImagePullBackOff")))
    assert patience.exhausted(failing, 0) is None
    assert patience.exhausted(backing_off, 11) is None  # another word for the same
    assert patience.exhausted([], 11.5) is None  # healed
    assert patience.exhausted(failing, 12) is None
    assert patience.exhausted(failing, 24) is not None


def test_what_the_workload_itself_says() -> None:
    refused = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}
    status = {"observedGeneration": 2, "conditions": [refused]}
    patience = Patience()
    found = symptoms(deployed(status=status))
    assert patience.exhausted(found, 0) is None
    verdict = patience.exhausted(found, 2)
    assert verdict is not None
    assert verdict[0].explain(verdict[1]) == "deployment.apps/kubia: its pods are refused"
    assert verdict[1].text == "exceeded quota"
    assert symptoms(deployed(status={**status, "observedGeneration": 1})) == []  # the status is of an earlier spec


def test_no_node_is_told_at_the_deadline_only() -> None:
    pod: dict[str, Any] = {
        "metadata": {"name": "kubia-1"},
        "status": {
            "phase": "Pending",
            "conditions": [
                {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}
            ],
        },
    }
    found = symptoms(deployed(pod))
    assert Patience().exhausted(found, 1e9) is None
    verdict = at_deadline(found)
    assert verdict is not None
    assert verdict[0].explain(verdict[1]) == "pod/kubia-1: no node takes it"


def test_a_pod_that_failed_and_a_job_s_that_may_be_tried_again() -> None:
    pod: dict[str, Any] = {
        "metadata": {"name": "kubia-1"},
        "status": {
            "phase": "Failed",
            "containerStatuses": [{"name": "kubia", "state": {"terminated": {"exitCode": 2, "reason": "Error"}}}],
        },
    }
    verdict = Patience().exhausted(symptoms(Snapshot(POD, pod, [pod])), 0)
    assert verdict is not None
    assert verdict[0].explain(verdict[1]) == "pod/kubia-1: its program failed: exit code 2"
    job: dict[str, Any] = {"metadata": {"name": "kubia"}, "status": {}}
    kept = {**pod, "metadata": {"name": "kubia-1", "ownerReferences": [{"kind": "Job", "uid": "1"}]}}
    assert Patience().exhausted(symptoms(Snapshot(JOB, job, [kept])), 999) is None
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "too often"}
    assert Patience().exhausted(symptoms(Snapshot(JOB, {**job, "status": {"conditions": [failed]}})), 0) is not None


def test_every_rule_has_a_code_of_its_own_and_no_reason_twice() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    reasons = [reason for rule in RULES for reason in rule.reasons]
    assert len(set(reasons)) == len(reasons)


def test_each_reason_has_its_code() -> None:
    assert {reason: rule.code for rule in RULES for reason in rule.reasons} == {
        "InvalidImageName": "image.name",
        "ErrImageNeverPull": "image.never-pull",
        "ImageInspectError": "image.inspect",
        "ErrImagePull": "image.pull",
        "ImagePullBackOff": "image.pull",
        "RegistryUnavailable": "image.pull",
        "CreateContainerConfigError": "container.config",
        "CreateContainerError": "container.create",
        "RunContainerError": "container.create",
        "CrashLoopBackOff": "container.crash",
        "PodsFailed": "container.crash",
        "PodFailed": "pod.failed",
        "Unschedulable": "pod.unschedulable",
        "FailedCreate": "pods.refused",
        "ProgressDeadlineExceeded": "rollout.stalled",
        "BackoffLimitExceeded": "job.failed",
        "DeadlineExceeded": "job.failed",
        "PodFailurePolicy": "job.failed",
    }


def test_a_job_s_program_that_fails_again_and_again() -> None:
    def tried(number: int) -> dict[str, Any]:
        owner = {"kind": "Job", "uid": "1"}
        ended = {"terminated": {"exitCode": 3, "reason": "Error"}}
        status = {"phase": "Failed", "containerStatuses": [{"name": "kubia", "state": ended}]}
        return {"metadata": {"name": f"kubia-{number}", "ownerReferences": [owner]}, "status": status}

    job: dict[str, Any] = {"metadata": {"name": "kubia"}, "status": {}}
    twice = [tried(1), tried(2)]
    assert Patience().exhausted(symptoms(Snapshot(JOB, job, twice)), 999) is None
    verdict = Patience().exhausted(symptoms(Snapshot(JOB, job, [*twice, tried(3)])), 0)
    assert verdict is not None
    assert verdict[0].code == "container.crash"
    assert verdict[0].explain(verdict[1]) == "pod/kubia-3: its program ends again and again: exit code 3"
