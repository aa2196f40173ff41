"""A container as `run` asks for it: docker's words read into the engine's own JSON (POST /containers/create)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from kubia_cli.errors import UsageError
from kubia_cli.model.ports import PublishedPort, as_bindings

#: The engine's rule for names (moby, daemon/names).
_NAME = re.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+")
#: A size in bytes with a binary unit, as in 512m (go-units, RAMInBytes).
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([kmgtp]?)i?b?", re.IGNORECASE)
_RESTART_POLICIES = ("no", "always", "unless-stopped", "on-failure")


@dataclass(frozen=True)
class ContainerOptions:
    """docker's options as typed, each by the name of its long spelling."""

    publish: Sequence[PublishedPort] = ()
    publish_all: bool = False
    env: Sequence[str] = ()
    volume: Sequence[str] = ()
    label: Sequence[str] = ()
    add_host: Sequence[str] = ()
    cap_add: Sequence[str] = ()
    cap_drop: Sequence[str] = ()
    detach: bool = False
    interactive: bool = False
    tty: bool = False
    rm: bool = False
    init: bool = False
    privileged: bool = False
    read_only: bool = False
    user: str = ""
    workdir: str = ""
    entrypoint: str | None = None
    hostname: str = ""
    network: str = ""
    restart: str = ""
    memory: str = ""
    cpus: str = ""


def container_spec(image: str, program: Sequence[str], options: ContainerOptions) -> dict[str, Any]:
    """Return the engine's JSON for a new container. Raises UsageError for a value that docker would refuse too."""
    attached = not options.detach
    binds, volumes = _volumes(options.volume)
    spec: dict[str, Any] = {
        "Image": image,
        "Tty": options.tty,
        "OpenStdin": options.interactive,
        "StdinOnce": options.interactive and attached,
        "AttachStdin": options.interactive and attached,
        "AttachStdout": attached,
        "AttachStderr": attached,
        "Env": list(options.env),
        "Labels": labels(options.label),
        "ExposedPorts": {port.key: {} for port in options.publish},
        "HostConfig": _host_config(options, binds),
    }
    if program:
        spec["Cmd"] = list(program)
    if options.entrypoint is not None:
        spec["Entrypoint"] = [options.entrypoint]
    optional = {
        "User": options.user,
        "WorkingDir": options.workdir,
        "Hostname": options.hostname,
        "Volumes": {path: {} for path in volumes},
    }
    return spec | {key: value for key, value in optional.items() if value}


def check_container_name(name: str) -> str:
    """Return ``name``; raises UsageError ``name.invalid`` for one that the engine refuses."""
    if name and not _NAME.fullmatch(name):
        mended = re.sub("[^a-zA-Z0-9_.-]+", "-", name).strip("-._")
        rule = "a letter or digit first, then letters, digits, _ . -, two characters at least"
        fix = f"--name {mended}" if _NAME.fullmatch(mended) else ""
        raise UsageError("name.invalid", f"`{name}` is no name for a container: {rule}", fix=fix)
    return name


def labels(words: Iterable[str]) -> dict[str, str]:
    """Read ``KEY=value`` and ``KEY`` (an empty value). Raises UsageError for a label without a key."""
    read: dict[str, str] = {}
    for word in words:
        key, _, value = word.partition("=")
        if not key:
            raise UsageError("label.invalid", f"`--label {word}`: a label needs a key before the =")
        read[key] = value
    return read


def memory_bytes(text: str) -> int:
    """Read ``512m``, ``1g``, ``64MiB``: a number of bytes with a binary unit."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise UsageError("memory.invalid", f"`--memory {text}`: a number with b, k, m or g is needed", fix="-m 512m")
    return int(Decimal(match[1]) * 1024 ** "bkmgtp".index(match[2].lower() or "b"))


def _host_config(options: ContainerOptions, binds: list[str]) -> dict[str, Any]:
    wanted = {
        "Binds": binds,
        "PortBindings": as_bindings(options.publish),
        "PublishAllPorts": options.publish_all,
        "AutoRemove": options.rm,
        "NetworkMode": options.network,
        "RestartPolicy": _restart_policy(options),
        "Memory": memory_bytes(options.memory) if options.memory else 0,
        "NanoCpus": _nano_cpus(options.cpus) if options.cpus else 0,
        "Privileged": options.privileged,
        "ReadonlyRootfs": options.read_only,
        "Init": options.init,
        "ExtraHosts": list(options.add_host),
        "CapAdd": list(options.cap_add),
        "CapDrop": list(options.cap_drop),
    }
    return {key: value for key, value in wanted.items() if value}


def _volumes(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Split ``-v`` into binds (SOURCE:PATH[:ro]) and paths that get a volume without a name.

    A source that begins with a dot is a directory here, as for docker.
    """
    binds, volumes = [], []
    for word in words:
        source, colon, target = word.partition(":")
        if not colon:
            if not word.startswith("/"):
                raise UsageError(
                    "volume.invalid", f"`-v {word}`: a path inside the container is needed", fix="-v SOURCE:/PATH"
                )
            volumes.append(word)
            continue
        if not source or not target.startswith("/"):
            what = "the path inside the container must begin with /" if source else "nothing stands before the colon"
            raise UsageError("volume.invalid", f"`-v {word}`: {what}", fix="-v SOURCE:/PATH")
        binds.append(f"{Path(source).resolve()}:{target}" if source.startswith(".") else word)
    return binds, volumes


def _restart_policy(options: ContainerOptions) -> dict[str, Any]:
    name, _, count = options.restart.partition(":")
    if not name or name == "no":
        return {}
    if name not in _RESTART_POLICIES or (count and not (name == "on-failure" and count.isdecimal())):
        known = "no, always, unless-stopped, on-failure[:TIMES]"
        raise UsageError("restart.invalid", f"`--restart {options.restart}` is not one of {known}")
    if options.rm:
        raise UsageError("restart.with-rm", "`--restart` and `--rm` exclude each other: what is removed cannot restart")
    return {"Name": name, "MaximumRetryCount": int(count or 0)}


def _nano_cpus(text: str) -> int:
    try:
        cpus = Decimal(text)
    except InvalidOperation:
        cpus = Decimal(0)
    if not cpus.is_finite() or cpus <= 0:
        raise UsageError("cpus.invalid", f"`--cpus {text}`: a number above 0 is needed", fix="--cpus 0.5")
    return int(cpus * 10**9)
