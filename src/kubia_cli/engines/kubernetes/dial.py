"""A connection to an API server's host, for websockets: through the proxy if there is one, with TLS if it speaks it."""

from __future__ import annotations

import base64
import contextlib
import http.client
import socket
import ssl
from urllib.parse import urlsplit

from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.engines.kubernetes.proxy import without_login
from kubia_cli.errors import LocalError

_PORTS = {"http": 80, "https": 443}
#: Seconds of silence after which the kernel asks whether the other side is there, and between its questions.
_KEEPALIVE = 30


def dial(access: ClusterAccess, proxy: str, tls: ssl.SSLContext | None, timeout: float) -> socket.socket:
    """Connect within ``timeout`` seconds; the socket keeps that timeout. OSError, http.client.HTTPException; LocalError
    ``proxy.unsupported`` for a proxy that itself speaks https.
    """
    parts = urlsplit(access.server)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    raw = _through(proxy, host, port, timeout) if proxy else socket.create_connection((host, port), timeout)
    try:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a keystroke waits for nothing
        _keep_alive(raw)
        return tls.wrap_socket(raw, server_hostname=access.tls_server_name or host) if tls else raw
    except BaseException:
        raw.close()
        raise


def _through(proxy: str, host: str, port: int, timeout: float) -> socket.socket:
    url, login = without_login(proxy)
    parts = urlsplit(url)
    if parts.scheme == "https":
        raise LocalError("proxy.unsupported", "a terminal or port in a pod cannot be reached through an https proxy")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    headers = {"Proxy-Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {}
    connection.set_tunnel(host, port, headers)
    connection.connect()
    return connection.sock


def _keep_alive(raw: socket.socket) -> None:
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", _KEEPALIVE), ("TCP_KEEPINTVL", _KEEPALIVE), ("TCP_KEEPCNT", 3)):
        with contextlib.suppress(AttributeError, OSError):  # not every system has each
            raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
