"""Programs in containers, over every kind of connection to a real engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kubia_cli.engines import Docker
from kubia_cli.engines.docker.engine import connect
from kubia_cli.model.program import ProgramStream
from tests.conftest import Tool
from tests.docker.asking import SLEEP, Make, refused, told
from tests.lab.packages import find
from tests.lab.state import State

pytestmark = [pytest.mark.docker, pytest.mark.registry]


@pytest.fixture(params=["unix", "ssh"])
def far(request: pytest.FixtureRequest, lab: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    """The engine by its socket, and as on another machine: docker's own ``dial-stdio`` behind an ``ssh`` of ours."""
    if request.param == "unix":
        return connect({"DOCKER_HOST": lab.docker_host, "HOME": str(tmp_path)})
    ssh = tmp_path / "bin/ssh"
    ssh.parent.mkdir()
    ssh.write_text(f'#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift 3\nexec {find("docker")} "$@"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_HOST", lab.docker_host)
    return connect({"DOCKER_HOST": "ssh://me@far", "HOME": str(tmp_path)})


def attached(engine: Docker, made: str, *, stdin: bool = False, tty: bool = False) -> ProgramStream:
    stream = engine.attach(made, stdin=stdin, tty=tty)
    engine.start(made)
    return stream


STDIN = {"OpenStdin": True, "StdinOnce": True, "AttachStdin": True}


def test_a_program_in_the_foreground(far: Docker, make: Make) -> None:
    both = make("-1", "sh", "-c", "echo out; echo err >&2; printf end; exit 3")
    assert told(attached(far, both)) == (b"out\nend", b"err\n", 3)
    fed = make("-2", "cat", **STDIN)
    assert told(attached(far, fed, stdin=True), b"x" * 2_000_000) == (b"x" * 2_000_000, b"", 0)
    deaf = make("-3", "true", **STDIN)
    assert told(attached(far, deaf, stdin=True), b"x" * 2_000_000) == (b"", b"", 0)
    passing = make("-4", "sh", "-c", "exit 9", HostConfig={"AutoRemove": True})
    assert told(attached(far, passing)) == (b"", b"", 9)
    assert refused(lambda: far.container(passing)).code == "container.not-found"


def test_a_program_at_a_terminal(far: Docker, make: Make) -> None:
    made = make("-1", "sh", "-c", "read line; stty size; read line", Tty=True, **STDIN)
    stream = attached(far, made, stdin=True, tty=True)
    stream.resize(101, 33)
    stream.write(b"go\n")
    said = b""
    while b"33 101" not in said:
        piece = stream.read()
        assert piece is not None
        said += piece[1]
    stream.write(b"\x03")
    assert told(stream)[2] == 130

    detached = make("-2", "sh", "-c", "sleep 30", Tty=True, **STDIN)
    stream = attached(far, detached, stdin=True, tty=True)
    stream.write(b"\x10")  # ctrl-p
    stream.write(b"\x11")  # ctrl-q
    assert told(stream)[2] == 0
    assert far.container(detached)["State"]["Running"]


def test_a_program_beside_the_main_one(far: Docker, make: Make, name: str) -> None:
    made = make("-1", *SLEEP)
    far.start(made)
    words = ["sh", "-c", 'echo "$A $(pwd) $(id -u)"; echo err >&2; exit 4']
    assert told(far.exec(made, words, env=["A=b"], workdir="/tmp", user="7")) == (b"b /tmp 7\n", b"err\n", 4)
    assert told(far.exec(made, ["cat"], stdin=True), b"hello") == (b"hello", b"", 0)
    terminal = far.exec(made, ["sh", "-c", "read line; stty size"], tty=True, stdin=True)
    terminal.resize(101, 33)
    terminal.write(b"go\n")
    out, _, status = told(terminal)
    assert (out.replace(b"\r\n", b"\n"), status) == (b"go\n33 101\n", 0)

    assert told(far.exec(made, ["sh", "-c", "none-such"]))[2] == 127
    for command in ("/none", "/etc"):
        error = refused(lambda command=command: told(far.exec(f"{name}-1", [command])))  # type: ignore[misc]
        assert error.exit_code in (126, 127)
        assert error.message.startswith(f"cannot run `{command}`: ")
    assert refused(lambda: far.exec_detached(made, ["/none"])).exit_code in (126, 127)
    assert refused(lambda: far.exec("none-such", ["ls"])).code == "container.not-found"


def test_the_engines_version(far: Docker, docker: Tool) -> None:
    assert far.version()["Version"] == docker("version", "-f", "{{.Server.Version}}").strip()
