"""What went wrong between the engine and a registry, told from the sentence that the engine passes on.

The engine has no codes for it: an error is text in a stream that began with 200 (moby ``distribution/errors.go``).
The words are those of moby, of the registry's protocol (distribution ``registry/api/errcode``) and of Go's net package.
"""

from __future__ import annotations

import re

from kubia_cli.errors import DeniedError, KubiaError, LocalError, NotFoundError, TransferError, UnreachableError
from kubia_cli.model.image import DOCKER_HUB, ImageReference

_DENIED = re.compile(
    "denied|unauthorized|no basic auth credentials|authentication required|401 Unauthorized|403 Forbidden|"
    "incorrect username or password",
    re.IGNORECASE,
)
_UNREACHABLE = re.compile(
    "dial tcp|no such host|connection refused|i/o timeout|network is unreachable|TLS handshake|x509:|"
    "HTTP response to HTTPS client|Client.Timeout|deadline exceeded|connection reset|proxyconnect|: EOF",
    re.IGNORECASE,
)
_MISSING = re.compile(
    "manifest unknown|manifest for .* not found|name unknown|repository .* not found|404 Not Found|"
    "no matching manifest",
    re.IGNORECASE,
)
_DISK_FULL = "no space left on device"
_CODES = {
    "push": ("push.unreachable", "push.denied", "push.failed"),
    "pull": ("registry.unreachable", "registry.denied", "pull.failed"),
}


def registry_failure(said: str, reference: ImageReference, verb: str) -> KubiaError:
    """The error for a ``pull`` or ``push`` that failed with the engine's words ``said``."""
    host, name = reference.registry, reference.familiar
    unreachable, denied, failed = _CODES[verb]
    if _DISK_FULL in said:
        message = "the disk on the Docker daemon's side is full"
        return LocalError("docker.disk-full", message, said=said, fix="docker system df")
    if _UNREACHABLE.search(said):
        message = f"cannot {verb} {name}: the Docker daemon does not reach the registry {host}"
        return UnreachableError(unreachable, message, said=said)
    if _DENIED.search(said):
        login = "kubia login" if host == DOCKER_HUB else f"kubia login {host}"
        refused = f"{host} refused {name}"
        doubt = "" if verb == "push" else ": it does not exist there, or needs a login"
        return DeniedError(denied, refused + doubt, said=said, fix=login)
    if verb == "pull" and _MISSING.search(said):
        return NotFoundError("image.not-found", f"{host} has no image {name}", said=said)
    return TransferError(failed, f"the {verb} of {name} failed", said=said)


def login_failure(said: str, host: str) -> KubiaError:
    """The error for a login at the registry ``host`` that failed with the engine's words ``said``."""
    if _UNREACHABLE.search(said):
        message = f"cannot log in to {host}: the Docker daemon does not reach it"
        return UnreachableError("registry.unreachable", message, said=said)
    if _DENIED.search(said):
        return DeniedError("login.denied", f"{host} refused the login", said=said)
    return TransferError("login.failed", f"the login to {host} could not be checked", said=said)
