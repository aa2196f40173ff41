"""Objects of the chapter for tests that only look at them, and the comparison with what kubectl prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import yaml

from tests.shell import Shell

Kubectl = Callable[..., str]

#: A pod that does nothing, and ends at once when it is told to.
POD_SPEC = """
      terminationGracePeriodSeconds: 0
      containers:
      - name: kubia
        image: busybox
        command: [sleep, "1000"]
        ports: [{containerPort: 8080}]
        env: [{name: GREETING, value: hello}]
        resources: {requests: {cpu: 10m, memory: 8Mi}, limits: {memory: 32Mi}}
"""

CHAPTER = f"""
apiVersion: v1
kind: ReplicationController
metadata: {{name: kubia, labels: {{run: kubia}}}}
spec:
  replicas: 2
  template:
    metadata: {{labels: {{run: kubia}}}}
    spec:{POD_SPEC}
---
apiVersion: v1
kind: Service
metadata: {{name: kubia-http}}
spec: {{type: LoadBalancer, selector: {{run: kubia}}, ports: [{{port: 8080}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, labels: {{app: web}}}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:{POD_SPEC}
"""

READY = (
    "wait --for=jsonpath={.status.readyReplicas}=2 rc/kubia --timeout=60s",
    "wait --for=condition=Available deploy/web --timeout=60s",
)


def make_chapter(kubectl: Kubectl) -> None:
    """Make the chapter's objects and wait until their pods are ready, so that nothing more changes by itself."""
    kubectl("apply -f -", stdin=CHAPTER)
    for line in READY:
        kubectl(line)


def assert_as_kubectl(shell: Shell, kubectl: Kubectl, line: str) -> None:
    """What kubia prints for ``line`` is what kubectl prints for it, but for blanks at the ends of lines.

    kubectl is asked before and after: between the two, an age may have changed.
    """
    for _ in range(5):
        before = _trimmed(kubectl(line))
        typed = shell(f"kubia {line}")
        if typed.lines in (before, after := _trimmed(kubectl(line))):
            assert typed.lines
            return
    assert typed.lines == after, f"kubia {line}"


def assert_same_page(shell: Shell, kubectl: Kubectl, line: str, *, until: str = "") -> list[str]:
    """The page has kubectl's labels and values, in kubectl's order, however they are spaced. Returns its lines.

    What stands from the label ``until`` on may differ.
    """
    for _ in range(5):
        before = _words(kubectl(line).splitlines(), until)
        typed = shell(f"kubia {line}")
        if _words(typed.lines, until) in (before, after := _words(kubectl(line).splitlines(), until)):
            return typed.lines
    assert _words(typed.lines, until) == after, f"kubia {line}"
    return typed.lines


def reader_kubeconfig(kubectl: Kubectl, kubeconfig: Path, tmp_path: Path) -> Path:
    """A kubeconfig for somebody who may do nothing at all."""
    kubectl("create serviceaccount reader")
    config = yaml.safe_load(kubeconfig.read_text())
    config["users"] = [{"name": each["name"], "user": {}} for each in config["users"]]
    for each in config["users"]:
        each["user"]["token"] = kubectl("create token reader").strip()
    file = tmp_path / "reader"
    file.write_text(yaml.safe_dump(config))
    return file


def _trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def _words(lines: list[str], until: str = "") -> list[str]:
    """Lines with one blank between words, without rules. kubectl writes one label of a projected volume in a way of
    its own.
    """
    words = [" ".join(line.split()) for line in lines]
    if until:
        words = words[: next(place for place, line in enumerate(words) if line.startswith(until))]
    words = [re.sub("^ConfigMapOptional: <nil>$", "Optional: false", line) for line in words]
    return [line for line in words if line and not re.fullmatch("[- ]+", line)]
