"""The contexts of a kubeconfig, and the cluster that one of them means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kubia_cli.engines import Context
from kubia_cli.engines.kubernetes.api import connect
from kubia_cli.engines.kubernetes.contexts import KubeContexts
from kubia_cli.errors import KubiaError, LocalError, NotFoundError, UnreachableError

FIRST = """\
contexts:
- {name: shop, context: {cluster: east, user: admin, namespace: shop}}
clusters:
- {name: east, cluster: {server: "https://east.example:6443"}}
users:
- {name: admin, user: {token: t}}
"""
SECOND = """\
# kept by hand
current-context: lab
contexts:
- {name: lab, context: {cluster: gone, user: admin}}
"""


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    for name, text in (("first", FIRST), ("second", SECOND)):
        (tmp_path / name).write_text(text)
    return {"KUBECONFIG": f"{tmp_path}/absent:{tmp_path}/first:{tmp_path}/second", "HOME": str(tmp_path)}


def test_all_in_order_of_name(env: Mapping[str, str]) -> None:
    assert KubeContexts(env).all() == [
        Context("lab", "kubernetes", True, "", "gone", "admin"),
        Context("shop", "kubernetes", False, "https://east.example:6443", "east", "admin", "shop"),
    ]


def test_none_at_all(tmp_path: Path) -> None:
    assert KubeContexts({"HOME": str(tmp_path)}).all() == []


def test_use_writes_where_it_is_read_first(env: Mapping[str, str], tmp_path: Path) -> None:
    contexts = KubeContexts(env)
    contexts.use("shop")
    assert [each.name for each in contexts.all() if each.current] == ["shop"]
    assert (tmp_path / "first").read_text() == f'current-context: "shop"\n{FIRST}'
    assert (tmp_path / "second").read_text() == SECOND
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]


def test_use_in_a_file_of_its_own(env: Mapping[str, str], tmp_path: Path) -> None:
    contexts = KubeContexts(env, str(tmp_path / "second"))
    with pytest.raises(NotFoundError) as caught:
        contexts.use("shop")
    assert (caught.value.code, caught.value.message) == ("context.not-found", "no context `shop` in the kubeconfig")
    assert caught.value.state == "contexts: lab"


def connected(env: Mapping[str, str], **more: str) -> KubiaError:
    with pytest.raises(KubiaError) as caught:
        connect(env, on_warning=lambda _: None, **more)
    return caught.value


def test_the_cluster_of_a_context(env: Mapping[str, str]) -> None:
    kube = connect(env, context="shop", on_warning=lambda _: None)
    assert (kube.context, kube.server, kube.namespace) == ("shop", "https://east.example:6443", "shop")
    assert connect(env, context="shop", namespace="dev", on_warning=lambda _: None).namespace == "dev"


def test_no_cluster(env: Mapping[str, str], tmp_path: Path) -> None:
    none = connected({"KUBECONFIG": f"{tmp_path}/absent"})
    assert (type(none), none.code, none.exit_code) == (UnreachableError, "cluster.none", 10)
    assert (none.message, none.fix) == ("no Kubernetes cluster is configured", "export KUBECONFIG=FILE")
    assert none.state == f"looked in {tmp_path}/absent"
    unchosen = connected(env, kubeconfig=str(tmp_path / "first"))
    assert (unchosen.code, unchosen.fix) == ("cluster.none", "kubia context shop")
    unknown = connected(env, context="shpo")
    assert (type(unknown), unknown.exit_code, unknown.state) == (NotFoundError, 11, "contexts: lab, shop")
    broken = connected(env)
    assert (type(broken), broken.code, broken.exit_code) == (LocalError, "kubeconfig.incomplete", 14)
    assert broken.message == "the context `lab` names the cluster `gone`, which no kubeconfig file has"
