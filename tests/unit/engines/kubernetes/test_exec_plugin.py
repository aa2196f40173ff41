"""Credential plugins: run by us, read strictly, and never a way on without credentials."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines.kubernetes.credentials import Credentials
from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.errors import DeniedError, KubiaError

VERSION = "client.authentication.k8s.io/v1"


def plugin(directory: Path, script: str, **more: Any) -> ClusterAccess:
    """A context whose user has a plugin that is ``script``, run by sh."""
    program = directory / "the-plugin"
    program.write_text(f"#!/bin/sh\necho run >> {directory}/runs\n{script}\n")
    program.chmod(0o755)
    spec = {"apiVersion": VERSION, "command": str(program), "interactiveMode": "Never", **more}
    return ClusterAccess("gke", "east", "https://127.0.0.1:1", user_name="admin", user={"exec": spec})


def answer(**status: str) -> str:
    said = json.dumps({"kind": "ExecCredential", "apiVersion": VERSION, "status": status})
    return f"cat <<'END'\n{said}\nEND"


def credentials(access: ClusterAccess, shown: list[str] | None = None, **more: Any) -> Credentials:
    show = (shown if shown is not None else []).append
    return Credentials(access, {"PATH": "/usr/bin:/bin"}, show=show, stdin_is_terminal=False, **more)


def runs(directory: Path) -> int:
    return len((directory / "runs").read_text().splitlines())


def test_its_token_is_kept_until_just_before_it_expires(tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    clock = [now]
    expires = (now + timedelta(minutes=5)).isoformat()
    held = credentials(plugin(tmp_path, answer(token="abc", expirationTimestamp=expires)), now=lambda: clock[0])
    assert held.headers() == [("Authorization", "Bearer abc")]
    held.headers()
    assert runs(tmp_path) == 1
    clock[0] = now + timedelta(minutes=4, seconds=55)
    held.headers()
    assert runs(tmp_path) == 2


def test_after_a_401_it_is_asked_again(tmp_path: Path) -> None:
    held = credentials(plugin(tmp_path, answer(token="abc")))
    held.headers()
    assert held.refresh()
    held.headers()
    assert runs(tmp_path) == 2


def test_a_failing_plugin_is_named_with_what_it_printed_and_the_hint(tmp_path: Path) -> None:
    shown: list[str] = []
    access = plugin(tmp_path, "echo 'no login yet' >&2; exit 3", installHint="run gcloud auth login")
    with pytest.raises(DeniedError) as caught:
        credentials(access, shown).headers()
    assert caught.value.code == "plugin.failed"
    assert "the-plugin` of the user `admin` failed with exit code 3" in caught.value.message
    assert caught.value.said == "no login yet\nrun gcloud auth login"
    assert shown == ["no login yet"]


def test_an_absent_plugin_shows_its_install_hint() -> None:
    spec = {"apiVersion": VERSION, "command": "no-such", "interactiveMode": "Never", "installHint": "apt install it"}
    access = ClusterAccess("gke", "east", "https://127.0.0.1:1", user_name="admin", user={"exec": spec})
    with pytest.raises(DeniedError, match="is not installed") as caught:
        credentials(access).headers()
    assert caught.value.said == "apt install it"


@pytest.mark.parametrize(
    "script",
    [
        "echo hunter2",
        "echo '[\"hunter2\"]'",
        answer(),
        answer(clientCertificateData="hunter2"),
        "echo '" + json.dumps({"kind": "ExecCredential", "apiVersion": "v2", "status": {"token": "hunter2"}}) + "'",
    ],
)
def test_a_wrong_answer_is_an_error_that_quotes_none_of_it(tmp_path: Path, script: str) -> None:
    with pytest.raises(DeniedError) as caught:
        credentials(plugin(tmp_path, script)).headers()
    assert "hunter2" not in caught.value.message + caught.value.said


def test_a_silent_plugin_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    access = plugin(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; wait")
    with pytest.raises(DeniedError, match=r"did not answer within 0\.5 s"):
        credentials(access, plugin_time_limit=0.5).headers()
    child = (tmp_path / "child").read_text().strip()
    status = Path(f"/proc/{child}/stat")
    assert not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


def test_no_credentials_over_plain_http(tmp_path: Path) -> None:
    access = ClusterAccess("dev", "c", "http://127.0.0.1:1", user={"token": "abc", "as": "jane"})
    assert credentials(access).headers() == [("Impersonate-User", "jane")]


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ({"auth-provider": {"name": "gcp"}}, "auth-provider.legacy"),
        ({"token": "a", "password": "b"}, "kubeconfig.incomplete"),
        ({"as-groups": ["x"]}, "kubeconfig.incomplete"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(user: dict[str, Any], code: str) -> None:
    with pytest.raises(KubiaError) as caught:
        credentials(ClusterAccess("dev", "c", "https://127.0.0.1:1", user=user))
    assert caught.value.code == code
