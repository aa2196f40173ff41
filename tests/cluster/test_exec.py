"""`exec` in a pod: the same verb, both spellings, and the choice of the engine by what is where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Tool
from tests.docker.terminals import end
from tests.shell import Shell

pytestmark = pytest.mark.cluster


@pytest.fixture
def pod(kubectl: Tool, run_id: str) -> str:
    """A pod of two containers that runs."""
    name = f"{run_id}-pod"
    image = {"image": "busybox", "imagePullPolicy": "IfNotPresent", "command": ["sleep", "600"]}
    spec = {
        "containers": [{"name": "main", **image}, {"name": "side", **image, "env": [{"name": "WHO", "value": "side"}]}],
        "terminationGracePeriodSeconds": 0,
    }
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": spec,
    }
    kubectl("apply", "-f", "-", stdin=json.dumps(manifest))
    kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")
    return name


def test_streams_exit_code_and_both_spellings(shell: Shell, pod: str, tmp_path: Path) -> None:
    outcome = shell(f"kubia exec pod/{pod} -- sh -c 'echo out; echo err >&2; exit 3'", status=3)
    assert outcome.stdout == "out\n"
    assert outcome.stderr == "Defaulted container main out of: main, side\nerr\n"
    side = shell(f"kubia exec pod/{pod} -c side -- sh -c 'echo $WHO'")
    assert (side.stdout, side.stderr) == ("side\n", "")
    assert shell(f"kubia exec -c side pod/{pod} sh -c 'echo $WHO'").stdout == "side\n"
    sent = tmp_path / "sent"
    sent.write_bytes(bytes(range(256)) * 10_000)
    shell(f"kubia exec -i -c main {pod} cat < {sent} > {tmp_path}/back")
    assert (tmp_path / "back").read_bytes() == sent.read_bytes()


def test_a_terminal_in_a_pod(shell: Shell, pod: str) -> None:
    typed = shell.spawn(f"kubia exec -it -c main pod/{pod} -- sh", rows=27, columns=97)
    typed.expect_exact("# ")
    typed.sendline("stty size")
    typed.expect_exact("27 97")
    typed.sendline("cat")
    typed.sendline("mirrored")
    typed.expect("mirrored\r\nmirrored\r\n")
    typed.sendcontrol("c")
    typed.sendline("exit 6")
    end(typed, 6)


@pytest.mark.docker
def test_a_bare_name_is_looked_up_on_both_engines(shell: Shell, pod: str, run_id: str) -> None:
    assert shell(f"kubia exec {pod} echo in the pod").stdout == "in the pod\n"
    shell(f"kubia run -d --name {run_id}-container --no-wait -q busybox:latest sleep 600")
    assert shell(f"kubia exec {run_id}-container echo in the container").stdout == "in the container\n"
    shell(f"kubia run -d --name {pod} --no-wait -q busybox:latest sleep 600")
    both = shell(f"kubia exec {pod} true", status=2)
    assert both.stderr == (
        f"error[name.ambiguous]: {pod} is a container and a pod; --on docker or --on kubernetes says which is meant\n"
        f"  fix: kubia --on docker exec {pod} true\n"
    )
    assert shell(f"kubia --on kubernetes exec {pod} hostname").stdout == f"{pod}\n"
    assert shell(f"kubia --on docker exec {pod} hostname").stdout != f"{pod}\n"
    neither = shell(f"kubia exec {run_id}-neither true", status=125)
    assert neither.stderr == (f"error[name.not-found]: no container and no pod {run_id}-neither\n  fix: kubia ps -a\n")
    silent = shell(f"kubia exec {run_id}-container true", status=125, env={"DOCKER_HOST": "tcp://127.0.0.1:1"})
    assert silent.stderr.startswith(
        f"error[engine.silent]: docker does not answer, and {run_id}-container could be there; "
        "say where it is with --on"
    )


def test_what_does_not_work(shell: Shell, pod: str) -> None:
    absent = shell("kubia exec pod/absent -- true", status=125)
    assert absent.stderr.startswith("error[")
    assert "absent" in absent.stderr.splitlines()[0]
    for_docker = shell(f"kubia exec -u 1000 pod/{pod} true", status=2)
    assert for_docker.stderr.startswith("error[exec.docker-only]: --user exists on Docker only")
    assert shell(f"kubia exec -c none pod/{pod} true", status=125).stderr.startswith("error[")
    assert shell(f"kubia exec -c main pod/{pod} nope", status=None).status in (126, 127)
