"""The Docker engine behind its protocol, against a real one: what a fake could only claim."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines import BuildRequest, Docker
from kubia_cli.engines.docker.engine import connect
from kubia_cli.errors import KubiaError
from kubia_cli.model.events import BuildStep, ContextSent, LayerProgress, OutputLine
from kubia_cli.model.program import ProgramStream
from tests.conftest import Tool
from tests.lab.packages import find
from tests.lab.state import State

pytestmark = [pytest.mark.docker, pytest.mark.registry]

#: Deaf to SIGTERM unless it is told to listen, and so slow to stop.
SLEEP = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]

Make = Callable[..., str]


@pytest.fixture
def engine(lab: State, tmp_path: Path) -> Docker:
    return connect({"DOCKER_HOST": lab.docker_host, "HOME": str(tmp_path)})


@pytest.fixture(scope="module")
def base(lab: State, run_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A busybox under a name of this run's own."""
    engine = connect({"DOCKER_HOST": lab.docker_host, "HOME": str(tmp_path_factory.mktemp("home"))})
    name = f"{run_id}-base:1"
    list(engine.pull("busybox"))
    engine.tag("busybox", name)
    yield name
    engine.remove_image(name, force=True)


@pytest.fixture
def name(engine: Docker, run_id: str) -> Iterator[str]:
    """A name for what the test makes; containers and images that begin with it are gone after it."""
    mine = f"{run_id}-{uuid.uuid4().hex[:6]}"
    yield mine
    for container in engine.containers(all=True, filters={"name": [mine]}):
        engine.remove(container["Id"], force=True, volumes=True)
    for image in engine.images():
        for tag in image["RepoTags"] or ():
            if mine in tag:
                engine.remove_image(tag, force=True)


@pytest.fixture
def make(engine: Docker, base: str, name: str) -> Make:
    """Create a container of the test's own: ``make("-1", "echo", "hi", HostConfig={…})``; returns its id."""

    def create(suffix: str, *command: str, **spec: Any) -> str:
        return engine.create(name + suffix, {"Image": base, "Cmd": list(command), **spec})

    return create


@pytest.fixture
def context(tmp_path: Path, base: str) -> Path:
    directory = tmp_path / "context"
    directory.mkdir()
    (directory / "Dockerfile").write_text(f"FROM {base}\nCOPY . /c\nRUN ls -A /c\n")
    return directory


def told(stream: ProgramStream, feed: bytes | None = None) -> tuple[bytes, bytes, int]:
    """Everything that a program says on stdout and on stderr, and its exit code."""
    if feed is not None:

        def send() -> None:
            stream.write(feed)
            stream.close_stdin()

        threading.Thread(target=send, daemon=True).start()
    pieces = {1: b"", 2: b""}
    while (piece := stream.read()) is not None:
        pieces[piece[0]] += piece[1]
    status = stream.exit_code()
    stream.close()
    return pieces[1], pieces[2], status


def refused(deed: Callable[[], Any]) -> KubiaError:
    with pytest.raises(KubiaError) as caught:
        deed()
    return caught.value


# build


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
    assert [each.cached for each in again] == [False, True, True, True, True]
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
    assert engine.containers(all=True, filters={"ancestor": [base]}) == []
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
            "the Docker daemon cannot reach the registry 127.0.0.1:1",
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


# registries


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


# containers


