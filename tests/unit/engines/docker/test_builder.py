"""When a build has worked: never because of what it prints."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines import BuildRequest, Docker
from kubia_cli.engines.docker.engine import connect
from kubia_cli.errors import KubiaError
from kubia_cli.model.events import BuildStep, ContextSent, LayerProgress, OutputLine
from tests.unit.engines.docker.daemon import Answer, Asked, Daemon, daemon

IMAGE = "sha256:" + "a" * 64
NAME = "registry.example.com/luksa/kubia"
Answers = dict[str, Answer | Callable[[Asked], Answer]]


def engine(running: Daemon, tmp_path: Path, **env: str) -> Docker:
    given = {"DOCKER_HOST": running.host, "HOME": str(tmp_path), "PATH": "/nowhere", "DOCKER_BUILDKIT": "0"}
    return connect({**given, **env})


@pytest.fixture
def app(tmp_path: Path) -> Path:
    directory = tmp_path / "app"
    directory.mkdir()
    (directory / "Dockerfile").write_text("# ours\nFROM busybox\nCOPY app.js /\n\nRUN make\n")
    (directory / "app.js").write_text("hello")
    return directory


STEPS = (
    {"stream": "Step 1/3 : FROM busybox"},
    {"stream": "\n"},
    {"status": "Downloading", "progressDetail": {"current": 1, "total": 2}, "id": "abc"},
    {"stream": " ---> 0123456789ab\n"},
    {"stream": "Step 2/3 : COPY app.js /"},
    {"stream": "\n"},
    {"stream": " ---> Using cache\n"},
    {"stream": " ---> 123456789abc\n"},
    {"stream": "Step 3/3 : RUN make"},
    {"stream": "\n"},
    {"stream": " ---> Running in 23456789abcd\n"},
    {"stream": "one\ntw"},
    {"stream": "o\n"},
    {"stream": "\n"},
    {"stream": "no end"},
)
DONE = (
    {"stream": "Removing intermediate container 23456789abcd\n"},
    {"stream": " ---> aaaaaaaaaaaa\n"},
    {"aux": {"ID": IMAGE}},
    {"stream": "Successfully built aaaaaaaaaaaa\n"},
)


def building(*messages: dict[str, Any] | bytes, cut: bool = False) -> Answers:
    return {
        "POST /build": Answer(messages=messages, cut=cut),
        f"GET /images/{IMAGE}/json": Answer({"Id": IMAGE}),
        f"POST /images/{IMAGE}/tag": Answer(status=201),
    }


def test_a_build(app: Path, tmp_path: Path) -> None:
    request = BuildRequest(str(app), tags=("kubia", f"{NAME}:1"), build_args={"A": "b"}, no_cache=True)
    with daemon(building(*STEPS, *DONE)) as running:
        docker = engine(running, tmp_path)
        events = list(docker.build(request))

    size = 5 + len((app / "Dockerfile").read_bytes())
    assert events == [
        ContextSent(size, size),
        BuildStep(1, 3, "FROM busybox"),
        LayerProgress("abc", "Downloading", 1, 2),
        BuildStep(2, 3, "COPY app.js /"),
        BuildStep(2, 3, "COPY app.js /", cached=True),
        BuildStep(3, 3, "RUN make"),
        OutputLine("one"),
        OutputLine("two"),
        OutputLine(""),
        OutputLine("no end"),
    ]
    assert docker.built_image() == IMAGE
    built = running.asked[1]
    assert built.query == {
        "dockerfile": "Dockerfile",
        "rm": "1",
        "forcerm": "1",
        "nocache": "1",
        "pull": "0",
        "buildargs": '{"A": "b"}',
    }
    assert built.login is None
    with tarfile.open(fileobj=io.BytesIO(built.body)) as tar:
        assert tar.getnames() == ["Dockerfile", "app.js"]
    tags = [each.query for each in running.asked if each.path.endswith("/tag")]
    assert [(each["repo"], each["tag"]) for each in tags] == [("kubia", "latest"), (NAME, "1")]


def test_a_step_is_told_without_its_colours_and_without_what_it_wrote_over(app: Path, tmp_path: Path) -> None:
    painted = (
        {"stream": "\x1b[91mnpm warn\n"},
        {"stream": "\x1b[0m\x1b[91m 10%\r100%\r\n"},
        {"stream": "\x1b[0m"},
        {"stream": "\x1b[31;1mred\x1b[0m \x1b]0;title\x07\n"},
        {"stream": "\x1b[0m"},
    )
    with daemon(building(*STEPS[:-1], *painted, *DONE)) as running:
        events = list(engine(running, tmp_path).build(BuildRequest(str(app))))

    assert [event.text for event in events if isinstance(event, OutputLine)] == [
        "one",
        "two",
        "",
        "npm warn",
        "100%",
        "red \x1b]0;title\x07",  # whatever else it is, output shows it and does not obey it
    ]


def test_words_of_a_build_prove_nothing(app: Path, tmp_path: Path) -> None:
    spoofed = {"stream": "Successfully built deadbeefdead\n"}
    with daemon(building(*STEPS, spoofed)) as running, pytest.raises(KubiaError) as caught:
        list(engine(running, tmp_path).build(BuildRequest(str(app), tags=("kubia",))))

    assert (caught.value.exit_code, caught.value.code) == (13, "build.no-image")
    assert running.lines == ["GET /version", "POST /build"]


@pytest.mark.parametrize(
    ("answer", "exit_code", "code", "message", "said"),
    [
        (
            Answer(
                messages=(
                    *STEPS,
                    *({"stream": f"line {number}\n"} for number in range(30)),
                    {"errorDetail": {"code": 2, "message": "The command returned a non-zero code: 2"}, "error": "x"},
                )
            ),
            3,
            "build.step",
            "Dockerfile:5: step 3 of 3 ended with exit code 2: RUN make",
            "\n".join(f"line {number}" for number in range(10, 30)),
        ),
        (
            Answer(messages=(*STEPS[:5], {"error": "COPY failed: file not found in build context"})),
            3,
            "build.step",
            "Dockerfile:3: step 2 of 3 failed: COPY app.js /",
            "COPY failed: file not found in build context",
        ),
        (
            Answer(messages=(*STEPS[:2], {"error": "pull access denied for busybox, may require 'docker login'"})),
            4,
            "registry.denied",
            "docker.io refused busybox: it does not exist there, or needs a login",
            None,
        ),
        (
            Answer(messages=(*STEPS[:2], {"error": 'Get "https://x/v2/": dial tcp: connection refused'})),
            10,
            "registry.unreachable",
            "cannot pull busybox: the Docker daemon does not reach the registry docker.io",
            None,
        ),
        (
            Answer({"message": "dockerfile parse error line 3: unknown instruction: CPY"}, 400),
            3,
            "build.parse",
            "Dockerfile:3: unknown instruction: CPY",
            "COPY app.js /",
        ),
        (Answer({"message": "no build stage in current context"}, 400), 3, "build.parse", None, None),
        (Answer({"message": "write /x: no space left on device"}, 500), 14, "docker.disk-full", None, None),
        (Answer(messages=STEPS, cut=True), 10, "docker.broken-off", None, None),
    ],
)
def test_a_build_that_failed(
    answer: Answer,
    exit_code: int,
    code: str,
    message: str | None,
    said: str | None,
    app: Path,
    tmp_path: Path,
) -> None:
    with daemon({"POST /build": answer}) as running, pytest.raises(KubiaError) as caught:
        list(engine(running, tmp_path).build(BuildRequest(str(app), build_args={"TOKEN": "S3CRET"})))

    error = caught.value
    assert (error.exit_code, error.code) == (exit_code, code)
    assert message in (None, error.message)
    assert said in (None, error.said)
    assert "S3CRET" not in f"{error.message}{error.said}{error.fix}{error.state}"


def test_a_build_that_is_given_up_lets_go_of_its_directory(app: Path, tmp_path: Path) -> None:
    (app / "big").write_bytes(bytes(3_000_000))
    with daemon(building(*STEPS, *DONE)) as running:
        events = engine(running, tmp_path).build(BuildRequest(str(app)))
        assert isinstance(next(events), ContextSent)
        events.close()  # type: ignore[attr-defined]  # a generator, behind the protocol's Iterator
    assert running.lines == ["GET /version"] or running.lines[-1] == "POST /build"


def test_logins_for_the_registries_of_a_dockerfile_only(app: Path, tmp_path: Path) -> None:
    (app / "Dockerfile").write_text("FROM quay.io/a/b\nCOPY app.js /\nRUN make\n")
    auths = {host: {"auth": "dTpw"} for host in ("quay.io", "ghcr.io", "https://index.docker.io/v1/")}
    with daemon(building(*STEPS, *DONE)) as running:
        list(engine(running, tmp_path, DOCKER_AUTH_CONFIG=json.dumps({"auths": auths})).build(BuildRequest(str(app))))

    assert running.asked[1].login == {"quay.io": {"username": "u", "password": "p", "serveraddress": "quay.io"}}
