"""Ports that a container publishes, in the grammar of ``docker run -p`` (github.com/docker/go-connections, nat).

``[[IP:]HOST_PORT:]PORT[/PROTOCOL]``, where each port may be a range: ``8080:8080``, ``127.0.0.1::80/udp``,
``8000-8002:80-82``, ``9000-9010:80`` (any free one of eleven).
"""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kubia_cli.errors import UsageError
from kubia_cli.model.names import HIGHEST_PORT

PROTOCOLS = ("tcp", "udp", "sctp")

_FORM = "[[IP:]HOST_PORT:]PORT[/tcp|udp|sctp]"
_EXAMPLE = "-p 8080:8080"


@dataclass(frozen=True)
class PublishedPort:
    """A container's port and where it is published. ``host_port`` "" lets the engine choose, a range bounds it."""

    port: int
    protocol: str = "tcp"
    host_ip: str = ""
    host_port: str = ""

    @property
    def key(self) -> str:
        """``8080/tcp``: how the engine's JSON names the container's side."""
        return f"{self.port}/{self.protocol}"


def parse_publish(text: str) -> list[PublishedPort]:
    """Read one value of ``-p``. Raises UsageError ``port.invalid`` that says which part is wrong."""
    host_part, colon, container_part = text.rpartition(":")
    digits, slash, protocol = container_part.partition("/")
    if slash and protocol.lower() not in PROTOCOLS:
        raise _refused(text, f"`{protocol}` is no protocol")
    ip, _, host_digits = host_part.rpartition(":")
    ports = _range(text, digits, "the container's port", lowest=1)
    host_ports = _range(text, host_digits, "the host's port", lowest=0) if host_digits else None
    if colon and not host_part:
        raise _refused(text, "nothing stands before the colon")
    if host_ports is not None and len(ports) > 1 and len(host_ports) != len(ports):
        raise _refused(text, f"{len(host_ports)} host ports cannot carry {len(ports)} container ports")
    host_ip = _address(text, ip)
    return [
        PublishedPort(port, protocol.lower() or "tcp", host_ip, host_port)
        for port, host_port in zip(ports, _spread(host_ports, len(ports)), strict=True)
    ]


def _spread(host_ports: range | None, count: int) -> list[str]:
    """Give each container port its host port; a single container port gets the whole range to choose from."""
    if host_ports is None or host_ports == range(1):
        return [""] * count
    if count == 1 and len(host_ports) > 1:
        return [f"{host_ports[0]}-{host_ports[-1]}"]
    return [str(port) for port in host_ports]


def _range(text: str, digits: str, what: str, *, lowest: int) -> range:
    first, dash, last = digits.partition("-")
    if not first and not dash:
        raise _refused(text, f"{what} is missing")
    bounds = [_number(text, part, what, lowest) for part in ((first, last) if dash else (first, first))]
    if bounds[0] > bounds[1]:
        raise _refused(text, f"{what} `{digits}` ends before it begins")
    return range(bounds[0], bounds[1] + 1)


def _number(text: str, digits: str, what: str, lowest: int) -> int:
    # int() would take " 80", "8_0" and Arabic digits, none of which a port is written in.
    if not re.fullmatch("[0-9]{1,9}", digits) or not lowest <= int(digits) <= HIGHEST_PORT:
        raise _refused(text, f"{what} `{digits}` is no number from 1 to {HIGHEST_PORT}")
    return int(digits)


def _address(text: str, ip: str) -> str:
    if not ip:
        return ""
    bare = ip[1:-1] if ip.startswith("[") and ip.endswith("]") else ip
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        raise _refused(text, f"`{ip}` is no IP address") from None


def _refused(text: str, reason: str) -> UsageError:
    return UsageError("port.invalid", f"`-p {text}`: {reason}; the form is {_FORM}", fix=_EXAMPLE)


def as_bindings(ports: Iterable[PublishedPort]) -> dict[str, list[dict[str, str]]]:
    """Return ports as the engine's HostConfig.PortBindings."""
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        bindings.setdefault(port.key, []).append({"HostIp": port.host_ip, "HostPort": port.host_port})
    return bindings


def shown_ports(ports: Iterable[Mapping[str, Any]]) -> str:
    """The PORTS column of ``docker ps``, from a container's ``Ports``: ``0.0.0.0:8080->8080/tcp, 9000-9001/tcp``.

    Neighbours that keep their number are written as one range, as docker's own formatter does.
    """
    moved: list[str] = []
    kept: dict[tuple[str, str], list[int]] = {}
    for port in sorted(
        ports, key=lambda port: (port["PrivatePort"], port.get("IP") or "", port.get("PublicPort") or 0)
    ):
        private, public, protocol = port["PrivatePort"], port.get("PublicPort") or 0, port["Type"]
        host = in_url(port.get("IP") or "") if public else ""
        if public and public != private:
            moved.append(f"{host}:{public}->{private}/{protocol}")
        else:
            kept.setdefault((host, protocol), []).append(private)
    shown = [
        f"{host}:{run}->{run}/{protocol}" if host else f"{run}/{protocol}"
        for (host, protocol), numbers in kept.items()
        for run in _runs(numbers)
    ]
    return ", ".join(shown + moved)


def in_url(ip: str) -> str:
    """An address as it stands before a port: IPv6 in brackets."""
    return f"[{ip}]" if ":" in ip else ip


def _runs(numbers: Iterable[int]) -> Iterator[str]:
    """Write ascending numbers with neighbours as ranges: ``80``, ``8000-8002``."""
    for _, run in itertools.groupby(enumerate(dict.fromkeys(numbers)), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield str(members[0]) if len(members) == 1 else f"{members[0]}-{members[-1]}"
