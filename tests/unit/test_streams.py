"""Streams that a shell closed, and a disk that is full: said once, and neither a trace nor a bug."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = "error[output.unwritable]: stdout cannot be written: No space left on device\n"
CONTEXT = 'error[context.not-found]: no context exists with the name "x"\n'


def typed(line: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Type a line at a real shell; `kubia` is this tree's."""
    env = {**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home), "KUBECONFIG": str(home / "none")}
    program = f'kubia() {{ "{sys.executable}" -m kubia_cli "$@"; }}\n'
    return subprocess.run(["bash", "-c", program + line], env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("line", "status"), [("--help", 0), ("context", 0), ("context x", 11), ("__complete g", 0)])
def test_a_closed_stream_is_no_error(line: str, status: int, closed: str, tmp_path: Path) -> None:
    done = typed(f"kubia {line} {closed}", tmp_path)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
    if ">&-" not in closed:
        with_all = typed(f"kubia {line}", tmp_path)
        assert (done.stdout, done.stderr) == (with_all.stdout, with_all.stderr)


@pytest.mark.parametrize("line", ["--help", "run --help", "--version", "context", "context -o json", "completion bash"])
def test_a_full_disk_behind_stdout(line: str, tmp_path: Path) -> None:
    done = typed(f"kubia {line} >/dev/full", tmp_path)
    assert (done.returncode, done.stderr.splitlines(keepends=True)[-1:]) == (14, [FULL])
    assert not list(tmp_path.glob("kubia/crash*"))


def test_an_error_says_itself_though_its_object_is_lost(tmp_path: Path) -> None:
    done = typed("kubia context x -o json >/dev/full", tmp_path)
    assert done.returncode == 11
    assert CONTEXT in done.stderr


def test_a_full_disk_behind_stderr_loses_talk_alone(tmp_path: Path) -> None:
    assert typed("kubia context 2>/dev/full", tmp_path).stdout == typed("kubia context", tmp_path).stdout
    assert typed("kubia context x 2>/dev/full", tmp_path).returncode == 11


def test_a_reader_of_completions_that_has_gone(tmp_path: Path) -> None:
    done = typed("kubia __complete g | true", tmp_path)
    assert done.stderr == ""
