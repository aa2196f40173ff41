"""Building on a real engine: what a fake could only claim."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from kubia_cli.engines import BuildRequest, Docker
from kubia_cli.model.events import BuildStep, ContextSent, OutputLine
from tests.docker.asking import refused

pytestmark = [pytest.mark.docker, pytest.mark.registry]


def test_build_tells_its_steps_and_ends_with_an_image(engine: Docker, context: Path, base: str, name: str) -> None:
    dockerfile = f"FROM {base}\nARG WORD\nCOPY app.js /app.js\nRUN printf 'one\\n%s' $WORD\n"
    (context / "Dockerfile").write_text(dockerfile)
    (context / "app.js").write_text("x" * 300_000)
    size = len(dockerfile) + 300_000
    tags = (f"{name}:1", f"{name}/other")
    request = BuildRequest(str(context), tags=tags, build_args={"WORD": "two"}, labels={"a": "b"})
    events = list(engine.build(request))

    assert [each for each in events if not isinstance(each, ContextSent)] == [
        BuildStep(1, 5, f"FROM {base}"),
        BuildStep(2, 5, "ARG WORD"),
        BuildStep(3, 5, "COPY app.js /app.js"),
        BuildStep(4, 5, "RUN printf 'one\\n%s' $WORD"),
        OutputLine("one"),
        OutputLine("two"),
        BuildStep(5, 5, "LABEL a=b"),
    ]
    assert [each for each in events if isinstance(each, ContextSent)][-1] == ContextSent(size, size)
    assert engine.image(f"{name}:1")["Id"] == engine.image(f"{name}/other")["Id"] == engine.built_image()
    assert engine.image(f"{name}:1")["Config"]["Labels"] == {"a": "b"}

    again = [each for each in engine.build(request) if isinstance(each, BuildStep)]
    assert [each.number for each in again if each.cached] == [2, 3, 4, 5]
    fresh = [each for each in engine.build(BuildRequest(str(context), no_cache=True)) if isinstance(each, BuildStep)]
    assert not any(each.cached for each in fresh)
    engine.remove_image(engine.built_image())


def test_the_context_arrives_as_it_is(engine: Docker, context: Path, base: str, name: str) -> None:
    (context / ".dockerignore").write_text("**/secret\n!src/app/x/secret/pub\n.dockerignore\nDockerfile\n")
    (context / "src/app/x/secret").mkdir(parents=True)
    for file in ("src/app/x/secret/key", "src/app/x/secret/pub", "é ü.txt"):
        (context / file).write_text(file)
    (context / "run.sh").write_text("#!/bin/sh\n")
    (context / "run.sh").chmod(0o751)
    (context / "out").symlink_to("/etc/passwd")
    os.mkfifo(context / "pipe")
    (context / "Dockerfile").write_text(
        f"FROM {base}\nCOPY . /c\nWORKDIR /c\n"
        "RUN find . | sort && ls -l run.sh | cut -c1-10 && readlink out && test -p pipe\n"
    )

    lines = [
        each.text for each in engine.build(BuildRequest(str(context), tags=(name,))) if isinstance(each, OutputLine)
    ]
    assert lines == [
        ".",
        "./out",
        "./pipe",
        "./run.sh",
        "./src",
        "./src/app",
        "./src/app/x",
        "./src/app/x/secret",
        "./src/app/x/secret/pub",
        "./é ü.txt",
        "-rwxr-x--x",
        "/etc/passwd",
    ]


def test_a_dockerfile_from_outside_leaves_nothing_in_the_image(
    engine: Docker, context: Path, tmp_path: Path, name: str
) -> None:
    (context / "Dockerfile").rename(tmp_path / "elsewhere")
    (context / "a").write_text("")

    request = BuildRequest(str(context), dockerfile=str(tmp_path / "elsewhere"), tags=(name,))
    assert [each.text for each in engine.build(request) if isinstance(each, OutputLine)] == ["a"]


def test_a_step_that_fails(engine: Docker, context: Path, base: str, name: str) -> None:
    (context / "Dockerfile").write_text(f"# ours\nFROM {base}\n\nRUN echo working; seq 30; exit 7\n")

    error = refused(lambda: list(engine.build(BuildRequest(str(context), tags=(name,)))))
    assert (error.exit_code, error.code) == (3, "build.step")
    assert error.message == "Dockerfile:4: step 2 of 2 ended with exit code 7: RUN echo working; seq 30; exit 7"
    assert error.said == "\n".join(str(number) for number in range(11, 31))
    assert error.state == "nothing was tagged"
    assert [each for each in engine.containers(all=True) if "echo working" in each["Command"]] == []
    assert refused(lambda: engine.image(name)).code == "image.not-found"
    assert refused(engine.built_image).exit_code == 13


def test_a_copy_of_what_is_kept_out_names_the_rule(engine: Docker, context: Path) -> None:
    (context / ".dockerignore").write_text("# ours\n*.js\n")
    (context / "app.js").write_text("")
    (context / "Dockerfile").write_text((context / "Dockerfile").read_text().replace("COPY .", "COPY app.js"))

    error = refused(lambda: list(engine.build(BuildRequest(str(context)))))
    assert (error.exit_code, error.code) == (3, "build.step")
    assert error.message == (
        "Dockerfile:2: step 2 of 3 failed: COPY app.js /c; .dockerignore:2 keeps app.js out of the context"
    )
    assert error.fix == "echo '!app.js' >> .dockerignore"


@pytest.mark.parametrize(
    ("dockerfile", "exit_code", "code", "message"),
    [
        ("FROM {base}\nCOPY none /\n", 3, "build.step", "Dockerfile:2: step 2 of 2 failed: COPY none /"),
        ("FROM {base}\n\nFRM x\n", 3, "build.parse", "Dockerfile:3: unknown instruction: FRM"),
        ("RUN x\n", 3, "build.parse", "Dockerfile cannot be built"),
        (
            "FROM 127.0.0.1:1/none\n",
            10,
            "registry.unreachable",
            "cannot pull 127.0.0.1:1/none: the Docker daemon does not reach the registry 127.0.0.1:1",
        ),
        ("FROM {registry}/none\n", 11, "image.not-found", "{registry} has no image {registry}/none"),
    ],
)
def test_what_cannot_be_built(
    engine: Docker,
    context: Path,
    base: str,
    registry: str,
    dockerfile: str,
    exit_code: int,
    code: str,
    message: str,
) -> None:
    (context / "Dockerfile").write_text(dockerfile.format(base=base, registry=registry))

    error = refused(lambda: list(engine.build(BuildRequest(str(context)))))
    assert (error.exit_code, error.code, error.message) == (exit_code, code, message.format(registry=registry))


def test_a_build_that_is_given_up_is_given_up_by_the_engine_too(
    engine: Docker, context: Path, base: str, name: str
) -> None:
    (context / "Dockerfile").write_text(f"FROM {base}\nRUN echo began; sleep 60\n")
    events = engine.build(BuildRequest(str(context), tags=(name,)))
    while next(events) != OutputLine("began"):
        pass
    events.close()  # type: ignore[attr-defined]  # a generator, behind the protocol's Iterator

    until = time.monotonic() + 10
    while any("sleep 60" in each["Command"] for each in engine.containers()):
        assert time.monotonic() < until
        time.sleep(0.1)
