"""create on the real cluster: what kubectl makes of the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.looking import Kubectl
from tests.shell import Shell

pytestmark = pytest.mark.cluster

LINES = (
    "create deployment kubia --image=luksa/kubia{}",
    "create deploy kubia --image luksa/kubia:v1 --replicas=3 --port 8080{}",
    "create deployment kubia --image=busybox --image=127.0.0.1:5000/luksa/kubia:2{}",
    "create deployment kubia --image=busybox{} -- sleep -n 1000",
    "create namespace dev{}",
    "create ns dev{}",
    "create configmap settings --from-literal=a=b --from-literal=c=d=e{}",
    "create secret generic login --from-literal=user=luksa{}",
)


def test_manifests_are_kubectls(shell: Shell, kubectl: Kubectl, namespace: str) -> None:
    for line in LINES:
        mine = shell(f"kubia -n {namespace} {line.format(' --dry-run -o yaml')}")
        theirs = kubectl(line.format(" --dry-run=client -o yaml"))
        expected = _without_empty(yaml.safe_load(theirs))
        if expected["kind"] == "Secret":
            expected["type"] = "Opaque"  # kubectl leaves it to the server
        assert yaml.safe_load(mine.stdout) == expected, line


def test_a_deployment_is_created_once(reader: Shell, kubectl: Kubectl, namespace: str) -> None:
    dry = reader("kubia create deployment kubia --image=luksa/kubia --dry-run")
    assert (dry.stdout, dry.stderr) == ("deployment.apps/kubia created (dry run)\n", "")
    tried = reader("kubia create deployment kubia --image=luksa/kubia --dry-run=server")
    assert tried.stdout == "deployment.apps/kubia created (server dry run)\n"
    assert kubectl("get deployments") == ""
    # S3, with an image that the node can run
    made = reader("kubia create deployment kubia --image=busybox --replicas=2 -- sleep 1000")
    assert made.stdout == "deployment.apps/kubia created\n"
    where = f"on Kubernetes: context {kubectl('config current-context').strip()}, namespace {namespace}\n"
    assert made.stderr == where
    found = yaml.safe_load(kubectl("get deployment kubia -o yaml"))
    assert found["metadata"]["labels"] == {"app": "kubia"}
    assert found["spec"]["replicas"] == 2
    assert found["spec"]["template"]["spec"]["containers"][0]["command"] == ["sleep", "1000"]
    kubectl("wait --for=condition=Available deploy/kubia --timeout=60s")
    again = reader("kubia create deployment kubia --image=busybox", status=12)
    assert again.stdout == ""
    assert again.stderr == where + (
        'error[object.exists]: deployments.apps "kubia" already exists\n  state: nothing was created\n'
    )
    assert reader("kubia create cm settings --from-literal=a=b -o name").stdout == "configmap/settings\n"


def test_a_namespace(shell: Shell, kubectl: Kubectl, namespace: str) -> None:
    name = f"{namespace}-made"
    try:
        assert shell(f"kubia create namespace {name}").stdout == f"namespace/{name} created\n"
        assert shell(f"kubia create ns {name}", status=12).stderr.splitlines()[1].startswith("error[object.exists]: ")
    finally:
        kubectl(f"delete namespace {name} --wait=false")


@pytest.mark.parametrize(
    ("line", "status", "stderr"),
    [
        ("kubia create", 2, "error[create.kind]: "),
        ("kubia create pod x", 2, "error[create.kind]: "),
        (
            "kubia create deployment --image=x",
            2,
            "error[create.name]: `create deployment` needs one name, not 0: none\n",
        ),
        (
            "kubia create deployment a b --image=x",
            2,
            "error[create.name]: `create deployment` needs one name, not 2: a b\n",
        ),
        ("kubia create deployment kubia", 2, "error[create.image]: a deployment needs an image\n"),
        ("kubia create deployment Kubia --image=x", 2, "error[name.invalid]: the name `Kubia` may only have"),
        ("kubia create deployment kubia --image=luksa/Kubia", 2, "error[image.reference]: "),
        ("kubia create deployment kubia --image=x --port=0", 2, "error[name.invalid]: the port `0` is no number"),
        ("kubia create deployment kubia --image=x --replicas=-1", 2, "error[replicas.invalid]: "),
        ("kubia create deployment kubia --image=x --image=y -- z", 2, "error[create.program]: "),
        ("kubia create ns dev --image=x", 2, "error[create.option]: `--image` is not for `create namespace`\n"),
        ("kubia create secret login", 2, "error[create.secret-type]: "),
        ("kubia create cm c --from-literal=hunter2", 2, "error[literal.invalid]: `--from-literal` needs KEY=VALUE\n"),
        ("kubia create cm c --from-literal=a/b=c", 2, "error[literal.invalid]: the key `a/b` may only have"),
        ("kubia create ns dev --dry-run=maybe", 2, "error[dry-run.unknown]: "),
        (
            "kubia create deployment kubia --image=x -n nowhere",
            11,
            'error[namespace.not-found]: namespaces "nowhere" not',
        ),
    ],
)
def test_what_cannot_be_created(line: str, status: int, stderr: str, shell: Shell) -> None:
    outcome = shell(line, status=status)
    said = "".join(line for line in outcome.stderr.splitlines(keepends=True) if not line.startswith("on Kubernetes: "))
    assert (outcome.stdout, said[: len(stderr)]) == ("", stderr)


def test_without_a_cluster_only_a_client_dry_run(shell: Shell, tmp_path: Path) -> None:
    none = {"KUBECONFIG": str(tmp_path / "absent")}
    assert shell("kubia create ns dev", status=10, env=none).stderr.startswith("error[cluster.none]: ")
    assert shell("kubia create ns dev --dry-run=client -o name", env=none).stdout == "namespace/dev\n"


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_empty(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, {})}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value
