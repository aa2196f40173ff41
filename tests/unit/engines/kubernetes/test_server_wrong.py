"""What an API server, or something before it, can do wrong, and what a verb hears of it."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from kubia_cli.engines.kubernetes.api import KubeCluster
from kubia_cli.engines.kubernetes.discovery import POD
from kubia_cli.errors import (
    ConflictError,
    DeniedError,
    ExpiredError,
    KubiaError,
    NotFoundError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
    UsageError,
)
from tests.unit.engines.kubernetes.scripted import Open, Script, answer, raw, status, streamed

PODS: dict[str, Any] = {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "7"}, "items": None}
MANIFEST = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kubia"}}


def test_a_busy_server_is_asked_again(cluster: Open) -> None:
    busy = raw(b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nslow down")
    with cluster(busy, answer(PODS)) as (kube, server):
        assert kube.list(POD)["items"] == []
    assert len(server.asked) == 2


def test_a_torn_answer_is_asked_for_again(cluster: Open) -> None:
    torn = raw(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"kind":')
    with cluster(torn, answer(PODS)) as (kube, server):
        assert kube.list(POD)["metadata"] == {"resourceVersion": "7"}
    assert len(server.asked) == 2


def test_a_packed_answer_is_unpacked(cluster: Open) -> None:
    packed = answer(gzip.compress(json.dumps(PODS).encode()), content_encoding="gzip")
    with cluster(packed) as (kube, _):
        assert kube.list(POD)["metadata"] == {"resourceVersion": "7"}


def test_a_write_without_an_answer_is_not_sent_twice(cluster: Open) -> None:
    with cluster(raw(b"")) as (kube, server), pytest.raises(UnknownOutcomeError) as caught:
        kube.create(MANIFEST)
    assert caught.value.code == "cluster.unknown-outcome"
    assert caught.value.state == "unknown; look before you repeat it"
    assert len(server.asked) == 1


def test_an_apply_without_an_answer_is_sent_again(cluster: Open) -> None:
    with cluster(raw(b""), answer(MANIFEST)) as (kube, server):
        assert kube.apply(MANIFEST) == MANIFEST
    assert [asked.query for asked in server.asked] == [{"fieldManager": ["kubia"], "fieldValidation": ["Strict"]}] * 2
    assert json.loads(server.asked[0].body) == {**MANIFEST, "metadata": {"name": "kubia", "namespace": "dev"}}


@pytest.mark.parametrize(
    ("script", "expected", "code"),
    [
        (answer(b"<h1>Log in</h1>", content_type="text/html"), UnreachableError, "cluster.not-kubernetes"),
        (answer(b"[1]"), UnreachableError, "cluster.not-kubernetes"),
        (answer(b"elsewhere", 302, location="http://127.0.0.1:9/"), UnreachableError, "cluster.redirected"),
        (answer(b"no such page", 404, "text/html"), UnreachableError, "cluster.not-kubernetes"),
        (status(401, "Unauthorized", "Unauthorized"), DeniedError, "cluster.unauthorized"),
        (status(403, "Forbidden", 'pods is forbidden: User "dev" cannot list'), DeniedError, "cluster.forbidden"),
        (status(403, "Forbidden", "exceeded quota: rq"), RefusedError, "cluster.refused"),
        (status(404, "NotFound", "gone", details={"name": "kubia", "kind": "pods"}), NotFoundError, "object.not-found"),
        (
            status(404, "NotFound", "gone", details={"name": "x", "kind": "namespaces"}),
            NotFoundError,
            "namespace.not-found",
        ),
        (status(409, "AlreadyExists", "it is there"), ConflictError, "object.exists"),
        (status(410, "Expired", "too old"), ExpiredError, "list.expired"),
        (status(422, "Invalid", "bad"), RefusedError, "object.invalid"),
        (status(500, "InternalError", "a webhook failed"), RefusedError, "cluster.refused"),
        (status(500, "", "failed to create typed patch object"), RefusedError, "cluster.refused"),
    ],
)
def test_each_answer_has_its_class(cluster: Open, script: Script, expected: type[KubiaError], code: str) -> None:
    with cluster(script) as (kube, server), pytest.raises(expected) as caught:
        kube.list(POD)
    assert (type(caught.value), caught.value.code) == (expected, code)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "script",
    [
        raw(then=30),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", *[b" "] * 300, every=0.1),
    ],
    ids=["silent", "drip-feed"],
)
def test_no_answer_takes_longer_than_it_may(cluster: Open, script: Script) -> None:
    begun = time.monotonic()
    with cluster(script) as (kube, _), pytest.raises(UnreachableError) as caught:
        kube._server.json("GET", "/version", timeout=0.5)
    assert caught.value.code == "cluster.silent"
    assert time.monotonic() - begun < 5


def test_no_server_at_all(cluster: Open) -> None:
    with cluster(raw()) as (kube, server):
        server.close()
        with pytest.raises(UnreachableError) as caught:
            kube.version()
    assert caught.value.code == "cluster.unreachable"
    assert caught.value.message == f"cannot reach the API server {server.url} (context lab)"
    assert caught.value.fix == "kubia context"


def test_each_warning_is_told_once(cluster: Open) -> None:
    warned = answer(PODS, warning='299 - "endpoints is deprecated", 299 - "say \\"slices\\""')
    told: list[str] = []
    with cluster(warned) as (kube, _):
        kube.on_warning = told.append
        kube.list(POD)
        kube.list(POD)
    assert told == ["endpoints is deprecated", 'say "slices"']


def test_a_token_is_a_secret_of_https(cluster: Open) -> None:
    with cluster(answer({"major": "1"}), token="t0ken") as (kube, server):
        kube.version()
    assert "authorization" not in server.asked[0].headers  # this one speaks http


def test_pages_are_one_list(cluster: Open) -> None:
    first = {**PODS, "metadata": {"resourceVersion": "7", "continue": "c1", "remainingItemCount": 1}}
    pages = [{**first, "items": [MANIFEST]}, {**PODS, "items": [{"metadata": {"name": "second"}}]}]
    with cluster(*map(answer, pages)) as (kube, server):
        found = kube.list(POD, None, labels="app=kubia", fields="spec.nodeName=a")
    assert [item["metadata"]["name"] for item in found["items"]] == ["kubia", "second"]
    assert {(item["apiVersion"], item["kind"]) for item in found["items"]} == {("v1", "Pod")}
    assert found["metadata"] == {"resourceVersion": "7"}
    said = {"limit": ["500"], "labelSelector": ["app=kubia"], "fieldSelector": ["spec.nodeName=a"]}
    assert [asked.query for asked in server.asked] == [said, {**said, "continue": ["c1"]}]
    assert server.asked[0].path == "/api/v1/pods"


def test_a_list_that_expires_between_pages_is_asked_for_whole(cluster: Open) -> None:
    first = {**PODS, "metadata": {"continue": "c1"}, "items": [MANIFEST]}
    whole = {**PODS, "items": [MANIFEST, MANIFEST]}
    with cluster(answer(first), status(410, "Expired", "too old"), answer(whole)) as (kube, server):
        assert len(kube.list(POD)["items"]) == 2
    assert server.asked[2].query == {}


def test_a_table_is_folded_too_and_made_where_none_is_served(cluster: Open) -> None:
    columns = [{"name": "Name"}]
    pages = [
        {"kind": "Table", "metadata": {"continue": "c"}, "columnDefinitions": columns, "rows": [{"cells": ["a"]}]},
        {"kind": "Table", "metadata": {}, "columnDefinitions": None, "rows": [{"cells": ["b"]}]},
        {**PODS, "items": [{"metadata": {"name": "c", "creationTimestamp": "2026-01-01T00:00:00Z"}}]},
    ]
    with cluster(*map(answer, pages)) as (kube, server):
        table = kube.table(POD)
        plain = kube.table(POD)
    assert [row["cells"] for row in table["rows"]] == [["a"], ["b"]]
    assert table["columnDefinitions"] == columns
    assert server.asked[0].headers["accept"] == "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    assert [row["cells"] for row in plain["rows"]] == [["c", "2026-01-01T00:00:00Z"]]
    assert [column["name"] for column in plain["columnDefinitions"]] == ["Name", "Age"]


def test_a_log_comes_as_bytes_to_its_last(cluster: Open) -> None:
    with cluster(streamed(b"one\ntw", b"o\n\xff\x00no newline")) as (kube, server):
        assert b"".join(kube.logs("kubia", container="main", tail=3, previous=True)) == b"one\ntwo\n\xff\x00no newline"
    assert server.asked[0].path == "/api/v1/namespaces/dev/pods/kubia/log"
    assert server.asked[0].query == {"container": ["main"], "tailLines": ["3"], "previous": ["true"]}


def test_a_log_that_breaks_off_says_so(cluster: Open) -> None:
    with cluster(streamed(b"one\n", whole=False)) as (kube, _), pytest.raises(UnreachableError) as caught:
        list(kube.logs("kubia", follow=True))
    assert caught.value.code == "cluster.broken-off"


def test_delete_names_the_very_object(cluster: Open) -> None:
    with cluster(answer({"kind": "Status", "status": "Success"})) as (kube, server):
        kube.delete(POD, "kubia", uid="u-1", grace=0, propagation="Foreground", dry_run="server")
    assert (server.asked[0].method, server.asked[0].path) == ("DELETE", "/api/v1/namespaces/dev/pods/kubia")
    assert json.loads(server.asked[0].body) == {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "propagationPolicy": "Foreground",
        "preconditions": {"uid": "u-1"},
        "gracePeriodSeconds": 0,
        "dryRun": ["All"],
    }


def manifest(name: str, namespace: str = "dev") -> dict[str, Any]:
    return {**MANIFEST, "metadata": {"name": name, "namespace": namespace}}


@pytest.mark.parametrize("bad", ["", ".", "..", "a/b", "%2e%2e"])
@pytest.mark.parametrize(
    "deed",
    [
        lambda kube, bad: kube.get(POD, bad),
        lambda kube, bad: kube.get(POD, "kubia", subresource=bad or ".."),
        lambda kube, bad: kube.get(POD, "kubia", bad or ".."),
        lambda kube, bad: kube.list(POD, bad or ".."),
        lambda kube, bad: kube.table(POD, name=bad or ".."),
        lambda kube, bad: list(kube.watch(POD, bad or "..")),
        lambda kube, bad: kube.apply(manifest(bad)),
        lambda kube, bad: kube.create(manifest("kubia", bad or "..")),
        lambda kube, bad: kube.put_scale(POD, bad, "", {}),
        lambda kube, bad: kube.delete(POD, bad),
        lambda kube, bad: list(kube.logs(bad)),
        lambda kube, bad: kube.exec(bad, "", ["true"]),
        lambda kube, bad: kube.attach(bad, ""),
        lambda kube, bad: kube.connect(bad, "", 8080),
    ],
)
def test_no_name_that_changes_a_path_is_sent(
    cluster: Open, deed: Callable[[KubeCluster, str], object], bad: str
) -> None:
    with cluster(answer({})) as (kube, server), pytest.raises(UsageError) as caught:
        deed(kube, bad)
    assert caught.value.code == "name.invalid"
    assert server.asked == []


def test_no_call_lasts_longer_than_the_verb_has_left(cluster: Open) -> None:
    with cluster(raw(then=30)) as (kube, _):
        kube.patience = lambda: 0.3
        with pytest.raises(UnreachableError) as silent:
            kube.get(POD, "kubia")
        assert silent.value.code == "cluster.silent"
        with pytest.raises(UnreachableError):
            kube.table(POD)
        for write in (kube.apply, kube.create):  # sent, and nobody knows what came of it
            with pytest.raises(UnknownOutcomeError) as unknown:
                write(MANIFEST)
            assert unknown.value.code == "cluster.unknown-outcome"
