"""`expose`: a service for an app, and the first address of it that answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from kubia_cli.engines import Cluster, DryRun, Object
from kubia_cli.errors import ConflictError, DeniedError, NotFoundError, RefusedError, UsageError
from kubia_cli.model import manifest, names
from kubia_cli.model.duration import parse_duration
from kubia_cli.model.manifest import SERVICE
from kubia_cli.model.resource import Target, parse_targets
from kubia_cli.model.selector import parse_labels, pod_labels
from kubia_cli.options import DryRun as DryRunOption
from kubia_cli.options import NoWait, Output, Quiet, Selector, Timeout
from kubia_cli.output import printers
from kubia_cli.rollout.doorbell import Deadline
from kubia_cli.rollout.ways import Surroundings
from kubia_cli.session import Session
from kubia_cli.steps.service_url import find_url
from kubia_cli.steps.writing import DEFAULT_TIMEOUT, check_dry_run, chosen_cluster, show_deed

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer")
_PROTOCOLS = ("TCP", "UDP", "SCTP")
#: The kinds that have, or make, pods.
_EXPOSABLE = ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet", "DaemonSet", "Pod", "Service")


def command(
    session: Session,
    targets: Annotated[
        list[str], typer.Argument(metavar="KIND NAME|KIND/NAME", help="What to expose.", show_default=False)
    ],
    *,
    kind: Annotated[
        str, typer.Option("--type", help="ClusterIP, NodePort or LoadBalancer.", metavar="TYPE", show_default=False)
    ] = "",
    name: Annotated[str, typer.Option("--name", help="Name of the service; else the target's.", metavar="NAME")] = "",
    port: Annotated[
        str, typer.Option("--port", help="Port of the service; else its containers' own.", metavar="PORT")
    ] = "",
    target_port: Annotated[
        str, typer.Option("--target-port", help="Port of the containers, by number or name.", metavar="PORT")
    ] = "",
    node_port: Annotated[
        str, typer.Option("--node-port", help="Port on every node, else a free one.", metavar="PORT")
    ] = "",
    protocol: Annotated[str, typer.Option("--protocol", help="TCP, UDP or SCTP.", metavar="PROTOCOL")] = "",
    selector: Selector = "",
    external_ip: Annotated[
        list[str] | None, typer.Option("--external-ip", help="Address that leads to a node.", metavar="IP")
    ] = None,
    require_url: Annotated[bool, typer.Option("--require-url", help="Fail when no address answers from here.")] = False,
    take_over: Annotated[bool, typer.Option("--take-over", help="Also when others manage it.")] = False,
    dry_run: DryRunOption = "none",
    no_wait: NoWait = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    output: Output = "",
    quiet: Quiet = False,
) -> None:
    """Make an app reachable through a service, and try every address until one answers.

    Without --type: LoadBalancer on a local cluster, where it costs nothing, else ClusterIP.

    \b
    Examples:
      kubia expose rc kubia --type=LoadBalancer --name kubia-http
      kubia expose deployment/kubia --type=NodePort
      kubia expose deploy web --port=80 --target-port=8080
    """
    printers.check(output)
    mode, seconds = check_dry_run(dry_run), parse_duration(timeout)
    named = parse_targets(targets, needed="a name")
    if len(named) != 1:
        raise UsageError("expose.targets", f"`expose` takes one target, not {len(named)}")
    if kind and kind not in _TYPES:
        raise UsageError("expose.type", f"`--type={kind}` is not one of {', '.join(_TYPES)}", fix="--type=NodePort")
    if protocol and protocol.upper() not in _PROTOCOLS:
        raise UsageError("expose.protocol", f"`--protocol={protocol}` is not one of {', '.join(_PROTOCOLS)}")
    service_name = names.check_dns_1035_label(name or named[0].name, "service name")
    wanted = _port_given(port, target_port, node_port, protocol.upper())
    chosen = parse_labels(selector, "--selector")
    session.console.quiet = quiet
    waits = mode == "none" and seconds > 0 and not no_wait
    deadline = Deadline(seconds)
    with session.stating("nothing was changed"):
        cluster = chosen_cluster(session, otherwise="kubia context", deadline=deadline if waits else None)
        target = _target(cluster, named[0])
        surroundings = Surroundings(cluster)
        kind = kind or _default_type(session, surroundings)
        made = manifest.service(
            {"name": service_name, "namespace": cluster.namespace, "labels": _labels(target)},
            kind,
            chosen or _selector(target),
            _ports(target, wanted),
        )
        if external_ip:
            made["spec"]["externalIPs"] = external_ip
        service, deed = _apply(cluster, made, take_over=take_over, dry_run=mode)
    url = ""
    if waits:
        with session.stating(f"service/{service_name} is {deed}; whether it answers is not known"):
            url = find_url(session, cluster, surroundings, service, deadline, required=require_url)
            service = cluster.get(SERVICE, service_name)
    show_deed(session, [service], output, deed=deed, dry_run=mode)
    if mode == "none":
        session.summary(f"service/{service_name}", ["SERVICE", "TYPE", "URL"], [[service_name, kind, url or "<none>"]])


def _target(cluster: Cluster, target: Target) -> Object:
    kind = cluster.kind(target.kind)
    if kind.name not in _EXPOSABLE:
        raise RefusedError("expose.kind", f"a {kind.name} has no pods that a service could lead to")
    return {"apiVersion": kind.api_version, "kind": kind.name, **cluster.get(kind, target.name)}


def _default_type(session: Session, surroundings: Surroundings) -> str:
    if surroundings.is_local:
        return "LoadBalancer"
    session.console.note("type: ClusterIP; --type=LoadBalancer opens it to the outside, which may cost money")
    return "ClusterIP"


def _selector(target: Mapping[str, Any]) -> dict[str, str]:
    labels = pod_labels(target)
    spoken = f"{str(target['kind']).lower()}/{target['metadata']['name']}"
    if labels is None:
        message = f"{spoken} selects by expressions, which no service can; -l says which labels to use"
        raise RefusedError("expose.expressions", message)
    if not labels:
        raise RefusedError("expose.selector", f"{spoken} has no selector; -l says which pods to use")
    return labels


def _labels(target: Mapping[str, Any]) -> dict[str, str]:
    """The labels of the service: the app's name, as its pods have it, and ours."""
    metadata = target["metadata"]
    name = (metadata.get("labels") or {}).get(manifest.NAME_LABEL, metadata["name"])
    return manifest.own_labels(name)


