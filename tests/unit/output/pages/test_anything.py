"""The page of any object, and of a Secret: sizes, never values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kubia_cli.output.pages.anything import label_of, object_page

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("spec", "Spec"),
        ("apiVersion", "API Version"),
        ("creationTimestamp", "Creation Timestamp"),
        ("uid", "UID"),
        ("podCIDRs", "Pod CIDRs"),
        ("clusterIPs", "Cluster IPs"),
        ("HTTPProxy", "HTTP Proxy"),
        ("example.com/x", "example.com/x"),
        ("tls.crt", "tls.crt"),
    ],
)
def test_labels(field: str, label: str) -> None:
    assert label_of(field) == label


def test_any_object() -> None:
    raw = {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {
            "name": "w",
            "namespace": "dev",
            "labels": {"a": "b"},
            "managedFields": [{"manager": "kubia"}],
            "generation": 1,
        },
        "spec": {
            "size": 3,
            "parts": [{"name": "one"}, {"name": "two"}],
            "tags": ["x", "y"],
            "text": "line 1\nline 2\n",
            "none": None,
            "empty": {},
            "on": False,
        },
    }
    assert (
        object_page(raw, [], NOW)
        == """\
Name:         w
Namespace:    dev
Labels:       a=b
Annotations:  <none>
API Version:  example.com/v1
Kind:         Widget
Metadata:
  Generation:  1
Spec:
  Empty:  <none>
  None:   <none>
  On:     false
  Parts:
    Name:  one
    Name:  two
  Size:    3
  Tags:
    x
    y
  Text:
    line 1
    line 2
Events:  <none>
""".splitlines()
    )


def test_a_secret_shows_sizes_only() -> None:
    raw = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "login",
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"data":{"password":"aHVudGVyMg=="}}'},
        },
        "type": "Opaque",
        "data": {"password": "aHVudGVyMg==", "broken": "a"},
        "stringData": {"token": "hunter2"},
    }
    lines = object_page(raw, [], NOW)
    page = "\n".join(lines)
    assert "hunter2" not in page
    assert "aHVudGVyMg" not in page
    start = lines.index("Data:")
    assert lines[start : start + 4] == [
        "Data:",
        "  broken:    <no base64>",
        "  password:  7 bytes",
        "  token:     7 bytes",
    ]
