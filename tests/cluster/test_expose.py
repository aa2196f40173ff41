"""`expose` as the chapter types it (K5, K7, K8): a service, and an address that has answered."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Tool
from tests.shell import Shell

pytestmark = [pytest.mark.cluster, pytest.mark.registry]

PENDING = "no load balancer comes on this cluster: EXTERNAL-IP stays pending"


def app(shell: Shell, kind: str = "deployment") -> None:
    shell(f"kubia run kubia --image=luksa/kubia --port=8080 --kind {kind}")


def test_k5_k7_k8_the_address_that_works_now_and_has_answered(reader: Shell, kubectl: Tool) -> None:
    app(reader, "rc")
    done = reader("kubia expose rc kubia --type=LoadBalancer --name kubia-http")
    assert done.stdout == "service/kubia-http exposed\n"
    _, pending, answer = done.stderr.splitlines()
    assert pending == PENDING
    found = re.fullmatch(r"(http://127\.0\.0\.1:(\d+)) answers: You've hit (kubia-\w+)  \(node port\)", answer)
    assert found
    assert kubectl("get service kubia-http -o jsonpath={.spec.ports[0].nodePort}") == found[2]
    assert kubectl("get pods -o name") == f"pod/{found[3]}\n"
    assert reader(f"curl -sS {found[1]}").stdout == f"You've hit {found[3]}\n"
    pods = reader("kubia get svc kubia-http").lines[1].split()
    assert pods[:2] == ["kubia-http", "LoadBalancer"]
    assert pods[3] == "<pending>"


def test_a_load_balancer_that_comes(shell: Shell, kubectl: Tool) -> None:
    app(shell)
    # What a cloud's controller does; 127.0.0.1 and the node port's number stand for its address.
    shell("kubia expose deploy kubia --name other --type=NodePort --no-wait")
    port = kubectl("get service other -o jsonpath={.spec.ports[0].nodePort}")
    shell(f"kubia expose deploy kubia --type=LoadBalancer --port={port} --target-port=8080 --no-wait")
    patch = json.dumps({"status": {"loadBalancer": {"ingress": [{"ip": "127.0.0.1"}]}}})
    kubectl("patch", "service", "kubia", "--subresource=status", "--type=merge", "-p", patch)
    done = shell(f"kubia expose deploy kubia --type=LoadBalancer --port={port} --target-port=8080")
    assert done.stdout == "service/kubia unchanged\n"
    assert PENDING not in done.stderr
    assert "answers: You've hit kubia-" in done.stderr
    awaited = shell("kubia expose deploy kubia --type=LoadBalancer --name late --timeout=2s")
    assert "the load balancer has no address yet: kubia get service late -w\n" in awaited.stderr


def test_every_option_and_a_second_time(shell: Shell, kubectl: Tool) -> None:
    app(shell)
    line = "kubia expose deployment/kubia --name web --type=NodePort --port=80 --target-port=8080"
    assert shell(line).stdout == "service/web exposed\n"
    assert shell(line).stdout == "service/web unchanged\n"
    assert shell(f"{line} -l app.kubernetes.io/name=kubia,tier=web --no-wait").stdout == "service/web configured\n"
    spec = json.loads(kubectl("get service web -o json"))["spec"]
    assert spec["selector"] == {"app.kubernetes.io/name": "kubia", "tier": "web"}
    assert [(port["port"], port["targetPort"], port["protocol"]) for port in spec["ports"]] == [(80, 8080, "TCP")]
    shown = shell("kubia expose svc web --name copy --type=ClusterIP --no-wait -o jsonpath={.spec.ports[0].targetPort}")
    assert shown.stdout == "8080"
    dry = shell("kubia expose deploy kubia --name none --dry-run=server")
    assert dry.stdout == "service/none exposed (server dry run)\n"
    assert set(kubectl("get services -o name").split()) == {"service/copy", "service/web"}
    assert PENDING in shell("kubia expose deploy kubia").stderr  # a local cluster: LoadBalancer without being asked


def test_without_a_way_from_here_it_is_proved_through_the_api_server(shell: Shell) -> None:
    app(shell)
    done = shell("kubia expose deploy kubia --type=ClusterIP")
    assert done.stdout == "service/kubia exposed\n"
    assert "no address of service/kubia answers from here; through the API server it answers: You've hit" in done.stderr
    forward = f"reach it: kubectl -n {shell.namespace} port-forward service/kubia 8080:8080\n"
    assert forward in done.stderr
    required = shell("kubia expose deploy kubia --type=ClusterIP --require-url", status=7)
    assert "error[expose.no-url]: no address of service/kubia answers from here\n" in required.stderr


def test_a_service_that_leads_nowhere_is_7(shell: Shell) -> None:
    app(shell)
    shell("kubia run slow --image=busybox --port=81 --no-wait -- sleep 600")
    lines = (
        "kubia expose deploy kubia --name nobody -l app=none --type=NodePort",
        "kubia expose deploy kubia --name wrong --port=80 --type=NodePort",
        "kubia expose deploy slow --type=NodePort",
    )
    with ThreadPoolExecutor(len(lines)) as pool:  # each waits most of its time
        nobody, wrong, unready = pool.map(lambda line: shell(line, status=7), lines)
    assert nobody.stdout == ""
    assert "error[service.no-pods]: service/nobody: its selector finds no pod\n" in nobody.stderr
    assert "    service/nobody selects app=none\n    pod/" in nobody.stderr
    assert re.search(r"error\[service.silent\]: service/wrong: nothing answers on port 80 of pod/kubia-", wrong.stderr)
    assert "error[service.not-ready]: service/slow: none of its pods is ready: slow-" in unready.stderr


def test_what_is_taken_and_what_cannot_be_exposed(shell: Shell, kubectl: Tool) -> None:
    kubectl("create service clusterip kubia --tcp=80")
    kubectl("create service nodeport other --tcp=80")
    port = kubectl("get service other -o jsonpath={.spec.ports[0].nodePort}")
    kubectl("create deployment kubia --image=busybox -- sleep 600")
    foreign = shell("kubia expose deploy kubia --port=80", status=12)
    assert "error[object.foreign]: service/kubia is not managed by kubia; --take-over takes it\n" in foreign.stderr
    assert "  state: nothing was changed\n" in foreign.stderr
    taken = shell(f"kubia expose deploy kubia --name=web --type=NodePort --port=80 --node-port={port}", status=12)
    assert f"error[port.taken]: the node port {port} is held by service/other in {shell.namespace}\n" in taken.stderr
    outside = shell("kubia expose deploy kubia --name=web --type=NodePort --port=80 --node-port=80", status=6)
    assert "provided port is not in the valid range" in outside.stderr
    no_port = shell("kubia expose deploy kubia --name=web", status=2)
    assert "error[expose.port]: deployment/kubia names no port; say which with --port\n" in no_port.stderr
    for line, status, code in (
        ("kubia expose node kubia-lab", 6, "expose.kind"),
        ("kubia expose deploy absent", 11, "object.not-found"),
        ("kubia expose deploy kubia other", 2, "expose.targets"),
        ("kubia expose deploy kubia --type=Public", 2, "expose.type"),
        ("kubia expose deploy kubia --name=Web --port=80", 2, "name.invalid"),
        ("kubia expose deploy kubia --port=80 --protocol=ICMP", 2, "expose.protocol"),
    ):
        assert f"error[{code}]" in shell(line, status=status).stderr
