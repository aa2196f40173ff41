"""The app verbs where the lab would be in the way: another cluster than the lab's, an engine that is silent."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines import Context
from kubia_cli.errors import DeniedError, NotFoundError, UnreachableError
from kubia_cli.model.resource import Kind
from tests.unit.memory_cluster import MemoryCluster
from tests.unit.typed import kubia

WHERE = "on Kubernetes: context memory, namespace default\n"


class NoDocker:
    """No engine on this machine."""

    def __getattr__(self, _name: str) -> Any:
        raise UnreachableError("docker.unreachable", "no Docker engine answers")


class OneContainer:
    """An engine with one container and no image."""

    def container(self, name: str) -> Any:
        if name != "kubia":
            raise NotFoundError("container.not-found", f"no container {name}")
        return {"Name": "/kubia"}

    def image(self, name: str) -> Any:
        raise NotFoundError("image.not-found", f"no image {name}")


class SilentDocker:
    """An engine that never answers."""

    def container(self, _name: str) -> Any:
        threading.Event().wait()


def deployment(**spec: Any) -> dict[str, Any]:
    template = {"spec": {"containers": [{"name": "kubia", "image": "x", "ports": [{"containerPort": 8080}]}]}}
    selector = {"matchLabels": {"app": "kubia"}}
    labels = {"app.kubernetes.io/managed-by": "kubia"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "kubia", "labels": labels},
        "spec": {"replicas": 3, "selector": selector, "template": template, **spec},
    }


def cluster(*objects: dict[str, Any]) -> MemoryCluster:
    made = MemoryCluster()
    for raw in objects:
        made.put(raw)
    return made


class AllKinds(MemoryCluster):
    """Also knows the kinds that a bare name may mean and that none of these tests has."""

    def kind(self, word: str) -> Kind:
        return Kind(word, word, "", "v1") if word in ("statefulsets", "daemonsets") else super().kind(word)


def test_a_client_s_dry_run_needs_no_cluster_and_no_engine() -> None:
    done = kubia("run kubia --image=luksa/kubia --port=80 --kind rc --dry-run -o yaml", docker=NoDocker())
    assert done.stderr == "image: luksa/kubia:latest, as no tag was given\n"
    assert done.stdout == (
        "apiVersion: v1\n"
        "kind: ReplicationController\n"
        "metadata:\n"
        "  annotations:\n"
        "    kubia.dev/image: luksa/kubia:latest\n"
        "  labels:\n"
        "    app.kubernetes.io/managed-by: kubia\n"
        "    app.kubernetes.io/name: kubia\n"
        "  name: kubia\n"
        "spec:\n"
        "  replicas: 1\n"
        "  selector:\n"
        "    app.kubernetes.io/name: kubia\n"
        "  template:\n"
        "    metadata:\n"
        "      labels:\n"
        "        app.kubernetes.io/managed-by: kubia\n"
        "        app.kubernetes.io/name: kubia\n"
        "    spec:\n"
        "      containers:\n"
        "      - image: luksa/kubia:latest\n"
        "        lifecycle:\n"
        "          preStop:\n"
        "            sleep:\n"
        "              seconds: 2\n"
        "        name: kubia\n"
        "        ports:\n"
        "        - containerPort: 80\n"
        "          protocol: TCP\n"
        "        readinessProbe:\n"
        "          periodSeconds: 1\n"
        "          tcpSocket:\n"
        "            port: 80\n"
    )


@pytest.mark.parametrize(("manager", "sent"), [("kube-controller-manager", None), ("kubia", 3)])
def test_an_autoscaler_s_number_is_left_out_once_it_is_the_autoscaler_s(manager: str, sent: int | None) -> None:
    live = deployment()
    live["metadata"]["managedFields"] = [{"manager": manager, "fieldsV1": {"f:spec": {"f:replicas": {}}}}]
    scaler = {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "kubia"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "kubia"}},
    }
    applied: list[Any] = []

    class Watching(MemoryCluster):
        def apply(self, made: Any, **how: Any) -> Any:
            applied.append(made)
            return super().apply(made, **how)

    memory = Watching()
    memory.put(live)
    memory.put(scaler)
    done = kubia("run kubia --image=busybox --no-wait", cluster=memory, docker=NoDocker())
    assert done.stdout == "deployment.apps/kubia configured\n"
    assert applied[0]["spec"].get("replicas") == sent
    assert applied[0]["spec"]["selector"] == {"matchLabels": {"app": "kubia"}}  # it can never change


def test_the_pin_stays_when_no_registry_can_be_asked() -> None:
    live = deployment()
    live["metadata"]["annotations"] = {"kubia.dev/image": "luksa/kubia:latest"}
    pinned = f"luksa/kubia@sha256:{'ab' * 32}"
    live["spec"]["template"]["spec"]["containers"][0]["image"] = pinned
    memory = cluster(live)
    kubia("run kubia --image=luksa/kubia --no-wait", cluster=memory, docker=NoDocker())
    kept = memory.get(memory.kind("deploy"), "kubia")["spec"]["template"]["spec"]["containers"][0]["image"]
    assert kept == pinned
    kubia("run kubia --image=luksa/kubia:2 --no-wait", cluster=memory, docker=NoDocker())
    moved = memory.get(memory.kind("deploy"), "kubia")["spec"]["template"]["spec"]["containers"][0]["image"]
    assert moved == "luksa/kubia:2"


def test_a_service_on_a_cluster_elsewhere_is_not_opened_to_the_outside_unasked() -> None:
    done = kubia("expose deploy kubia --no-wait -o jsonpath={.spec.type}", cluster=cluster(deployment()))
    assert done.stdout == "ClusterIP"
    assert done.stderr == (
        f"{WHERE}type: ClusterIP; --type=LoadBalancer opens it to the outside, which may cost money\n"
    )


@pytest.mark.parametrize(
    ("selector", "error"),
    [
        (
            {"matchExpressions": [{"key": "a", "operator": "Exists"}]},
            "error[expose.expressions]: deployment/kubia selects by expressions, which no service can; "
            "-l says which labels to use\n",
        ),
        ({}, "error[expose.selector]: deployment/kubia has no selector; -l says which pods to use\n"),
    ],
)
def test_what_no_service_can_select(selector: Any, error: str) -> None:
    done = kubia("expose deploy kubia --type=NodePort", cluster=cluster(deployment(selector=selector)))
    assert (done.status, done.stdout) == (6, "")
    assert done.stderr == f"{WHERE}{error}  state: nothing was changed\n"


def test_a_name_is_asked_for_on_both_engines() -> None:
    memory = AllKinds()
    memory.put(deployment())
    both = kubia("inspect kubia", cluster=memory, docker=OneContainer())
    assert both.status == 2
    assert both.stderr == (
        "error[name.ambiguous]: kubia is a container and on the cluster; "
        "say which: kubia inspect container/kubia, or --on\n"
        "  fix: kubia --on kubernetes inspect kubia\n"
    )
    silent = kubia("inspect kubia -o name", cluster=memory, docker=SilentDocker())
    assert silent.stdout == "deployment.apps/kubia\n"
    assert silent.stderr == (
        "docker does not answer: this is from the other engine alone\n"
        "kubia: on kubernetes, context memory, namespace default\n"
    )
    absent = kubia("inspect other", cluster=memory, docker=OneContainer())
    assert absent.status == 11
    assert "no container and no image other on Docker" in absent.stderr
    assert "no app, workload, pod or service other in namespace default" in absent.stderr


def test_a_fix_carries_the_namespace_that_was_typed() -> None:
    done = kubia("-n dev delete deploy gone", cluster=MemoryCluster("dev"))
    assert done.stderr.endswith("  fix: kubia -n dev get deployments\n")


def test_of_several_the_state_says_what_was_really_set() -> None:
    memory = cluster(deployment())
    done = kubia("scale replicaset,deploy kubia --replicas=2 --timeout 1s", cluster=memory)
    assert (done.status, done.stdout) == (15, "")
    assert memory.get(memory.kind("deploy"), "kubia")["spec"]["replicas"] == 2
    assert (
        'error[write.partial]: replicasets "kubia" not found [object.not-found]; '
        "deployment.apps/kubia is not ready after 1s [rollout.timeout]\n"
        "  state: set to 2: deployment.apps/kubia; ready: nothing\n"
    ) in done.stderr


def test_the_port_of_the_live_app_stays_when_nothing_tells_another() -> None:
    memory = cluster(deployment())
    done = kubia("run kubia --image=luksa/kubia:nope --no-wait", cluster=memory, docker=NoDocker())
    assert "port: 8080, which it has now\n" in done.stderr
    container = memory.get(memory.kind("deploy"), "kubia")["spec"]["template"]["spec"]["containers"][0]
    assert container["ports"] == [{"containerPort": 8080, "protocol": "TCP"}]
    assert container["readinessProbe"]["tcpSocket"] == {"port": 8080}


class Forbidding(AllKinds):
    """Lets nobody read anything."""

    def get(self, kind: Kind, name: str, *_place: Any, **_part: Any) -> Any:
        raise DeniedError("cluster.forbidden", f'{kind.plural} "{name}" is forbidden')


class OneContext:
    """A kubeconfig with a current context."""

    def all(self) -> Any:
        return [Context("memory", "kubernetes", current=True, endpoint="")]


def test_what_may_not_be_read_is_not_called_absent() -> None:
    lost = kubia("inspect other", cluster=Forbidding(), docker=OneContainer())
    assert lost.status == 4
    assert lost.stderr.startswith('error[cluster.forbidden]: daemonsets "other" is forbidden\n')
    lost = kubia("exec other ls", cluster=Forbidding(), docker=OneContainer(), cluster_contexts=OneContext())
    assert "cluster.forbidden" in lost.stderr
    assert "does not answer" not in lost.stderr


def test_a_broken_kubeconfig_does_not_hide_a_container(tmp_path: Path) -> None:
    broken = tmp_path / "kubeconfig"
    broken.write_text("{")
    done = kubia("inspect kubia -o name", env={"KUBECONFIG": str(broken)}, docker=OneContainer())
    assert (done.status, done.stdout) == (0, "container/kubia\n")
    assert "kubernetes was not asked: " in done.stderr