def test_the_life_of_a_container(engine: Docker, make: Make, name: str) -> None:
    made = make("-1", *SLEEP, Labels={name: "yes"})
    assert engine.containers(filters={"name": [name]}) == []
    engine.start(made)
    [listed] = engine.containers(labels=[f"{name}=yes"])
    assert (listed["Id"], listed["Names"], listed["State"]) == (made, [f"/{name}-1"], "running")
    assert refused(lambda: engine.remove(f"{name}-1")).message == f"container {name}-1 is running"

    engine.exec_detached(f"{name}-1", ["touch", "/made"])
    image = engine.commit(f"{name}-1", f"{name}:committed", message="why", author="who", changes=["ENV A=b"])
    assert engine.image(f"{name}:committed")["Id"] == image
    assert "A=b" in engine.image(image)["Config"]["Env"]
    assert engine.history(image)[0]["Comment"] == "why"

    engine.stop(f"{name}-1", timeout=5)
    assert engine.container(f"{name}-1")["State"]["ExitCode"] == 0
    assert engine.wait(f"{name}-1") == 0
    assert refused(lambda: engine.kill(f"{name}-1", "TERM")).code == "container.not-running"
    assert refused(lambda: engine.exec(f"{name}-1", ["ls"])).code == "container.not-running"
    engine.start(made)
    engine.kill(made, "KILL")
    assert engine.wait(made) == 137
    engine.remove(f"{name}-1")
    gone = refused(lambda: engine.container(f"{name}-1"))
    assert (gone.exit_code, gone.code, gone.fix) == (11, "container.not-found", "kubia ps -a")


def test_logs(engine: Docker, make: Make) -> None:
    made = make("-1", "sh", "-c", "echo out; echo err >&2; printf end")
    engine.start(made)

    followed = list(engine.logs(made, follow=True))
    assert b"".join(data for stream, data in followed if stream == 1) == b"out\nend"
    assert b"".join(data for stream, data in followed if stream == 2) == b"err\n"
    assert sum(len(data) for _, data in engine.logs(made, tail=1)) < len(b"out\nerr\nend")
    assert refused(lambda: list(engine.logs("none-such"))).code == "container.not-found"


def test_names_and_ports_that_are_taken(engine: Docker, make: Make, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ports = {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}}
        refused_by_a_program = make("-1", *SLEEP, ExposedPorts={"80/tcp": {}}, HostConfig=ports)
        error = refused(lambda: engine.start(refused_by_a_program))
        assert (error.exit_code, error.code) == (12, "port.taken")
        assert error.message == f"port {port} is taken by another program on the engine's machine"
    engine.start(refused_by_a_program)
    error = refused(lambda: engine.start(make("-2", *SLEEP, ExposedPorts={"80/tcp": {}}, HostConfig=ports)))
    assert (error.exit_code, error.code) == (12, "port.taken")
    assert (error.message, error.fix) == (f"port {port} is taken by container {name}-1", f"kubia stop {name}-1")

    error = refused(lambda: make("-1", "true"))
    assert (error.exit_code, error.code, error.fix) == (12, "name.taken", f"kubia rm -f {name}-1")
    assert error.message.startswith(f"the container name {name}-1 is taken: container {refused_by_a_program[:12]} of ")
    assert error.message.endswith(", running")


def test_what_cannot_run(engine: Docker, make: Make, name: str) -> None:
    absent = refused(lambda: engine.start(make("-1", "/none")))
    assert (absent.exit_code, absent.code) == (127, "program.not-found")
    assert absent.message.startswith("cannot run `/none`: there is no such program in ")
    directory = refused(lambda: engine.start(make("-2", "/etc")))
    assert (directory.exit_code, directory.code) == (126, "program.not-executable")
    with_rm = refused(lambda: engine.start(make("-3", "/none", HostConfig={"AutoRemove": True})))
    assert (with_rm.exit_code, with_rm.code) == (127, "program.not-found")
    image = refused(lambda: engine.create(f"{name}-4", {"Image": f"{name}:none"}))
    assert (image.exit_code, image.code) == (11, "image.not-found")


def test_names_that_would_be_another_request(engine: Docker) -> None:
    for deed in (engine.remove, engine.container, engine.start, engine.stop):
        assert refused(lambda deed=deed: deed("../images/busybox")).exit_code == 2  # type: ignore[misc]
    assert refused(lambda: engine.image("../containers/json")).exit_code == 2
    assert refused(lambda: engine.remove("")).exit_code == 2


# programs, over every kind of connection


