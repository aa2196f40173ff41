"""Which proxy stands between us and an API server, by the rules that kubectl has from Go.

The kubeconfig's ``proxy-url`` wins and knows no exceptions; else HTTPS_PROXY or HTTP_PROXY by the server's scheme,
unless NO_PROXY names the server (golang.org/x/net/http/httpproxy). Loopback is never asked for through a proxy.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.errors import LocalError

_PORTS = {"http": 80, "https": 443}


def proxy_for(access: ClusterAccess, env: Mapping[str, str]) -> str:
    """Return the proxy's URL, "" for none. LocalError ``proxy.unsupported`` for a scheme that we do not speak."""
    chosen = access.proxy_url or _from_environment(access.server, env)
    if not chosen:
        return ""
    url = chosen if "://" in chosen else f"http://{chosen}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        whose = "proxy-url of the kubeconfig" if access.proxy_url else "HTTPS_PROXY"
        message = f"the {whose} is no http or https proxy"  # the value may hold a password
        raise LocalError("proxy.unsupported", message)
    return url


def without_login(proxy: str) -> tuple[str, str]:
    """Split a proxy's URL into the URL without its login, and ``user:password`` ("" when it has none)."""
    if not proxy:
        return "", ""
    parts = urlsplit(proxy)
    login, _, place = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{place}", unquote(login)


def _from_environment(server: str, env: Mapping[str, str]) -> str:
    parts = urlsplit(server)
    name = f"{parts.scheme}_proxy"
    proxy = env.get(name.upper()) or env.get(name) or ""
    host, port = (parts.hostname or "").rstrip("."), parts.port or _PORTS[parts.scheme]
    if not proxy or bypassed(host, port, env.get("NO_PROXY") or env.get("no_proxy") or ""):
        return ""
    return proxy


def bypassed(host: str, port: int, no_proxy: str) -> bool:
    """Whether NO_PROXY (or loopback) takes a host out of the proxy's hands."""
    address = _address(host)
    if host == "localhost" or (address and address.is_loopback):
        return True
    return any(_matches(host.lower(), address, port, rule.strip().lower()) for rule in no_proxy.split(","))


def _matches(host: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None, port: int, rule: str) -> bool:
    if rule == "*":
        return True
    if "/" in rule:
        return address is not None and _inside(address, rule)
    name, rule_port = _split_port(rule)
    if rule_port and rule_port != str(port):
        return False
    if address is not None:
        return _address(name) == address
    if name.startswith(("*.", ".")):
        return host.endswith(name.removeprefix("*"))
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _split_port(rule: str) -> tuple[str, str]:
    if rule.startswith("["):
        name, _, port = rule[1:].partition("]")
        return name, port.removeprefix(":")
    return (rule, "") if rule.count(":") != 1 else (rule.partition(":")[0], rule.partition(":")[2])


def _inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address, network: str) -> bool:
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
