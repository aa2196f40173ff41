"""Attempts at an API server through the Kubernetes SDK's ``ApiClient``: no typed models, no retries, no redirects."""

from __future__ import annotations

import contextlib
import http.client
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from kubia_cli.engines.kubernetes.credentials import ClientCertificate, tls_context
from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.engines.kubernetes.proxy import proxy_for, without_login
from kubia_cli.engines.kubernetes.transport import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    AttemptFailedError,
    Request,
    Response,
    Stream,
    Upgrade,
    parse_warnings,
    target_of,
    user_agent,
    within,
)
from kubia_cli.engines.loading import SDK_LOADING

_CHUNK = 65536


class SdkTransport:
    """The API server through the Kubernetes SDK. ``env`` names the proxies."""

    def __init__(self, access: ClusterAccess, env: Mapping[str, str], certificate: ClientCertificate | None) -> None:
        with SDK_LOADING:
            from kubernetes.client import ApiClient, Configuration  # noqa: PLC0415 (a quarter of a second)
            from urllib3.exceptions import InsecureRequestWarning  # noqa: PLC0415

        self._access = access
        self._proxy = proxy_for(access, env)
        self._tls = tls_context(access, certificate) if access.server.startswith("https://") else None
        proxy, login = without_login(self._proxy)
        configuration = Configuration(host=access.server, retries=False, proxy=proxy, no_proxy="")
        configuration.verify_ssl = not access.insecure
        configuration.tls_server_name = access.tls_server_name or None
        configuration.keep_alive = True
        if login:
            from urllib3 import make_headers  # noqa: PLC0415

            configuration.proxy_headers = make_headers(proxy_basic_auth=login)
        self._client = ApiClient(configuration)
        if self._tls is not None:
            # The SDK's Configuration takes certificates by file name only, and reads them again for each connection.
            pools = self._client.rest_client.pool_manager
            pools.connection_pool_kw["ssl_context"] = self._tls
        if access.insecure:  # said once by us, not by urllib3 on every request
            warnings.filterwarnings("ignore", category=InsecureRequestWarning)

    def request(self, request: Request, timeout: float) -> Response:
        """Ask once; see ``Transport``."""
        abandoned = _Abandoned()

        @_translated()
        def ask() -> Response:
            answer = abandoned.watch(self._open(request, timeout, min(READ_TIMEOUT, timeout)))
            try:
                body = answer.read(decode_content=True)
            finally:
                answer.release_conn()
            return Response(answer.status, _lowered(answer.headers), body, _warnings(answer.headers))

        return within(timeout, ask, abandoned.end)

    def stream(
        self,
        request: Request,
        timeout: float,
        read_timeout: float | None = READ_TIMEOUT,
        lifetime: float | None = None,
    ) -> Stream:
        """Open a stream; see ``Transport``."""
        abandoned = _Abandoned()
        answer = within(timeout, lambda: abandoned.watch(self._open(request, timeout, read_timeout)), abandoned.end)
        return SdkStream(answer, lifetime)

    def upgrade(self, request: Request, timeout: float, protocols: Sequence[str]) -> Upgrade:
        """Ask for a websocket; see ``Transport``."""
        from kubia_cli.engines.kubernetes.upgrade import Handshake  # noqa: PLC0415 (few verbs need one)

        handshake = Handshake(self._access, self._proxy, self._tls)
        return within(timeout, partial(handshake.shake, request, timeout, protocols), handshake.give_up)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()  # type: ignore[no-untyped-call]  # the SDK's own lack

    def _open(self, request: Request, timeout: float, read_timeout: float | None) -> Any:
        from urllib3 import HTTPHeaderDict  # noqa: PLC0415

        headers = HTTPHeaderDict({"Accept": request.accept, "User-Agent": user_agent()})
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        for name, value in request.headers:
            headers.add(name, value)
        url = f"{self._access.server}{target_of(request)}"
        limits = (min(CONNECT_TIMEOUT, timeout), read_timeout)
        with _translated():
            answer = self._client.call_api(request.method, url, headers, request.body, _request_timeout=limits)
        return answer.response


class SdkStream:
    """An open answer of urllib3's."""

    def __init__(self, answer: Any, lifetime: float | None) -> None:
        self._answer = answer
        self._over = False
        self.status: int = answer.status
        self.headers: Mapping[str, str] = _lowered(answer.headers)
        self.warnings = _warnings(answer.headers)
        self._timer = threading.Timer(lifetime, self.close) if lifetime is not None else None
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()

    def __iter__(self) -> Iterator[bytes]:
        """Yield pieces until the server ends, the stream's time is over, or it is closed."""
        try:
            while not self._over:
                with _translated():
                    piece = self._answer.read1(_CHUNK, decode_content=True)
                if not piece:
                    return
                yield piece
        except AttemptFailedError:
            if not self._over:
                raise
        finally:
            self.close()
            self._answer.close()

    def close(self) -> None:
        """End the stream; a reader in another thread sees its end."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        _shut(self._answer)


class _Abandoned:
    """An answer that nobody waits for any more: its connection is shut, now or as soon as it comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answer: Any = None
        self._ended = False

    def watch(self, answer: Any) -> Any:
        with self._lock:
            self._answer = answer
            if self._ended:
                _shut(answer)
        return answer

    def end(self) -> None:
        with self._lock:
            self._ended = True
            if self._answer is not None:
                _shut(self._answer)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Let the exceptions of urllib3, the SDK, ssl and the socket out as AttemptFailedError."""
    from kubernetes.client.exceptions import OpenApiException  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    try:
        yield
    except (HTTPError, OpenApiException, OSError, http.client.HTTPException) as problem:
        raise AttemptFailedError from problem


def _shut(answer: Any) -> None:
    with contextlib.suppress(OSError, ValueError, RuntimeError):  # closed, or given back to the pool
        answer.shutdown()


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _warnings(headers: Any) -> tuple[str, ...]:
    """The texts of the Warning headers of code 299, the one that Kubernetes uses (RFC 7234, KEP-1693)."""
    return parse_warnings(headers.getlist("Warning"))
