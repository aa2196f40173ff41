"""describe on the real cluster: kubectl's labels and values, in its order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cluster.looking import CHAPTER, READY, Kubectl, assert_same_page, make_chapter, reader_kubeconfig
from tests.shell import Shell

pytestmark = pytest.mark.cluster

JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "once"},
    "spec": {
        "template": {
            "spec": {
                "restartPolicy": "Never",
                "containers": [{"name": "once", "image": "busybox", "command": ["true"]}],
            }
        }
    },
}


def test_the_chapters_pages_are_kubectls(reader: Shell, kubectl: Kubectl, namespace: str) -> None:
    make_chapter(kubectl)
    pod = kubectl("get pods -l run=kubia -o jsonpath={.items[0].metadata.name}")
    replica_set = kubectl("get rs -o name").strip()
    # K15: node, start time, images, state, events.
    page = assert_same_page(reader, kubectl, f"describe pod {pod}")
    labels = [line.partition(":")[0] for line in page if not line.startswith(" ")]
    assert labels == [
        "Name", "Namespace", "Priority", "Service Account", "Node", "Start Time", "Labels", "Annotations", "Status",
        "IP", "IPs", "Controlled By", "Containers", "Conditions", "Volumes", "QoS Class", "Node-Selectors",
        "Tolerations", "Events",
    ]  # fmt: skip
    container = [" ".join(line.split()) for line in page[page.index("Containers:") : page.index("Conditions:")]]
    assert {"kubia:", "Image: busybox", "State: Running", "Ready: True"} <= set(container)
    happened = [line.split()[1] for line in page[page.index("Events:") + 3 :]]
    assert [happened[0], *happened[-3:]] == ["Scheduled", "Pulled", "Created", "Started"]
    for line in ("describe rc kubia", f"describe {replica_set}", "describe deploy/web", "describe svc kubia-http"):
        assert_same_page(reader, kubectl, line)


def test_nodes_with_and_without_a_name(reader: Shell, kubectl: Kubectl, namespace: str) -> None:
    name = kubectl("get nodes -o jsonpath={.items[0].metadata.name}")
    kubectl("apply -f -", stdin=CHAPTER)
    kubectl(READY[0])
    # Other tests' pods come and go on the node, and kubectl has events of the newer kind before all others.
    page = assert_same_page(reader, kubectl, f"describe node {name}", until="Non-terminated Pods")
    mine = [line.split()[2:] for line in page if line.split()[:1] == [namespace] and "kubia-" in line]
    assert [each[:-1] for each in mine] == [["10m", "(0%)", "0", "(0%)", "8Mi", "(0%)", "32Mi", "(0%)"]] * 2
    labels = [line.partition(":")[0] for line in page if line and not line.startswith(" ")]
    assert [label for label in labels if not label.startswith("PodCIDR")] == [
        "Name", "Roles", "Labels", "Annotations", "CreationTimestamp", "Taints", "Unschedulable", "Lease", "Conditions",
        "Addresses", "Capacity", "Allocatable", "System Info", "Non-terminated Pods", "Allocated resources", "Events",
    ]  # fmt: skip
    assert [line.split(":")[0] for line in reader("kubia describe node").lines if line.startswith("Name:")] == ["Name"]


def test_a_job_and_a_page_of_any_kind(shell: Shell, kubectl: Kubectl, namespace: str) -> None:
    kubectl("apply -f -", stdin=json.dumps(JOB))
    kubectl("wait --for=condition=Complete job/once --timeout=60s")
    kubectl("wait --for=jsonpath={.status.ready}=0 job/once --timeout=60s")
    assert_same_page(shell, kubectl, "describe job once")
    kubectl("create secret generic login --from-literal=password=hunter2")
    kubectl("annotate secret login escape=\x1b[31mred")
    page = shell("kubia describe secret login")
    assert page.lines[:5] == [
        "Name:         login",
        f"Namespace:    {namespace}",
        "Labels:       <none>",
        "Annotations:  escape: \\x1b[31mred",
        "API Version:  v1",
    ]
    assert "  password:  7 bytes" in page.lines
    assert "hunter2" not in page.stdout
    assert "aHVudGVyMg" not in page.stdout


def test_names_by_what_they_begin_with_and_several_pages(reader: Shell, kubectl: Kubectl, namespace: str) -> None:
    for name in ("kubia-a", "kubia-b", "other"):
        kubectl(f"create configmap {name} --from-literal=who={name}")
    pages = reader("kubia describe cm kubia-")
    assert [line.split()[1] for line in pages.lines if line.startswith("Name:")] == ["kubia-a", "kubia-b"]
    start = pages.lines.index("Name:         kubia-b")
    assert pages.lines[start - 2 : start] == ["", ""]
    both = reader("kubia describe cm/other cm/kubia-a")
    assert [line.split()[1] for line in both.lines if line.startswith("Name:")] == ["other", "kubia-a"]
    partly = reader("kubia describe cm other nope", status=11)
    assert partly.lines[0] == "Name:         other"
    assert partly.stderr == 'error[object.not-found]: configmaps "nope" not found\n'


def test_what_is_not_there_and_what_may_not_be_read(
    reader: Shell, kubectl: Kubectl, namespace: str, kubeconfig: Path, tmp_path: Path
) -> None:
    def refused(line: str, status: int, stderr: str, **env: str) -> None:
        outcome = reader(line, status=status, env=env)
        assert (outcome.stdout, outcome.stderr[: len(stderr)]) == ("", stderr)

    refused("kubia describe pods", 0, f"No resources found in {namespace} namespace.\n")
    refused("kubia describe pod kubia-", 11, 'error[object.not-found]: pods "kubia-" not found\n')
    refused("kubia describe node nope", 11, 'error[object.not-found]: nodes "nope" not found\n')
    refused("kubia describe podz x", 11, 'error[kind.unknown]: the server has no resource type "podz"\n')
    refused("kubia describe", 2, "error[target.missing]: ")
    refused("kubia describe pod x -A", 2, "error[target.name-everywhere]: ")
    refused("kubia describe pods", 10, "error[cluster.none]: ", KUBECONFIG=str(tmp_path / "absent"))
    file = reader_kubeconfig(kubectl, kubeconfig, tmp_path)
    refused("kubia describe pods", 4, "error[cluster.forbidden]: pods is forbidden: ", KUBECONFIG=str(file))
    # Who may read a service, but neither its endpoints nor its events, gets the rest of its page.
    kubectl("create role looker --verb=get,list --resource=services")
    kubectl(f"create rolebinding looker --role=looker --serviceaccount={namespace}:reader")
    kubectl("create service clusterip kubia --tcp=80:8080")
    page = reader("kubia describe svc kubia", env={"KUBECONFIG": str(file)}).lines
    shown = {line.partition(":")[0]: line.partition(":")[2].strip() for line in page}
    assert (shown["Name"], shown["TargetPort"]) == ("kubia", "8080/TCP")
    assert shown["Endpoints"] == "forbidden (needs list endpointslices)"
    assert shown["Events"] == "forbidden (needs list events)"
