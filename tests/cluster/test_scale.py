"""`scale` as the chapter types it (K12), by the scale subresource, with a precondition that cannot race."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Tool
from tests.shell import Shell

pytestmark = [pytest.mark.cluster, pytest.mark.registry]

REPLICAS = "jsonpath={.spec.replicas} {.status.readyReplicas}"


def test_k12_scale_a_replication_controller(reader: Shell, kubectl: Tool) -> None:
    reader("kubia run kubia --image=luksa/kubia --port=8080 --kind rc")
    done = reader("kubia scale rc kubia --replicas=3")
    assert done.stdout == "replicationcontroller/kubia scaled\n"
    assert done.stderr.splitlines()[-1].split()[1:] == ["ready", "replicationcontroller/kubia", "3", "of", "3"]
    assert kubectl("get", "rc", "kubia", "-o", REPLICAS) == "3 3"


def test_every_kind_that_scales_in_both_forms(shell: Shell, kubectl: Tool) -> None:
    shell("kubia run web --image=busybox -- sleep 600")
    kubectl("create deployment api --image=busybox -- sleep 600")
    several = shell("kubia scale deploy/web deploy/api --replicas=2")
    assert several.stdout == "deployment.apps/web scaled\ndeployment.apps/api scaled\n"
    replica_set = kubectl("get rs -l app.kubernetes.io/name=web -o name").strip().rpartition("/")[2]
    assert shell(f"kubia scale rs {replica_set} --replicas=2").stdout == f"replicaset.apps/{replica_set} scaled\n"
    none = shell("kubia scale deployment web api --replicas=0 -o name")
    assert none.stdout == "deployment.apps/web\ndeployment.apps/api\n"
    assert kubectl("get deployment web -o jsonpath={.spec.replicas}{.status.replicas}") == "0"
    dry = shell("kubia scale deployment web --replicas=5 --dry-run=server -o jsonpath={.spec.replicas}")
    assert dry.stdout == "5"
    assert kubectl("get deployment web -o jsonpath={.spec.replicas}") == "0"


def test_of_many_with_one_precondition_one_wins(shell: Shell, kubectl: Tool) -> None:
    shell("kubia run web --image=busybox --replicas=0 -- sleep 600")
    line = "kubia scale deploy web --current-replicas=0 --replicas=1 --no-wait"
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(done.status for done in pool.map(lambda _: shell(line, status=None), range(4)))
    assert statuses == [0, 12, 12, 12]
    refused = shell(line, status=12)
    assert refused.stderr.splitlines()[1:] == [
        "error[scale.precondition]: deployment.apps/web has 1 replicas, not 0",
        "  state: scaled: nothing",
        "  fix: kubia get deployments web",
    ]


def test_pods_that_do_not_come_are_told(shell: Shell, kubectl: Tool) -> None:
    shell("kubia run web --image=busybox -- sleep 600")
    kubectl("create quota one --hard=pods=1")
    refused = shell("kubia scale deploy web --replicas=2", status=7)
    assert refused.stdout == ""
    assert "error[pods.refused]: deployment.apps/web: its pods are refused\n" in refused.stderr
    assert "exceeded quota: one" in refused.stderr
    assert "  state: deployment.apps/web is set to 2; whether they run is not known" not in refused.stderr
    assert "  state: deployment.apps/web is there, 1 of 2 pods ready\n" in refused.stderr


@pytest.mark.parametrize(
    ("line", "status", "error"),
    [
        ("kubia scale rc kubia", 2, "error[usage]: missing option '--replicas'"),
        ("kubia scale rc kubia --replicas=-1", 2, "error[scale.replicas]: -1 is no number of replicas"),
        ("kubia scale rc --replicas=1", 2, "error[target.name-missing]"),
        ("kubia scale pod kubia --replicas=1", 6, "error[scale.kind]: a Pod has no replicas that could be set"),
        ("kubia scale rc kubia --replicas=1", 11, 'error[object.not-found]: replicationcontrollers "kubia" not found'),
        ("kubia scale nonsense kubia --replicas=1", 11, "error[kind.unknown]"),
    ],
)
def test_bad_input(shell: Shell, line: str, status: int, error: str) -> None:
    done = shell(line, status=status)
    assert done.stdout == ""
    assert error in done.stderr
