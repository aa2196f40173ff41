"""`login` and `logout`: what is refused before anybody is asked."""

from __future__ import annotations

import pytest

from tests.unit.typed import kubia


class Nobody:
    """An engine that is not to be asked."""


@pytest.mark.parametrize(
    ("line", "stdin", "error"),
    [
        ("login quay.io -u me", b"", "login.terminal]: user and password can be asked for at a terminal only"),
        ("login quay.io -p x", b"", "login.terminal]: user and password can be asked for at a terminal only"),
        ("login quay.io --password-stdin", b"x", "login.user]: --password-stdin needs the user's name too: -u USER"),
        ("login -u me --password-stdin", b"\n", "login.password]: no password came on stdin"),
        ("login -u me --password-stdin", b"\xff", "login.password]: the password on stdin is no UTF-8 text"),
        (
            "login -u me -p x --password-stdin",
            b"y",
            "login.password]: --password and --password-stdin are two passwords",
        ),
        ("login luksa", b"", "registry.host]: `luksa` is no registry: a host has a dot or a port, or is localhost"),
        ("logout a,b.c", b"", "registry.host]: `a,b.c` is no registry: it is HOST or HOST:PORT"),
        ("login --on kubernetes", b"", "on.grammar]: this verb is Docker's, and --on says kubernetes"),
    ],
)
def test_what_is_refused_here(line: str, stdin: bytes, error: str) -> None:
    answer = kubia(line, stdin=stdin, docker=Nobody())

    assert (answer.status, answer.stdout) == (2, "")
    assert f"error[{error}" in answer.stderr
