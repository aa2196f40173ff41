"""The URL of a service: it has ready pods, and an address that has answered, or a forward that has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import UnhealthyError
from kubia_cli.model.manifest import ENDPOINT_SLICE, POD, SERVICE
from kubia_cli.model.selector import query
from kubia_cli.rollout.doorbell import Deadline, Doorbell, Watched
from kubia_cli.rollout.reach import Answer, Way, ask, first_answer, retry_until
from kubia_cli.rollout.snapshot import is_ready
from kubia_cli.rollout.ways import Surroundings, endpoint_port, ready_endpoints
from kubia_cli.session import Session

#: Seconds until a service must have ready pods, until a load balancer must have come, and until an address answers.
_ENDPOINTS, _LOAD_BALANCER, _ADDRESS = 10.0, 15.0, 5.0
#: How many pods' labels an error shows.
_SHOWN = 5


def find_url(
    session: Session,
    cluster: Cluster,
    surroundings: Surroundings,
    service: Object,
    deadline: Deadline,
    *,
    required: bool,
) -> str:
    """Say and return the first URL that answers; "" when none does from here but a forward inside this process does.

    UnhealthyError when the service has no ready pods or they do not answer, and with ``required`` when there is no URL.
    """
    endpoints = _wait_for_endpoints(cluster, service, deadline)
    port = next((each for each in service["spec"]["ports"] if each.get("protocol", "TCP") == "TCP"), None)
    if port is None:
        session.console.note("it was not tried: only TCP can be")
        return ""
    name = service["metadata"]["name"]
    if service["spec"].get("type") == "LoadBalancer":
        service = _wait_for_balancer(session, cluster, surroundings, service, deadline)
    found = first_answer(surroundings.ways(service, port), Deadline(min(_ADDRESS, deadline.left)))
    if found is not None:
        return _tell(session, *found)
    answer = _through_forward(cluster, endpoints, port, service, deadline)
    if required:
        state = f"service/{name} is there, and its pods answer"
        raise UnhealthyError("expose.no-url", f"no address of service/{name} answers from here", state=state)
    session.console.line(f"no address of service/{name} answers from here; through the API server it {_said(answer)}")
    namespace = service["metadata"]["namespace"]
    session.console.line(f"reach it: kubectl -n {namespace} port-forward service/{name} {port['port']}:{port['port']}")
    return ""


def _tell(session: Session, way: Way, answer: Answer) -> str:
    url = f"{'https' if way.port == 443 else 'http'}://{way.authority}" if answer.http else way.authority
    session.console.line(f"{url} {_said(answer)}  ({way.name})")
    return url


def _said(answer: Answer) -> str:
    if answer.http:
        return f"answers: {answer.text}"
    return (
        "answers, but not in HTTP" if answer.text else "accepts connections, and waits for another protocol than HTTP"
    )


def _wait_for_endpoints(cluster: Cluster, service: Object, deadline: Deadline) -> list[tuple[str, Mapping[str, Any]]]:
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    patience = Deadline(min(_ENDPOINTS, deadline.left))
    watched = Watched(ENDPOINT_SLICE, namespace, labels=f"kubernetes.io/service-name={name}")
    with Doorbell(cluster, [watched]) as bell:
        while True:
            found = list(ready_endpoints(cluster, name, namespace))
            if found:
                return found
            if patience.passed:
                raise _no_endpoints(cluster, service)
            bell.wait(patience)


def _no_endpoints(cluster: Cluster, service: Object) -> UnhealthyError:
    """Tell pods that are not ready from a selector that finds none."""
    metadata, wanted = service["metadata"], service["spec"].get("selector") or {}
    name, state = metadata["name"], f"service/{metadata['name']} is there, with no ready pod behind it"
    chosen = cluster.list(POD, metadata["namespace"], labels=query(wanted)).get("items") or []
    unready = [pod["metadata"]["name"] for pod in chosen if not is_ready(pod)]
    if unready:
        message = f"service/{name}: none of its pods is ready: {', '.join(unready[:_SHOWN])}"
        return UnhealthyError("service.not-ready", message, state=state, fix=f"kubia describe pod {unready[0]}")
    others = cluster.list(POD, metadata["namespace"]).get("items") or []
    lines = [f"service/{name} selects {query(wanted)}"]
    for pod in others[:_SHOWN]:
        lines.append(f"pod/{pod['metadata']['name']} has {query(pod['metadata'].get('labels') or {}) or 'no labels'}")
    message = f"service/{name}: its selector finds no pod"
    return UnhealthyError("service.no-pods", message, said="\n".join(lines), state=state)


def _wait_for_balancer(
    session: Session, cluster: Cluster, surroundings: Surroundings, service: Object, deadline: Deadline
) -> Object:
    """Wait for the load balancer's address where one can come; without one, say that it is pending."""
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    if not _balanced(service) and not surroundings.gives_load_balancers(name):
        session.console.line("no load balancer comes on this cluster: EXTERNAL-IP stays pending")
        return service
    patience = Deadline(min(_LOAD_BALANCER, deadline.left))
    with Doorbell(cluster, [Watched(SERVICE, namespace, fields=f"metadata.name={name}")]) as bell:
        while not _balanced(service) and not patience.passed:
            bell.wait(patience)
            service = cluster.get(SERVICE, name, namespace)
    if not _balanced(service):
        session.console.line(f"the load balancer has no address yet: kubia get service {name} -w")
    return service


def _balanced(service: Object) -> bool:
    return bool(((service.get("status") or {}).get("loadBalancer") or {}).get("ingress"))


def _through_forward(
    cluster: Cluster,
    endpoints: list[tuple[str, Mapping[str, Any]]],
    port: Mapping[str, Any],
    service: Object,
    deadline: Deadline,
) -> Answer:
    """Ask a pod through the API server; the connection is closed again. UnhealthyError when nothing listens there."""
    pod, its_slice = endpoints[0]
    number = endpoint_port(its_slice, port.get("name") or "")

    def question() -> Answer | None:
        with cluster.connect(pod, service["metadata"]["namespace"], number) as connection:
            return ask(connection, f"{pod}:{number}")

    answer = retry_until(question, Deadline(min(_ADDRESS, deadline.left)))
    if answer is not None:
        return answer
    raise UnhealthyError(
        "service.silent",
        f"service/{service['metadata']['name']}: nothing answers on port {number} of pod/{pod}",
        state=f"service/{service['metadata']['name']} is there, and leads to that port",
        fix="--target-port=PORT, with the port that the program listens on",
    )
