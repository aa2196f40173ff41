"""Watching a server that ends, breaks, forgets and falls silent."""

from __future__ import annotations

import json
import math
import time
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubia_cli.engines.kubernetes.discovery import POD
from kubia_cli.engines.kubernetes.watch import lines
from kubia_cli.errors import ExpiredError, RefusedError, UnreachableError
from tests.unit.engines.kubernetes.scripted import Open, answer, raw, status, streamed


def event(kind: str, version: str, **more: Any) -> bytes:
    found = {"kind": "Pod", "metadata": {"name": "kubia", "resourceVersion": version}}
    return json.dumps({"type": kind, "object": {**found, **more}}).encode() + b"\n"


def failed(code: int, reason: str) -> bytes:
    said = {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": "no more"}
    return json.dumps({"type": "ERROR", "object": said}).encode() + b"\n"


def seen(events: Any) -> list[tuple[str, str]]:
    return [(each["type"], each["object"]["metadata"]["resourceVersion"]) for each in events]


def versions(server: Any) -> list[str]:
    return [asked.query.get("resourceVersion", [""])[0] for asked in server.asked]


def test_a_connection_cut_in_a_line_goes_on_from_the_last_whole_one(cluster: Open) -> None:
    cut = streamed(event("MODIFIED", "8"), event("MODIFIED", "9")[:20], whole=False)
    with cluster(cut, streamed(event("MODIFIED", "9"), then=30)) as (kube, server):
        events = kube.watch(POD, fields="metadata.name=kubia", version="7", timeout=20)
        assert seen(islice(events, 2)) == [("MODIFIED", "8"), ("MODIFIED", "9")]
    assert versions(server) == ["7", "8"]
    query = server.asked[0].query
    assert (query["watch"], query["allowWatchBookmarks"], query["timeoutSeconds"]) == (["true"], ["true"], ["20"])
    assert query["fieldSelector"] == ["metadata.name=kubia"]


def test_bookmarks_move_the_version_and_are_not_told(cluster: Open) -> None:
    quiet = streamed(event("BOOKMARK", "50"))
    with cluster(quiet, streamed(event("DELETED", "51"), then=30)) as (kube, server):
        assert seen(islice(kube.watch(POD, version="7", timeout=20), 1)) == [("DELETED", "51")]
    assert versions(server) == ["7", "50"]


def test_what_is_there_is_told_first(cluster: Open) -> None:
    there = [{"metadata": {"name": "kubia", "resourceVersion": "9"}}, {"metadata": {"resourceVersion": "5"}}]
    listed = answer({"kind": "PodList", "metadata": {"resourceVersion": "11"}, "items": there})
    with cluster(listed, streamed(event("ADDED", "12"), then=30)) as (kube, server):
        events = list(islice(kube.watch(POD, timeout=20), 3))
    assert seen(events) == [("ADDED", "9"), ("ADDED", "5"), ("ADDED", "12")]
    assert events[0]["object"]["kind"] == "Pod"
    assert versions(server) == ["", "11"]


def test_rows_that_are_there_are_told_first(cluster: Open) -> None:
    table = {
        "kind": "Table",
        "metadata": {"resourceVersion": "11"},
        "columnDefinitions": [],
        "rows": [{}, {"cells": [1]}],
    }
    with cluster(answer(table), streamed(then=30)) as (kube, server):
        events = list(kube.watch(POD, timeout=0.5, as_table=True))
    assert [each["object"]["rows"] for each in events] == [[{}], [{"cells": [1]}]]
    assert versions(server) == ["", "11"]


def test_a_silent_server_holds_nobody(cluster: Open) -> None:
    begun = time.monotonic()
    with cluster(raw(then=30)) as (kube, _), pytest.raises(UnreachableError) as caught:
        list(kube.watch(POD, version="7", timeout=0.5))
    assert caught.value.code == "cluster.silent"
    assert time.monotonic() - begun < 5


def test_a_server_that_falls_silent_ends_with_the_time(cluster: Open) -> None:
    begun = time.monotonic()
    with cluster(streamed(then=30)) as (kube, _):
        assert list(kube.watch(POD, version="7", timeout=0.5)) == []
    assert time.monotonic() - begun < 5


def test_its_time_is_its_clean_end(cluster: Open) -> None:
    with cluster(streamed(event("MODIFIED", "8"), then=30)) as (kube, _):
        assert seen(kube.watch(POD, version="7", timeout=0.5)) == [("MODIFIED", "8")]


def test_a_server_that_ends_early_is_no_error_near_the_end(cluster: Open) -> None:
    with cluster(streamed(event("MODIFIED", "8")), raw(then=30)) as (kube, server):
        assert seen(kube.watch(POD, version="7", timeout=1.5)) == [("MODIFIED", "8")]
    assert len(server.asked) == 1


def test_a_watch_without_end_ends_with_its_reader(cluster: Open) -> None:
    with cluster(streamed(event("MODIFIED", "8"), then=30)) as (kube, server):
        events = kube.watch(POD, version="7", timeout=math.inf)
        assert seen(islice(events, 1)) == [("MODIFIED", "8")]
        events.close()  # type: ignore[attr-defined]  # it is a generator
    assert server.asked[0].query["timeoutSeconds"] == ["300"]


@pytest.mark.parametrize("script", [streamed(failed(410, "Expired")), status(410, "Expired", "no more")])
def test_a_forgotten_version(cluster: Open, script: Any) -> None:
    with cluster(script) as (kube, server), pytest.raises(ExpiredError):
        list(kube.watch(POD, version="7", timeout=20))
    assert len(server.asked) == 1


def test_another_error_event_has_its_own_class(cluster: Open) -> None:
    with cluster(streamed(failed(500, "InternalError"))) as (kube, _), pytest.raises(RefusedError):
        list(kube.watch(POD, version="7", timeout=20))


def test_lines_that_are_no_events(cluster: Open) -> None:
    with cluster(answer(b"<html>\n</html>\n")) as (kube, _), pytest.raises(UnreachableError) as caught:
        list(kube.watch(POD, version="7", timeout=20))
    assert caught.value.code == "cluster.not-kubernetes"


def test_tables_are_watched_by_their_row(cluster: Open) -> None:
    row = {"cells": ["kubia"], "object": {"metadata": {"name": "kubia", "resourceVersion": "8"}}}
    table: dict[str, Any] = {"kind": "Table", "metadata": {}, "columnDefinitions": None, "rows": [row]}
    line = json.dumps({"type": "MODIFIED", "object": table}).encode() + b"\n"
    with cluster(streamed(line), streamed(line, then=30)) as (kube, server):
        events = list(islice(kube.watch(POD, version="7", timeout=20, as_table=True), 2))
    assert [each["object"]["rows"] for each in events] == [[row], [row]]
    assert versions(server) == ["7", "8"]


@given(st.lists(st.binary(max_size=20)), st.randoms(use_true_random=False))
def test_lines_are_whole_however_they_come(texts: list[bytes], random: Any) -> None:
    whole = [text.replace(b"\n", b"") for text in texts]
    data = b"".join(line + b"\n" for line in whole) + b"cut off"
    cuts = sorted(random.randrange(len(data) + 1) for _ in range(5))
    pieces = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    assert list(lines(pieces)) == whole
