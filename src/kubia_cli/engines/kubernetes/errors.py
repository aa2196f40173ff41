"""The one translator: what an API server says, and what goes wrong on the way to it, in kubia's classes.

Only a body with ``kind: Status`` is trusted for its fields
(https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/). A proxy's page is only quoted.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.errors import (
    ConflictError,
    DeniedError,
    ExpiredError,
    KubiaError,
    LocalError,
    NotFoundError,
    RefusedError,
    UnreachableError,
)

#: The longest text of a server's that is kept, in characters.
SAID_LIMIT = 4096
#: The most causes of an Invalid answer that are listed.
CAUSE_LIMIT = 20
#: How a server-side apply quotes a value of a wrong type, which a Secret's may be (structured-merge-diff, typed).
_QUOTED = re.compile(r"got &value\.valueUnstructured\{.*\}", re.DOTALL)


@dataclass(frozen=True)
class Status:
    """A failed request's answer. ``trusted`` is False when it is no Kubernetes Status but, say, a proxy's page."""

    code: int
    message: str = ""
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    trusted: bool = False

    @property
    def causes(self) -> list[Mapping[str, Any]]:
        """``details.causes``, without what is no mapping."""
        return [cause for cause in self.details.get("causes") or () if isinstance(cause, dict)]

    @property
    def answered(self) -> bool:
        """Whether a 500 is an answer, and no lost one: a webhook that failed, a field that no apply may have.

        The API server gives both a reason of its own or none; of those without, etcd's troubles are told by their text
        alone (apiserver ``handlers/responsewriters/status.go``, ErrorToAPIStatus).
        """
        if not self.trusted or self.code != 500:
            return False
        return self.reason == "InternalError" or not (self.reason or "etcdserver: " in self.message)

    def has_cause(self, reason: str) -> bool:
        """Whether one of the causes is ``reason``: ``NamespaceTerminating``, ``FieldManagerConflict``."""
        return any(cause.get("reason") == reason for cause in self.causes)


def read_status(code: int, body: bytes) -> Status:
    """Read an answer's body; never raises, whatever the body is."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict) or raw.get("kind") != "Status":
        return Status(code, _cut(body.decode("utf-8", "backslashreplace")))
    return status_of(raw, code)


def status_of(raw: Mapping[str, Any], code: int = 0) -> Status:
    """Read a Status object, as it also comes in a watch's ERROR event; ``code`` is the HTTP status, 0 when none."""
    details = raw.get("details")
    said = raw.get("code")
    return Status(
        code or (said if isinstance(said, int) else 500),
        _cut(_QUOTED.sub("got something else", str(raw.get("message") or ""))),
        str(raw.get("reason") or ""),
        details if isinstance(details, dict) else {},
        trusted=True,
    )


def translate(problem: Status | BaseException, access: ClusterAccess) -> KubiaError:
    """Return the error that a user reads for a server's refusal or a failed attempt; the caller chains it."""
    if isinstance(problem, KubiaError):
        return problem
    return _refusal(problem, access) if isinstance(problem, Status) else _failure(problem, access)


def not_kubernetes(access: ClusterAccess, content_type: str, body: bytes) -> UnreachableError:
    """The error for an answer that no API server gives: a login page, a proxy's notice."""
    message = f"{access.spoken} is no Kubernetes API server: it answered with {content_type or 'no content type'}"
    said = _cut(body.decode("utf-8", "backslashreplace"), 200)
    return UnreachableError("cluster.not-kubernetes", message, said=said, fix="kubia context")


def _refusal(status: Status, access: ClusterAccess) -> KubiaError:
    if not status.trusted:
        return _untrusted(status, access)
    refuse = _REFUSALS.get(status.code)
    if refuse is not None:
        return refuse(status, access)
    if status.code >= 500 and not status.answered:
        return UnreachableError("cluster.unavailable", f"{access.spoken} cannot answer now", said=status.message)
    return RefusedError("cluster.refused", _first(status, "the API server refuses this"), said=_causes(status))


