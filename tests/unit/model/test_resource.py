"""What a user names: kubectl's two forms, and an empty word that never means everything."""

from __future__ import annotations

import shlex

import pytest

from kubia_cli.errors import UsageError
from kubia_cli.model.resource import Target, parse_targets


@pytest.mark.parametrize(
    ("line", "targets"),
    [
        ("pods", [Target("pods", "")]),
        ("rc,svc", [Target("rc", ""), Target("svc", "")]),
        ("pod a b", [Target("pod", "a"), Target("pod", "b")]),
        ("rc,svc a", [Target("rc", "a"), Target("svc", "a")]),
        ("deploy/a svc/b", [Target("deploy", "a"), Target("svc", "b")]),
        ("image/luksa/kubia:1", [Target("image", "luksa/kubia:1")]),
    ],
)
def test_kubectl_s_forms(line: str, targets: list[Target]) -> None:
    assert parse_targets(shlex.split(line)) == targets


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("pod ''", "name.invalid", "the name is empty"),
        ("pod a ''", "name.invalid", "the name is empty"),
        ("pod ' '", "name.invalid", "the name is empty"),
        ("pod/", "name.invalid", "the name is empty"),
        ("pod/a rc/", "name.invalid", "the name is empty"),
        ("''", "name.invalid", "the kind is empty"),
        ("/a", "name.invalid", "the kind is empty"),
        ("pods,", "name.invalid", "the kind is empty"),
        (", a", "name.invalid", "the kind is empty"),
        ("pod a/b", "target.mixed", "`pod`: with KIND/NAME, every argument needs that form"),
        ("pod/a ''", "target.mixed", "``: with KIND/NAME, every argument needs that form"),
        ("", "target.missing", "name a kind, or KIND/NAME"),
    ],
)
def test_what_names_nothing_is_refused(line: str, code: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_targets(shlex.split(line))
    assert (caught.value.code, caught.value.message) == (code, message)


def test_what_a_kind_alone_lacks() -> None:
    with pytest.raises(UsageError, match=r"^which rc\? give a name$"):
        parse_targets(["rc"], needed="a name")
