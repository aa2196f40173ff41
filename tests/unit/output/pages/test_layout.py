"""The layout of pages: columns as wide as the cells of lines that follow each other."""

from __future__ import annotations

from typing import Any

import pytest

from kubia_cli.output.pages.layout import Page, controller, part, when


def test_columns_are_aligned_within_lines_that_follow_each_other() -> None:
    page = Page()
    page.field(0, "Name", "kubia")
    page.field(0, "Service Account", "default")
    page.row(0, "Containers:")
    page.row(1, "kubia:")
    page.field(2, "Image", "luksa/kubia")
    page.field(2, "Restart Count", 0)
    page.field(0, "Ready", True)
    page.field(0, "Nothing", None)
    page.known(0, "Left out", "")
    page.table(1, ("Type", "Reason"), [("Normal", "Pulled"), ("Warning", "BackOff")])
    assert page.lines() == [
        "Name:             kubia",
        "Service Account:  default",
        "Containers:",
        "  kubia:",
        "    Image:          luksa/kubia",
        "    Restart Count:  0",
        "Ready:              true",
        "Nothing:",
        "  Type              Reason",
        "  ----              ------",
        "  Normal            Pulled",
        "  Warning           BackOff",
    ]


def test_several_values_stand_below_each_other() -> None:
    page = Page()
    page.labels(0, "Labels", {"b": "2", "a": "1"})
    page.labels(1, "Node-Selectors", None)
    page.values(0, "Tolerations", ["x op=Exists", "y op=Exists"])
    assert page.lines() == [
        "Labels:            a=1",
        "                   b=2",
        "  Node-Selectors:  <none>",
        "Tolerations:       x op=Exists",
        "                   y op=Exists",
    ]


def test_annotations_long_ones_below_their_key_and_the_last_applied_object_never() -> None:
    page = Page()
    page.annotations(
        0,
        "Annotations",
        {
            "kubectl.kubernetes.io/last-applied-configuration": '{"data": {"password": "c2VjcmV0"}}',
            "note": "one\ntwo\n",
            "long": "x" * 150,
            "short": "y",
        },
    )
    assert page.lines() == [
        "Annotations:  long:",
        f"                {'x' * 138}...",
        "              note:",
        "                one",
        "                two",
        "              short: y",
    ]


def test_text_from_outside_cannot_act_on_a_terminal_or_break_a_line() -> None:
    page = Page()
    page.field(0, "Message", "a\x1b[31mb\nc\td")
    assert page.lines() == ["Message:  a\\x1b[31mb\\nc\\td"]


def test_wide_characters_take_two_cells() -> None:
    page = Page()
    page.field(0, "名", "x")
    page.field(0, "abc", "y")
    assert page.lines() == ["名:   x", "abc:  y"]


@pytest.mark.parametrize(
    ("raw", "owner"),
    [
        ({}, ""),
        ({"metadata": {"ownerReferences": None}}, ""),
        ({"metadata": {"ownerReferences": [{"kind": "Node", "name": "n"}]}}, ""),
        (
            {"metadata": {"ownerReferences": [{"kind": "ReplicaSet", "name": "kubia-5d8b", "controller": True}]}},
            "ReplicaSet/kubia-5d8b",
        ),
    ],
)
def test_controller(raw: dict[str, Any], owner: str) -> None:
    assert controller(raw) == owner


def test_parts_and_times_that_are_not_there() -> None:
    assert part({"a": None}, "a", "b") is None
    assert part({"a": {"b": 1}}, "a", "b") == 1
    assert part(None, "a") is None
    assert when(None) == "<unset>"
    assert when("2026-11-24T12:00:00Z").startswith("Tue, 24 Nov 2026 ")