def _unauthorized(status: Status, access: ClusterAccess) -> KubiaError:
    who = f"user `{access.user_name}`" if access.user_name else "no user"
    message = f"{access.spoken} does not accept the credentials of {who}"
    return DeniedError("cluster.unauthorized", message, said=status.message)


def _forbidden(status: Status, access: ClusterAccess) -> KubiaError:
    message = _first(status, f"{access.spoken} forbids this")
    if status.has_cause("NamespaceTerminating"):
        return ConflictError("namespace.terminating", message)
    # RBAC and admission (quota, Pod Security) give the same reason and details; only the sentence that the API
    # server's authorizer makes tells them apart (apiserver ``handlers/responsewriters/errors.go``).
    if not status.trusted or 'forbidden: User "' in status.message:
        return DeniedError("cluster.forbidden", message)
    return RefusedError("cluster.refused", message)


def _not_found(status: Status, access: ClusterAccess) -> KubiaError:
    if not status.details.get("name"):
        message = f"{access.spoken} has no such API"
        return NotFoundError("api.not-found", message, said=status.message, fix="kubia get --help")
    code = "namespace.not-found" if status.details.get("kind") == "namespaces" else "object.not-found"
    return NotFoundError(code, _first(status, "not found"))


def _conflict(status: Status, _: ClusterAccess) -> KubiaError:
    if status.reason == "AlreadyExists":
        return ConflictError("object.exists", _first(status, "it exists already"))
    if status.has_cause("FieldManagerConflict"):
        what = f'{status.details.get("kind") or "object"} "{status.details.get("name") or ""}"'
        return ConflictError("object.owned", f"fields of {what} belong to another manager", said=_causes(status))
    return ConflictError("object.changed", _first(status, "the object has changed since it was read"))


def _expired(status: Status, _: ClusterAccess) -> KubiaError:
    return ExpiredError("list.expired", _first(status, "the version asked for is too old"))


def _invalid(status: Status, _: ClusterAccess) -> KubiaError:
    causes = _causes(status)
    if not causes:
        return RefusedError("object.invalid", _first(status, "the API server calls this invalid"))
    what = f'{status.details.get("kind") or "object"} "{status.details.get("name") or ""}"'
    return RefusedError("object.invalid", f"the API server calls the {what} invalid", said=causes)


def _busy(status: Status, access: ClusterAccess) -> KubiaError:
    return UnreachableError("cluster.busy", f"{access.spoken} takes no requests now", said=status.message)


def _late(status: Status, access: ClusterAccess) -> KubiaError:
    return UnreachableError("cluster.timeout", f"{access.spoken} took too long", said=status.message)


_REFUSALS = {
    400: _invalid,
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    409: _conflict,
    410: _expired,
    422: _invalid,
    429: _busy,
    503: _busy,
    504: _late,
}
#: What another server's answer without a Status still means; 404 is not among them.
_PLAIN = {401: _unauthorized, 403: _forbidden, 410: _expired, 429: _busy, 503: _busy, 504: _late}


def _untrusted(status: Status, access: ClusterAccess) -> KubiaError:
    if status.code in _PLAIN:
        return _PLAIN[status.code](status, access)
    if 300 <= status.code < 400:
        message = f"{access.spoken} sends us to another address"
        return UnreachableError("cluster.redirected", message, said=status.message)
    if status.code == 400 and "HTTP request to an HTTPS server" in status.message:  # Go's net/http
        return UnreachableError("cluster.wrong-scheme", f"{access.spoken} speaks https, the kubeconfig says http")
    if status.code >= 500:
        message = f"{access.spoken} cannot answer now (HTTP {status.code})"
        return UnreachableError("cluster.unavailable", message, said=_cut(status.message, 500))
    message = f"{access.spoken} is no Kubernetes API server: it answered with HTTP {status.code}"
    return UnreachableError("cluster.not-kubernetes", message, said=_cut(status.message, 500), fix="kubia context")


