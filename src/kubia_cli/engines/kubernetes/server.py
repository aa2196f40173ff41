"""An API server as the rest of kubia asks it: paths checked, credentials shown, asked again by the rule.

Every call to a cluster goes through ``ApiServer``, so that no call lacks a time limit and no SDK exception gets out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, TypeVar

from kubia_cli.engines.kubernetes import paths
from kubia_cli.engines.kubernetes.channels import Channels
from kubia_cli.engines.kubernetes.credentials import ClientCertificate, Credentials
from kubia_cli.engines.kubernetes.errors import Status, not_kubernetes, read_status, translate
from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.engines.kubernetes.retry import (
    Deadline,
    Effect,
    Limit,
    Retries,
    Sureness,
    judge_failure,
    judge_status,
)
from kubia_cli.engines.kubernetes.sdk_transport import SdkTransport
from kubia_cli.engines.kubernetes.transport import (
    READ_TIMEOUT,
    AttemptFailedError,
    Query,
    Request,
    Response,
    Stream,
    Transport,
    Upgrade,
)
from kubia_cli.errors import KubiaError, UnknownOutcomeError

#: Seconds that a call may take, with all its attempts.
CALL_TIMEOUT = 30.0
APPLY_PATCH = "application/apply-patch+yaml"

Connect = Callable[[ClientCertificate | None], Transport]
Answer = TypeVar("Answer", Response, Stream, Upgrade)
#: The statuses of an answer that is what was asked for; of a websocket it is 101.
_FINE, _SWITCHED = range(200, 300), range(101, 102)


class ApiServer:
    """One API server, as one user. ``on_warning`` gets each warning text once, ``connect`` opens the transport."""

    def __init__(
        self,
        access: ClusterAccess,
        credentials: Credentials,
        connect: Connect,
        *,
        on_warning: Callable[[str], None],
        retries: Retries | None = None,
    ) -> None:
        self.access = access
        self.credentials = credentials
        self.on_warning = on_warning
        self.limit = Limit()
        self._connect = connect
        self._retries = retries or Retries()
        self._transport: Transport | None = None
        self._certificate: ClientCertificate | None = None
        self._opening = threading.Lock()
        self._warned: set[str] = set()

    def sibling(self, connect: Connect) -> ApiServer:
        """The same server as the same user, by another transport; what is known of it is known to both."""
        other = ApiServer(self.access, self.credentials, connect, on_warning=lambda text: self.on_warning(text))
        other._retries, other._opening, other._warned = self._retries, self._opening, self._warned
        other.limit = self.limit
        return other

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        timeout: float = CALL_TIMEOUT,
        effect: Effect | None = None,
    ) -> Response:
        """Ask, and return an answer of status 2xx. ``timeout`` is in seconds by the clock, with all attempts.

        ``effect`` says what a repeat would do; without it reads, dry runs and server-side applies may be repeated,
        other writes only when they surely were not processed. Raises the classes of ``errors.py``; an ambiguous failure
        of what must not be repeated is UnknownOutcomeError ``cluster.unknown-outcome``.
        """
        request = Request(method, paths.guard(path), query or {}, body, content_type, accept)

        def send(transport: Transport, authorized: Request, left: float) -> Response:
            return transport.request(authorized, left)

        return self._ask(request, send, lambda answer: answer.body, timeout, effect or effect_of(request))

    def json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Ask as ``request`` does, and return the answer's JSON object.

        UnreachableError ``cluster.not-kubernetes`` for anything else, as a login page gives it.
        """
        answer = self.request(method, path, **options)
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise not_kubernetes(self.access, answer.headers.get("content-type", ""), answer.body)
        return found

    def stream(
        self,
        path: str,
        *,
        query: Query | None = None,
        accept: str = "application/json",
        timeout: float = CALL_TIMEOUT,
        read_timeout: float | None = READ_TIMEOUT,
        lifetime: float | None = None,
    ) -> ServerStream:
        """Open a GET whose answer comes in pieces: a watch, a followed log.

        ``timeout`` is until it is open, ``read_timeout`` the longest silence (None: any), after ``lifetime`` the stream
        ends quietly; all in seconds. Close it, or use it in ``with``.
        """
        request = Request("GET", paths.guard(path), query or {}, accept=accept)

        def send(transport: Transport, authorized: Request, left: float) -> Stream:
            return transport.stream(authorized, left, read_timeout, lifetime)

        answer = self._ask(request, send, lambda stream: b"".join(stream), timeout, Effect.READ)
        return ServerStream(answer, self.access)

    def channels(
        self,
        path: str,
        protocols: Sequence[str],
        *,
        query: Query | None = None,
        timeout: float = CALL_TIMEOUT,
        effect: Effect = Effect.ONCE,
    ) -> Channels:
        """Open a websocket that speaks one of ``protocols``, the most wanted first, within ``timeout`` seconds."""
        request = Request("GET", paths.guard(path), query or {})

        def send(transport: Transport, authorized: Request, left: float) -> Upgrade:
            return transport.upgrade(authorized, left, protocols)

        answer = self._ask(request, send, lambda upgrade: upgrade.body, timeout, effect, _SWITCHED)
        return Channels(answer.connection, answer.protocol, self.access)

    def close(self) -> None:
        """Close the connections."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _ask(
        self,
        request: Request,
        send: Callable[[Transport, Request, float], Answer],
        body_of: Callable[[Answer], bytes],
        timeout: float,
        effect: Effect,
        fine: range = _FINE,
    ) -> Answer:
        refreshed = False
        attempt = 0
        unsure = False
        deadline: Deadline | None = None
        while True:
            attempt += 1
            # Before the clock starts: a credential plugin may ask its user something, and has a limit of its own.
            with self._opening:  # watches are threads, and one plugin is enough
                transport = self._opened()
                authorized = replace(request, headers=self.credentials.headers())
            deadline = deadline or Deadline(self.limit.of(timeout, effect, heard=self._retries.heard))
            problem: Status | AttemptFailedError
            try:
                answer = send(transport, authorized, deadline.left)
                self._warn(answer.warnings)
                if answer.status in fine:
                    self._retries.heard = True
                    return answer
                problem = read_status(answer.status, body_of(answer))
                verdict = judge_status(problem, answer.headers)
            except AttemptFailedError as failure:
                problem = failure
                verdict = judge_failure(failure)
            if isinstance(problem, Status) and problem.code == 401 and not refreshed and self.credentials.refresh():
                refreshed = True
                continue
            error = translate(problem, self.access)
            unsure = unsure or verdict.sureness is Sureness.AMBIGUOUS
            if not self._retries.wait(verdict, effect, attempt, deadline, error.message):
                if unsure and verdict.sureness is not Sureness.FINAL and effect is not Effect.READ:
                    error = _unknown(request, error)
                raise error from (problem if isinstance(problem, AttemptFailedError) else None)

    def _opened(self) -> Transport:
        certificate = self.credentials.certificate()
        if self._transport is None or certificate != self._certificate:
            self.close()
            self._certificate = certificate
            self._transport = self._connect(certificate)
        return self._transport

    def _warn(self, texts: tuple[str, ...]) -> None:
        for text in texts:
            if text not in self._warned:
                self._warned.add(text)
                self.on_warning(text)


class ServerStream:
    """An open answer of an API server. UnreachableError when it breaks off or falls silent."""

    def __init__(self, stream: Stream, access: ClusterAccess) -> None:
        self._stream = stream
        self._access = access

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes as they come."""
        try:
            yield from self._stream
        except AttemptFailedError as failure:
            raise translate(failure, self._access) from failure

    def close(self) -> None:
        """Close the connection; a reader in another thread sees the end."""
        self._stream.close()

    def __enter__(self) -> ServerStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_server(
    access: ClusterAccess,
    env: Mapping[str, str],
    *,
    on_warning: Callable[[str], None],
    note: Callable[[str], None] | None = None,
) -> ApiServer:
    """Make the ``ApiServer`` of a context, through the SDK; nothing is sent yet.

    ``note`` is told when a retry makes the user wait for more than 2 s, ``on_warning`` what the server warns of.
    """
    tell = note or on_warning
    credentials = Credentials(access, env, show=tell)
    if access.insecure:
        on_warning(f"the certificate of {access.server} is not checked (insecure-skip-tls-verify)")
    return ApiServer(
        access,
        credentials,
        lambda certificate: SdkTransport(access, env, certificate),
        on_warning=on_warning,
        retries=Retries(note=tell),
    )


def effect_of(request: Request) -> Effect:
    """What a repeat of ``request`` does, as far as the request itself tells.

    A PUT is not among the repeatable: with a resourceVersion the second one is refused, though the first one won.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or "dryRun" in request.query:
        return Effect.READ
    return Effect.IDEMPOTENT if request.content_type == APPLY_PATCH else Effect.ONCE


def _unknown(request: Request, error: KubiaError) -> UnknownOutcomeError:
    message = f"{request.method} {request.path} was sent, and no answer that can be trusted came: {error.message}"
    return UnknownOutcomeError(
        "cluster.unknown-outcome", message, said=error.said, state="unknown; look before you repeat it"
    )
