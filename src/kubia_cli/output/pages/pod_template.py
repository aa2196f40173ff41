"""The parts that a pod and a pod template share: containers, volumes, tolerations."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kubia_cli.output.pages.layout import NONE, Page, part, when

#: What may stand on a line in place of a volume's fields, in kubectl's words.
_VOLUMES = {
    "configMap": "ConfigMap (a volume populated by a ConfigMap)",
    "downwardAPI": "DownwardAPI (a volume populated by information about the pod)",
    "emptyDir": "EmptyDir (a temporary directory that shares a pod's lifetime)",
    "ephemeral": "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
    "hostPath": "HostPath (bare host directory volume)",
    "nfs": "NFS (an NFS mount that lasts the lifetime of a pod)",
    "persistentVolumeClaim": "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
    "projected": "Projected (a volume that contains injected data from multiple sources)",
    "secret": "Secret (a volume populated by a Secret)",
}
_VOLUME_FIELDS = {
    "configMap": (("Name", "name", ""), ("Optional", "optional", False)),
    "emptyDir": (("Medium", "medium", ""), ("SizeLimit", "sizeLimit", "<unset>")),
    "hostPath": (("Path", "path", ""), ("HostPathType", "type", NONE)),
    "nfs": (("Server", "server", ""), ("Path", "path", ""), ("ReadOnly", "readOnly", False)),
    "persistentVolumeClaim": (("ClaimName", "claimName", ""), ("ReadOnly", "readOnly", False)),
    "secret": (("SecretName", "secretName", ""), ("Optional", "optional", False)),
}


def write_template(page: Page, template: Mapping[str, Any] | None) -> None:
    """Add ``Pod Template:`` and what a controller makes its pods of."""
    page.row(0, "Pod Template:")
    page.labels(1, "Labels", part(template, "metadata", "labels"))
    if part(template, "metadata", "annotations"):
        page.annotations(1, "Annotations", part(template, "metadata", "annotations"))
    spec = part(template, "spec") or {}
    page.known(1, "Service Account", spec.get("serviceAccountName"))
    if spec.get("initContainers"):
        write_containers(page, 1, "Init Containers", spec["initContainers"])
    write_containers(page, 1, "Containers", spec.get("containers"))
    write_volumes(page, 1, spec.get("volumes"))
    page.known(1, "Priority Class Name", spec.get("priorityClassName"))
    page.labels(1, "Node-Selectors", spec.get("nodeSelector"))
    page.values(1, "Tolerations", tolerations(spec.get("tolerations")))


def write_containers(
    page: Page,
    level: int,
    label: str,
    containers: Sequence[Mapping[str, Any]] | None,
    statuses: Sequence[Mapping[str, Any]] | None = (),
    pod: Mapping[str, Any] | None = None,
) -> None:
    """Add containers, each with its state where ``statuses`` has one; ``pod`` resolves what refers to its fields."""
    page.row(level, f"{label}:" if containers else f"{label}: {NONE}")
    states = {status.get("name"): status for status in statuses or ()}
    for container in containers or ():
        status = states.get(container.get("name"))
        page.row(level + 1, f"{container.get('name', '')}:")
        _write_image(page, level + 2, container, status)
        for name, words in (("Command", container.get("command")), ("Args", container.get("args"))):
            if words:
                page.row(level + 2, f"{name}:")
                for line in (line for word in words for line in str(word).split("\n")):
                    page.row(level + 3, line)
        if status is not None:
            _write_state(page, level + 2, "State", part(status, "state"))
            if part(status, "lastState", "terminated"):
                _write_state(page, level + 2, "Last State", status["lastState"])
            page.field(level + 2, "Ready", "True" if status.get("ready") else "False")
            page.field(level + 2, "Restart Count", status.get("restartCount", 0))
        for name in ("limits", "requests"):
            _write_amounts(page, level + 2, name.title(), part(container, "resources", name))
        for name in ("liveness", "readiness", "startup"):
            if container.get(f"{name}Probe"):
                page.field(level + 2, name.title(), probe_text(container[f"{name}Probe"]))
        _write_environment(page, level + 2, container, pod)
        _write_mounts(page, level + 2, container)


def write_volumes(page: Page, level: int, volumes: Sequence[Mapping[str, Any]] | None) -> None:
    """Add volumes: kubectl's words and fields for the common types, the fields as they stand for all others."""
    if not volumes:
        page.field(level, "Volumes", NONE)
        return
    page.row(level, "Volumes:")
    for volume in volumes:
        page.row(level + 1, f"{volume.get('name', '')}:")
        kind = next((key for key in volume if key != "name"), "")
        source = volume.get(kind) or {}
        page.field(level + 2, "Type", _VOLUMES.get(kind, kind or "<unknown>"))
        if kind == "projected":
            _write_sources(page, level + 2, source)
        elif kind in _VOLUME_FIELDS:
            for label, key, otherwise in _VOLUME_FIELDS[kind]:
                page.field(level + 2, label, source.get(key) or otherwise)
        else:
            for key, value in sorted(source.items()):
                page.field(level + 2, key, value if isinstance(value, str | int) else json.dumps(value))