def _port_given(port: str, target_port: str, node_port: str, protocol: str) -> Object:
    """The parts of the service's port that were typed."""
    given: Object = {}
    if port:
        given["port"] = names.check_port_number(port)
    if target_port:
        is_number = target_port.isdecimal()
        given["targetPort"] = names.check_port_number(target_port) if is_number else names.check_port_name(target_port)
    if node_port:
        given["nodePort"] = names.check_port_number(node_port, "node port")
    if protocol:
        given["protocol"] = protocol
    return given


def _ports(target: Mapping[str, Any], given: Object) -> list[Object]:
    """The service's ports: the one that was typed, else those that the containers name, as kubectl takes them."""
    if target["kind"] == SERVICE.name:
        found = _at(target)
    else:
        found = [{**each, "port": each["containerPort"]} for each in manifest.container_ports(target)]
    if "port" in given:
        found = [{"port": given["port"]}]
    if not found:
        spoken = f"{str(target['kind']).lower()}/{target['metadata']['name']}"
        raise UsageError("expose.port", f"{spoken} names no port; say which with --port", fix="--port=8080")
    if len(found) > 1 and ("targetPort" in given or "nodePort" in given):
        raise UsageError("expose.port", "it has several ports: --port says which one is meant")
    ports = []
    for number, each in enumerate(found, start=1):
        port = {"port": each["port"], "targetPort": each.get("targetPort", each["port"])}
        port["protocol"] = each.get("protocol") or "TCP"
        if len(found) > 1:
            port["name"] = each.get("name") or f"port-{number}"
        ports.append({**port, **given})
    return ports


def _at(service: Mapping[str, Any]) -> list[Object]:
    return list((service.get("spec") or {}).get("ports") or ())


def _apply(cluster: Cluster, made: Object, *, take_over: bool, dry_run: DryRun) -> tuple[Object, str]:
    """Apply the service; returns it, and ``exposed``, ``configured`` or ``unchanged``."""
    name = made["metadata"]["name"]
    live: Object | None = None
    if dry_run != "client":
        try:
            live = cluster.get(SERVICE, name)
        except NotFoundError as error:
            if error.code == "namespace.not-found":
                raise
        _check_node_port(cluster, made, name)
    if live and not (take_over or manifest.is_ours(live)):
        fix = f"kubia delete service {name}"
        raise ConflictError("object.foreign", f"service/{name} is not managed by kubia; --take-over takes it", fix=fix)
    after = cluster.apply(made, dry_run=dry_run, force=take_over)
    deed = manifest.outcome(live, after, made)
    return after, "exposed" if deed == "created" else deed


def _check_node_port(cluster: Cluster, made: Object, name: str) -> None:
    """Raise ConflictError that names the service which holds a node port that was asked for."""
    wanted = {port["nodePort"] for port in made["spec"]["ports"] if "nodePort" in port}
    if not wanted:
        return
    try:
        services = cluster.list(SERVICE, None).get("items") or []
    except DeniedError:
        return
    for each in services:
        metadata = each["metadata"]
        itself = (metadata["name"], metadata["namespace"]) == (name, cluster.namespace)
        if not itself and wanted & {port.get("nodePort") for port in _at(each)}:
            message = f"the node port {wanted.pop()} is held by service/{metadata['name']} in {metadata['namespace']}"
            raise ConflictError("port.taken", message, fix="leave --node-port out: a free one is taken")
