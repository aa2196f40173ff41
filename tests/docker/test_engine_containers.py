"""Containers of a real engine, behind the protocol that verbs know."""

from __future__ import annotations

import socket

import pytest

from kubia_cli.engines import Docker
from tests.docker.asking import SLEEP, Make, refused

pytestmark = [pytest.mark.docker, pytest.mark.registry]


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
