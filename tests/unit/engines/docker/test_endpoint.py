"""Which engine is meant, Docker's contexts, and its config file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines import Context
from kubia_cli.engines.docker.contexts import DockerContexts
from kubia_cli.engines.docker.endpoint import Endpoint, Tls, parse_host, resolve
from kubia_cli.engines.docker.engine import connect
from kubia_cli.errors import KubiaError, LocalError, NotFoundError, UnreachableError


@pytest.fixture
def docker_dir(tmp_path: Path) -> Path:
    place = tmp_path / ".docker"
    place.mkdir()
    return place


def add_context(docker_dir: Path, name: str, **endpoint: Any) -> str:
    key = hashlib.sha256(name.encode()).hexdigest()
    meta = docker_dir / "contexts/meta" / key
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": endpoint}}))
    return key


def test_who_comes_first(docker_dir: Path) -> None:
    for name in ("typed", "variable", "config"):
        add_context(docker_dir, name, Host=f"tcp://{name}:2375")
    home = {"HOME": str(docker_dir.parent)}

    assert resolve(home).host == "unix:///var/run/docker.sock"
    (docker_dir / "config.json").write_text('{"currentContext": "config"}')
    assert resolve(home).host == "tcp://config:2375"
    home["DOCKER_CONTEXT"] = "variable"
    assert resolve(home).host == "tcp://variable:2375"
    home["DOCKER_HOST"] = "tcp://host:1"
    assert resolve(home).host == "tcp://host:1"
    assert resolve(home, "typed").host == "tcp://typed:2375"
    assert resolve(home, "default").host == "tcp://host:1"


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("unix:///run/x.sock", Endpoint("unix:///run/x.sock", "unix", path="/run/x.sock")),
        ("unix://", Endpoint("unix://", "unix", path="/var/run/docker.sock")),
        ("tcp://10.0.0.1", Endpoint("tcp://10.0.0.1", "tcp", address="10.0.0.1", port=2375)),
        ("10.0.0.1:99", Endpoint("10.0.0.1:99", "tcp", address="10.0.0.1", port=99)),
        ("tcp://[::1]:2375", Endpoint("tcp://[::1]:2375", "tcp", address="::1", port=2375)),
        ("https://h:1", Endpoint("https://h:1", "tcp", address="h", port=1, tls=Tls())),
        ("ssh://me@h:22", Endpoint("ssh://me@h:22", "ssh", address="h", port=22, user="me")),
    ],
)
def test_addresses(host: str, found: Endpoint) -> None:
    assert parse_host(host) == found


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("tcp://a:99999", "its port is no number from 0 to 65535"),
        ("ftp://a", "`ftp` is none of unix, tcp, ssh"),
        ("tcp://", "the host name is missing"),
        ("ssh://-oProxyCommand=x", "a name may not begin with a dash"),
        ("ssh://-l@h", "a name may not begin with a dash"),
    ],
)
def test_what_is_no_address(host: str, reason: str) -> None:
    with pytest.raises(UnreachableError) as caught:
        parse_host(host)

    assert caught.value.code == "docker.unreachable"
    assert caught.value.message == f"cannot reach a Docker daemon: `{host}` is no address of one: {reason}"


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(UnreachableError) as caught:
        parse_host("ssh://me:s3cret@h")

    assert "s3cret" not in str(caught.value)


def test_tls_by_the_environment(docker_dir: Path) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (docker_dir / name).write_text("")
    env = {"HOME": str(docker_dir.parent), "DOCKER_HOST": "tcp://h", "DOCKER_TLS_VERIFY": "1"}
    files = Tls(f"{docker_dir}/ca.pem", f"{docker_dir}/cert.pem", f"{docker_dir}/key.pem")

    assert resolve(env) == Endpoint("tcp://h", "tcp", address="h", port=2376, tls=files)
    (docker_dir / "key.pem").unlink()
    with pytest.raises(LocalError, match="must have both"):
        resolve(env)


def test_certificates_without_verification_are_refused(docker_dir: Path) -> None:
    env = {"HOME": str(docker_dir.parent), "DOCKER_HOST": "tcp://h", "DOCKER_CERT_PATH": str(docker_dir)}

    with pytest.raises(LocalError) as caught:
        resolve(env)
    assert (caught.value.exit_code, caught.value.code, caught.value.fix) == (
        14,
        "docker.tls",
        "export DOCKER_TLS_VERIFY=1",
    )
    assert resolve({**env, "DOCKER_HOST": "unix:///x"}).tls is None


def test_a_contexts_own_certificates(docker_dir: Path) -> None:
    key = add_context(docker_dir, "far", Host="tcp://far:2376", SkipTLSVerify=False)
    files = docker_dir / "contexts/tls" / key / "docker"
    files.mkdir(parents=True)
    (files / "ca.pem").write_text("")

    assert resolve({"HOME": str(docker_dir.parent)}, "far").tls == Tls(ca=str(files / "ca.pem"))


def test_a_context_that_is_not_there(docker_dir: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        connect({"HOME": str(docker_dir.parent)}, context="nope")

    assert (caught.value.code, caught.value.message) == (
        "docker-context.not-found",
        "there is no Docker context `nope`",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  "auths": {\n    "x": s3cret\n}', "{file}, line 3: this is no JSON: Expecting value"),
        ("[]", "{file}, line 1: an object is expected: {{ … }}"),
        ("\udcff", "{file} is no UTF-8 text"),
    ],
)
def test_a_broken_config_is_an_error_with_its_place(docker_dir: Path, text: str, message: str) -> None:
    file = docker_dir / "config.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(KubiaError) as caught:
        connect({"HOME": str(docker_dir.parent)})
    assert (caught.value.exit_code, caught.value.code) == (14, "docker-config.invalid")
    assert caught.value.message == message.format(file=file)


def test_an_absent_or_empty_config_says_nothing(docker_dir: Path) -> None:
    assert connect({"HOME": str(docker_dir.parent)}).host == "unix:///var/run/docker.sock"
    (docker_dir / "config.json").write_text("")
    assert connect({"DOCKER_CONFIG": str(docker_dir)}).host == "unix:///var/run/docker.sock"


def test_contexts_in_order_of_name(docker_dir: Path) -> None:
    add_context(docker_dir, "far", Host="ssh://me@far")
    add_context(docker_dir, "attic", Host="tcp://attic:2375")
    (docker_dir / "config.json").write_text('{"currentContext": "far"}')
    env = {"HOME": str(docker_dir.parent)}

    assert DockerContexts(env).all() == [
        Context("attic", "docker", False, "tcp://attic:2375"),
        Context("default", "docker", False, "unix:///var/run/docker.sock"),
        Context("far", "docker", True, "ssh://me@far"),
    ]
    assert DockerContexts({**env, "DOCKER_HOST": "tcp://h:1"}).all()[1] == Context(
        "default", "docker", True, "tcp://h:1"
    )


def test_switching_writes_one_key_and_keeps_the_mode(docker_dir: Path) -> None:
    add_context(docker_dir, "far", Host="ssh://me@far")
    file = docker_dir / "config.json"
    file.write_text('{"auths": {"é": {}}, "currentContext": "old", "x": 1}')
    file.chmod(0o640)
    contexts = DockerContexts({"HOME": str(docker_dir.parent)})

    contexts.use("far")
    assert json.loads(file.read_text()) == {"auths": {"é": {}}, "currentContext": "far", "x": 1}
    assert file.stat().st_mode & 0o777 == 0o640
    contexts.use("default")
    assert json.loads(file.read_text()) == {"auths": {"é": {}}, "x": 1}
    assert sorted(path.name for path in docker_dir.iterdir()) == ["config.json", "contexts"]
    with pytest.raises(NotFoundError):
        contexts.use("nope")


def test_switching_makes_a_config_that_only_its_owner_reads(docker_dir: Path) -> None:
    add_context(docker_dir, "far", Host="ssh://me@far")
    DockerContexts({"HOME": str(docker_dir.parent)}).use("far")

    assert (docker_dir / "config.json").stat().st_mode & 0o777 == 0o600


def test_switching_through_a_link_keeps_the_link(docker_dir: Path, tmp_path: Path) -> None:
    add_context(docker_dir, "far", Host="ssh://me@far")
    (tmp_path / "dotfiles.json").write_text("{}")
    (docker_dir / "config.json").symlink_to(tmp_path / "dotfiles.json")
    DockerContexts({"HOME": str(tmp_path)}).use("far")

    assert (docker_dir / "config.json").is_symlink()
    assert json.loads((tmp_path / "dotfiles.json").read_text()) == {"currentContext": "far"}


def test_a_broken_config_is_not_overwritten(docker_dir: Path) -> None:
    add_context(docker_dir, "far", Host="ssh://me@far")
    (docker_dir / "config.json").write_text("{")
    with pytest.raises(LocalError):
        DockerContexts({"HOME": str(docker_dir.parent)}).use("far")

    assert (docker_dir / "config.json").read_text() == "{"
