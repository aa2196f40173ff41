"""Push and pull between a real engine and a real registry."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubia_cli.engines import BuildRequest, Docker
from kubia_cli.engines.docker.engine import connect
from kubia_cli.model.events import LayerProgress
from tests.conftest import Tool
from tests.docker.asking import refused
from tests.faults.registries import registry_with_passwords
from tests.lab.state import State

pytestmark = [pytest.mark.docker, pytest.mark.registry]


def test_push_pull_and_the_digest(engine: Docker, base: str, name: str, registry: str, docker: Tool) -> None:
    reference = f"{registry}/{name}/app:1"
    engine.tag(base, reference)
    layers = len(engine.image(base)["RootFS"]["Layers"])

    first = list(engine.push(reference))
    digest = engine.pushed_digest(reference)
    assert len({each.layer for each in first if isinstance(each, LayerProgress)}) == layers
    assert engine.distribution(reference) == digest
    again = [each.status for each in engine.push(reference) if isinstance(each, LayerProgress)]
    assert again.count("Layer already exists") == layers
    assert engine.pushed_digest(reference) == digest

    engine.remove_image(reference)
    list(engine.pull(reference))
    assert f'"{registry}/{name}/app@{digest}"' in docker("inspect", "-f", "{{json .RepoDigests}}", reference)
    engine.remove_image(reference)
    list(engine.pull(f"{registry}/{name}/app@{digest}"))
    engine.remove_image(f"{registry}/{name}/app@{digest}")


def test_registries_that_say_no(engine: Docker, base: str, name: str, registry: str) -> None:
    engine.tag(base, f"127.0.0.1:1/{name}")

    nowhere = refused(lambda: list(engine.push(f"127.0.0.1:1/{name}")))
    assert (nowhere.exit_code, nowhere.code) == (10, "push.unreachable")
    absent = refused(lambda: list(engine.push(f"{registry}/{name}:none")))
    assert (absent.exit_code, absent.code) == (11, "image.not-found")
    unknown = refused(lambda: list(engine.pull(f"{registry}/{name}:none")))
    assert (unknown.exit_code, unknown.code) == (11, "image.not-found")
    assert refused(lambda: engine.distribution(f"{registry}/{name}:none")).exit_code == 11
    assert refused(lambda: engine.distribution(f"127.0.0.1:1/{name}")).exit_code == 10
    assert refused(lambda: engine.pushed_digest(f"127.0.0.1:1/{name}")).exit_code == 13


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry_with_passwords(tmp_path_factory.mktemp("guarded")) as address:
        yield address


def test_a_registry_that_wants_a_login(lab: State, guarded: str, base: str, name: str, tmp_path: Path) -> None:
    def engine(**config: object) -> Docker:
        (tmp_path / "config.json").write_text(json.dumps(config))
        return connect({"DOCKER_HOST": lab.docker_host, "DOCKER_CONFIG": str(tmp_path), "PATH": os.environ["PATH"]})

    reference = f"{guarded}/{name}:1"
    engine().tag(base, reference)
    wrong = {"auths": {guarded: {"username": "reader", "password": "wrong"}}}
    right = {"auths": {guarded: {"auth": base64.b64encode(b"reader:pass-word").decode()}}}

    for config in ({}, wrong):
        error = refused(lambda config=config: list(engine(**config).push(reference)))  # type: ignore[misc]
        assert (error.exit_code, error.code) == (4, "push.denied")
        assert (error.message, error.fix) == (f"{guarded} refused {reference}", f"kubia login {guarded}")
    missing = refused(lambda: list(engine(credHelpers={guarded: "none-such"}).push(reference)))
    assert (missing.exit_code, missing.code) == (4, "credentials.helper")

    docker = engine(**right, credHelpers={"quay.io": "none-such"})
    list(docker.push(reference))
    assert docker.distribution(reference) == docker.pushed_digest(reference)
    denied = refused(lambda: list(engine().pull(reference)))
    assert (denied.exit_code, denied.code) == (4, "registry.denied")

    (tmp_path / "Dockerfile").write_text(f"FROM {reference}\n")
    docker.remove_image(reference)
    unpulled = refused(lambda: list(engine().build(BuildRequest(str(tmp_path)))))
    assert (unpulled.exit_code, unpulled.code) == (4, "registry.denied")
    list(engine(**right).build(BuildRequest(str(tmp_path))))
