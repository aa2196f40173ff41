"""Which Docker engine is meant: --docker-context, DOCKER_HOST, DOCKER_CONTEXT, config.json's, else the local socket."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kubia_cli.engines.docker.config import config_dir, read_config, read_json
from kubia_cli.errors import LocalError, NotFoundError, UnreachableError

DEFAULT_CONTEXT = "default"
DEFAULT_HOST = "unix:///var/run/docker.sock"
#: Docker's own ports, without and with TLS.
PORT, TLS_PORT = 2375, 2376


@dataclass(frozen=True)
class Tls:
    """Files of a TLS connection, "" when absent; without ``ca`` the system's authorities are trusted."""

    ca: str = ""
    certificate: str = ""
    key: str = ""
    verify: bool = True


@dataclass(frozen=True)
class Endpoint:
    """An engine's address: ``host`` as it was written, ``scheme`` unix, tcp or ssh with what belongs to it."""

    host: str
    scheme: str
    path: str = ""
    address: str = ""
    port: int = 0
    user: str = ""
    tls: Tls | None = None


def resolve(env: Mapping[str, str], context: str = "") -> Endpoint:
    """Find the engine; reads files, asks nobody. LocalError, NotFoundError for a context, UnreachableError."""
    name = context or current_context(env)
    if name == DEFAULT_CONTEXT:
        return parse_host(env.get("DOCKER_HOST") or DEFAULT_HOST, _tls_of_environment(env))
    return _of_context(env, name)


def current_context(env: Mapping[str, str]) -> str:
    """The context in use without --docker-context; ``default`` when DOCKER_HOST says where."""
    if env.get("DOCKER_HOST"):
        return DEFAULT_CONTEXT
    chosen = env.get("DOCKER_CONTEXT") or read_config(env).get("currentContext")
    return str(chosen or DEFAULT_CONTEXT)


def contexts(env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and host of the contexts in Docker's config directory."""
    for file in sorted((config_dir(env) / "contexts" / "meta").glob("*/meta.json")):
        meta = _meta(file)
        if meta.get("Name"):
            yield str(meta["Name"]), str(_docker_endpoint(meta).get("Host") or "")


def parse_host(host: str, tls: Tls | None = None) -> Endpoint:
    """Read an address as DOCKER_HOST has it. UnreachableError ``docker.unreachable`` when it is none."""
    parts = urlsplit(host if "://" in host else f"tcp://{host}")
    if parts.scheme == "unix":
        return Endpoint(host, "unix", path=parts.netloc + parts.path or "/var/run/docker.sock")
    try:
        port = parts.port
    except ValueError:
        raise _bad_host(host, "its port is no number from 0 to 65535") from None
    if parts.scheme not in ("tcp", "http", "https", "ssh"):
        raise _bad_host(host, f"`{parts.scheme}` is none of unix, tcp, ssh")
    if not parts.hostname:
        raise _bad_host(host, "the host name is missing")
    if parts.password:
        raise _bad_host("…", "a password may not stand in it")
    if parts.scheme == "ssh":
        # A name that begins with a dash would be an option to ssh (CVE-2017-1000117).
        if parts.hostname.startswith("-") or (parts.username or "").startswith("-"):
            raise _bad_host(host, "a name may not begin with a dash")
        return Endpoint(host, "ssh", address=parts.hostname, port=port or 0, user=parts.username or "", path=parts.path)
    if parts.scheme == "https" and tls is None:
        tls = Tls()
    return Endpoint(host, "tcp", address=parts.hostname, port=port or (TLS_PORT if tls else PORT), tls=tls)


def _bad_host(host: str, reason: str) -> UnreachableError:
    message = f"cannot reach a Docker daemon: `{host}` is no address of one: {reason}"
    return UnreachableError("docker.unreachable", message, fix=f"export DOCKER_HOST={DEFAULT_HOST}")


def _tls_of_environment(env: Mapping[str, str]) -> Tls | None:
    """DOCKER_TLS_VERIFY turns TLS on. Certificates without it would mean TLS that trusts anybody: refused."""
    directory = env.get("DOCKER_CERT_PATH", "")
    if not env.get("DOCKER_TLS_VERIFY"):
        if directory and not env.get("DOCKER_HOST", "unix:").startswith(("unix:", "ssh:")):
            message = "DOCKER_CERT_PATH is set and DOCKER_TLS_VERIFY is not: the daemon would not be verified"
            raise LocalError("docker.tls", message, fix="export DOCKER_TLS_VERIFY=1")
        return None
    return _tls_files(Path(directory) if directory else config_dir(env))


def _of_context(env: Mapping[str, str], name: str) -> Endpoint:
    key = hashlib.sha256(name.encode()).hexdigest()
    file = config_dir(env) / "contexts" / "meta" / key / "meta.json"
    if not file.is_file():
        raise no_context(name)
    endpoint = _docker_endpoint(_meta(file))
    directory = config_dir(env) / "contexts" / "tls" / key / "docker"
    verify = not endpoint.get("SkipTLSVerify")
    tls = _tls_files(directory, verify=verify) if directory.is_dir() or not verify else None
    return parse_host(str(endpoint.get("Host") or DEFAULT_HOST), tls)


def no_context(name: str) -> NotFoundError:
    """The error for a name that no context of Docker's bears."""
    return NotFoundError("docker-context.not-found", f"there is no Docker context `{name}`", fix="kubia context")


def _meta(file: Path) -> dict[str, Any]:
    return read_json(file, "docker-context.invalid")


def _docker_endpoint(meta: Mapping[str, Any]) -> Mapping[str, Any]:
    endpoints = meta.get("Endpoints")
    endpoint = endpoints.get("docker") if isinstance(endpoints, dict) else None
    return endpoint if isinstance(endpoint, dict) else {}


def _tls_files(directory: Path, *, verify: bool = True) -> Tls:
    ca, certificate, key = (
        str(file) if (file := directory / name).is_file() else "" for name in ("ca.pem", "cert.pem", "key.pem")
    )
    if bool(certificate) != bool(key):
        raise LocalError("docker.tls", f"{directory} must have both cert.pem and key.pem, or neither")
    return Tls(ca, certificate, key, verify)
