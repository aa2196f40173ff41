"""docker's rules for -e and --env-file."""

from __future__ import annotations

import pytest

from kubia_cli.errors import UsageError
from kubia_cli.model.env import parse_env_file, resolve_env

FILE = """\
\ufeff# settings
PLAIN=1

  INDENTED=kept as it stands   
QUOTED="with quotes"
EMPTY=
HOME
ABSENT
EQUALS=a=b
HASH=a # b
"""  # noqa: W291 (the blanks at the end belong to the value)


def test_values_are_taken_as_they_stand() -> None:
    assert parse_env_file(FILE, "app.env", {"HOME": "/home/luksa"}) == [
        "PLAIN=1",
        "INDENTED=kept as it stands   ",
        'QUOTED="with quotes"',
        "EMPTY=",
        "HOME=/home/luksa",
        "EQUALS=a=b",
        "HASH=a # b",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=1\n=2", "app.env, line 2: a variable needs a name before the ="),
        ("export A=1", "app.env, line 1: the name `export A` has a blank in it"),
        ("A =1", "app.env, line 1: the name `A ` has a blank in it"),
    ],
)
def test_a_broken_line_is_named(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_env_file(text, "app.env", {})
    assert (caught.value.code, caught.value.message) == ("env.invalid", message)


def test_a_name_alone_takes_our_own_value_or_stays_alone() -> None:
    assert resolve_env(["A=1", "B", "C", "D="], {"B": "2"}) == ["A=1", "B=2", "C", "D="]


def test_a_value_without_a_name() -> None:
    with pytest.raises(UsageError) as caught:
        resolve_env(["=1"], {})
    assert caught.value.message == "`-e =1`: a variable needs a name before the ="
