"""Text from outside is shown, never obeyed: a closed alphabet, the same when shown twice, and a limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubia_cli.output.text import FIELD_LIMIT, UNSAFE, safe, safe_line

ANYTHING = st.text(st.characters(exclude_categories=[]))


@given(ANYTHING)
def test_no_character_that_acts_is_left(text: str) -> None:
    assert UNSAFE.search(safe(text)) is None
    assert {"\n", "\t", "\r"} & set(safe_line(text)) == set()


@given(ANYTHING)
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    assert safe(safe(text)) == safe(text)
    assert safe_line(safe_line(text)) == safe_line(text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=200))
def test_words_of_every_language_are_not_touched(text: str) -> None:
    assert safe_line(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("a\rb", "a\\x0db"),
        ("exe.\u202egnp", "exe.\\u202egnp"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("\udcff", "\\udcff"),
        ("[bold]x[/bold] :smile:", "[bold]x[/bold] :smile:"),
        ("a\nb\tc", "a\nb\tc"),
    ],
)
def test_each_is_written_out(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_a_field_is_cut_at_its_limit() -> None:
    assert safe("x" * (FIELD_LIMIT + 1)) == "x" * FIELD_LIMIT + "…"
