"""The page of a container: what runs, since when, and how it is reached; the facts of ``docker inspect``, in words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kubia_cli.model.age import parse_time
from kubia_cli.model.ports import in_url
from kubia_cli.model.size import human_age, human_duration, human_size
from kubia_cli.output.pages.layout import NONE, Page, part, when

Raw = Mapping[str, Any]

#: The engine's zero time, for what has not happened.
_NEVER = "0001-01-01"
#: Variables whose names say that their values are nobody's business; ``-o json`` shows them.
_SECRET = re.compile("pass|secret|token|key|cred|auth", re.IGNORECASE)


def container_page(raw: Raw, now: datetime) -> list[str]:
    """Return the lines of a container's page."""
    page = Page()
    config, host = raw.get("Config") or {}, raw.get("HostConfig") or {}
    page.field(0, "Name", str(raw.get("Name", "")).removeprefix("/"))
    page.field(0, "ID", str(raw.get("Id", ""))[:12])
    page.field(0, "Image", config.get("Image"))
    page.field(0, "Image ID", str(raw.get("Image", "")).removeprefix("sha256:")[:12])
    page.field(0, "Command", shlex.join([str(raw.get("Path", "")), *(raw.get("Args") or ())]))
    _write_state(page, raw, now)
    page.field(0, "Host name", config.get("Hostname"))
    page.known(0, "User", config.get("User"))
    page.known(0, "Working directory", config.get("WorkingDir"))
    page.values(0, "Ports", list(_ports(part(raw, "NetworkSettings", "Ports"))))
    page.values(0, "Networks", list(_networks(part(raw, "NetworkSettings", "Networks"))))
    page.values(0, "Mounts", list(_mounts(raw.get("Mounts") or ())))
    page.field(0, "Restart policy", _restart_policy(host.get("RestartPolicy") or {}))
    page.known(0, "Memory limit", human_size(host["Memory"]) if host.get("Memory") else "")
    page.known(0, "CPU limit", f"{host['NanoCpus'] / 1e9:g}" if host.get("NanoCpus") else "")
    page.known(0, "Privileged", host.get("Privileged") or None)
    page.values(0, "Environment", shown_variables(config.get("Env")))
    page.labels(0, "Labels", config.get("Labels"))
    return page.lines()


def shown_variables(variables: Sequence[str] | None) -> list[str]:
    """``NAME=value`` as a page shows them: a value is masked when its name says that it is a secret."""
    pairs = (variable.partition("=") for variable in variables or ())
    return [f"{name}={'***' if value and _SECRET.search(name) else value}" for name, _, value in pairs]


def _write_state(page: Page, raw: Raw, now: datetime) -> None:
    state = raw.get("State") or {}
    page.field(0, "Status", _status(state, now))
    page.known(0, "Health", part(state, "Health", "Status"))
    page.known(0, "Error", state.get("Error"))
    page.field(0, "Created", when(raw.get("Created")))
    for label, key in (("Started", "StartedAt"), ("Finished", "FinishedAt")):
        if not str(state.get(key) or _NEVER).startswith(_NEVER):
            page.field(0, label, when(state[key]))
    page.known(0, "Process ID", state.get("Pid") or None)
    page.known(0, "Restarts", raw.get("RestartCount") or None)


def _status(state: Raw, now: datetime) -> str:
    """The state in the words of ``docker ps``: ``Up 5 minutes (Paused)``, ``Exited (137) 2 hours ago``."""
    if state.get("Running"):
        note = " (Paused)" if state.get("Paused") else " (Restarting)" if state.get("Restarting") else ""
        return f"Up {human_duration(_seconds(state.get('StartedAt'), now))}{note}"
    if state.get("Status") in ("exited", "dead"):
        killed = ", killed for its memory (OOM)" if state.get("OOMKilled") else ""
        ago = human_age(_seconds(state.get("FinishedAt"), now))
        return f"Exited ({state.get('ExitCode')}) {ago}{killed}"
    return str(state.get("Status", "")).capitalize()


def _seconds(timestamp: str | None, now: datetime) -> float:
    moment = parse_time(timestamp)
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


def _ports(ports: Mapping[str, Sequence[Raw] | None] | None) -> Iterator[str]:
    for port, bindings in sorted((ports or {}).items(), key=lambda pair: int(pair[0].partition("/")[0])):
        if not bindings:
            yield f"{port} (not published)"
        for binding in bindings or ():
            yield f"{in_url(binding['HostIp'])}:{binding['HostPort']} -> {port}"


def _networks(networks: Mapping[str, Raw] | None) -> Iterator[str]:
    for name, network in sorted((networks or {}).items()):
        addresses = [network.get("IPAddress"), network.get("GlobalIPv6Address")]
        yield " ".join([name, *(address for address in addresses if address)])


def _mounts(mounts: Sequence[Raw]) -> Iterator[str]:
    for mount in mounts:
        source = mount.get("Name") or mount.get("Source", "")
        mode = "rw" if mount.get("RW") else "ro"
        yield f"{source} -> {mount.get('Destination', '')} ({mode}, {mount.get('Type', '')})"


def _restart_policy(policy: Raw) -> str:
    name = policy.get("Name") or "no"
    count = policy.get("MaximumRetryCount")
    return f"{name}:{count}" if count else str(name or NONE)
