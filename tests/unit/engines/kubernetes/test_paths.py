"""No name can become another path (reliability trap: `..` turned a pod's deletion into its namespace's)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kubia_cli.engines.kubernetes.discovery import DEPLOYMENT, NODE, POD
from kubia_cli.engines.kubernetes.paths import api_path, guard, kind_path
from kubia_cli.errors import UsageError


def test_the_paths_of_a_kind() -> None:
    assert kind_path(POD) == "/api/v1/pods"
    assert kind_path(POD, namespace="dev") == "/api/v1/namespaces/dev/pods"
    assert kind_path(NODE, namespace="dev", name="n1") == "/api/v1/nodes/n1"
    scale = kind_path(DEPLOYMENT, namespace="dev", name="kubia", subresource="scale")
    assert scale == "/apis/apps/v1/namespaces/dev/deployments/kubia/scale"


def test_a_name_of_rbac_keeps_its_colons() -> None:
    path = api_path("rbac.authorization.k8s.io", "v1", "clusterroles", name="system:node")
    assert path == "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "%2e%2e", "a%2fb"])
@pytest.mark.parametrize("where", ["namespace", "name"])
def test_what_would_change_the_path_is_refused_in_every_place(name: str, where: str) -> None:
    places = {"namespace": "dev", "name": "kubia", where: name}
    with pytest.raises(UsageError) as caught:
        kind_path(POD, **places)
    assert caught.value.code == "name.invalid"


@pytest.mark.parametrize("path", ["/api//pods", "/api/v1/../x", "/api/v1/%2e%2e/x", "api/v1", "/a?b", "/a#b"])
def test_the_last_look_refuses_what_folds_into_another_path(path: str) -> None:
    with pytest.raises(UsageError):
        guard(path)


@given(some.text())
def test_any_name_is_one_segment_or_refused(name: str) -> None:
    try:
        path = kind_path(POD, namespace="dev", name=name)
    except (UsageError, UnicodeEncodeError):
        return
    assert path.startswith("/api/v1/namespaces/dev/pods/")
    assert path.count("/") == 6
