"""cluster-info and version on the real cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kubia_cli import __version__
from tests.cluster.looking import Kubectl, reader_kubeconfig
from tests.shell import Shell

pytestmark = pytest.mark.cluster


@pytest.fixture
def add_on(kubectl: Kubectl, run_id: str) -> Iterator[str]:
    """An add-on that announces itself, as kube-dns does."""
    name = f"{run_id}-dns"
    ports = [{"name": "dns", "port": 53}]
    labels = {"kubernetes.io/cluster-service": "true", "kubernetes.io/name": f"{run_id}DNS"}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "kube-system", "labels": labels},
        "spec": {"ports": ports},
    }
    kubectl("apply", "-n", "kube-system", "-f", "-", stdin=json.dumps(service))
    yield name
    kubectl("delete", "-n", "kube-system", "svc", name)


def test_where_the_cluster_answers(reader: Shell, kubectl: Kubectl, add_on: str, kubeconfig: Path, run_id: str) -> None:
    server = yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    outcome = reader("kubia cluster-info")
    assert outcome.stderr == ""
    assert outcome.lines[0] == f"Kubernetes control plane is running at {server}"
    proxy = f"{server}/api/v1/namespaces/kube-system/services/{add_on}:dns/proxy"
    assert f"{run_id}DNS is running at {proxy}" in outcome.lines
    theirs = (
        kubectl("cluster-info -n kube-system")
        .replace("\x1b[0;32m", "")
        .replace("\x1b[0;33m", "")
        .replace("\x1b[0m", "")
    )
    assert outcome.lines == [line for line in theirs.splitlines() if " is running at " in line]
    assert json.loads(reader("kubia cluster-info -o json").stdout)["Kubernetes control plane"] == server


def test_a_cluster_that_does_not_answer_and_one_that_tells_little(
    shell: Shell, kubectl: Kubectl, kubeconfig: Path, tmp_path: Path
) -> None:
    nobody = shell("kubia cluster-info", env={"KUBECONFIG": str(reader_kubeconfig(kubectl, kubeconfig, tmp_path))})
    assert nobody.lines[0].startswith("Kubernetes control plane is running at https://")
    assert nobody.stderr.startswith("warning: add-ons cannot be listed: services is forbidden: ")
    elsewhere = tmp_path / "elsewhere"
    config = yaml.safe_load(kubeconfig.read_text())
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    elsewhere.write_text(yaml.safe_dump(config))
    refused = shell("kubia cluster-info", status=10, env={"KUBECONFIG": str(elsewhere)})
    assert refused.stdout == ""
    assert refused.stderr.startswith("error[cluster.unreachable]: cannot reach the API server https://127.0.0.1:1 ")
    version = shell("kubia version --on kubernetes", env={"KUBECONFIG": str(elsewhere)})
    assert version.lines[1].split() == ["kubia", __version__]
    assert version.stderr.startswith("warning: kubernetes: cannot reach the API server https://127.0.0.1:1 ")


def test_versions(reader: Shell, kubectl: Kubectl) -> None:
    server = json.loads(kubectl("version -o json"))["serverVersion"]["gitVersion"]
    told = json.loads(reader("kubia version -o json").stdout)
    assert told["kubia"] == {"version": __version__}
    assert told["kubernetes"]["version"] == server
    table = reader("kubia --on kubernetes version")
    assert table.lines[0].split() == ["NAME", "VERSION", "API", "ENDPOINT"]
    assert [line.split()[:2] for line in table.lines[1:]] == [["kubia", __version__], ["kubernetes", server]]
