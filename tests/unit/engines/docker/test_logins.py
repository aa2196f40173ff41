"""Logins kept and forgotten as docker does, so that each reads what the other wrote."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines.docker.credentials import login_for
from kubia_cli.engines.docker.engine import connect
from kubia_cli.engines.docker.logins import erase, store
from kubia_cli.errors import DeniedError, KubiaError, LocalError
from kubia_cli.model.image import parse
from tests.unit.engines.docker.daemon import Answer, daemon

QUAY = "quay.io"
LOGIN = {"username": "luksa", "password": "pass:wörd", "serveraddress": QUAY}
BASIC = base64.b64encode("luksa:pass:wörd".encode()).decode()

#: A credential helper that keeps what it is sent in files of its directory.
HELPER = """#!/bin/sh
cd "$(dirname "$0")" || exit 1
case $1 in
  store) cat > stored ;;
  get) cat > asked; [ -e stored ] || { echo credentials not found in native keychain; exit 1; }; cat stored ;;
  erase) cat > erased; rm stored ;;
esac
"""


def env(home: Path, config: dict[str, Any] | None = None) -> dict[str, str]:
    if config is not None:
        (home / "config.json").write_text(json.dumps(config))
    return {"DOCKER_CONFIG": str(home), "PATH": f"{home}:{os.environ['PATH']}"}


def config(home: Path) -> Any:
    return json.loads((home / "config.json").read_text())


@pytest.fixture
def helper(tmp_path: Path) -> Path:
    file = tmp_path / "docker-credential-mine"
    file.write_text(HELPER)
    file.chmod(0o755)
    return tmp_path


def test_a_login_is_kept_in_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    home = tmp_path / "new"

    assert store(env(home), LOGIN) == f"{home}/config.json"
    assert config(home) == {"auths": {QUAY: {"auth": BASIC}}}
    assert ((home / "config.json").stat().st_mode & 0o777, home.stat().st_mode & 0o777) == (0o600, 0o700)
    assert login_for(env(home), parse("quay.io/a")) == LOGIN
    assert list(home.iterdir()) == [home / "config.json"]


def test_everything_else_in_the_file_stays(tmp_path: Path) -> None:
    before = {"auths": {"ghcr.io": {"auth": "eDp5"}}, "credHelpers": {"ghcr.io": "none"}, "detachKeys": "ctrl-a"}
    place = env(tmp_path, before)
    (tmp_path / "config.json").chmod(0o640)

    store(place, LOGIN)
    assert config(tmp_path) == {**before, "auths": {"ghcr.io": {"auth": "eDp5"}, QUAY: {"auth": BASIC}}}
    assert (tmp_path / "config.json").stat().st_mode & 0o777 == 0o640
    assert erase(place, QUAY) is True
    assert config(tmp_path) == before
    assert erase(place, QUAY) is False


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("{}")
    (tmp_path / "config.json").symlink_to("real.json")

    store(env(tmp_path), LOGIN)
    assert (tmp_path / "config.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text()) == {"auths": {QUAY: {"auth": BASIC}}}


def test_an_identity_token_is_kept_in_the_password_s_place(tmp_path: Path) -> None:
    store(env(tmp_path), {**LOGIN, "password": "", "identitytoken": "t"})

    assert config(tmp_path) == {"auths": {QUAY: {"auth": base64.b64encode(b"luksa:").decode(), "identitytoken": "t"}}}
    assert login_for(env(tmp_path), parse("quay.io/a"))["identitytoken"] == "t"


@pytest.mark.parametrize("named", [{"credsStore": "mine"}, {"credHelpers": {QUAY: "mine"}, "credsStore": "other"}])
def test_a_helper_keeps_the_login_and_the_file_its_name_only(helper: Path, named: dict[str, Any]) -> None:
    place = env(helper, named)

    assert store(place, LOGIN) == "docker-credential-mine"
    sent = {"ServerURL": QUAY, "Username": "luksa", "Secret": "pass:wörd"}
    assert json.loads((helper / "stored").read_text()) == sent
    assert config(helper) == {**named, "auths": {QUAY: {}}}
    assert login_for(place, parse("quay.io/a")) == LOGIN
    assert erase(place, QUAY) is True
    assert (helper / "erased").read_text() == QUAY
    assert config(helper) == {**named, "auths": {}}
    assert erase(place, QUAY) is False


def test_a_helper_gets_a_token_under_docker_s_name_for_one(helper: Path) -> None:
    store(env(helper, {"credsStore": "mine"}), {**LOGIN, "password": "", "identitytoken": "t"})

    assert json.loads((helper / "stored").read_text()) == {"ServerURL": QUAY, "Username": "<token>", "Secret": "t"}


def test_a_helper_that_fails_keeps_nothing_and_shows_nothing(tmp_path: Path) -> None:
    file = tmp_path / "docker-credential-bad"
    file.write_text("#!/bin/sh\ncat; cat >&2; exit 1\n")
    file.chmod(0o755)

    with pytest.raises(DeniedError) as caught:
        store(env(tmp_path, {"credsStore": "bad"}), LOGIN)
    assert (
        caught.value.message
        == "no login for quay.io: the credential helper docker-credential-bad failed with exit code 1"
    )
    assert config(tmp_path) == {"credsStore": "bad"}


def test_a_broken_file_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"auths": {')

    with pytest.raises(LocalError) as caught:
        store(env(tmp_path), LOGIN)
    assert caught.value.code == "docker-config.invalid"
    assert (tmp_path / "config.json").read_text() == '{"auths": {'


@pytest.mark.parametrize(
    ("said", "exit_code", "code"),
    [
        ("login attempt to http://quay.io/v2/ failed with status: 401 Unauthorized", 4, "login.denied"),
        ("Get https://quay.io/v2/: unauthorized: incorrect username or password", 4, "login.denied"),
        ("login attempt to http://quay.io/v2/ failed with status: 502 Bad Gateway", 5, "login.failed"),
        ("Get https://quay.io/v2/: dial tcp 127.0.0.1:1: connect: connection refused", 10, "registry.unreachable"),
    ],
)
def test_a_login_that_the_registry_does_not_confirm_is_not_kept(
    said: str, exit_code: int, code: str, tmp_path: Path
) -> None:
    with daemon({"POST /auth": Answer({"message": said}, 500)}) as running:
        engine = connect({"DOCKER_HOST": running.host, "DOCKER_CONFIG": str(tmp_path)})
        with pytest.raises(KubiaError) as caught:
            engine.login(QUAY, "luksa", "S3CRET")

    assert (caught.value.exit_code, caught.value.code, caught.value.said) == (exit_code, code, said)
    assert json.loads(running.asked[-1].body) == {"username": "luksa", "password": "S3CRET", "serveraddress": QUAY}
    assert not (tmp_path / "config.json").exists()


@pytest.mark.parametrize("host", ["", "docker.io", "https://index.docker.io/v1/"])
def test_no_host_is_the_hub_under_the_name_that_docker_gives_it(host: str, tmp_path: Path) -> None:
    with daemon({"POST /auth": Answer({"Status": "Login Succeeded", "IdentityToken": "t"})}) as running:
        engine = connect({"DOCKER_HOST": running.host, "DOCKER_CONFIG": str(tmp_path)})
        engine.login(host, "luksa", "p")

    hub = "https://index.docker.io/v1/"
    assert json.loads(running.asked[-1].body)["serveraddress"] == hub
    assert config(tmp_path)["auths"] == {hub: {"auth": base64.b64encode(b"luksa:").decode(), "identitytoken": "t"}}
    assert engine.logout(host) is True
    assert config(tmp_path)["auths"] == {}
