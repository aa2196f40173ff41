"""describe, before an API server whose answers are fixed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.commands.served import forbidden, listed, pod, served
from tests.unit.typed import kubia

PODS = "/api/v1/namespaces/dev/pods"
EVENTS = "/api/v1/namespaces/dev/events"


def test_names_by_what_they_begin_with(tmp_path: Path) -> None:
    answers = {PODS: listed(pod("kubia-1"), pod("kubia-22"), pod("web-1")), EVENTS: listed()}
    with served(tmp_path, answers) as (kube, server):
        got = kubia("describe pod kubia-", cluster=kube)
        assert [line for line in got.stdout.splitlines() if line.startswith("Name:")] == [
            "Name:         kubia-1",
            "Name:         kubia-22",
        ]
        assert "\nEvents:          <none>\n\n\nName:         kubia-22\n" in got.stdout
        assert server.asked[-1].query["fieldSelector"] == [
            "involvedObject.kind=Pod,involvedObject.name=kubia-22,involvedObject.namespace=dev,involvedObject.uid=uid-kubia-22"
        ]
        missing = kubia("describe pod kubia-9", cluster=kube)
    assert (missing.status, missing.stderr) == (11, 'error[object.not-found]: pods "kubia-9" not found\n')


def test_what_may_not_be_read_is_said_on_the_page(tmp_path: Path) -> None:
    controller: dict[str, Any] = {
        **pod("kubia"),
        "kind": "ReplicationController",
        "spec": {"selector": {"run": "kubia"}},
    }
    path = "/api/v1/namespaces/dev/replicationcontrollers/kubia"
    answers = {path: controller, PODS: forbidden("pods"), EVENTS: forbidden("events")}
    with served(tmp_path, answers) as (kube, server):
        got = kubia("describe rc kubia", cluster=kube)
    assert got.status == 0
    lines = [" ".join(line.split()) for line in got.stdout.splitlines()]
    assert "Pods Status: forbidden (needs list pods)" in lines
    assert lines[-1] == "Events: forbidden (needs list events)"
    assert server.asked[-1].query["labelSelector"] == ["run=kubia"]


@pytest.mark.parametrize(
    ("line", "status", "stderr"),
    [
        ("describe", 2, "error[target.missing]: "),
        ("describe pod x -l a=b", 2, "error[target.name-and-selector]: "),
        ("describe pod x -A", 2, "error[target.name-everywhere]: "),
        ("describe pods", 0, "No resources found in dev namespace.\n"),
        ("--on docker describe pods", 2, "error[on.grammar]: this verb reads a cluster"),
        ("--on docker get pods", 2, "error[on.grammar]: this verb reads a cluster"),
        ("--on docker cluster-info", 2, "error[on.grammar]: this verb reads a cluster"),
    ],
)
def test_nothing_to_show(tmp_path: Path, line: str, status: int, stderr: str) -> None:
    with served(tmp_path, {PODS: listed()}) as (kube, _):
        got = kubia(line, cluster=kube)
    assert (got.status, got.stdout) == (status, "")
    assert got.stderr.startswith(stderr)
