"""A registry that refuses: the push is an error with the registry's words and the next step in it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.packages import find
from tests.lab.registry import answers
from tests.shell import Shell

pytestmark = [pytest.mark.docker, pytest.mark.registry]

Registry = Callable[[str], str]

#: A login that nobody has the password of.
_LOGIN = "luksa:$2y$05$abcdefghijklmnopqrstuuCwVtGWYb3WqbqZ0Q0Q0Q0Q0Q0Q0Q0Q0\n"


@pytest.fixture
def registry_with(tmp_path: Path) -> Iterator[Registry]:
    """Start a real registry on loopback with more lines in its configuration; returns its host and port."""
    started = []

    def start(lines: str) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        config = tmp_path / "registry.yml"
        config.write_text(f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '{address}'}}\n{lines}")
        process = subprocess.Popen(
            [find("docker-registry"), "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        started.append(process)
        until = time.monotonic() + 20
        while not (answers(address) or _listens(address)):
            assert time.monotonic() < until, "the registry does not answer"
            time.sleep(0.05)
        return address

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


def _listens(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as tried:
        return tried.connect_ex((host, int(port))) == 0


def test_a_push_without_a_login(shell: Shell, registry_with: Registry, tmp_path: Path, run_id: str) -> None:
    (tmp_path / "htpasswd").write_text(_LOGIN)
    address = registry_with(
        f"storage: {{filesystem: {{rootdirectory: {tmp_path}/blobs}}}}\n"
        f"auth: {{htpasswd: {{realm: lab, path: {tmp_path}/htpasswd}}}}\n"
    )
    name = f"{address}/{run_id}/private:1"
    shell(f"kubia pull -q busybox && kubia tag busybox {name}")
    outcome = shell(f"kubia push {name}", status=4)
    assert outcome.stdout == ""
    assert f"error[push.denied]: {address} refused {name}\n" in outcome.stderr
    assert '  said: "' in outcome.stderr
    assert f"\n  state: nothing was pushed: {name} in the registry is what it was\n" in outcome.stderr
    assert outcome.stderr.splitlines()[-1].startswith("  fix: ")
    pulled = shell(f"kubia pull {address}/{run_id}/other:1", status=4)
    assert pulled.stderr.startswith(f"error[registry.denied]: {address} refused ")


def test_a_registry_that_takes_nothing(shell: Shell, registry_with: Registry, tmp_path: Path, run_id: str) -> None:
    address = registry_with(
        f"storage: {{filesystem: {{rootdirectory: {tmp_path}/blobs}}, maintenance: {{readonly: {{enabled: true}}}}}}\n"
    )
    name = f"{address}/{run_id}/readonly:1"
    shell(f"kubia pull -q busybox && kubia tag busybox {name}")
    outcome = shell(f"kubia push {name}", status=5)
    assert f"error[push.failed]: the push of {name} failed\n" in outcome.stderr
    assert outcome.stdout == ""
    assert f"\n  state: nothing was pushed: {name} in the registry is what it was" in outcome.stderr
