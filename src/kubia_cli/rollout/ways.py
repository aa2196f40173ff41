"""The addresses that may lead to a service, all of them the cluster's own: node ports and load balancers."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import DeniedError
from kubia_cli.model.manifest import ENDPOINT_SLICE, NODE, SERVICE
from kubia_cli.rollout.reach import Way

#: What begins a node's providerID where the cloud makes load balancers.
_CLOUDS = (
    "aws", "gce", "azure", "digitalocean", "linode", "openstack", "hcloud", "ibm", "oci", "alicloud", "scaleway",
    "exoscale", "vultr", "equinixmetal",
)  # fmt: skip


class Surroundings:
    """What of a cluster decides how a service can be reached; nodes that may not be read count for none."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._host = urlsplit(cluster.server).hostname or ""
        try:
            self._nodes: Sequence[Object] = cluster.list(NODE).get("items") or []
        except DeniedError:
            self._nodes = []

    @property
    def on_loopback(self) -> bool:
        """Whether the API server is on this machine, and so perhaps its node ports."""
        return self._host == "localhost" or (_is_ip(self._host) and ipaddress.ip_address(self._host).is_loopback)

    @property
    def is_local(self) -> bool:
        """Whether the cluster is a local one: on this machine, or no cloud's and its API server on one of its nodes."""
        return self.on_loopback or (not self._in_cloud and self._host in self._addresses())

    def gives_load_balancers(self, service: str) -> bool:
        """Whether a load balancer can come: the nodes are a cloud's, or another service has got one."""
        if self._in_cloud:
            return True
        try:
            services = self._cluster.list(SERVICE, None).get("items") or []
        except DeniedError:
            services = self._cluster.list(SERVICE).get("items") or []
        return any(_ingress(each) for each in services if each["metadata"]["name"] != service)

    def ways(self, service: Mapping[str, Any], port: Mapping[str, Any]) -> list[Way]:
        """The ways to one port of a service, the likeliest first.

        Its cluster IP is none: outside the nodes, and on them until kube-proxy knows it, that address is a stranger's.
        """
        found = []
        if node_port := port.get("nodePort"):
            if self.on_loopback:
                found.append(Way("node port", "127.0.0.1", node_port))
            found += [Way("node port", address, node_port) for address in self._addresses()]
        balancers = [Way("load balancer", address, port["port"]) for address in _ingress(service)]
        first = found[:1] if self.on_loopback else []
        return [*first, *balancers, *found[len(first) :]]

    @property
    def _in_cloud(self) -> bool:
        providers = [str((node.get("spec") or {}).get("providerID") or "") for node in self._nodes]
        return any(provider.partition("://")[0] in _CLOUDS for provider in providers)

    def _addresses(self) -> list[str]:
        wanted = ("ExternalIP", "InternalIP")
        found = [each for node in self._nodes for each in (node.get("status") or {}).get("addresses") or ()]
        return [str(each["address"]) for kind in wanted for each in found if each.get("type") == kind]


def ready_endpoints(cluster: Cluster, service: str, namespace: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each pod that is ready to serve, and the ports of its EndpointSlice."""
    slices = cluster.list(ENDPOINT_SLICE, namespace, labels=f"kubernetes.io/service-name={service}").get("items") or []
    for each in slices:
        for endpoint in each.get("endpoints") or ():
            # Absent means ready (discovery/v1 EndpointConditions).
            if (endpoint.get("conditions") or {}).get("ready") is not False:
                yield str((endpoint.get("targetRef") or {}).get("name") or ""), each


def endpoint_port(endpoint_slice: Mapping[str, Any], name: str) -> int:
    """The number, in the pods, of the service port ``name``; 0 when the slice has no such port."""
    ports = endpoint_slice.get("ports") or ()
    return next((int(port.get("port") or 0) for port in ports if (port.get("name") or "") == name), 0)


def _ingress(service: Mapping[str, Any]) -> list[str]:
    balancer = (service.get("status") or {}).get("loadBalancer") or {}
    return [str(each.get("ip") or each.get("hostname")) for each in balancer.get("ingress") or ()]


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
