"""`inspect` on the cluster (K9): an app's picture from each of its parts, and names that either engine could have."""

from __future__ import annotations

import json
import re

import pytest

from tests.conftest import Tool
from tests.shell import Shell

pytestmark = [pytest.mark.cluster, pytest.mark.registry, pytest.mark.docker]


def test_k9_how_its_parts_belong_together(reader: Shell, kubectl: Tool) -> None:
    reader("kubia run kubia --image=luksa/kubia --port=8080 --replicas=2")
    reader("kubia expose deployment kubia --type=NodePort --name kubia-http --no-wait")
    port = kubectl("get service kubia-http -o jsonpath={.spec.ports[0].nodePort}")
    digest = kubectl("get deployment kubia -o jsonpath={.spec.template.spec.containers[0].image}")
    pods = kubectl("get pods -o jsonpath={.items[*].metadata.name}").split()
    done = reader("kubia inspect kubia")
    assert done.stderr == f"kubia: on kubernetes, context kubia-lab, namespace {reader.namespace}\n"
    lines = done.lines
    assert lines[:6] == [
        "service/kubia-http",
        f"  NodePort, port 8080 -> 8080, node port {port}",
        f"  address: http://127.0.0.1:{port}",
        "  endpoints: 2 of 2 ready",
        "  v",
        "2 pods",
    ]
    assert lines[6].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE"]
    assert sorted(line.split()[0] for line in lines[7:9]) == sorted(pods)
    assert all(line.split()[1:3] == ["1/1", "Running"] for line in lines[7:9])
    assert lines[9:] == [
        "  ^",
        "deployment.apps/kubia",
        "  2 desired, 2 current, 2 ready",
        "  ^",
        "image",
        "  as typed: luksa/kubia:latest",
        f"  {digest}",
    ]
    for part in ("deploy/kubia", "svc kubia-http", f"pod {pods[0]}", f"rs {pods[0].rpartition('-')[0]}"):
        again = reader(f"kubia inspect {part}").lines
        assert [line for line in again if " Running " not in line] == [
            line for line in lines if " Running " not in line
        ], part


def test_the_objects_themselves_for_scripts(shell: Shell) -> None:
    shell("kubia run kubia --image=busybox -- sleep 600")
    assert json.loads(shell("kubia inspect deploy/kubia -o json").stdout)["kind"] == "Deployment"
    assert shell("kubia inspect kubia -o jsonpath={.status.readyReplicas}").stdout == "1"
    assert shell("kubia inspect kubia -o name").stdout == "deployment.apps/kubia\n"
    assert shell("kubia inspect node kubia-lab").lines[0].split() == ["Name:", "kubia-lab"]


def test_a_name_that_both_engines_could_have(shell: Shell, docker: Tool, run_id: str) -> None:
    name = f"{run_id}-both"
    docker("create", "--name", name, "busybox")
    only = shell(f"kubia inspect {name} -o name")
    assert (only.stdout, only.stderr) == (f"container/{name}\n", f"{name}: on docker\n")
    shell(f"kubia run {name} --image=busybox -- sleep 600")
    both = shell(f"kubia inspect {name}", status=2)
    assert both.stdout == ""
    assert f"error[name.ambiguous]: {name} is a container and on the cluster" in both.stderr
    assert shell(f"kubia --on kubernetes inspect {name} -o name").stdout == f"deployment.apps/{name}\n"
    assert shell(f"kubia inspect container/{name} -o name").stdout == f"container/{name}\n"
    docker("rm", name)
    docker("tag", "busybox", name)  # an image counts only when nothing else has the name
    assert shell(f"kubia inspect {name} -o name").stdout == f"deployment.apps/{name}\n"
    assert shell(f"kubia inspect image/{name} -o name").stdout == f"image/{name}\n"
    silent = shell(f"kubia inspect {name} -o name", env={"DOCKER_HOST": "tcp://127.0.0.1:1"})
    assert silent.stdout == f"deployment.apps/{name}\n"
    assert "docker does not answer: this is from the other engine alone\n" in silent.stderr


def test_a_page_at_a_terminal_has_boxes(shell: Shell) -> None:
    shell("kubia run kubia --image=busybox -- sleep 600")
    child = shell.spawn("kubia inspect kubia", columns=120)
    child.expect("no service")
    child.expect("1 pod")
    child.expect("deployment.apps/kubia")
    child.expect("╯")


@pytest.mark.parametrize(
    ("line", "status", "error"),
    [
        ("kubia inspect", 2, "error[usage]"),
        ("kubia inspect nothing-here", 11, "error[name.not-found]: no container and no image nothing-here on Docker"),
        ("kubia inspect deploy/nothing", 11, 'error[object.not-found]: deployments.apps "nothing" not found'),
        ("kubia inspect image/nothing-here", 11, "error[image.not-found]"),
        ("kubia inspect kubia -o table", 2, "error[output.unknown]"),
    ],
)
def test_bad_input(shell: Shell, line: str, status: int, error: str) -> None:
    done = shell(line, status=status)
    assert done.stdout == ""
    assert re.search(re.escape(error), done.stderr)
