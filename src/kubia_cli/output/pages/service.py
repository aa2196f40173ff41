"""The page of a Service: where it answers, and which endpoints stand behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kubia_cli.model.selector import pod_query
from kubia_cli.output.pages.events import write_events
from kubia_cli.output.pages.layout import NONE, Page, part

Raw = Mapping[str, Any]

#: How many endpoints a line names; kubectl's.
_SHOWN = 3


def service_page(raw: Raw, slices: Sequence[Raw] | None, events: Sequence[Raw] | None, now: datetime) -> list[str]:
    """Return the lines of a service's page; ``slices`` are its EndpointSlices, None forbidden."""
    page = Page()
    spec = raw.get("spec") or {}
    page.field(0, "Name", part(raw, "metadata", "name"))
    page.field(0, "Namespace", part(raw, "metadata", "namespace"))
    page.labels(0, "Labels", part(raw, "metadata", "labels"))
    page.annotations(0, "Annotations", part(raw, "metadata", "annotations"))
    page.field(0, "Selector", pod_query(raw) or NONE)
    page.field(0, "Type", spec.get("type"))
    page.known(0, "IP Family Policy", spec.get("ipFamilyPolicy"))
    page.field(0, "IP Families", ",".join(spec.get("ipFamilies") or ()) or NONE)
    page.field(0, "IP", spec.get("clusterIP"))
    page.field(0, "IPs", ",".join(spec.get("clusterIPs") or ()) or NONE)
    page.known(0, "External IPs", ",".join(spec.get("externalIPs") or ()))
    page.known(0, "Desired LoadBalancer IP", spec.get("loadBalancerIP"))
    page.known(0, "External Name", spec.get("externalName"))
    page.known(0, "LoadBalancer Ingress", ", ".join(_ingress(part(raw, "status", "loadBalancer", "ingress"))))
    for port in spec.get("ports") or ():
        _write_port(page, port, slices)
    page.field(0, "Session Affinity", spec.get("sessionAffinity"))
    page.known(0, "External Traffic Policy", spec.get("externalTrafficPolicy"))
    page.known(0, "Internal Traffic Policy", spec.get("internalTrafficPolicy"))
    page.known(0, "HealthCheck NodePort", spec.get("healthCheckNodePort") or None)
    page.known(0, "LoadBalancer Source Ranges", ",".join(spec.get("loadBalancerSourceRanges") or ()))
    page.known(0, "Traffic Distribution", spec.get("trafficDistribution"))
    write_events(page, events, now)
    return page.lines()


def _write_port(page: Page, port: Raw, slices: Sequence[Raw] | None) -> None:
    name, protocol = port.get("name") or "<unset>", port.get("protocol", "TCP")
    page.row(0, "Port:", name, f"{port.get('port')}/{protocol}")
    page.field(0, "TargetPort", f"{port.get('targetPort')}/{protocol}")
    if port.get("nodePort"):
        page.row(0, "NodePort:", name, f"{port['nodePort']}/{protocol}")
    if slices is None:
        page.field(0, "Endpoints", "forbidden (needs list endpointslices)")
        return
    found = list(_endpoints(slices, port.get("name") or ""))
    more = f" + {len(found) - _SHOWN} more..." if len(found) > _SHOWN else ""
    page.field(0, "Endpoints", ",".join(found[:_SHOWN]) + more if slices else NONE)


def _endpoints(slices: Sequence[Raw], port_name: str) -> Iterator[str]:
    """The addresses that get traffic; an endpoint that does not say whether it is ready is."""
    for one in slices:
        for port in one.get("ports") or ():
            if (port.get("name") or "") != port_name:
                continue
            for endpoint in one.get("endpoints") or ():
                if part(endpoint, "conditions", "ready") is not False and endpoint.get("addresses"):
                    yield _joined(endpoint["addresses"][0], port.get("port"))


def _joined(address: str, port: object) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _ingress(ingress: Sequence[Raw] | None) -> Iterator[str]:
    for one in ingress or ():
        mode = f" ({one['ipMode']})" if one.get("ip") and one.get("ipMode") else ""
        yield f"{one.get('ip') or one.get('hostname') or ''}{mode}"