def _failure(problem: BaseException, access: ClusterAccess) -> KubiaError:
    import urllib3.exceptions as http  # noqa: PLC0415 (only a failure pays for it)

    links = list(chain(problem))
    for link in links:
        if isinstance(link, ssl.SSLError):
            return _tls(link, access)
    for link in links:
        if isinstance(link, http.ProxyError):
            message = f"cannot reach {access.spoken} through the proxy"
            return UnreachableError("cluster.proxy", message, said=_innermost(links))
        if isinstance(link, http.NameResolutionError | socket.gaierror):
            message = f"cannot find the host of the API server {access.spoken}"
            return UnreachableError("cluster.unreachable", message, said=_innermost(links), fix="kubia context")
        if isinstance(link, http.NewConnectionError | ConnectionRefusedError):
            message = f"cannot reach the API server {access.spoken}"
            return UnreachableError("cluster.unreachable", message, said=_innermost(links), fix="kubia context")
        if isinstance(link, http.TimeoutError | TimeoutError):
            return UnreachableError("cluster.silent", f"no answer from the API server {access.spoken}")
        if isinstance(link, http.LocationParseError):
            return LocalError("kubeconfig.incomplete", f"{access.server} is no address of an API server")
    message = f"the connection to the API server {access.spoken} broke"
    return UnreachableError("cluster.broken-off", message, said=_innermost(links))


#: OpenSSL's verify codes (``x509_vfy.h``) in plain words.
_CERTIFICATE = {
    9: "its certificate is not valid yet; is a clock wrong?",
    10: "its certificate has expired",
    18: "its certificate is signed by itself, and not by the kubeconfig's certificate-authority",
    19: "its certificate is not signed by the kubeconfig's certificate-authority",
    20: "its certificate is not signed by the kubeconfig's certificate-authority",
    21: "its certificate is not signed by the kubeconfig's certificate-authority",
    62: "its certificate is for another host name; tls-server-name can name it",
    64: "its certificate is for another IP address; tls-server-name can name it",
}


def _tls(problem: ssl.SSLError, access: ClusterAccess) -> KubiaError:
    said = str(getattr(problem, "verify_message", "") or problem.reason or problem)
    if isinstance(problem, ssl.SSLCertVerificationError):
        reason = _CERTIFICATE.get(problem.verify_code, "its certificate cannot be verified")
        return UnreachableError("cluster.certificate", f"cannot trust {access.spoken}: {reason}", said=said)
    if problem.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        message = f"{access.spoken} does not speak https, the kubeconfig says so"
        return UnreachableError("cluster.wrong-scheme", message, said=said)
    if "ALERT" in (problem.reason or ""):
        message = f"{access.spoken} does not accept our client certificate, or asks for one"
        return DeniedError("cluster.client-certificate", message, said=said)
    return UnreachableError("cluster.tls", f"no safe connection to {access.spoken}", said=said)


def chain(problem: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that it came from: urllib3 and the SDK wrap what counts."""
    seen: set[int] = set()
    waiting: list[object] = [problem]
    while waiting:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [getattr(link, "reason", None), link.__cause__, link.__context__, *link.args]


def _innermost(links: list[BaseException]) -> str:
    for link in reversed(links):
        if isinstance(link, OSError) and link.strerror:
            return link.strerror
    return _cut(str(links[-1]), 300)


def _first(status: Status, otherwise: str) -> str:
    return status.message or otherwise


def _causes(status: Status) -> str:
    lines = [": ".join(filter(None, (cause.get("field"), cause.get("message")))) for cause in status.causes]
    more = [f"and {len(lines) - CAUSE_LIMIT} more"] if len(lines) > CAUSE_LIMIT else []
    return _cut("\n".join(lines[:CAUSE_LIMIT] + more))


def _cut(text: str, limit: int = SAID_LIMIT) -> str:
    text = text.strip()
    return text if len(text) <= limit else f"{text[:limit]}…"
