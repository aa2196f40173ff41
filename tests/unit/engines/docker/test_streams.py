"""Attached streams: nothing is lost at their beginning, and a daemon's end is not the program's."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines.docker.engine import connect
from kubia_cli.errors import ContainerStartError, UnreachableError
from tests.unit.engines.docker.daemon import Answer, daemon

WEB = "a" * 64
UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


def frame(stream: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(data)) + data


def attaching(said: bytes, wait: Answer, *, tty: bool = False) -> dict[str, Any]:
    found = {
        "Id": WEB,
        "Config": {"Tty": tty},
        "State": {"Running": False},
        "HostConfig": {"AutoRemove": False},
    }
    return {
        "GET /containers/web/json": Answer(found),
        f"POST /containers/{WEB}/wait": wait,
        f"POST /containers/{WEB}/attach": Answer(raw=UPGRADED + said),
    }


def test_what_comes_in_one_piece_with_the_answers_head_is_not_lost(tmp_path: Path) -> None:
    said = frame(1, b"out") + frame(2, b"") + frame(2, b"err") + frame(1, b"x" * 200_000)
    with daemon(attaching(said, Answer(messages=({"StatusCode": 7},)))) as running:
        stream = connect({"DOCKER_HOST": running.host, "HOME": str(tmp_path)}).attach("web", stdin=True)
        pieces = list(iter(stream.read, None))
        assert stream.exit_code() == 7
        stream.close()

    assert pieces[:2] == [(1, b"out"), (2, b"err")]
    assert b"".join(data for _, data in pieces[2:]) == b"x" * 200_000
    [waited, attached] = [each for each in running.asked if each.method == "POST"]
    assert waited.query == {"condition": "next-exit"}
    assert attached.query == {"stream": "1", "stdout": "1", "stderr": "1", "stdin": "1", "logs": "0"}


def test_a_terminal_has_no_frames(tmp_path: Path) -> None:
    with daemon(attaching(b"\x01raw", Answer(messages=({"StatusCode": 0},)), tty=True)) as running:
        stream = connect({"DOCKER_HOST": running.host, "HOME": str(tmp_path)}).attach("web", tty=True)
        assert list(iter(stream.read, None)) == [(1, b"\x01raw")]
        stream.write(b"to nobody")
        assert stream.exit_code() == 0
        stream.close()


def test_the_end_of_the_daemon_is_not_the_end_of_the_program(tmp_path: Path) -> None:
    with daemon(attaching(frame(1, b"out"), Answer(messages=(b'{"Status',), cut=True))) as running:
        stream = connect({"DOCKER_HOST": running.host, "HOME": str(tmp_path)}).attach("web")
        assert list(iter(stream.read, None)) == [(1, b"out")]
        with pytest.raises(UnreachableError) as caught:
            stream.exit_code()
        stream.close()

    assert caught.value.code == "docker.broken-off"


@pytest.mark.parametrize(("pid", "fails"), [(0, True), (12, False)])
def test_a_program_that_did_not_start_is_told_from_one_that_ended_so(pid: int, fails: bool, tmp_path: Path) -> None:
    ended = {"Running": False, "Pid": pid, "ExitCode": 127, "ProcessConfig": {"entrypoint": "none"}}
    answers: dict[str, Any] = {
        "POST /containers/web/exec": Answer({"Id": "e1"}, 201),
        "POST /exec/e1/start": Answer(raw=UPGRADED + frame(1, b"OCI runtime exec failed: none\r\n")),
        "GET /exec/e1/json": Answer(ended),
    }
    with daemon(answers) as running:
        stream = connect({"DOCKER_HOST": running.host, "HOME": str(tmp_path)}).exec("web", ["none"])
        if fails:
            with pytest.raises(ContainerStartError) as caught:
                stream.read()
            assert caught.value.message == "cannot run `none`: there is no such program in web"
            assert (caught.value.exit_code, caught.value.said) == (127, "OCI runtime exec failed: none")
        else:
            assert stream.read() == (1, b"OCI runtime exec failed: none\r\n")
            assert (stream.read(), stream.exit_code()) == (None, 127)
        stream.close()
