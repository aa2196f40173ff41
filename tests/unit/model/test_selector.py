"""Labels and the queries that select by them."""

from __future__ import annotations

from typing import Any

import pytest

from kubia_cli.errors import UsageError
from kubia_cli.model.amounts import parse_amounts
from kubia_cli.model.selector import matches, owned_by, parse_labels, pod_labels, pod_query, query

EXPRESSIONS = [
    {"key": "tier", "operator": "In", "values": ["web", "api"]},
    {"key": "env", "operator": "NotIn", "values": ["dev"]},
    {"key": "app", "operator": "Exists"},
    {"key": "old", "operator": "DoesNotExist"},
]


def test_labels_are_read_and_written_alike() -> None:
    assert parse_labels("tier=web,env=") == {"tier": "web", "env": ""}
    assert query(parse_labels("tier=web,env=")) == "tier=web,env="
    assert parse_labels("") == {}


@pytest.mark.parametrize("text", ["tier", "=web", "tier=a b", "tier=-x"])
def test_what_is_no_label(text: str) -> None:
    with pytest.raises(UsageError):
        parse_labels(text)


def test_the_pods_of_each_kind() -> None:
    assert pod_labels({"kind": "Pod", "metadata": {"labels": {"a": "b"}}}) == {"a": "b"}
    assert pod_labels({"kind": "ReplicationController", "spec": {"selector": {"a": "b"}}}) == {"a": "b"}
    assert pod_labels({"kind": "Deployment", "spec": {"selector": {"matchLabels": {"a": "b"}}}}) == {"a": "b"}
    assert pod_labels({"kind": "Service", "spec": {"type": "ExternalName"}}) == {}


def test_expressions_make_a_query_and_no_map() -> None:
    selected = {
        "kind": "Deployment",
        "spec": {"selector": {"matchLabels": {"a": "b"}, "matchExpressions": EXPRESSIONS}},
    }
    assert pod_labels(selected) is None
    assert pod_query(selected) == "a=b,tier in (web,api),env notin (dev),app,!old"


def test_an_empty_selector_matches_nothing() -> None:
    assert matches({"a": "b", "c": "d"}, {"a": "b"})
    assert not matches({"a": "x"}, {"a": "b"})
    assert not matches({"a": "b"}, {})


def test_owners_are_known_by_their_uid() -> None:
    ours = {"metadata": {"name": "x", "ownerReferences": [{"uid": "1"}]}}
    others: list[dict[str, Any]] = [
        {"metadata": {"name": "y", "ownerReferences": [{"uid": "2"}]}},
        {"metadata": {"name": "z"}},
    ]
    assert owned_by({"metadata": {"uid": "1"}}, [ours, *others]) == [ours]


def test_amounts() -> None:
    assert parse_amounts("cpu=200m,memory=512Mi", "--limits") == {"cpu": "200m", "memory": "512Mi"}
    for text in ("cpu", "cpu=", "cpu=much", "cpu=-1", "=1"):
        with pytest.raises(UsageError) as caught:
            parse_amounts(text, "--limits")
        assert caught.value.fix == "--limits=cpu=200m,memory=512Mi"
