"""get on the real cluster: the chapter's rows, in the columns of the real kubectl."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import pytest
import yaml

from tests.cluster.looking import Kubectl, assert_as_kubectl, make_chapter, reader_kubeconfig
from tests.shell import Shell

pytestmark = pytest.mark.cluster

#: Rows K3, K6, K11, K14 and C6 as they stand.
ROWS = (
    "get pods",
    "get po",
    "get rc",
    "get svc",
    "get deploy",
    "get no",
    "get services",
    "get replicationcontrollers",
    "get pods -o wide",
    "get nodes",
    "get nodes -o wide",
)
#: What their readers type next.
MORE = (
    "get deploy,rs,rc,svc -o wide",
    "get deployments.apps web",
    "get rc/kubia svc/kubia-http deploy/web",
    "get svc kubia-http --no-headers",
    "get pods -l run=kubia,run!=x --show-labels -L run,app",
    "get pods --field-selector spec.nodeName!=nowhere --sort-by=.metadata.name",
    "get pods --sort-by={.metadata.creationTimestamp} -o name",
    "get rc,svc -o jsonpath={.items[*].metadata.name}",
    "get all",
    "get ns default",
    "get roles,crd,pc -n kube-system",
)


def test_the_chapters_tables_are_kubectls(reader: Shell, kubectl: Kubectl) -> None:
    make_chapter(kubectl)
    for line in ROWS:
        assert_as_kubectl(reader, kubectl, line)


def test_other_tables_are_kubectls_too(shell: Shell, kubectl: Kubectl) -> None:
    make_chapter(kubectl)
    for line in MORE:
        assert_as_kubectl(shell, kubectl, line)
    everywhere = shell("kubia get services -A -l component=apiserver")
    assert everywhere.lines[0].split() == ["NAMESPACE", "NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"]
    assert everywhere.lines[1].split()[:3] == ["default", "kubernetes", "ClusterIP"]
    # The namespace may be named anywhere on the line.
    for line in ("kubia -n default get svc kubernetes -o name", "kubia get svc kubernetes -n default -o name"):
        assert shell(line).stdout == "service/kubernetes\n"


def test_objects_are_the_servers_own(shell: Shell, kubectl: Kubectl, namespace: str) -> None:
    make_chapter(kubectl)
    assert json.loads(shell("kubia get rc kubia -o json").stdout) == json.loads(kubectl("get rc kubia -o json"))
    assert yaml.safe_load(shell("kubia get svc -o yaml").stdout) == yaml.safe_load(kubectl("get svc -o yaml"))
    partly = shell("kubia get rc kubia nope -o json", status=11)
    assert [each["metadata"]["name"] for each in json.loads(partly.stdout)["items"]] == ["kubia"]
    assert partly.stderr == 'error[object.not-found]: replicationcontrollers "nope" not found\n'


def test_a_pod_seen_pending_and_then_running(reader: Shell, kubectl: Kubectl) -> None:
    nowhere = json.dumps({"spec": {"nodeSelector": {"no": "where"}, "terminationGracePeriodSeconds": 0}})
    kubectl("run", "first", "--image=busybox", f"--overrides={nowhere}")
    watching = reader.spawn("kubia get pods -w", columns=200, env={"NO_COLOR": "1"})
    watching.expect(r"NAME +READY +STATUS +RESTARTS +AGE\r\nfirst +0/1 +Pending +0 ")
    kubectl("run", "kubia", "--image=busybox", "--restart=Never", "--", "sleep", "1000")
    watching.expect(r"kubia +0/1 +Pending +0 ")
    watching.expect(r"kubia +0/1 +ContainerCreating +0 ")
    watching.expect(r"kubia +1/1 +Running +0 ")
    kubectl("delete pod kubia --grace-period=1 --wait=false")
    watching.expect(r"kubia +[01]/1 +(Terminating|Error) ")
    watching.sendintr()
    rest = watching.read()
    assert "NAME" not in rest
    assert "error" not in rest
    watching.wait()
    assert signal.SIGINT in (watching.signalstatus, (watching.exitstatus or 0) - 128)


def test_an_external_address_that_is_pending_and_then_there(reader: Shell, kubectl: Kubectl) -> None:
    kubectl("create service loadbalancer kubia-http --tcp=8080:8080")
    assert reader("kubia get svc kubia-http").lines[1].split()[3] == "<pending>"
    status = json.dumps({"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}]}}})
    kubectl("patch", "svc", "kubia-http", "--subresource=status", "--type=merge", "-p", status)
    assert reader("kubia get svc kubia-http").lines[1].split()[3] == "203.0.113.7"


def test_a_kind_that_the_cluster_was_taught(shell: Shell, kubectl: Kubectl, run_id: str) -> None:
    plural, group = f"{run_id}widgets", f"{run_id}.example.com"
    columns = [
        {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
        {"name": "Ready", "type": "boolean", "jsonPath": ".spec.ready"},
        {"name": "Note", "type": "string", "jsonPath": ".spec.note", "priority": 1},
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "additionalPrinterColumns": columns,
        "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
    }
    kind = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": f"{run_id.capitalize()}Widget", "shortNames": [f"{run_id}w"]},
            "versions": [version],
        },
    }
    shell("kubia get secrets")  # keeps the list of kinds as it is before
    kubectl("apply -f -", stdin=json.dumps(kind))
    try:
        kubectl(f"wait --for=condition=Established crd/{plural}.{group} --timeout=30s")
        for name, spec in (("one", {"size": 3, "ready": True, "note": "two\nlines"}), ("three", {})):
            widget = {"apiVersion": f"{group}/v1", "kind": f"{run_id.capitalize()}Widget", "metadata": {"name": name}}
            kubectl("apply -f -", stdin=json.dumps({**widget, "spec": spec}))
        for line in (f"get {plural}", f"get {run_id}w -o wide", f"get {run_id}w.{group} one", f"get {plural},cm"):
            assert_as_kubectl(shell, kubectl, line)
        page = shell(f"kubia describe {plural} one").lines
        assert page[0].split() == ["Name:", "one"]
        assert "  Size:   3" in page
    finally:
        kubectl(f"delete crd {plural}.{group} --timeout=30s")


def test_what_is_not_there_and_what_may_not_be_read(
    reader: Shell, kubectl: Kubectl, namespace: str, kubeconfig: Path, tmp_path: Path
) -> None:
    def refused(line: str, status: int, stderr: str, **more: object) -> None:
        outcome = reader(line, status=status, **more)  # type: ignore[arg-type]  # env and the like
        assert (outcome.stdout, outcome.stderr[: len(stderr)]) == ("", stderr)

    refused("kubia get pods", 0, f"No resources found in {namespace} namespace.\n")
    refused("kubia get pods -n nowhere", 0, "No resources found in nowhere namespace.\n")
    refused("kubia get po nope", 11, 'error[object.not-found]: pods "nope" not found\n')
    refused("kubia get po nope --ignore-not-found", 0, "")
    refused("kubia get podz", 11, 'error[kind.unknown]: the server has no resource type "podz"\n  fix: kubia get ')
    refused("kubia get po ../default", 2, "error[")
    refused("kubia get pods -l 'a in'", 6, "error[object.invalid]: ")
    refused("kubia --context nope get pods", 11, "error[context.not-found]: no context `nope` in the kubeconfig\n")
    refused("kubia get pods", 10, "error[cluster.none]: ", env={"KUBECONFIG": str(tmp_path / "absent")})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(re.sub(r"server: \S+", "server: https://127.0.0.1:1", kubeconfig.read_text()))
    refused("kubia get pods", 10, "error[cluster.unreachable]: ", env={"KUBECONFIG": str(elsewhere)})
    nobody = {"KUBECONFIG": str(reader_kubeconfig(kubectl, kubeconfig, tmp_path))}
    who = f'User "system:serviceaccount:{namespace}:reader"'
    said = f'error[cluster.forbidden]: pods is forbidden: {who} cannot list resource "pods" in API group ""'
    refused("kubia get pods -n kube-system", 4, said, env=nobody)
    refused("kubia get pods -w", 4, "error[cluster.forbidden]: ", env=nobody)
    both = reader("kubia get rc,ns", status=4, env=nobody)
    assert both.stdout == ""
    assert both.stderr.startswith("error[cluster.forbidden]: replicationcontrollers is forbidden: ")
    assert "; namespaces is forbidden: " in both.stderr
    partly = reader("kubia get rc/x node/nope podz/x", status=11, env=nobody)
    assert partly.stderr.startswith('error[kind.unknown]: the server has no resource type "podz"')
    told = json.loads(reader("kubia get pods -o json", status=4, env=nobody).stdout)
    assert (told["ok"], told["error"]["code"]) == (False, "cluster.forbidden")