def tolerations(raw: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """``node.kubernetes.io/not-ready:NoExecute op=Exists for 300s``, in order of the keys."""
    return [_toleration(one) for one in sorted(raw or (), key=lambda one: one.get("key") or "")]


def probe_text(probe: Mapping[str, Any]) -> str:
    """``tcp-socket :8080 delay=0s timeout=1s period=10s #success=1 #failure=3``."""
    numbers = [probe.get(f"{key}Seconds") or 0 for key in ("initialDelay", "timeout", "period")]
    times = [probe.get(f"{key}Threshold") or 0 for key in ("success", "failure")]
    attributes = "delay={}s timeout={}s period={}s #success={} #failure={}".format(*numbers, *times)
    if "exec" in probe:
        return f"exec [{' '.join(part(probe, 'exec', 'command') or ())}] {attributes}"
    if "httpGet" in probe:
        get = probe["httpGet"]
        where = f"{get.get('host') or ''}:{get.get('port', '')}{get.get('path') or ''}"
        return f"http-get {(get.get('scheme') or 'http').lower()}://{where} {attributes}"
    if "tcpSocket" in probe:
        socket = probe["tcpSocket"]
        return f"tcp-socket {socket.get('host') or ''}:{socket.get('port', '')} {attributes}"
    if "grpc" in probe:
        return f"grpc <pod>:{part(probe, 'grpc', 'port')} {part(probe, 'grpc', 'service') or ''} {attributes}"
    return f"unknown {attributes}"


def _write_image(page: Page, level: int, container: Mapping[str, Any], status: Mapping[str, Any] | None) -> None:
    if status is not None:
        page.field(level, "Container ID", status.get("containerID"))
    page.field(level, "Image", container.get("image"))
    if status is not None:
        page.field(level, "Image ID", status.get("imageID"))
    ports = container.get("ports") or ()
    plural = "s" if len(ports) > 1 else ""
    page.field(level, f"Port{plural}", _ports(ports, "containerPort"))
    page.field(level, f"Host Port{plural}", _ports(ports, "hostPort"))
    page.known(level, "SeccompProfile", part(container, "securityContext", "seccompProfile", "type"))


def _ports(ports: Sequence[Mapping[str, Any]], key: str) -> str:
    shown = (
        f"{port.get(key) or 0}/{port.get('protocol', 'TCP')}" + (f" ({port['name']})" if port.get("name") else "")
        for port in ports
    )
    return ", ".join(shown) or NONE


def _write_state(page: Page, level: int, label: str, state: Mapping[str, Any] | None) -> None:
    running, waiting, ended = (part(state, key) for key in ("running", "waiting", "terminated"))
    if running is not None:
        page.field(level, label, "Running")
        page.field(level + 1, "Started", when(running.get("startedAt")))
    elif ended is not None:
        page.field(level, label, "Terminated")
        page.known(level + 1, "Reason", ended.get("reason"))
        page.known(level + 1, "Message", ended.get("message"))
        page.field(level + 1, "Exit Code", ended.get("exitCode"))
        page.known(level + 1, "Signal", ended.get("signal") or None)
        page.field(level + 1, "Started", when(ended.get("startedAt")))
        page.field(level + 1, "Finished", when(ended.get("finishedAt")))
    else:
        page.field(level, label, "Waiting")
        page.known(level + 1, "Reason", part(waiting, "reason"))
        page.known(level + 1, "Message", part(waiting, "message"))


def _write_amounts(page: Page, level: int, label: str, amounts: Mapping[str, Any] | None) -> None:
    if amounts:
        page.row(level, f"{label}:")
        for name, amount in sorted(amounts.items()):
            page.field(level + 1, name, amount)


def _write_environment(page: Page, level: int, container: Mapping[str, Any], pod: Mapping[str, Any] | None) -> None:
    if container.get("envFrom"):
        page.row(level, "Environment Variables from:")
        for source in container["envFrom"]:
            kind = "ConfigMap" if source.get("configMapRef") else "Secret"
            named = source.get("configMapRef") or source.get("secretRef") or {}
            prefix = f" with prefix '{source['prefix']}'" if source.get("prefix") else ""
            optional = f"Optional: {'true' if named.get('optional') else 'false'}"
            page.row(level + 1, named.get("name", ""), f"{kind}{prefix}", optional)
    if not container.get("env"):
        page.field(level, "Environment", NONE)
        return
    page.row(level, "Environment:")
    for variable in container["env"]:
        first, *rest = _value(variable, pod).split("\n")
        page.field(level + 1, variable.get("name", ""), first)
        for line in rest:
            page.row(level + 1, "", line)


def _value(variable: Mapping[str, Any], pod: Mapping[str, Any] | None) -> str:
    source = variable.get("valueFrom")
    if not source:
        return str(variable.get("value") or "")
    if secret := source.get("secretKeyRef"):
        return f"<set to the key '{secret.get('key')}' in secret '{secret.get('name')}'>"
    if config := source.get("configMapKeyRef"):
        return f"<set to the key '{config.get('key')}' of config map '{config.get('name')}'>"
    if field := source.get("fieldRef"):
        path = field.get("fieldPath") or ""
        found = part(pod, *path.split(".")) if pod else None
        return f"{found if isinstance(found, str) else ''} ({field.get('apiVersion', 'v1')}:{path})"
    return f"({part(source, 'resourceFieldRef', 'resource') or ''})"


def _write_mounts(page: Page, level: int, container: Mapping[str, Any]) -> None:
    mounts = container.get("volumeMounts")
    if not mounts:
        page.field(level, "Mounts", NONE)
        return
    page.row(level, "Mounts:")
    for mount in sorted(mounts, key=lambda mount: mount.get("mountPath") or ""):
        flags = "ro" if mount.get("readOnly") else "rw"
        if mount.get("subPath"):
            flags += f',path="{mount["subPath"]}"'
        page.row(level + 1, f"{mount.get('mountPath')} from {mount.get('name')} ({flags})")


def _write_sources(page: Page, level: int, projected: Mapping[str, Any]) -> None:
    for source in projected.get("sources") or ():
        for key, label in (("secret", "SecretName"), ("configMap", "ConfigMapName")):
            if source.get(key):
                page.field(level, label, source[key].get("name"))
                page.field(level, "Optional", bool(source[key].get("optional")))
        if source.get("downwardAPI"):
            page.field(level, "DownwardAPI", True)
        if source.get("serviceAccountToken"):
            page.field(level, "TokenExpirationSeconds", source["serviceAccountToken"].get("expirationSeconds"))


def _toleration(one: Mapping[str, Any]) -> str:
    text = one.get("key") or ""
    text += f"={one['value']}" if one.get("value") else ""
    text += f":{one['effect']}" if one.get("effect") else ""
    if one.get("operator") == "Exists" and not one.get("value"):
        text += " op=Exists" if text else "op=Exists"
    return text + (f" for {one['tolerationSeconds']}s" if one.get("tolerationSeconds") is not None else "")
