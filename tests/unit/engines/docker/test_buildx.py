"""docker-buildx as it is asked, and when it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kubia_cli.engines import BuildRequest, Docker
from kubia_cli.engines.docker.buildx import arguments
from kubia_cli.engines.docker.engine import connect
from kubia_cli.errors import KubiaError
from tests.unit.engines.docker.daemon import daemon


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/Dockerfile").write_text("FROM busybox\n")
    return tmp_path / "app"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Docker]:
    with daemon({}) as running:
        yield connect({"DOCKER_HOST": running.host, "DOCKER_CONFIG": str(tmp_path), "PATH": "/bin:/usr/bin"})


def plugin(tmp_path: Path, script: str) -> None:
    file = tmp_path / "cli-plugins/docker-buildx"
    file.parent.mkdir()
    file.write_text(script)
    file.chmod(0o755)


def refused(engine: Docker, request: BuildRequest) -> KubiaError:
    with pytest.raises(KubiaError) as caught:
        list(engine.build(request))
    return caught.value


@pytest.mark.parametrize(
    ("script", "code", "message"),
    [
        (
            "#!/bin/sh\n[ $1 = version ] && echo buildx v0.9.1 || { echo unknown flag >&2; exit 1; }",
            "buildx.too-old",
            "{program} is version v0.9.1; kubia needs 0.13 or later",
        ),
        ("#!/bin/sh\nexit 1\n", "buildx.broken", "{program} does not tell its version"),
        ("#!/none\n", "buildx.broken", "cannot run {program}: No such file or directory"),
    ],
)
def test_a_plugin_that_cannot_build(
    tmp_path: Path, app: Path, engine: Docker, script: str, code: str, message: str
) -> None:
    plugin(tmp_path, script)
    error = refused(engine, BuildRequest(str(app)))
    program = tmp_path / "cli-plugins/docker-buildx"
    assert (error.exit_code, error.code, error.message) == (14, code, message.format(program=program))


def test_what_only_buildkit_can_is_refused_by_the_classic_builder(app: Path, engine: Docker) -> None:
    error = refused(engine, BuildRequest(str(app), builder="classic", secrets=("id=x,src=y",)))
    assert (error.exit_code, error.code) == (2, "build.builder")
    assert error.message == "--secret needs BuildKit, and this is the classic builder"


def test_a_build_argument_that_buildx_itself_would_obey(tmp_path: Path, app: Path, engine: Docker) -> None:
    plugin(tmp_path, "#!/bin/sh\nexit 1\n")
    error = refused(engine, BuildRequest(str(app), build_args={"DOCKER_HOST": "tcp://elsewhere"}))
    assert (error.exit_code, error.code) == (2, "build.arg")


def test_values_of_build_arguments_are_no_arguments() -> None:
    request = BuildRequest("/", tags=("a:1",), build_args={"TOKEN": "S3CRET"}, platform="linux/amd64,linux/arm64")
    words = arguments(request, Path("/Dockerfile"), Path("/metadata"))
    assert words == [
        "build",
        "--progress=rawjson",
        "--metadata-file=/metadata",
        "--file=/Dockerfile",
        "--tag=a:1",
        "--build-arg=TOKEN",
        "--platform=linux/amd64,linux/arm64",
        "--",
        "/",
    ]
