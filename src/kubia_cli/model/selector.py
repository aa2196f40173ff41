"""Labels, and the queries that select by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubia_cli.errors import UsageError
from kubia_cli.model import names

Object = Mapping[str, Any]

#: The kinds whose selector is a plain map of labels, as it was before ``matchLabels``.
_PLAIN = ("ReplicationController", "Service")
_SIGNS = {"In": "in", "NotIn": "notin"}


def parse_labels(text: str, option: str = "--labels") -> dict[str, str]:
    """Read ``tier=web,env=dev``, checked by Kubernetes' rules for labels. Raises UsageError."""
    labels = {}
    for word in filter(None, text.split(",")):
        key, equals, value = word.partition("=")
        if not equals:
            raise UsageError(
                "label.invalid", f"`{option} {word}` is not of the form KEY=VALUE", fix=f"{option} tier=web"
            )
        labels[names.check_label_key(key)] = names.check_label_value(value)
    return labels


def query(labels: Mapping[str, str]) -> str:
    """``tier=web,env=dev``: the query that ``-l`` and the API take for a map of labels."""
    return ",".join(f"{key}={value}" for key, value in labels.items())


def pod_labels(workload: Object) -> dict[str, str] | None:
    """The labels that select a workload's or service's pods; None when a map cannot say it, {} when there are none.

    A pod is selected by all labels it has.
    """
    if workload.get("kind") == "Pod":
        return dict(_at(workload, "metadata", "labels"))
    selector = _at(workload, "spec", "selector")
    if workload.get("kind") in _PLAIN:
        return dict(selector)
    return None if selector.get("matchExpressions") else dict(selector.get("matchLabels") or {})


def pod_query(workload: Object) -> str:
    """The query that finds a workload's or service's pods, expressions included; "" when it selects none."""
    labels = pod_labels(workload)
    if labels is not None:
        return query(labels)
    selector = _at(workload, "spec", "selector")
    plain = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    return ",".join([*plain, *(_expression(each) for each in selector["matchExpressions"])])


def matches(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether ``labels`` have every pair of ``wanted``; an empty ``wanted`` selects nothing, as in a service."""
    return bool(wanted) and wanted.items() <= labels.items()


def owned_by(owner: Object, objects: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of ``objects`` that ``owner`` controls."""
    uid = _at(owner, "metadata").get("uid")
    return [
        each
        for each in objects
        if any(one.get("uid") == uid for one in _at(each, "metadata").get("ownerReferences") or ())
    ]


def _expression(expression: Mapping[str, Any]) -> str:
    key, operator = expression.get("key", ""), expression.get("operator", "")
    if operator in _SIGNS:
        return f"{key} {_SIGNS[operator]} ({','.join(expression.get('values') or ())})"
    return key if operator == "Exists" else f"!{key}"


def _at(raw: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for key in path:
        raw = raw.get(key) or {}
    return raw
