"""One plain request and its whole answer, at an API server or a Docker engine: for names at a press of TAB.

HTTP/1.0, so that an answer ends where the connection does. ``http.client`` alone would cost 15 ms.
"""

from __future__ import annotations

import base64
import os
import socket

TYPE_CHECKING = False  # `typing` costs a TAB 8 ms
if TYPE_CHECKING:
    import ssl

    from kubia_cli.completion.configured import Access

_CHUNK = 262144
#: Longest answer that is read, in bytes.
_LIMIT = 32 * 1024 * 1024


class Unanswered(Exception):  # noqa: N818 (said to a reader as it is)
    """There is no answer, or not the one that was asked for; the text says which."""


def of_cluster(access: Access, path: str, accept: str, seconds: float) -> bytes:
    """Ask an API server for ``path``. Unanswered, OSError (of which ssl's errors are)."""
    scheme, _, rest = access.server.partition("://")
    place, slash, prefix = rest.partition("/")
    host, port = _split(place, 443 if scheme == "https" else 80)
    headers = [f"Accept: {accept}"]
    with socket.create_connection((host, port), seconds) as plain:
        plain.settimeout(seconds)
        if scheme != "https":
            return _answer(plain, place, f"{slash}{prefix}{path}", headers)
        token = access.secret("token") or access.secret("tokenFile").strip()
        if token:
            headers.append(f"Authorization: Bearer {token.decode('latin-1')}")
        with _context(access).wrap_socket(plain, server_hostname=access.server_name or host) as secure:
            return _answer(secure, place, f"{slash}{prefix}{path}", headers)


def of_docker(endpoint: str, path: str, seconds: float) -> bytes:
    """Ask a Docker engine at ``unix://`` or plain ``tcp://``. Unanswered, OSError."""
    scheme, _, place = endpoint.partition("://")
    if scheme == "unix":
        with socket.socket(socket.AF_UNIX) as local:
            local.settimeout(seconds)
            local.connect(place)
            return _answer(local, "docker", path, [])
    with socket.create_connection(_split(place, 2375), seconds) as remote:
        remote.settimeout(seconds)
        return _answer(remote, place, path, [])


def _split(place: str, port: int) -> tuple[str, int]:
    host, colon, number = place.rpartition(":")
    if colon and number.isdecimal():
        return host.strip("[]"), int(number)
    return place.strip("[]"), port


def _answer(connection: socket.socket, host: str, path: str, headers: list[str]) -> bytes:
    lines = [f"GET {path} HTTP/1.0", f"Host: {host}", "User-Agent: kubia-completion", *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode("latin-1"))
    pieces, size = [], 0
    while size < _LIMIT and (piece := connection.recv(_CHUNK)):
        pieces.append(piece)
        size += len(piece)
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        said = {b"401": "asks for a login", b"403": "forbids it", b"404": "does not have it"}
        raise Unanswered(said.get(status[0] if status else b"", "does not answer as expected"))
    return body


def _context(access: Access) -> ssl.SSLContext:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if access.authority:
        context.load_verify_locations(cadata=access.authority.decode("ascii"))
    elif access.authority_file:
        context.load_verify_locations(access.authority_file)
    else:
        context.load_default_certs()
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)  # as the engine's own (credentials.tls_context)
    if access.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    certificate, key = (_pem(access, name) for name in ("client-certificate", "client-key"))
    if certificate and key:
        context.load_cert_chain(_unseen(certificate), _unseen(key), password="")
    return context


def _pem(access: Access, name: str) -> bytes:
    return base64.b64decode(access.secret(f"{name}-data")) or access.secret(name)


def _unseen(data: bytes) -> str:
    """A file's name for bytes that must not reach a disk: OpenSSL takes keys by name only."""
    handle = os.memfd_create("kubia")  # closed when this process ends, which is soon
    os.write(handle, data)
    return f"/proc/self/fd/{handle}"
