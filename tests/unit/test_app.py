"""The sample app under a real node: its answer, and an end that drops nothing."""

import http.client
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app" / "app.js"
NODE = shutil.which("node") or shutil.which("nodejs")

pytestmark = pytest.mark.skipif(NODE is None, reason="no node here; the lab installs it")


@pytest.fixture
def app() -> Iterator["subprocess.Popen[str]"]:
    assert NODE is not None
    with subprocess.Popen([NODE, str(APP)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "kubia listens on 8080\n"
        yield process
        process.kill()


def get(path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=5)
    connection.request("GET", path)
    return connection.getresponse().read().decode()


def test_it_says_which_host_was_hit_and_logs_the_request(app: "subprocess.Popen[str]") -> None:
    assert get("/") == f"You've hit {socket.gethostname()}\n"
    assert app.stdout is not None
    assert " GET / from " in app.stdout.readline()


def test_healthz_answers(app: "subprocess.Popen[str]") -> None:
    assert get("/healthz") == "ok\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_a_second_although_a_connection_is_open(
    app: "subprocess.Popen[str]", number: signal.Signals
) -> None:
    with socket.create_connection(("127.0.0.1", 8080), timeout=5) as kept:
        kept.sendall(b"GET / HTTP/1.1\r\nHost: kubia\r\n\r\n")
        assert kept.recv(4096).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        app.send_signal(number)
        assert app.wait(timeout=5) == 0
        assert time.monotonic() - began < 1


def test_what_has_begun_is_finished(app: "subprocess.Popen[str]") -> None:
    with socket.create_connection(("127.0.0.1", 8080), timeout=5) as begun:
        begun.sendall(b"GET / HTTP/1.1\r\nHost: kubia\r\n")
        time.sleep(0.1)  # the server has the first half of the request when the signal comes
        app.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        begun.sendall(b"\r\n")
        assert begun.recv(4096).startswith(b"HTTP/1.1 200")
    assert app.wait(timeout=5) == 0
