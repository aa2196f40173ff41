"""The one translator: what the SDK and the libraries under it raise, in kubia's classes.

Only ``APIError.explanation`` is used: ``str(APIError)`` holds the URL, and with it the build arguments (reliability
trap T14). What kind of thing is missing or in the way is said by the caller; the engine's text is quoted, not matched.
"""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from docker.errors import APIError, DockerException

from kubia_cli.errors import (
    ConflictError,
    DeniedError,
    KubiaError,
    LocalError,
    NotFoundError,
    RefusedError,
    UnreachableError,
    UsageError,
)

_SAID_LIMIT = 4096


@dataclass(frozen=True)
class Subject:
    """What a call is about, for its errors: ``kind`` container or image, ``conflict`` the code of a 409."""

    kind: str = ""
    name: str = ""
    conflict: str = ""


@contextmanager
def translated(host: str, kind: str = "", name: str = "", *, conflict: str = "") -> Iterator[None]:
    """Raise kubia's errors for what goes wrong in the body, which asks the engine at ``host`` about ``kind`` NAME."""
    try:
        yield
    except APIError as error:
        raise refusal(error, host, Subject(kind, name, conflict)) from error
    except requests.exceptions.ReadTimeout as error:
        raise UnreachableError("docker.silent", f"no answer from the Docker daemon at {host}") from error
    except (
        DockerException,
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        OSError,
        ValueError,
        KeyError,
    ) as error:
        raise failure(error, host) from error


def refusal(error: APIError, host: str, subject: Subject) -> KubiaError:
    """The error for an answer other than 2xx."""
    status = error.response.status_code if error.response is not None else 0
    said = explanation(error)
    kind, name = subject.kind, subject.name
    if status == 404 and kind:
        return not_found(kind, name)
    if status == 409:
        return conflicting(subject.conflict, kind, name, said)
    if status == 400:
        return UsageError("docker.invalid", "the Docker daemon calls this invalid", said=said)
    if status in (401, 403):
        return DeniedError("docker.denied", f"the Docker daemon at {host} does not allow this", said=said)
    if status in (502, 503, 504):
        return UnreachableError("docker.unavailable", f"the Docker daemon at {host} cannot answer now", said=said)
    if "no space left on device" in said:  # ENOSPC's text; the API has no code for it
        message = "the disk on the Docker daemon's side is full"
        return LocalError("docker.disk-full", message, said=said, fix="docker system df")
    return RefusedError("docker.refused", "the Docker daemon refuses this", said=said)


def not_found(kind: str, name: str) -> NotFoundError:
    """The error for a container's or image's name that nothing bears."""
    if kind == "image":
        return NotFoundError("image.not-found", f"no image {name} on this engine", fix=f"kubia pull {name}")
    return NotFoundError("container.not-found", f"no container {name} on this engine", fix="kubia ps -a")


#: Message and fix of what stands in the way of a call.
_CONFLICTS = {
    "container.not-running": ("container {} is not running", "kubia ps -a"),
    "container.running": ("container {} is running", "kubia stop {}"),
    "image.in-use": ("image {} is in use", ""),
    "name.taken": ("the container name {} is taken", "kubia rm -f {}"),
}


def conflicting(code: str, kind: str, name: str, said: str = "") -> ConflictError:
    """The error for a thing that is not in the state which a call needs."""
    message, fix = _CONFLICTS.get(code, (f"the engine refuses this in the present state of {kind} {{}}", ""))
    return ConflictError(code or "docker.conflict", message.format(name), said=said, fix=fix.format(name))


def explanation(error: APIError) -> str:
    """The engine's own words."""
    return str(error.explanation or "").strip()[:_SAID_LIMIT]


def failure(error: BaseException, host: str) -> KubiaError:
    """The error for a request that got no answer, or none that is the engine's."""
    for link in chain(error):
        if isinstance(link, ssl.SSLError):
            reason = getattr(link, "verify_message", "") or getattr(link, "reason", "") or "TLS failed"
            return UnreachableError("docker.tls", f"no safe connection to the Docker daemon at {host}", said=reason)
    for link in chain(error):
        if isinstance(link, PermissionError):
            message = f"permission denied for the Docker daemon's socket at {host}"
            return UnreachableError("docker.unreachable", message, fix="sudo usermod --append --groups docker $USER")
        if isinstance(link, socket.gaierror | FileNotFoundError | ConnectionRefusedError | TimeoutError) or (
            isinstance(link, OSError) and link.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENOTSOCK)
        ):
            return unreachable(host, ": ".join(filter(None, (link.filename, link.strerror))))
    for link in chain(error):
        if isinstance(link, ConnectionError | http.client.HTTPException | urllib3.exceptions.HTTPError):
            message = f"the connection to the Docker daemon at {host} broke off"
            return UnreachableError("docker.broken-off", message, fix="kubia version")
    return not_docker(host)


def unreachable(host: str, said: str = "") -> UnreachableError:
    """The error for an engine that cannot be connected to."""
    message = f"cannot connect to the Docker daemon at {host}; is it running?"
    fixes = {"unix": "sudo systemctl start docker", "ssh": f"ssh {host} docker version"}
    return UnreachableError(
        "docker.unreachable", message, said=said, fix=fixes.get(host.partition(":")[0], "kubia context")
    )


def not_docker(host: str, said: str = "") -> UnreachableError:
    """The error for an answer that no engine gives."""
    message = f"{host} does not answer as a Docker daemon does"
    return UnreachableError("docker.not-docker", message, said=said, fix="kubia context")


def chain(problem: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that it came from: requests and urllib3 wrap what counts."""
    seen: set[int] = set()
    waiting: list[Any] = [problem]
    while waiting:
        link = waiting.pop(0)
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [getattr(link, "reason", None), link.__cause__, link.__context__, *link.args]
