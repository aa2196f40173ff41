"""The process boundary: every error becomes its words and its exit code, a signal is re-raised, a bug leaves a file."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kubia_cli import errors
from kubia_cli.errors import KubiaError, ProgramExit
from tests.unit.typed import kubia


class Broken:
    """An engine whose every use raises."""

    def __init__(self, problem: BaseException) -> None:
        self._problem = problem

    def __getattr__(self, name: str) -> object:
        raise self._problem


def all_errors(base: type[KubiaError] = KubiaError) -> list[type[KubiaError]]:
    return [base, *(deeper for each in base.__subclasses__() for deeper in all_errors(each))]


@pytest.mark.parametrize("kind", [each for each in all_errors() if each.__module__ == errors.__name__])
def test_an_error_of_each_class_ends_with_its_code_and_all_its_lines(kind: type[KubiaError]) -> None:
    problem = kind("area.what", "what happened", said="the server's\ntext", state="as before", fix="kubia ps")
    answer = kubia("images", docker=Broken(problem))
    assert answer.status == kind.exit_code
    assert answer.stdout == ""
    assert answer.stderr == (
        "error[area.what]: what happened\n  said:\n    the server's\n    text\n  state: as before\n  fix: kubia ps\n"
    )


def test_with_json_the_same_error_is_an_object_on_stdout() -> None:
    problem = errors.NotFoundError("image.not-found", "no image x", fix="kubia pull x")
    answer = kubia("images -o json", docker=Broken(problem))
    assert answer.status == 11
    assert json.loads(answer.stdout) == {
        "ok": False,
        "error": {
            "code": "image.not-found", "exit": 11, "message": "no image x", "said": "", "state": "",
            "fix": "kubia pull x",
        },
    }  # fmt: skip


def test_a_program_s_exit_code_is_passed_on() -> None:
    assert kubia("images", docker=Broken(ProgramExit(42))).status == 42


def test_text_from_outside_cannot_act_on_the_terminal() -> None:
    answer = kubia("images", docker=Broken(KubiaError("a.b", "name \x1b[2Jcleared\nsecond", said="\x1b]0;t\x07")))
    assert answer.stderr == 'error[a.b]: name \\x1b[2Jcleared\\nsecond\n  said: "\\x1b]0;t\\x07"\n'


def test_a_bug_is_70_with_a_redacted_trace_in_a_private_file(tmp_path: Path) -> None:
    problem = RuntimeError("token=hunter2 https://user:hunter3@host/")
    answer = kubia("images", docker=Broken(problem), env={"XDG_STATE_HOME": str(tmp_path)})
    assert (answer.status, answer.stdout) == (70, "")
    found = re.fullmatch(
        r"error\[bug\]: kubia met a RuntimeError that it does not know; this is a bug of kubia's\n  trace: (.+)\n",
        answer.stderr,
    )
    assert found is not None
    trace = Path(found[1])
    assert trace.stat().st_mode & 0o777 == 0o600
    assert "Traceback" in trace.read_text()
    assert "hunter" not in trace.read_text()


SLEEPER = """
import sys, time
from kubia_cli import __main__ as boundary, session
class Docker:
    def images(self, *words, **options):
        print("asked", flush=True)
        time.sleep(60)
session.Session.docker = Docker()
session.Session.state = "nothing was changed"
original = session.Session.__init__
def init(self, *words, **options):
    original(self, *words, **options)
    self.state = "nothing was changed"
session.Session.__init__ = init
sys.argv = ["kubia", "images"]
boundary.entry()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_raised_again_after_the_state_was_said(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "asked\n"
    process.send_signal(number)
    _, stderr = process.communicate(timeout=10)
    assert process.returncode == -number
    assert stderr == f"stopped by {number.name}\n  state: nothing was changed\n"


def test_a_closed_pipe_ends_quietly_by_sigpipe() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "kubia_cli", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(10) == -signal.SIGPIPE
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