@pytest.fixture(params=["unix", "ssh"])
def far(request: pytest.FixtureRequest, lab: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    """The engine by its socket, and as on another machine: docker's own ``dial-stdio`` behind an ``ssh`` of ours."""
    if request.param == "unix":
        return connect({"DOCKER_HOST": lab.docker_host, "HOME": str(tmp_path)})
    ssh = tmp_path / "bin/ssh"
    ssh.parent.mkdir()
    ssh.write_text(f'#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift 3\nexec {find("docker")} "$@"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_HOST", lab.docker_host)
    return connect({"DOCKER_HOST": "ssh://me@far", "HOME": str(tmp_path)})


def attached(engine: Docker, made: str, *, stdin: bool = False, tty: bool = False) -> ProgramStream:
    stream = engine.attach(made, stdin=stdin, tty=tty)
    engine.start(made)
    return stream


STDIN = {"OpenStdin": True, "StdinOnce": True, "AttachStdin": True}


def test_a_program_in_the_foreground(far: Docker, make: Make) -> None:
    both = make("-1", "sh", "-c", "echo out; echo err >&2; printf end; exit 3")
    assert told(attached(far, both)) == (b"out\nend", b"err\n", 3)
    fed = make("-2", "cat", **STDIN)
    assert told(attached(far, fed, stdin=True), b"x" * 2_000_000) == (b"x" * 2_000_000, b"", 0)
    deaf = make("-3", "true", **STDIN)
    assert told(attached(far, deaf, stdin=True), b"x" * 2_000_000) == (b"", b"", 0)
    passing = make("-4", "sh", "-c", "exit 9", HostConfig={"AutoRemove": True})
    assert told(attached(far, passing)) == (b"", b"", 9)
    assert refused(lambda: far.container(passing)).code == "container.not-found"


def test_a_program_at_a_terminal(far: Docker, make: Make) -> None:
    made = make("-1", "sh", "-c", "read line; stty size; read line", Tty=True, **STDIN)
    stream = attached(far, made, stdin=True, tty=True)
    stream.resize(101, 33)
    stream.write(b"go\n")
    said = b""
    while b"33 101" not in said:
        piece = stream.read()
        assert piece is not None
        said += piece[1]
    stream.write(b"\x03")
    assert told(stream)[2] == 130

    detached = make("-2", "sh", "-c", "sleep 30", Tty=True, **STDIN)
    stream = attached(far, detached, stdin=True, tty=True)
    stream.write(b"\x10")  # ctrl-p
    stream.write(b"\x11")  # ctrl-q
    assert told(stream)[2] == 0
    assert far.container(detached)["State"]["Running"]


def test_a_program_beside_the_main_one(far: Docker, make: Make, name: str) -> None:
    made = make("-1", *SLEEP)
    far.start(made)
    words = ["sh", "-c", 'echo "$A $(pwd) $(id -u)"; echo err >&2; exit 4']
    assert told(far.exec(made, words, env=["A=b"], workdir="/tmp", user="7")) == (b"b /tmp 7\n", b"err\n", 4)
    assert told(far.exec(made, ["cat"], stdin=True), b"hello") == (b"hello", b"", 0)
    terminal = far.exec(made, ["sh", "-c", "read line; stty size"], tty=True, stdin=True)
    terminal.resize(101, 33)
    terminal.write(b"go\n")
    out, _, status = told(terminal)
    assert (out.replace(b"\r\n", b"\n"), status) == (b"go\n33 101\n", 0)

    assert told(far.exec(made, ["sh", "-c", "none-such"]))[2] == 127
    for command in ("/none", "/etc"):
        error = refused(lambda command=command: told(far.exec(f"{name}-1", [command])))  # type: ignore[misc]
        assert error.exit_code in (126, 127)
        assert error.message.startswith(f"cannot run `{command}`: ")
    assert refused(lambda: far.exec_detached(made, ["/none"])).exit_code in (126, 127)
    assert refused(lambda: far.exec("none-such", ["ls"])).code == "container.not-found"


def test_the_engines_version(far: Docker, docker: Tool) -> None:
    assert far.version()["Version"] == docker("version", "-f", "{{.Server.Version}}").strip()
