"""`delete` as the chapter types it (K10, K17): kubectl's forms and words, gone when it ends, never more than asked."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Tool
from tests.shell import Shell

pytestmark = pytest.mark.cluster


@pytest.mark.registry
def test_k10_k17_a_pod_that_is_replaced_and_then_everything(reader: Shell, kubectl: Tool) -> None:
    namespace = reader.namespace
    reader("kubia run kubia --image=luksa/kubia --port=8080 --kind rc")
    reader("kubia expose rc kubia --type=LoadBalancer --name kubia-http --no-wait")
    pod = kubectl("get pods -o jsonpath={.items[0].metadata.name}")
    assert reader(f"kubia delete pod {pod}").stdout == f'pod "{pod}" deleted from {namespace} namespace\n'
    replaced = kubectl("get pods -o jsonpath={.items[*].metadata.name}").split()
    assert len(replaced) == 1
    assert replaced != [pod]
    done = reader("kubia delete rc kubia")
    assert done.stdout == f'replicationcontroller "kubia" deleted from {namespace} namespace\n'
    assert reader("kubia delete svc kubia-http").stdout == f'service "kubia-http" deleted from {namespace} namespace\n'
    assert kubectl("get rc,svc -o name") == ""


def test_by_selector_by_kind_and_several(shell: Shell, kubectl: Tool) -> None:
    for name in ("a", "b", "c", "d", "e"):
        kubectl("create", "configmap", name)
        kubectl("label", "configmap", name, f"half={'one' if name < 'c' else 'two'}")
    where = f"from {shell.namespace} namespace"
    assert shell("kubia delete cm -l half=one").lines == [f'configmap "{name}" deleted {where}' for name in "ab"]
    assert shell("kubia delete cm/c configmap/d -o name").lines == ["configmap/c", "configmap/d"]
    assert shell("kubia delete configmaps e --dry-run").lines == [f'configmap "e" deleted (dry run) {where}']
    assert shell("kubia delete cm e --dry-run=server").lines == [f'configmap "e" deleted (server dry run) {where}']
    everything = shell("kubia delete cm --all")
    assert f'configmap "e" deleted {where}' in everything.lines
    assert "No resources found" in shell("kubia delete cm -l half=one").stderr
    assert shell("kubia delete cm a --ignore-not-found").stdout == ""


@pytest.mark.registry
def test_how_it_ends(shell: Shell, kubectl: Tool) -> None:
    shell("kubia run stubborn --image=busybox --kind pod --command -- sh -c 'trap : TERM; while :; do sleep 1; done'")
    line = "kubia delete pod stubborn --timeout=1s"
    late = shell(line, status=124)
    assert late.stdout == ""
    assert "error[delete.timeout]: pod/stubborn is still there after 1s\n" in late.stderr
    assert "  state: its deletion is asked for\n" in late.stderr
    assert re.match('pod "stubborn" force deleted', shell("kubia delete pod stubborn --force").stdout)
    assert kubectl("get pods -o name") == ""
    shell("kubia run web --image=busybox -- sleep 600")
    shell("kubia delete deployment web --cascade=orphan")
    assert kubectl("get deployments -o name") == ""
    assert len(kubectl("get pods -o name").split()) == 1


@pytest.mark.parametrize(
    ("line", "status", "error"),
    [
        ("kubia delete", 2, "error[usage]"),
        ("kubia delete pods", 2, "error[target.name-missing]: which pods? give a name, -l SELECTOR or --all"),
        ("kubia delete all", 2, "error[target.name-missing]"),
        ("kubia delete pod x -l a=b", 2, "error[delete.which]"),
        ("kubia delete pods -l a=b --all", 2, "error[delete.which]"),
        ("kubia delete pod x --grace-period=0", 2, "error[delete.grace]"),
        ("kubia delete pod ..", 2, "error[name.invalid]: the name may not be `..`"),
        ("kubia delete pod x", 11, 'error[object.not-found]: pods "x" not found'),
        ("kubia delete nonsense x", 11, "error[kind.unknown]"),
        ("kubia -n nowhere delete pod x", 11, 'error[object.not-found]: pods "x" not found'),
    ],
)
def test_bad_input(shell: Shell, line: str, status: int, error: str) -> None:
    done = shell(line, status=status)
    assert done.stdout == ""
    assert error in done.stderr


def test_some_of_several(shell: Shell, kubectl: Tool) -> None:
    kubectl("create configmap here")
    partly = shell("kubia delete cm here absent", status=15)
    assert partly.stdout == f'configmap "here" deleted from {shell.namespace} namespace\n'
    assert partly.stderr.splitlines()[1:] == [
        'error[object.not-found]: configmaps "absent" not found',
        "  state: deleted: configmap/here",
        "  fix: kubia get configmaps",
    ]


@pytest.mark.docker
def test_images_and_containers_of_docker(shell: Shell, docker: Tool, run_id: str) -> None:
    docker("pull", "busybox")
    docker("tag", "busybox", f"{run_id}/gone")
    docker("create", "--name", f"{run_id}-gone", "busybox")
    done = shell(f"kubia delete image/{run_id}/gone container/{run_id}-gone")
    assert done.stdout == f'image "{run_id}/gone" deleted\ncontainer "{run_id}-gone" deleted\n'
    assert docker("images", "-q", f"{run_id}/gone") == ""
    absent = shell(f"kubia delete image/{run_id}/gone", status=11)
    assert "  state: deleted: nothing\n" in absent.stderr
    mixed = shell(f"kubia delete image/{run_id}/gone pod/x", status=2)
    assert "error[delete.engines]: pod/x is of a cluster, the others are Docker's: delete them apart" in mixed.stderr
