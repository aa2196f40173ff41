"""Who we are to a real Kubernetes: accounts that may not, plugins, keys; and namespaces that go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubia_cli.engines.kubernetes.api import KubeCluster, connect
from kubia_cli.engines.kubernetes.discovery import POD
from kubia_cli.errors import ConflictError, DeniedError, LocalError
from tests.lab.state import State

pytestmark = pytest.mark.cluster


def configmap(name: str, namespace: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace, **more}}


def as_user(lab: State, file: Path, user: dict[str, Any], namespace: str) -> KubeCluster:
    """The lab's cluster, as another user."""
    config = yaml.safe_load(Path(lab.kubeconfig).read_text())
    config["users"] = [{"name": each["name"], "user": user} for each in config["users"]]
    file.write_text(json.dumps(config))
    env = {**os.environ, "KUBECONFIG": str(file), "XDG_CACHE_HOME": str(file.parent)}
    return connect(env, namespace=namespace, on_warning=lambda _: None)


@pytest.fixture(scope="module")
def token(place: KubeCluster, lab: State) -> str:
    """The token of an account that may do nothing but look at the version."""
    place.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody"}})
    asked = [lab.kubectl, "create", "token", "nobody", "-n", place.namespace]
    env = {**os.environ, "KUBECONFIG": lab.kubeconfig}
    return subprocess.run(asked, env=env, capture_output=True, text=True, check=True).stdout.strip()


def plugin(folder: Path, *script: str) -> dict[str, Any]:
    file = folder / "plugin"
    file.write_text("\n".join(["#!/bin/sh", *script, ""]))
    file.chmod(0o700)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(file), "interactiveMode": "Never"}}


def credential(word: str) -> str:
    said = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": word}}
    return f"echo '{json.dumps(said)}'"


def test_who_may_not(place: KubeCluster, lab: State, token: str, tmp_path: Path) -> None:
    nobody = as_user(lab, tmp_path / "kubeconfig", {"token": token}, place.namespace)
    for deed in (
        lambda: nobody.list(POD),
        lambda: nobody.table(POD),
        lambda: list(nobody.watch(POD, version="1")),
        lambda: nobody.apply(configmap("forbidden", place.namespace)),
        lambda: nobody.exec("listener", "", ["true"]),
        lambda: nobody.connect("listener", "", 8080),
    ):
        with pytest.raises(DeniedError) as caught:
            deed()
        assert caught.value.code == "cluster.forbidden"
        assert f'User "system:serviceaccount:{place.namespace}:nobody" cannot ' in caught.value.message


def test_whom_nobody_knows(place: KubeCluster, lab: State, tmp_path: Path) -> None:
    stranger = as_user(lab, tmp_path / "kubeconfig", {"token": "wrong"}, place.namespace)
    with pytest.raises(DeniedError) as caught:
        stranger.list(POD)
    assert (caught.value.code, caught.value.said) == ("cluster.unauthorized", "Unauthorized")


def test_a_plugin_is_asked_again_when_its_token_is_refused(lab: State, token: str, tmp_path: Path) -> None:
    count = tmp_path / "count"
    script = (f"echo x >>{count}", f"[ $(wc -l <{count}) -gt 1 ] || exec {credential('stale')}", credential(token))
    kube = as_user(lab, tmp_path / "kubeconfig", plugin(tmp_path, *script), "default")
    assert kube.version()["major"] == "1"
    with pytest.raises(DeniedError, match='cannot list resource "pods"'):  # by the other transport, as the same user
        kube.table(POD)
    assert count.read_text() == "x\nx\n"


def test_a_plugin_that_fails_ends_it(lab: State, tmp_path: Path) -> None:
    kube = as_user(lab, tmp_path / "kubeconfig", plugin(tmp_path, "echo log in first >&2", "exit 3"), "default")
    with pytest.raises(DeniedError) as caught:
        kube.version()
    assert (caught.value.code, caught.value.said) == ("plugin.failed", "log in first")


def test_a_login_of_long_ago(lab: State, tmp_path: Path) -> None:
    with pytest.raises(DeniedError) as caught:
        as_user(lab, tmp_path / "kubeconfig", {"auth-provider": {"name": "oidc"}}, "default")
    assert caught.value.code == "auth-provider.legacy"
    with pytest.raises(LocalError, match="has a client certificate and no client-key"):
        as_user(lab, tmp_path / "kubeconfig", {"client-certificate-data": "eA=="}, "default").version()


def test_a_killed_run_leaves_no_key(lab: State, tmp_path: Path) -> None:
    program = """
import os, signal
from kubia_cli.engines.kubernetes.api import connect
kube = connect(os.environ, on_warning=print)
kube.version(), kube.table(kube.kind("ns"))
os.kill(os.getpid(), signal.SIGKILL)
"""
    env = {**os.environ, "KUBECONFIG": lab.kubeconfig, "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    env |= {"XDG_CACHE_HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    assert list(tmp_path.iterdir()) == []


def test_a_namespace_that_is_going(place: KubeCluster) -> None:
    name = f"{place.namespace}-{uuid.uuid4().hex[:4]}"
    kind, configmaps = place.kind("ns"), place.kind("configmaps")
    place.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    place.create(configmap("held", name, finalizers=["kubia.example/held"]))
    place.delete(kind, name)
    try:
        with pytest.raises(ConflictError) as caught:
            place.create(configmap("late", name))
        assert caught.value.code == "namespace.terminating"
    finally:
        held = place.get(configmaps, "held", name)
        freed = {**held, "metadata": {**held["metadata"], "finalizers": []}}
        place._server.json("PUT", f"/api/v1/namespaces/{name}/configmaps/held", body=freed)
