"""context: kubeconfig's and Docker's contexts side by side, on real files and with the real kubectl beside it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import yaml

from tests.cluster.looking import Kubectl
from tests.shell import Shell

pytestmark = pytest.mark.cluster


@pytest.fixture
def two_contexts(kubectl: Kubectl, kubeconfig: Path) -> str:
    """A second context beside the lab's, in the same file; returns the first one's name."""
    config = yaml.safe_load(kubeconfig.read_text())
    (lab,) = config["contexts"]
    config["contexts"].append({"name": "minikube", "context": {**lab["context"], "namespace": "default"}})
    kubeconfig.write_text("# mine\n" + yaml.safe_dump(config))
    name: str = lab["name"]
    return name


@pytest.fixture
def docker_home(tmp_path: Path) -> Path:
    """Docker's config directory with a context `far`."""
    home = tmp_path / "home" / ".docker"
    meta = home / "contexts" / "meta" / hashlib.sha256(b"far").hexdigest()
    meta.mkdir(parents=True)
    endpoint = {"Host": "tcp://far.example.com:2376"}
    (meta / "meta.json").write_text(json.dumps({"Name": "far", "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    return home


def test_both_engines_contexts_are_listed_and_switched(
    reader: Shell, two_contexts: str, docker_home: Path, kubeconfig: Path, namespace: str
) -> None:
    def rows() -> list[list[str]]:
        listing = reader("kubia context", env={"DOCKER_HOST": ""}).lines
        assert listing[0].split() == ["CURRENT", "NAME", "ENGINE", "ENDPOINT", "NAMESPACE"]
        return [line.split() for line in listing[1:]]

    server = yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    lab = [two_contexts, "kubernetes", server, namespace]
    minikube = ["minikube", "kubernetes", server, "default"]
    default = ["default", "docker", "unix:///var/run/docker.sock"]
    far = ["far", "docker", "tcp://far.example.com:2376"]
    assert rows() == [["*", *lab], minikube, ["*", *default], far]

    switched = reader("kubia context minikube")
    assert (switched.stdout, switched.stderr) == ('Switched to context "minikube".\n', "")
    assert kubeconfig.read_text().startswith("# mine\n")
    assert reader("kubectl config current-context").stdout == "minikube\n"
    moved = reader("kubia context docker/far", env={"DOCKER_HOST": ""})
    assert (moved.stdout, moved.stderr) == ('Switched to context "docker/far".\n', "")
    assert json.loads((docker_home / "config.json").read_text())["currentContext"] == "far"
    assert rows() == [lab, ["*", *minikube], default, ["*", *far]]
    names = reader("kubia context -o name", env={"DOCKER_HOST": ""})
    assert names.lines == [two_contexts, "minikube", "docker/default", "docker/far"]
    told = json.loads(reader("kubia context -o json", env={"DOCKER_HOST": ""}).stdout)
    assert [each["name"] for each in told if each["current"]] == ["minikube", "far"]

    overridden = reader("kubia context docker/default", env={"DOCKER_HOST": "tcp://127.0.0.1:1"})
    assert overridden.stderr == (
        "warning: DOCKER_HOST is set and overrides Docker's current context; unset it to use the new one\n"
    )


def test_a_context_that_is_not_there(reader: Shell, two_contexts: str, docker_home: Path, kubeconfig: Path) -> None:
    before = kubeconfig.read_text()
    for line, message, fix in (
        ("kubia context minikub", 'no context exists with the name "minikub"', "kubia context minikube"),
        ("kubia context far", 'no context exists with the name "far"', "kubia context docker/far"),
        (
            "kubia context docker/fat",
            'no context exists with the name "docker/fat"; close to it: docker/far, docker/default',
            "kubia context docker/far",
        ),
        ("kubia context xyzzy", 'no context exists with the name "xyzzy"', "kubia context"),
    ):
        refused = reader(line, status=11)
        assert refused.stdout == ""
        assert refused.stderr == (
            f"error[context.not-found]: {message}\n  state: the current context is as it was\n  fix: {fix}\n"
        )
    assert kubeconfig.read_text() == before


def test_one_broken_configuration_hides_nothing_of_the_other(
    shell: Shell, docker_home: Path, kubeconfig: Path, tmp_path: Path
) -> None:
    no_docker = {"DOCKER_HOST": ""}
    absent = shell("kubia context", env={**no_docker, "KUBECONFIG": str(tmp_path / "absent")})
    assert absent.stderr == "The kubeconfig has no contexts.\n"
    assert [line.split()[-2] for line in absent.lines[1:]] == ["docker", "docker"]
    broken = tmp_path / "broken"
    broken.write_text("contexts: [")
    half = shell("kubia context", env={**no_docker, "KUBECONFIG": str(broken)})
    assert half.stderr.startswith(f"warning: {broken}")
    assert len(half.lines) == 3
    (docker_home / "config.json").write_text("{")
    other = shell("kubia context", env=no_docker)
    assert other.stderr.startswith("warning: ")
    assert "config.json, line 1" in other.stderr
    assert [line.split()[2] for line in other.lines[1:]] == ["kubernetes"]
    refused = shell("kubia context docker/far", status=14, env=no_docker)
    assert (docker_home / "config.json").read_text() == "{"
    assert refused.stderr.startswith("error[docker-config.invalid]: ")
