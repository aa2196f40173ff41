"""The page of a Service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kubia_cli.output.pages.service import service_page

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)

SERVICE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "kubia-http", "namespace": "dev"},
    "spec": {
        "type": "LoadBalancer",
        "selector": {"run": "kubia"},
        "ipFamilyPolicy": "SingleStack",
        "ipFamilies": ["IPv4"],
        "clusterIP": "10.96.0.7",
        "clusterIPs": ["10.96.0.7"],
        "ports": [{"port": 8080, "targetPort": 8080, "protocol": "TCP", "nodePort": 31234}],
        "sessionAffinity": "None",
        "externalTrafficPolicy": "Cluster",
        "internalTrafficPolicy": "Cluster",
    },
    "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.7", "ipMode": "VIP"}, {"hostname": "lb.example.com"}]}},
}


def slice_of(*addresses: str, ready: bool | None = True, port: int = 8080, name: str | None = "") -> dict[str, Any]:
    endpoints = [{"addresses": [address], "conditions": {"ready": ready}} for address in addresses]
    return {"ports": [{"name": name, "port": port}], "endpoints": endpoints}


def endpoints(slices: list[Any] | None) -> str:
    (line,) = [line for line in service_page(SERVICE, slices, [], NOW) if line.startswith("Endpoints:")]
    return line.removeprefix("Endpoints:").strip()


def test_a_whole_page() -> None:
    assert (
        service_page(SERVICE, [slice_of("10.85.0.7")], [], NOW)
        == """\
Name:                     kubia-http
Namespace:                dev
Labels:                   <none>
Annotations:              <none>
Selector:                 run=kubia
Type:                     LoadBalancer
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       10.96.0.7
IPs:                      10.96.0.7
LoadBalancer Ingress:     203.0.113.7 (VIP), lb.example.com
Port:                     <unset>  8080/TCP
TargetPort:               8080/TCP
NodePort:                 <unset>  31234/TCP
Endpoints:                10.85.0.7:8080
Session Affinity:         None
External Traffic Policy:  Cluster
Internal Traffic Policy:  Cluster
Events:                   <none>
""".splitlines()
    )


def test_endpoints() -> None:
    assert endpoints(None) == "forbidden (needs list endpointslices)"
    assert endpoints([]) == "<none>"
    assert endpoints([slice_of("10.85.0.7", ready=False)]) == ""
    assert endpoints([slice_of("10.85.0.7", ready=None, name=None)]) == "10.85.0.7:8080"
    assert endpoints([slice_of("fd00::7")]) == "[fd00::7]:8080"
    assert endpoints([slice_of("10.85.0.7", name="other")]) == ""
    five = [slice_of("10.0.0.1", "10.0.0.2"), slice_of("10.0.0.3", "10.0.0.4", "10.0.0.5")]
    assert endpoints(five) == "10.0.0.1:8080,10.0.0.2:8080,10.0.0.3:8080 + 2 more..."
    assert endpoints([{"ports": None, "endpoints": None}]) == ""
