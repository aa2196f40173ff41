"""docker's options as the engine's JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubia_cli.errors import UsageError
from kubia_cli.model.container import ContainerOptions, check_container_name, container_spec, memory_bytes
from kubia_cli.model.ports import parse_publish


def test_no_options() -> None:
    assert container_spec("busybox", ["echo", "Hello World"], ContainerOptions()) == {
        "Image": "busybox",
        "Cmd": ["echo", "Hello World"],
        "Tty": False,
        "OpenStdin": False,
        "StdinOnce": False,
        "AttachStdin": False,
        "AttachStdout": True,
        "AttachStderr": True,
        "Env": [],
        "Labels": {},
        "ExposedPorts": {},
        "HostConfig": {},
    }


def test_every_option(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    options = ContainerOptions(
        publish=parse_publish("8080:80"),
        publish_all=True,
        env=["A=1"],
        volume=["./data:/data:ro", "named:/var/lib", "/scratch"],
        label=["app=kubia", "bare"],
        add_host=["db:10.0.0.1"],
        cap_add=["NET_ADMIN"],
        cap_drop=["ALL"],
        detach=True,
        interactive=True,
        tty=True,
        init=True,
        privileged=True,
        read_only=True,
        user="1000",
        workdir="/srv",
        entrypoint="/bin/sh",
        hostname="web",
        network="lan",
        restart="on-failure:3",
        memory="64m",
        cpus="0.5",
    )
    assert container_spec("kubia", [], options) == {
        "Image": "kubia",
        "Entrypoint": ["/bin/sh"],
        "Tty": True,
        "OpenStdin": True,
        "StdinOnce": False,
        "AttachStdin": False,
        "AttachStdout": False,
        "AttachStderr": False,
        "Env": ["A=1"],
        "Labels": {"app": "kubia", "bare": ""},
        "ExposedPorts": {"80/tcp": {}},
        "User": "1000",
        "WorkingDir": "/srv",
        "Hostname": "web",
        "Volumes": {"/scratch": {}},
        "HostConfig": {
            "Binds": [f"{tmp_path}/data:/data:ro", "named:/var/lib"],
            "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]},
            "PublishAllPorts": True,
            "NetworkMode": "lan",
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
            "Memory": 67108864,
            "NanoCpus": 500000000,
            "Privileged": True,
            "ReadonlyRootfs": True,
            "Init": True,
            "ExtraHosts": ["db:10.0.0.1"],
            "CapAdd": ["NET_ADMIN"],
            "CapDrop": ["ALL"],
        },
    }


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (ContainerOptions(volume=["data"]), "volume.invalid", "`-v data`: a path inside the container is needed"),
        (ContainerOptions(volume=[":/data"]), "volume.invalid", "`-v :/data`: nothing stands before the colon"),
        (
            ContainerOptions(volume=["data:rel"]),
            "volume.invalid",
            "`-v data:rel`: the path inside the container must begin with /",
        ),
        (ContainerOptions(label=["=x"]), "label.invalid", "`--label =x`: a label needs a key before the ="),
        (ContainerOptions(cpus="many"), "cpus.invalid", "`--cpus many`: a number above 0 is needed"),
        (ContainerOptions(cpus="-1"), "cpus.invalid", "`--cpus -1`: a number above 0 is needed"),
        (
            ContainerOptions(memory="lots"),
            "memory.invalid",
            "`--memory lots`: a number with b, k, m or g is needed",
        ),
        (
            ContainerOptions(restart="maybe"),
            "restart.invalid",
            "`--restart maybe` is not one of no, always, unless-stopped, on-failure[:TIMES]",
        ),
        (
            ContainerOptions(restart="always", rm=True),
            "restart.with-rm",
            "`--restart` and `--rm` exclude each other: what is removed cannot restart",
        ),
    ],
)
def test_a_bad_value_is_named(options: ContainerOptions, code: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        container_spec("busybox", [], options)
    assert (caught.value.code, caught.value.message) == (code, message)


@pytest.mark.parametrize(
    ("text", "size"), [("64", 64), ("1k", 1024), ("512m", 536870912), ("1.5G", 1610612736), ("64MiB", 67108864)]
)
def test_memory_has_binary_units(text: str, size: int) -> None:
    assert memory_bytes(text) == size


def test_a_name_that_the_engine_refuses_is_refused_here() -> None:
    assert check_container_name("kubia-container") == "kubia-container"
    with pytest.raises(UsageError) as caught:
        check_container_name("kubia container")
    assert caught.value.message == (
        "`kubia container` is no name for a container: "
        "a letter or digit first, then letters, digits, _ . -, two characters at least"
    )
    assert caught.value.fix == "--name kubia-container"
