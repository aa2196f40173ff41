"""A signal at each stage: kubia ends by it within 3 s, says what state things are in, and leaves what it should."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import Tool
from tests.shell import Shell

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def stopped(shell: Shell, words: list[str], until: str, number: signal.Signals, cwd: Path | None = None) -> str:
    """Start kubia, send the signal once its output has ``until``; returns all it said on stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kubia_cli", *words],
        env=shell.env, cwd=cwd or shell.cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    said = {"out": "", "err": ""}
    seen = threading.Event()

    def read(name: str) -> None:
        for line in getattr(process, f"std{name}"):
            said[name] += line
            if until in line:
                seen.set()

    readers = [threading.Thread(target=read, args=(name,), daemon=True) for name in said]
    for reader in readers:
        reader.start()
    try:
        assert seen.wait(60), said
        time.sleep(0.3)
        process.send_signal(number)
        process.wait(3)
    finally:
        process.kill()
        process.wait()
        for reader in readers:
            reader.join(5)
    assert process.returncode == -number, said
    return said["err"]


@pytest.mark.docker
@pytest.mark.parametrize("number", SIGNALS)
def test_a_build_is_cancelled_and_nothing_tagged(
    number: signal.Signals, shell: Shell, docker: Tool, run_id: str, tmp_path: Path
) -> None:
    shell("kubia pull -q busybox", status=None)
    (tmp_path / "Dockerfile").write_text(f"FROM busybox\nRUN sleep 6{number.value}\n")
    said = stopped(shell, ["build", "-t", f"{run_id}-sig", "."], f"RUN sleep 6{number.value}", number, tmp_path)
    assert f"stopped by {number.name}\n  state: nothing was tagged\n" in said
    assert "Traceback" not in said
    assert docker("images", "-q", f"{run_id}-sig") == ""


@pytest.mark.cluster
@pytest.mark.parametrize("number", SIGNALS)
def test_a_watch_ends_quietly(number: signal.Signals, shell: Shell, kubectl: Tool) -> None:
    kubectl("create", "configmap", "seen")
    assert "Traceback" not in stopped(shell, ["get", "cm", "-w"], "seen", number)


@pytest.mark.cluster
def test_a_scale_that_waits_stays_written(shell: Shell, kubectl: Tool) -> None:
    kubectl("create", "deployment", "idle", "--image=none.invalid/x", "--replicas=0")
    said = stopped(shell, ["scale", "deployment", "idle", "--replicas=1"], "idle", signal.SIGTERM)
    assert "stopped by SIGTERM\n  state: " in said
    assert kubectl("get", "deployment", "idle", "-o", "jsonpath={.spec.replicas}") == "1"
