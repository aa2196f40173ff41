"""``cluster-info``: where the API server answers, and the add-ons that announce themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import DeniedError
from kubia_cli.model.resource import Kind
from kubia_cli.options import Output
from kubia_cli.output import printers
from kubia_cli.output.text import safe_line
from kubia_cli.session import Session
from kubia_cli.steps.reading import cluster_asked

_SERVICE = Kind("Service", "services", "", "v1")
_SYSTEM = "kube-system"
#: How an add-on announces itself, and the name that it wants to be called by.
_ANNOUNCED = "kubernetes.io/cluster-service=true"
_NAME = "kubernetes.io/name"

FORMATS = ("json", "yaml", "jsonpath=TEMPLATE")


def command(session: Session, *, output: Output = "") -> None:
    """Show where the cluster's API server answers, and the add-ons that announce themselves.

    \b
    Examples:
      kubia cluster-info
      kubia cluster-info -o json
    """
    printers.check(output, FORMATS)
    cluster = cluster_asked(session)
    addresses = {"Kubernetes control plane": cluster.server}
    try:
        add_ons = cluster.list(_SERVICE, _SYSTEM, labels=_ANNOUNCED)["items"]
    except DeniedError as error:  # the API server has answered, and that was asked
        cluster.version()
        session.console.warning(f"add-ons cannot be listed: {error.message}")
        add_ons = []
    for service in add_ons:
        metadata = service["metadata"]
        name = (metadata.get("labels") or {}).get(_NAME) or metadata["name"]
        addresses[name] = address_of(service, cluster)
    if output:
        printers.show_data(session.console, addresses, output)
        return
    for name, address in addresses.items():
        session.console.result(safe_line(f"{name} is running at {address}"))


def address_of(service: Object, cluster: Cluster) -> str:
    """Where an add-on's Service answers: its load balancer, else the API server's proxy to it."""
    ports: list[Mapping[str, Any]] = (service.get("spec") or {}).get("ports") or []
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    if ingress:
        host = ingress[0].get("ip") or ingress[0].get("hostname") or ""
        return " ".join(f"http://{host}:{port.get('port')}" for port in ports)
    name = service["metadata"]["name"]
    if ports:
        first = ports[0].get("name") or ""
        secure = first == "https" or ports[0].get("port") == 443
        name = f"https:{name}:{first}" if secure else f"{name}:{first}" if first else name
    return f"{cluster.server}/api/v1/namespaces/{service['metadata']['namespace']}/services/{name}/proxy"
