"""get, before an API server whose answers are fixed: what it asks, prints, and ends with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.commands.served import forbidden, listed, pod, served, table
from tests.unit.engines.kubernetes.scripted import answer, cluster, status, streamed
from tests.unit.typed import kubia

PODS = "/api/v1/namespaces/dev/pods"
SERVICES = "/api/v1/namespaces/dev/services"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("get", "target.missing"),
        ("get pods po/x", "target.mixed"),
        ("get pods x -A", "target.name-everywhere"),
        ("get pods x -l a=b", "target.name-and-selector"),
        ("get po/x --field-selector a=b", "target.name-and-selector"),
        ("get po x --sort-by=.metadata.name", "target.name-and-order"),
        ("get pods -o xml", "output.unknown"),
        ("get pods -o jsonpath={", "jsonpath.syntax"),
        ("get pods --sort-by=[", "jsonpath.syntax"),
        ("get pods --nope", "usage"),
    ],
)
def test_a_wrong_line_asks_no_server(line: str, code: str) -> None:
    answer = kubia(line)
    assert answer.status == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith(f"error[{code}]: ")


def test_a_watch_of_several_kinds_is_refused(tmp_path: Path) -> None:
    with served(tmp_path, {}) as (kube, server):
        assert kubia("get pods,svc -w", cluster=kube).stderr.startswith("error[watch.several]: ")
        assert server.asked == []


def test_a_table_and_what_was_asked_for_it(tmp_path: Path) -> None:
    with served(tmp_path, {PODS: table(pod("kubia-1"), pod("kubia-22", "Pending"))}) as (kube, server):
        got = kubia("get po -l app=kubia --field-selector status.phase!=Failed -o wide", cluster=kube)
    assert (got.status, got.stderr) == (0, "")
    assert got.stdout == "NAME       STATUS    NODE\nkubia-1    Running   lab\nkubia-22   Pending   lab\n"
    assert server.asked[0].query["labelSelector"] == ["app=kubia"]
    assert server.asked[0].query["fieldSelector"] == ["status.phase!=Failed"]
    assert "as=Table" in server.asked[0].headers["accept"]


def test_several_names_stand_in_one_table_and_the_missing_one_is_the_error(tmp_path: Path) -> None:
    answers = {f"{PODS}/kubia-1": table(pod("kubia-1")), f"{PODS}/kubia-22": table(pod("kubia-22", "Pending"))}
    with served(tmp_path, answers) as (kube, _):
        got = kubia("get pod kubia-1 nope kubia-22", cluster=kube)
    assert got.stdout == "NAME       STATUS\nkubia-1    Running\nkubia-22   Pending\n"
    assert (got.status, got.stderr) == (11, 'error[object.not-found]: pods "nope" not found\n')


def test_several_kinds_are_told_apart_by_a_blank_line_and_a_prefix(tmp_path: Path) -> None:
    answers = {PODS: table(pod("kubia-1")), SERVICES: table(), f"{SERVICES}/kubia": table(pod("kubia"))}
    with served(tmp_path, answers) as (kube, _):
        assert kubia("get pods,svc", cluster=kube).stdout == "NAME          STATUS\npod/kubia-1   Running\n"
        answers[f"{PODS}/kubia-1"] = answers[PODS]
        assert kubia("get po/kubia-1 svc/kubia", cluster=kube).stdout == (
            "NAME          STATUS\npod/kubia-1   Running\n\nNAME            STATUS\nservice/kubia   Running\n"
        )
        assert kubia("get po/kubia-1 svc/kubia --no-headers", cluster=kube).stdout == (
            "pod/kubia-1   Running\nservice/kubia   Running\n"
        )


@pytest.mark.parametrize(
    ("line", "status", "stderr"),
    [
        ("get pods", 0, "No resources found in dev namespace.\n"),
        ("get pods --ignore-not-found", 0, ""),
        ("get nodes", 0, "No resources found\n"),
        ("get pods -A", 0, "No resources found\n"),
        ("get pod nope", 11, 'error[object.not-found]: pods "nope" not found\n'),
        ("get pod nope --ignore-not-found", 0, ""),
        ("get pod nope -o json --ignore-not-found", 0, ""),
        ("get pod a b", 11, 'error[object.not-found]: pods "a" not found; pods "b" not found\n'),
        ("get pods,svc", 4, 'error[cluster.forbidden]: services is forbidden: User "reader" cannot list'),
        (
            "get po,svc,rc nope",
            15,
            "error[read.partial]: 3 of what was asked for cannot be shown: ",
        ),
    ],
)
def test_nothing_to_show(tmp_path: Path, line: str, status: int, stderr: str) -> None:
    answers = {
        PODS: table(),
        "/api/v1/pods": table(),
        "/api/v1/nodes": table(),
        SERVICES: forbidden("services"),
        f"{SERVICES}/nope": forbidden("services"),
    }
    with served(tmp_path, answers) as (kube, _):
        got = kubia(line, cluster=kube)
    assert (got.status, got.stdout) == (status, "")
    assert got.stderr.startswith(stderr)
    assert bool(stderr) == bool(got.stderr)


def test_objects_one_as_it_is_and_several_as_a_list(tmp_path: Path) -> None:
    one = pod("kubia-1")
    answers = {PODS: listed(one, pod("kubia-2")), f"{PODS}/kubia-1": one, SERVICES: listed()}
    with served(tmp_path, answers) as (kube, _):
        assert json.loads(kubia("get pod kubia-1 -o json", cluster=kube).stdout) == one
        several = json.loads(kubia("get pods -o json", cluster=kube).stdout)
        assert (several["kind"], several["items"]) == ("List", [one, pod("kubia-2")])
        assert json.loads(kubia("get svc -o json", cluster=kube).stdout)["items"] == []
        assert kubia("get pods -o name", cluster=kube).stdout == "pod/kubia-1\npod/kubia-2\n"
        template = "get pods -o jsonpath={.items[*].metadata.name}"
        assert kubia(template, cluster=kube).stdout == "kubia-1 kubia-2"
        partly = kubia("get pod kubia-1 nope -o json", cluster=kube)
        assert (partly.status, json.loads(partly.stdout)["items"]) == (11, [one])  # and no second document
        missing = kubia("get pod kubia-1 nope -o name", cluster=kube)
        assert (missing.status, missing.stdout) == (11, "pod/kubia-1\n")


def test_sorted_by_a_field_that_the_table_has_not(tmp_path: Path) -> None:
    pods = [pod("a", priority=10), pod("b", priority=9), pod("c")]

    def script(connection: Any, asked: Any) -> None:
        as_table = "as=Table" in asked.headers["accept"]
        answer(table(*pods) if as_table else listed(*pods))(connection, asked)

    with served(tmp_path, {PODS: script}) as (kube, _):
        assert kubia("get pods --sort-by=.spec.priority --no-headers", cluster=kube).stdout.split()[::2] == [
            "c", "b", "a",
        ]  # fmt: skip
        assert kubia("get pods --sort-by=.spec.priority -o name", cluster=kube).stdout.split() == [
            "pod/c", "pod/b", "pod/a",
        ]  # fmt: skip
        assert kubia("get pods --sort-by=.spec.nothing", cluster=kube).stderr.startswith("error[sort.no-field]: ")


def change(kind: str, *pods: dict[str, Any], columns: bool = False) -> bytes:
    shown = table(*pods)
    return (
        json.dumps({"type": kind, "object": shown if columns else {**shown, "columnDefinitions": None}}).encode()
        + b"\n"
    )


def test_a_watch_is_one_table_that_outlives_a_forgotten_version(tmp_path: Path) -> None:
    forgotten = {"kind": "Status", "status": "Failure", "code": 410, "reason": "Expired", "message": "too old"}
    events = [
        change("ADDED", pod("kubia-22", "Pending", "8"), columns=True),
        change("DELETED", pod("kubia-1", "Succeeded", "9")),
        json.dumps({"type": "ERROR", "object": forgotten}).encode() + b"\n",
    ]
    later = table(
        pod("kubia-22", "Running", "20"), pod("kubia-3", "Running", "21"), pod("old", "Running"), version="30"
    )
    scripts = [
        answer(table(pod("kubia-1"), pod("old", "Running"))),
        streamed(*events),
        answer(later),
        status(403, "Forbidden", 'pods is forbidden: User "reader" cannot watch'),
    ]
    with cluster(tmp_path, *scripts) as (kube, server):
        got = kubia("get pods -w", cluster=kube)
    assert got.stdout == (
        "NAME      STATUS\n"
        "kubia-1   Running\n"
        "old       Running\n"
        "kubia-22   Pending\n"
        "kubia-1    Succeeded\n"
        "kubia-22   Running\n"
        "kubia-3    Running\n"
    )
    assert got.status == 4
    assert [asked.query.get("resourceVersion") for asked in server.asked] == [None, ["7"], None, ["30"]]


def test_watch_only_and_a_watch_of_objects(tmp_path: Path) -> None:
    raw = json.dumps({"type": "MODIFIED", "object": pod("kubia-1", version="8")}).encode() + b"\n"
    refused = status(403, "Forbidden", 'pods is forbidden: User "reader" cannot watch')
    with cluster(tmp_path, answer(table(pod("a"))), streamed(change("MODIFIED", pod("b", version="8"))), refused) as (
        kube,
        _,
    ):
        assert kubia("get pods --watch-only", cluster=kube).stdout == "NAME   STATUS\nb      Running\n"
    with cluster(tmp_path, answer(listed(pod("kubia-1"))), streamed(raw), refused) as (kube, server):
        assert kubia("get pod kubia-1 -w -o name", cluster=kube).stdout == "pod/kubia-1\npod/kubia-1\n"
    assert server.asked[0].query["fieldSelector"] == ["metadata.name=kubia-1"]


def test_a_watch_of_what_is_not_there(tmp_path: Path) -> None:
    with served(tmp_path, {PODS: table()}) as (kube, _):
        got = kubia("get pod nope -w", cluster=kube)
    assert (got.status, got.stderr) == (11, 'error[object.not-found]: pods "nope" not found\n')


def test_a_category_and_a_word_that_is_nothing(tmp_path: Path) -> None:
    def resource(plural: str, kind: str, **more: Any) -> dict[str, Any]:
        return {"resource": plural, "responseKind": {"kind": kind}, "scope": "Namespaced", "verbs": ["list"], **more}

    resources = [
        resource("pods", "Pod", categories=["all"]),
        resource("secrets", "Secret"),
        resource("bindings", "Binding", categories=["all"], verbs=["create"]),
        resource("services", "Service", categories=["all", "front"]),
    ]
    versions = [{"version": "v1", "resources": resources}]
    answers = {
        "/api": {"kind": "APIGroupDiscoveryList", "items": [{"metadata": {"name": ""}, "versions": versions}]},
        "/apis": {"kind": "APIGroupDiscoveryList", "items": []},
        PODS: table(pod("kubia-1")),
        SERVICES: table(pod("kubia")),
    }
    with served(tmp_path, answers) as (kube, _):
        assert kubia("get all --no-headers", cluster=kube).stdout == "pod/kubia-1   Running\nservice/kubia   Running\n"
        assert kubia("get front --no-headers", cluster=kube).stdout == "kubia   Running\n"
        unknown = kubia("get podz", cluster=kube)
    assert unknown.status == 11
    assert unknown.stderr == ('error[kind.unknown]: the server has no resource type "podz"\n  fix: kubia get pod\n')
