"""GitHub Actions: a failure is told to the runner, and nothing that others print gives it orders."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from kubia_cli.errors import NotFoundError
from kubia_cli.output.console import Console
from kubia_cli.output.github import defused
from tests.unit.test_main import Broken
from tests.unit.typed import kubia

ACTIONS = {"GITHUB_ACTIONS": "true"}


def test_a_failure_is_an_error_line_and_stands_in_the_summary(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    problem = NotFoundError("image.not-found", "no image x: 100%", said="```\n::set-env::", fix="kubia pull x")
    answer = kubia("images", docker=Broken(problem), env={**ACTIONS, "GITHUB_STEP_SUMMARY": str(summary)})
    text = "error[image.not-found]: no image x: 100%\n  said:\n    ```\n    ::set-env::\n  fix: kubia pull x"
    line = text.replace("%", "%25").replace("\n", "%0A")
    shown = text.replace("::set-env", "\\x3a:set-env")
    assert (answer.status, answer.stderr) == (11, f"{shown}\n::error title=kubia image.not-found::{line}\n")
    assert summary.read_text() == f"````text\n{text}\n````\n\n"


def test_elsewhere_it_is_the_error_alone(tmp_path: Path) -> None:
    env = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    answer = kubia("images", docker=Broken(NotFoundError("image.not-found", "no image x")), env=env)
    assert answer.stderr == "error[image.not-found]: no image x\n"
    assert not (tmp_path / "summary.md").exists()


def test_a_bug_is_told_too() -> None:
    answer = kubia("images", docker=Broken(RuntimeError()), env={**ACTIONS, "XDG_STATE_HOME": "/dev/null"})
    assert answer.stderr.splitlines()[1].startswith("::error title=kubia bug::error[bug]: ")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("  ::add-mask::x", "  \\x3a:add-mask::x"),
        ("a\n\t::x", "a\n\t\\x3a:x"),
        ("b ##[group]x", "b #\\x23[group]x"),
        ("std::string a::b ## [c]", "std::string a::b ## [c]"),
    ],
)
def test_talk_gives_no_orders(text: str, shown: str) -> None:
    assert defused(text) == shown
    err = io.StringIO()
    Console(io.StringIO(), err, ACTIONS).line(text)
    assert err.getvalue() == f"{shown}\n"


def printed(*pieces: bytes, env: dict[str, str] = ACTIONS) -> str:
    out = io.StringIO()
    console = Console(out, io.StringIO(), env)
    for piece in pieces:
        console.result_bytes(piece)
    console.end_programs()
    return out.getvalue()


@pytest.mark.parametrize(
    "pieces",
    [
        [b"hello\n", b"::add-path::/evil\nbye\n"],
        [b"hello\n", b" :", b":add-path::/evil\nbye\n"],
        [b"hello\n#", b"#[add-path]/evil\nbye\n"],
    ],
)
def test_a_program_s_orders_are_between_the_stop_and_its_end(pieces: list[bytes]) -> None:
    text = printed(*pieces)
    found = re.match(r"(?s)(.*)::stop-commands::(kubia-[0-9a-f]{32})\n(.*)::(\2)::\n\Z", text)
    assert found is not None
    assert "/evil" not in found[1]
    assert found[1] + found[3] == b"".join(pieces).decode()


def test_a_line_that_has_begun_is_ended_before_the_stop() -> None:
    assert re.fullmatch(r"prompt> \n::stop-commands::(\S+)\n::x::\n::\1::\n", printed(b"prompt> ", b"::x::\n"))


def test_output_without_orders_passes_byte_for_byte() -> None:
    assert printed(b"a: b\n", b"# c\n", b"d") == "a: b\n# c\nd"
    assert printed(b"::x::\n", env={"CI": "true"}) == "::x::\n"
