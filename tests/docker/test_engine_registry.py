"""Push and pull between a real engine and a real registry."""

from __future__ import annotations

import pytest

from kubia_cli.engines import Docker
from kubia_cli.model.events import LayerProgress
from tests.conftest import Tool
from tests.docker.asking import refused

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
    assert docker("inspect", "-f", "{{json .RepoDigests}}", reference).count(digest) == 1
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
