"""Dashes and quotes of notes and web pages (CHAPTER S1)."""

from __future__ import annotations

import shlex

import pytest

from kubia_cli.errors import UsageError
from kubia_cli.model.pasted import refuse_typography


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("run x “--image=busybox”", 'kubia run x "--image=busybox"'),
        ("run x ‘--image=busybox’ --port=80", "kubia run x '--image=busybox' --port=80"),
        ("run busybox echo “Hello World”", 'kubia run busybox echo "Hello World"'),
    ],
)
def test_a_curly_quote_that_was_to_be_a_quote(line: str, fix: str) -> None:
    with pytest.raises(UsageError) as caught:
        refuse_typography(shlex.split(line))
    assert (caught.value.code, caught.value.fix) == ("typography.quote", fix)


@pytest.mark.parametrize("line", ["run busybox echo '“Hello World”'", "run busybox echo “Hello”", "exec c echo it’s"])
def test_a_curly_quote_that_is_text(line: str) -> None:
    refuse_typography(shlex.split(line))
