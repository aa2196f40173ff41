"""What went wrong between the engine and a registry, told from the sentence that the engine passes on.

The engine has no codes for it: an error is text in a stream that began with 200 (moby ``distribution/errors.go``).
The words are those of moby, of the registry's protocol (distribution ``registry/api/errcode``) and of Go's net package.
"""

from __future__ import annotations

import ipaddress
import re

import requests

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
#: What a registry says to who asks too often (distribution ``errcode.ErrorCodeTooManyRequests``).
_BUSY = re.compile("toomanyrequests|429 Too Many Requests", re.IGNORECASE)
#: What may be over in a moment: an answer of 5xx, and the network; not a wrong certificate or a name that is none.
_PASSING = re.compile("HTTP status:? 5[0-9][0-9]|5[0-9][0-9] (?:Internal|Bad Gateway|Service|Gateway)|unexpected EOF")
_LASTING = re.compile("x509:|HTTP response to HTTPS client|no such host")
#: Seconds to wait before a transfer is tried again, by how often it was.
_PAUSES_BUSY: tuple[float, ...] = (5.0, 10.0, 20.0)
_PAUSES_PASSING: tuple[float, ...] = (1.0,)
#: Seconds for the registry to say how long it wants to be left alone.
_LOOK = 3.0
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


def pause_before(attempt: int, said: str) -> float | None:
    """Seconds to wait before the second, third, … ``attempt`` at a transfer that failed with ``said``; None: no more.

    A whole transfer is repeated: the layers that have arrived are not sent again.
    """
    if _BUSY.search(said):
        pauses = _PAUSES_BUSY
    elif _PASSING.search(said) or (_UNREACHABLE.search(said) and not _LASTING.search(said)):
        pauses = _PAUSES_PASSING
    else:
        return None
    return pauses[attempt - 2] if attempt - 2 < len(pauses) else None


def retry_after(said: str, reference: ImageReference) -> float:
    """Seconds that a busy registry wants to be left alone, 0 when it does not say.

    The engine keeps the header to itself, so the registry is looked at from here, without a login.
    """
    if not _BUSY.search(said):
        return 0.0
    scheme = "http" if _is_loopback(reference.registry) else "https"
    host = "registry-1.docker.io" if reference.registry == DOCKER_HUB else reference.registry
    url = f"{scheme}://{host}/v2/{reference.repository}/manifests/{reference.digest or reference.tag}"
    with requests.Session() as asking:
        asking.trust_env = False  # .netrc is for others
        try:
            wanted = asking.head(url, timeout=_LOOK).headers.get("Retry-After", "")
        except requests.RequestException:
            return 0.0
    return float(wanted) if wanted.isascii() and wanted.isdigit() else 0.0


def _is_loopback(registry: str) -> bool:
    """Whether a registry is on this machine, where the engine too speaks HTTP without TLS."""
    host = registry.rpartition(":")[0] or registry
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
