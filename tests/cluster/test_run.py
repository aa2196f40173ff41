"""`run` in kubectl's grammar, as the chapter types it (K1, K2, K4, S2), and what goes wrong with it."""

from __future__ import annotations

import json
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pexpect
import pytest

from tests.conftest import Tool
from tests.shell import Shell

pytestmark = pytest.mark.cluster

SPEC = ".spec.template.spec.containers[0]"


def jsonpath(kubectl: Tool, what: str, template: str) -> str:
    return kubectl("get", what, "-o", f"jsonpath={{{template}}}")


@pytest.mark.registry
@pytest.mark.docker
def test_k1_a_replication_controller_as_in_the_book(reader: Shell, kubectl: Tool) -> None:
    done = reader("kubia run kubia --image=luksa/kubia --port=8080 --generator=run/v1")
    assert done.stdout == "replicationcontroller/kubia created\n"
    assert "kubectl has no --generator any more; --kind rc says the same\n" in done.stderr
    assert jsonpath(kubectl, "rc/kubia", ".status.readyReplicas") == "1"
    again = reader("kubia run kubia --image=luksa/kubia --port=8080 --kind rc")
    assert again.stdout == "replicationcontroller/kubia unchanged\n"


@pytest.mark.registry
@pytest.mark.docker
def test_k2_k4_a_deployment_followed_until_it_runs(reader: Shell, kubectl: Tool) -> None:
    done = reader("kubia run kubia --image=luksa/kubia --port=8080")
    assert done.stdout == "deployment.apps/kubia created\n"
    stages = [line.split()[1] for line in done.stderr.splitlines() if re.match(r" *\d+\.\ds ", line)]
    assert [stage for stage in stages if stage not in ("pulling", "pulled")] == [
        "accepted", "made", "scheduled", "started", "ready", "ready",
    ]  # fmt: skip
    assert "image: luksa/kubia:latest, as no tag was given, pinned to sha256:" in done.stderr
    live = json.loads(kubectl("get deployment kubia -o json"))
    container = live["spec"]["template"]["spec"]["containers"][0]
    assert re.fullmatch("luksa/kubia@sha256:[0-9a-f]{64}", container["image"])
    assert live["metadata"]["annotations"]["kubia.dev/image"] == "luksa/kubia:latest"
    assert live["metadata"]["labels"] == {"app.kubernetes.io/name": "kubia", "app.kubernetes.io/managed-by": "kubia"}
    assert container["ports"] == [{"containerPort": 8080, "protocol": "TCP"}]
    assert container["readinessProbe"]["tcpSocket"] == {"port": 8080}
    assert container["readinessProbe"]["periodSeconds"] == 1
    assert container["lifecycle"] == {"preStop": {"sleep": {"seconds": 2}}}
    assert live["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert live["status"]["readyReplicas"] == 1


@pytest.mark.registry
def test_running_it_again_changes_nothing_and_keeps_the_number_that_runs(shell: Shell, kubectl: Tool) -> None:
    line = "kubia run kubia --image=luksa/kubia --port=8080"
    shell(line)
    assert shell(line).stdout == "deployment.apps/kubia unchanged\n"
    kubectl("scale deployment kubia --replicas=2")  # by another tool
    assert shell(f"{line} --env GREETING=hello").stdout == "deployment.apps/kubia configured\n"
    assert jsonpath(kubectl, "deployment/kubia", ".spec.replicas") == "2"
    assert shell(f"{line} --env GREETING=hello --replicas=1").stdout == "deployment.apps/kubia configured\n"
    assert jsonpath(kubectl, "deployment/kubia", ".status.replicas") == "1"
    assert jsonpath(kubectl, "deployment/kubia", f"{SPEC}.env") == '[{"name":"GREETING","value":"hello"}]'
    shown = shell(f"{line} --env GREETING=hello -o jsonpath={{.status.readyReplicas}}")
    assert shown.stdout == "1"


@pytest.mark.registry
def test_s2_other_generators_and_what_every_option_becomes(shell: Shell, kubectl: Tool) -> None:
    assert shell("kubia run one --image=busybox --generator=run-pod/v1 -- sleep 60").stdout == "pod/one created\n"
    assert shell("kubia run one --image=busybox --kind pod -- sleep 60").stdout == "pod/one unchanged\n"
    gone = shell("kubia run two --image=busybox --generator=deployment/apps.v1", status=2)
    assert gone.stdout == ""
    assert gone.stderr == (
        "error[run.generator]: `--generator=deployment/apps.v1` is gone; "
        "--kind deployment|rc|pod|job says what to make\n"
        "  fix: --kind deployment\n"
    )
    shell(
        "kubia run all --image=busybox --limits=cpu=100m,memory=64Mi --requests=memory=32Mi -l tier=web -e A=1 "
        "--image-pull-policy=IfNotPresent --serviceaccount=default --command --no-wait -- sleep 60"
    )
    live = json.loads(kubectl("get deployment all -o json"))
    container = live["spec"]["template"]["spec"]["containers"][0]
    assert container["command"] == ["sleep", "60"]
    assert container["resources"] == {
        "limits": {"cpu": "100m", "memory": "64Mi"},
        "requests": {"memory": "32Mi"},
    }
    assert container["env"] == [{"name": "A", "value": "1"}]
    assert live["spec"]["template"]["metadata"]["labels"]["tier"] == "web"


@pytest.mark.registry
def test_a_job_runs_to_its_end_and_a_pod_s_program_is_ours(shell: Shell, kubectl: Tool) -> None:
    assert shell("kubia run job --image=busybox --kind job -- true").stdout == "job.batch/job created\n"
    done = shell("kubia run once --image=busybox --attach --rm -- sh -c 'echo said; exit 4'", status=4)
    assert done.stdout == "said\n"
    echoed = shell("kubia run once --image=busybox -i --rm -- cat", stdin="typed\n")
    assert echoed.stdout == "typed\n"
    assert kubectl("get pods -o name -l app.kubernetes.io/name=once") == ""


@pytest.mark.registry
def test_run_it_rm_at_a_terminal(shell: Shell, kubectl: Tool) -> None:
    child = shell.spawn("kubia run shell --image=busybox --rm -it -- sh")
    child.expect("started")
    child.sendline("echo $((6*7))")
    child.expect("42")
    child.sendline("exit 3")
    child.expect("deleted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3
    assert kubectl("get pods -o name") == ""


@pytest.mark.registry
def test_what_does_not_run_ends_with_7_and_the_pod_s_own_reason(shell: Shell) -> None:
    lines = (
        ("kubia run absent --image=luksa/absent", 7),
        ("kubia run never --image=luksa/absent --image-pull-policy=Never", 7),
        ("kubia run crash --image=busybox -- sh -c 'echo last words; exit 3'", 7),
        ("kubia run slow --image=busybox --port=81 --timeout=3s -- sleep 60", 124),
    )
    with ThreadPoolExecutor(len(lines)) as pool:  # each waits most of its time
        absent, never, crash, slow = pool.map(lambda line: shell(line[0], status=line[1]), lines)
    assert absent.stdout == ""
    last = absent.stderr[absent.stderr.index("error[") :].splitlines()
    assert re.fullmatch(r"error\[image.pull\]: pod/absent-\S+: cannot pull luksa/absent:latest", last[0])
    assert "not found" in last[1]
    assert last[2] == "  state: deployment.apps/absent is there, 0 of 1 pods ready"
    assert re.fullmatch(r"  fix: kubia describe pod absent-\S+", last[3])
    assert "error[image.never-pull]" in never.stderr
    assert 'its program ends again and again: exit code 3\n  said: "last words"\n' in crash.stderr
    assert "error[rollout.timeout]: deployment.apps/slow is not ready after 3s\n" in slow.stderr
    assert "  state: deployment.apps/slow is there, 0 of 1 pods ready; the cluster goes on\n" in slow.stderr


@pytest.mark.registry
def test_ctrl_c_says_what_goes_on(shell: Shell, kubectl: Tool) -> None:
    child = shell.spawn("kubia run slow --image=busybox --port=81 -- sleep 60", columns=160)
    child.expect("started")
    child.sendintr()
    child.expect("stopped by SIGINT\r\n  state: deployment.apps/slow is created; whether it runs is not known")
    child.expect(pexpect.EOF)
    child.close()
    assert child.signalstatus == signal.SIGINT
    assert kubectl("get deployments -o name") == "deployment.apps/slow\n"


@pytest.mark.registry
def test_a_quota_s_refusal_is_told_with_its_text(shell: Shell, kubectl: Tool) -> None:
    kubectl("create quota none --hard=pods=0")
    refused = shell("kubia run kubia --image=busybox -- sleep 60", status=7)
    assert "error[pods.refused]: deployment.apps/kubia: its pods are refused\n" in refused.stderr
    assert "exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0" in refused.stderr


@pytest.mark.registry
def test_names_that_are_taken(shell: Shell, kubectl: Tool) -> None:
    kubectl("create deployment kubia --image=busybox -- sleep 60")
    foreign = shell("kubia run kubia --image=busybox -- sleep 60", status=12)
    assert "error[object.foreign]: deployment.apps/kubia is not managed by kubia\n" in foreign.stderr
    assert "  state: nothing was changed\n  fix: kubia run kubia --image=busybox:latest --take-over\n" in foreign.stderr
    other = shell("kubia run kubia --image=busybox --kind rc", status=12)
    assert "error[name.taken]: the name kubia is taken by deployment.apps/kubia\n" in other.stderr
    assert "  fix: kubia delete deployment kubia\n" in other.stderr
    taken = shell("kubia run kubia --image=busybox --take-over --command -- sleep 61")
    assert taken.stdout == "deployment.apps/kubia configured\n"
    assert jsonpath(kubectl, "deployment/kubia", ".spec.template.spec.containers[*].name") == "busybox"
    shell("kubia run one --image=busybox --kind pod -- sleep 60")
    differs = shell("kubia run one --image=busybox --kind pod -- sleep 61", status=12)
    assert "error[spec.differs]: pod/one is there with another spec" in differs.stderr


@pytest.mark.parametrize(
    ("line", "status", "error"),
    [
        ("kubia run Kubia --image=busybox", 2, "error[name.invalid]: the name `Kubia` may only have"),
        ("kubia run kubia --image=Luksa/Kubia", 2, "error[image.reference]: `Luksa/Kubia` is no image reference"),
        ("kubia run kubia --image=busybox --port=0", 2, "error[name.invalid]: the port `0` is no number"),
        ("kubia run kubia --image=busybox --kind statefulset", 2, "error[run.kind]: `--kind statefulset` is not one"),
        ("kubia run kubia --image=busybox --limits=cpu=much", 2, "error[amount.invalid]: `--limits cpu=much`"),
        ("kubia run kubia --image=busybox --kind job --replicas=2", 2, "error[run.replicas]: a job has no replicas"),
        ("kubia run kubia --image=busybox --rm --kind rc", 2, "error[run.attached]: -i, -t, --attach and --rm"),
        ("kubia run kubia --image=busybox --timeout=soon", 2, "error[time.invalid]: `soon` is no time"),
        (
            "kubia -n nowhere run kubia --image=busybox",
            11,
            'error[namespace.not-found]: namespaces "nowhere" not found',
        ),
        ("kubia run kubia --image=busybox --dry-run=maybe", 2, "error[dry-run.unknown]"),
    ],
)
def test_bad_input(shell: Shell, line: str, status: int, error: str) -> None:
    done = shell(line, status=status)
    assert done.stdout == ""
    assert error in done.stderr


def test_a_dry_run_keeps_nothing(shell: Shell, kubectl: Tool) -> None:
    assert shell("kubia run kubia --image=busybox --dry-run").stdout == "deployment.apps/kubia created (dry run)\n"
    asked = shell("kubia run kubia --image=busybox --dry-run=server")
    assert asked.stdout == "deployment.apps/kubia created (server dry run)\n"
    assert kubectl("get all -o name") == ""


def test_no_cluster_is_10_with_docker_s_grammar_as_the_way_on(shell: Shell) -> None:
    none = shell("kubia run kubia --image=luksa/kubia --port=8080", status=10, env={"KUBECONFIG": "/nonexistent"})
    assert "error[cluster.none]" in none.stderr
    assert "  fix: kubia run --name kubia -p 8080:8080 -d luksa/kubia:latest\n" in none.stderr
    kubectl_less = shell("kubia --on docker run kubia --image=luksa/kubia", status=2)
    assert "error[on.grammar]" in kubectl_less.stderr


def test_what_is_forbidden_is_4(shell: Shell, kubectl: Tool, tmp_path: Path) -> None:
    kubectl("create deployment kubia --image=busybox")
    kubectl("create serviceaccount reader")
    kubectl("create rolebinding reader --clusterrole=view --serviceaccount=" + f"{shell.namespace}:reader")
    config = json.loads(kubectl("config view --raw -o json"))
    config["users"][0]["user"] = {"token": kubectl("create token reader").strip()}
    config["contexts"][0]["context"]["namespace"] = shell.namespace
    file = tmp_path / "reader"
    file.write_text(json.dumps(config))
    env = {"KUBECONFIG": str(file)}
    for line, verb, what in (
        ("kubia run app --image=busybox", "patch", "deployments"),
        ("kubia -n kube-system run app --image=busybox", "get", "deployments"),
        ("kubia expose deploy kubia --port=80", "patch", "services"),
        ("kubia scale deploy kubia --replicas=0", "update", "deployments/scale"),
        ("kubia delete deploy kubia", "delete", "deployments"),
    ):
        refused = shell(line, status=4, env=env)
        assert refused.stdout == ""
        assert "error[cluster.forbidden]" in refused.stderr
        assert f'cannot {verb} resource "{what}"' in refused.stderr
        assert re.search("  state: (nothing was changed|(scaled|deleted): nothing)\n", refused.stderr)
