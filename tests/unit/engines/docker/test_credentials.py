"""Logins: for one registry, from where `docker login` put them, and never shown."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines.docker.credentials import login_for
from kubia_cli.errors import DeniedError, LocalError
from kubia_cli.model.image import parse

QUAY = parse("quay.io/a/b")
HUB = parse("busybox")


def basic(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def env(home: Path, config: dict[str, Any], **more: str) -> dict[str, str]:
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker/config.json").write_text(json.dumps(config))
    return {"HOME": str(home), "PATH": f"{home}:{os.environ['PATH']}", **more}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def helper(home: Path, name: str, script: str) -> None:
    file = home / f"docker-credential-{name}"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_logins_of_the_config_file(home: Path) -> None:
    config = {
        "auths": {
            "quay.io": basic("me", "pass:word"),
            "https://index.docker.io/v1/": {"identitytoken": "t"},
            "https://ghcr.io/v2/": {"username": "u", "password": "p"},
        }
    }
    place = env(home, config)

    assert login_for(place, QUAY) == {"username": "me", "password": "pass:word", "serveraddress": "quay.io"}
    assert login_for(place, HUB) == {"identitytoken": "t", "serveraddress": "https://index.docker.io/v1/"}
    assert login_for(place, parse("ghcr.io/a/b")) == {"username": "u", "password": "p", "serveraddress": "ghcr.io"}
    assert login_for(place, parse("localhost:5000/x")) == {}


def test_the_environment_comes_before_the_file(home: Path) -> None:
    given = json.dumps({"auths": {"quay.io": basic("env", "1")}})
    place = env(home, {"auths": {"quay.io": basic("file", "2")}}, DOCKER_AUTH_CONFIG=given)

    assert login_for(place, QUAY)["username"] == "env"
    assert login_for(env(home, {"auths": {}}, DOCKER_AUTH_CONFIG='{"auths": {}}'), QUAY) == {}


def test_a_registrys_own_helper_comes_before_the_common_one(home: Path) -> None:
    helper(home, "own", """read key; echo "{\\"Username\\": \\"own $1 $key\\", \\"Secret\\": \\"s\\"}" """)
    helper(home, "common", """read key; echo "{\\"Username\\": \\"<token>\\", \\"Secret\\": \\"$key\\"}" """)
    place = env(home, {"credHelpers": {"quay.io": "own", "gone.example.com": "missing"}, "credsStore": "common"})

    assert login_for(place, QUAY) == {"username": "own get quay.io", "password": "s", "serveraddress": "quay.io"}
    assert login_for(place, HUB) == {
        "identitytoken": "https://index.docker.io/v1/",
        "serveraddress": "https://index.docker.io/v1/",
    }


def test_a_helper_without_a_login_is_no_error(home: Path) -> None:
    helper(home, "empty", "echo credentials not found in native keychain; exit 1")
    place = env(home, {"credsStore": "empty", "auths": {"quay.io": basic("file", "p")}})

    assert login_for(place, HUB) == {}
    assert login_for(place, QUAY)["username"] == "file"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo S3CRET; echo S3CRET >&2; exit 3", "failed with exit code 3"),
        ("echo S3CRET", "gave an answer that is no login"),
        ('echo "[]"', "gave an answer that is no login"),
        ("exec sleep 5", "gave no answer within 1 s"),
    ],
)
def test_a_helper_that_fails_is_named_and_what_it_prints_is_not(home: Path, script: str, reason: str) -> None:
    helper(home, "bad", script)

    with pytest.raises(DeniedError) as caught:
        login_for(env(home, {"credsStore": "bad"}), QUAY, patience=1)
    error = caught.value
    assert (error.exit_code, error.code) == (4, "credentials.helper")
    assert error.message == f"no login for quay.io: the credential helper docker-credential-bad {reason}"
    assert "S3CRET" not in f"{error.message}{error.said}{error.fix}"


def test_a_helper_that_is_not_installed(home: Path) -> None:
    with pytest.raises(DeniedError, match="docker-credential-none is not installed"):
        login_for(env(home, {"credsStore": "none"}), QUAY)


@pytest.mark.parametrize("auth", ["S3CRET!", base64.b64encode(b"S3CRET").decode(), "é"])
def test_an_auth_that_is_not_right_is_an_error_of_its_own_registry_only(home: Path, auth: str) -> None:
    place = env(home, {"auths": {"quay.io": {"auth": auth}}})

    with pytest.raises(LocalError) as caught:
        login_for(place, QUAY)
    assert caught.value.message == f'{home}/.docker/config.json: auths["quay.io"].auth is not base64 of USER:PASSWORD'
    assert auth not in str(caught.value)
    assert login_for(place, HUB) == {}
