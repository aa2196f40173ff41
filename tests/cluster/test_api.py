"""The protocol ``Cluster`` on a real Kubernetes: what verbs are written against."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import pytest

from kubia_cli.engines.kubernetes.api import KubeCluster
from kubia_cli.engines.kubernetes.discovery import BUILT_IN, Discovery
from kubia_cli.errors import (
    ConflictError,
    NotFoundError,
    RefusedError,
    UsageError,
)
from tests.lab.state import State

pytestmark = pytest.mark.cluster

Found = TypeVar("Found")


def soon(look: Callable[[], Found]) -> Found:
    """What ``look`` finds as soon as the server tells of it."""
    for _ in range(20):
        with contextlib.suppress(NotFoundError):
            return look()
        time.sleep(0.5)
    return look()


def configmap(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_the_built_in_kinds_are_as_the_server_tells_them(place: KubeCluster, tmp_path: Path) -> None:
    served = Discovery(lambda path, accept: place._server.json("GET", path, accept=accept), tmp_path / "a" / "b.json")
    told = {(kind.group, kind.version, kind.plural): kind for kind in served._known()}
    assert [told[kind.group, kind.version, kind.plural] for kind in BUILT_IN] == list(BUILT_IN)
    for word, spoken in {"po": "pod", "deployments.v1.apps": "deployment.apps", "CJ": "cronjob.batch"}.items():
        assert place.kind(word).spoken == spoken
    with pytest.raises(NotFoundError) as caught:
        place.kind("cronjbos")
    assert (caught.value.code, caught.value.fix) == ("kind.unknown", "kubia get cronjobs")


def test_a_custom_kind(place: KubeCluster, run_id: str) -> None:
    group = f"{run_id}.example.com"
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
    column = {"name": "Size", "type": "integer", "jsonPath": ".spec.size"}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wdg"]},
            "versions": [{**version, "additionalPrinterColumns": [column]}],
        },
    }
    place.create(definition)
    definitions = place.kind("customresourcedefinitions")
    try:
        for event in place.watch(definitions, fields=f"metadata.name=widgets.{group}"):
            conditions = event["object"].get("status", {}).get("conditions") or ()
            if any(each["type"] == "Established" and each["status"] == "True" for each in conditions):
                break
        kind = soon(lambda: place.kind("wdg"))
        assert kind.spoken == f"widget.{group}"
        place.apply({"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 3}})
        assert [row["cells"] for row in place.table(kind)["rows"]] == [["w", 3]]
        place.delete(kind, "w")
    finally:
        place.delete(definitions, f"widgets.{group}")


def test_apply(place: KubeCluster, kubectl: Any) -> None:
    first = place.apply(configmap("applied", a="1"))
    assert place.apply(configmap("applied", a="1"))["metadata"] == first["metadata"]
    assert place.apply(configmap("applied", a="2"), dry_run="server")["data"] == {"a": "2"}
    assert place.apply(configmap("absent"), dry_run="client")["metadata"]["namespace"] == place.namespace
    assert place.get(place.kind("cm"), "applied")["data"] == {"a": "1"}
    with pytest.raises(RefusedError, match=r"\.dta: field not declared in schema"):
        place.apply({**configmap("applied"), "dta": {}})
    kubectl("-n", place.namespace, "patch", "configmap", "applied", "-p", '{"data":{"a":"3"}}')
    with pytest.raises(ConflictError) as caught:
        place.apply(configmap("applied", a="4"))
    assert caught.value.code == "object.owned"
    assert caught.value.said == '.data.a: conflict with "kubectl-patch" using v1'
    assert place.apply(configmap("applied", a="4"), force=True)["data"] == {"a": "4"}


def test_create(place: KubeCluster) -> None:
    assert place.create(configmap("created"), dry_run="server")["metadata"]["namespace"] == place.namespace
    place.create(configmap("created"))
    with pytest.raises(ConflictError) as caught:
        place.create(configmap("created"))
    assert (caught.value.code, caught.value.message) == ("object.exists", 'configmaps "created" already exists')
    with pytest.raises(RefusedError, match='unknown field "dta"'):
        place.create({**configmap("other"), "dta": {}})
    with pytest.raises(RefusedError) as refused:
        place.create(configmap("Not_A_Name"))
    assert refused.value.code == "object.invalid"
    assert refused.value.said.startswith('metadata.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain')
    with pytest.raises(NotFoundError) as missing:
        place.create({**configmap("created"), "metadata": {"name": "created", "namespace": "nowhere"}})
    assert (missing.value.code, missing.value.message) == ("namespace.not-found", 'namespaces "nowhere" not found')


def test_list_table_and_watch(place: KubeCluster) -> None:
    kind = place.kind("configmaps")
    labels = {"batch": uuid.uuid4().hex}
    selector = f"batch={labels['batch']}"
    for name in ("one", "two"):
        made = configmap(name)
        place.create({**made, "metadata": {**made["metadata"], "labels": labels}})
    found = place.list(kind, labels=selector)
    assert [(each["kind"], each["metadata"]["name"]) for each in found["items"]] == [
        ("ConfigMap", "one"),
        ("ConfigMap", "two"),
    ]
    assert len(place.list(kind, None, labels=selector)["items"]) == 2
    assert len(place.list(kind, labels=selector, fields="metadata.name=two")["items"]) == 1
    table = place.table(kind, labels=selector)
    assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert [row["object"]["metadata"]["name"] for row in table["rows"]] == ["one", "two"]
    assert len(place.table(kind, name="one")["rows"]) == 1
    with pytest.raises(NotFoundError, match='configmaps "three" not found'):
        place.table(kind, name="three")
    place.delete(kind, "one")
    version = found["metadata"]["resourceVersion"]
    assert [
        (event["type"], event["object"]["metadata"]["name"])
        for event in islice(place.watch(kind, labels=selector, version=version, timeout=20), 1)
    ] == [("DELETED", "one")]
    rows = islice(place.watch(kind, labels=selector, timeout=20, as_table=True), 1)
    assert [event["object"]["rows"][0]["cells"][:2] for event in rows] == [["two", 0]]


def test_scale_has_its_version_as_a_precondition(place: KubeCluster) -> None:
    kind = place.kind("rc")
    spec = {"replicas": 0, "selector": {"app": "none"}}
    template = {"metadata": {"labels": {"app": "none"}}, "spec": {"containers": [{"name": "main", "image": "busybox"}]}}
    controller = {"apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": "none"}}
    place.apply({**controller, "spec": {**spec, "template": template}})
    for event in place.watch(kind, fields="metadata.name=none"):
        if event["object"]["status"].get("observedGeneration"):
            break  # else its controller's first word on it changes the version under us
    scale = place.get(kind, "none", subresource="scale")
    assert scale["spec"] == {}  # none is what 0 looks like
    wanted = {**scale, "spec": {"replicas": 1}}
    assert place.put_scale(kind, "none", "", wanted, dry_run="server")["spec"] == {"replicas": 1}
    place.put_scale(kind, "none", "", scale)
    assert place.get(kind, "none")["spec"]["replicas"] == 0
    stale = {**wanted, "metadata": {**scale["metadata"], "resourceVersion": "1"}}
    with pytest.raises(ConflictError) as caught:
        place.put_scale(kind, "none", "", stale)
    assert caught.value.code == "object.changed"


def test_delete(place: KubeCluster) -> None:
    kind = place.kind("configmaps")
    made = place.create(configmap("deleted"))
    place.delete(kind, "deleted", dry_run="server")
    assert place.delete(kind, "deleted", dry_run="client")["metadata"]["uid"] == made["metadata"]["uid"]
    with pytest.raises(ConflictError) as caught:
        place.delete(kind, "deleted", uid="another")
    assert caught.value.code == "object.changed"
    place.delete(kind, "deleted", uid=made["metadata"]["uid"], grace=0)
    with pytest.raises(NotFoundError) as gone:
        place.get(kind, "deleted")
    assert (gone.value.code, gone.value.message) == ("object.not-found", 'configmaps "deleted" not found')


def test_a_dotted_name_harms_nobody(place: KubeCluster) -> None:
    """With the SDK's own calls the first deletes the namespace, the second all its config maps."""
    kind = place.kind("configmaps")
    place.apply(configmap("unharmed"))
    for name in ("..", ""):
        with pytest.raises(UsageError):
            place.delete(kind, name)
    assert place.get(kind, "unharmed")
    assert place.get(place.kind("ns"), place.namespace)["status"]["phase"] == "Active"


def test_version_and_warnings(place: KubeCluster, lab: State) -> None:
    assert place.version()["gitVersion"] == f"v{lab.versions['kubernetes'].removeprefix('v')}"
    told: list[str] = []
    place.on_warning = told.append
    place.list(place.kind("endpoints"))
    place.list(place.kind("endpoints"))
    assert told == ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]
