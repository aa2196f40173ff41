"""`kubia __complete` as a shell calls it: a process of its own, whose every answer ends in a directive."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: What a TAB may not pay for. `re`, `enum` and their like come with old pip's launcher, so the module is run here.
_HEAVY = (
    "argparse asyncio click dataclasses docker email enum http inspect json kubernetes logging pathlib pydantic re "
    "requests rich shellingham socket ssl subprocess typer typing urllib3 yaml"
)
_SCRIPT = """
import sys, os
from kubia_cli import __main__
class Ended(BaseException): pass
def end(status):
    raise Ended
os._exit = end
sys.argv[0] = "kubia"
try:
    __main__.entry()
except Ended:
    sys.stderr.write(" ".join(sorted(set(sys.modules) & set(sys.argv_heavy))))
"""


def kubia(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kubia_cli", *words],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **(env or {})},
        stdin=subprocess.DEVNULL,
    )


def loaded(*words: str) -> list[str]:
    """The heavy modules that a line loads."""
    code = _SCRIPT.replace("sys.argv_heavy", repr(_HEAVY.split()))
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert done.stdout
    return done.stderr.split()


@pytest.mark.parametrize(
    "words",
    [
        ["__complete", ""],
        ["__completeNoDesc", "sc"],
        ["-n", "dev", "__complete", "get", "--all"],
        ["__complete", "run", "kubia", "--image=x", "--restart", ""],
        ["__complete", "get", "-o", ""],
        ["completion", "bash"],
        ["completion", "zsh", "--alias", "k"],
    ],
)
def test_static_words_load_nothing_heavy(words: list[str]) -> None:
    assert loaded(*words) == []


@pytest.mark.parametrize("words", [[], ["--help"], ["--version"]])
def test_help_loads_no_sdk_rich_yaml_or_typer(words: list[str]) -> None:
    code = "import sys; from kubia_cli.__main__ import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert set(done.stderr.split()) & {"docker", "kubernetes", "rich", "yaml", "pydantic", "typer", "requests"} == set()


def test_descriptions_come_behind_a_tab_and_the_directive_last() -> None:
    done = kubia("__complete", "sc")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "scale\tSet how many replicas run\n:4\n"


def test_without_descriptions() -> None:
    assert kubia("__completeNoDesc", "sc").stdout == "scale\n:4\n"
    for name in ("KUBIA_COMPLETION_DESCRIPTIONS", "COBRA_COMPLETION_DESCRIPTIONS"):
        assert kubia("__complete", "sc", env={name: "false"}).stdout == "scale\n:4\n"


def test_active_help_can_be_switched_off() -> None:
    said = "_activeHelp_ --publish: Publish a port: [[IP:]HOST_PORT:]PORT[/PROTOCOL].\n"
    assert kubia("__complete", "run", "-p", "").stdout == f"{said}:4\n"
    for name in ("KUBIA_ACTIVE_HELP", "COBRA_ACTIVE_HELP"):
        assert kubia("__complete", "run", "-p", "", env={name: "0"}).stdout == ":4\n"


def test_flags_before_the_request_count() -> None:
    assert kubia("-n", "dev", "__complete", "get", "--names").stdout == ":4\n"
    assert kubia("--on=docker", "__complete", "sc").stdout == "scale\tSet how many replicas run\n:4\n"


def test_a_failing_completer_still_prints_its_directive(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("{")
    trace = tmp_path / "trace"
    env = {"KUBECONFIG": str(tmp_path / "config"), "BASH_COMP_DEBUG_FILE": str(trace)}
    done = kubia("__complete", "--context", "", env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, ":5\n", "")
    assert "failed: LocalError(" in trace.read_text()


def test_a_request_without_a_word_is_a_usage_error() -> None:
    done = kubia("__complete")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error[usage]: `kubia __complete` needs the word to complete, which may be empty\n"


def test_a_program_s_word_is_no_request() -> None:
    done = kubia("-n", "dev", "tag", "__complete")
    assert "error[" in done.stderr
    assert done.returncode == 2


def test_the_copy_of_the_contexts_holds_no_credential_and_is_private(tmp_path: Path) -> None:
    config = tmp_path / "config"
    text = "{apiVersion: v1, kind: Config, contexts: [{name: %s, context: {cluster: c, user: u}}], users: [{name: u, " \
        "user: {token: hunter2}}]}"  # fmt: skip
    config.write_text(text % "one")
    env = {"KUBECONFIG": str(config), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert kubia("__complete", "--context", "", env=env).stdout == "one\tc\n:4\n"
    (kept,) = (tmp_path / "cache" / "kubia").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert b"hunter2" not in kept.read_bytes()
    kept.write_bytes(b"broken")
    assert kubia("__complete", "--context", "", env=env).stdout == "one\tc\n:4\n"
    config.write_text(text % "another")
    assert kubia("__complete", "--context", "", env=env).stdout == "another\tc\n:4\n"
