"""The SDK's client, over a connection of our own, opened when it is first needed.

The SDK reads config.json by itself, swallows what is wrong with it, and asks every credential helper that it names
(reliability traps T21, T22); this client is given what it needs instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import requests
from docker.api.client import APIClient
from docker.auth import AuthConfig
from docker.transport.basehttpadapter import BaseHTTPAdapter
from docker.utils.proxy import ProxyConfig
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from kubia_cli.engines.docker.dial import dial
from kubia_cli.engines.docker.endpoint import Endpoint
from kubia_cli.engines.docker.errors import not_docker, translated, unreachable
from kubia_cli.errors import LocalError, UnreachableError

#: Seconds: to connect, for an answer, for the version at the start, for a transfer that makes no progress.
CONNECT, ANSWER, FIRST_ANSWER, QUIET = 5.0, 60.0, 10.0, 600.0
#: The newest API that this is written for; an older engine is spoken to in its own.
NEWEST_API = "1.47"
_VERSION = re.compile(r"[0-9]+\.[0-9]+")


class Connection:
    """One engine. ``api`` speaks the version that both sides know."""

    def __init__(self, endpoint: Endpoint, env: Mapping[str, str], headers: Mapping[str, str]) -> None:
        self.host = endpoint.host
        self.env = env
        self._endpoint = endpoint
        self._headers = headers

    @cached_property
    def api(self) -> Any:
        """The SDK's client. Raises UnreachableError; LocalError for a DOCKER_API_VERSION that is none."""
        client = _Client(self._endpoint, self._headers)
        wanted = self.env.get("DOCKER_API_VERSION", "")
        if wanted:
            if not _VERSION.fullmatch(wanted):
                raise LocalError(
                    "docker.api-version", f"DOCKER_API_VERSION={wanted} is no version such as {NEWEST_API}"
                )
            client.speak(wanted)
            return client
        client.speak(self._negotiated(client))
        return client

    def _negotiated(self, client: _Client) -> str:
        """The newest version that both sides know."""
        try:
            with translated(self.host):
                answer = client.get(f"{client.base_url}/version", timeout=(CONNECT, FIRST_ANSWER))
                if not answer.ok:
                    raise not_docker(self.host, f"HTTP {answer.status_code}")
                version = answer.json()
                spoken: str = min(version["ApiVersion"], NEWEST_API, key=_numbers)
                return max(spoken, version.get("MinAPIVersion") or spoken, key=_numbers)
        except UnreachableError as error:
            if error.code == "docker.broken-off" and self._endpoint.scheme == "ssh":
                raise unreachable(self.host) from error  # ssh has ended, and has said why on stderr
            raise


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


class _Client(APIClient):  # type: ignore[misc]  # the SDK has no types
    """APIClient without its ``__init__``, which reads files and connects."""

    def __init__(self, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        requests.Session.__init__(self)
        self.trust_env = False  # neither .netrc nor a proxy stands between us and the engine
        self.base_url = "http+docker://localhost"
        self.timeout = (CONNECT, ANSWER)
        self.credstore_env = None
        self._general_configs = {"HttpHeaders": dict(headers)} if headers else {}
        self._auth_configs = AuthConfig({})
        self._proxy_configs = ProxyConfig()
        self._custom_adapter = _Adapter(lambda timeout: dial(endpoint, timeout))
        self.mount("http+docker://", self._custom_adapter)

    def speak(self, version: str) -> None:
        self._version = version


class _Adapter(BaseHTTPAdapter):  # type: ignore[misc]
    def __init__(self, connect: Callable[[float], Any]) -> None:
        super().__init__()
        self._pool = _Pool(connect)

    def get_connection(self, *_: object) -> _Pool:
        return self._pool

    def request_url(self, request: Any, *_: object) -> str:
        return str(request.path_url)

    def close(self) -> None:
        self._pool.close()


class _Pool(HTTPConnectionPool):
    def __init__(self, connect: Callable[[float], Any]) -> None:
        super().__init__("localhost", maxsize=4)
        self._connect = connect

    def _new_conn(self) -> _Link:
        return _Link(self._connect)


class _Link(HTTPConnection):
    def __init__(self, connect: Callable[[float], Any]) -> None:
        super().__init__("localhost", timeout=CONNECT)
        self._connect = connect

    def connect(self) -> None:
        self.sock = self._connect(CONNECT)
        # urllib3 sends under the time limit for connecting; an engine may take longer to take a build's context.
        self.sock.settimeout(QUIET)
