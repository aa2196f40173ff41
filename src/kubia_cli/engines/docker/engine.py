"""The Docker engine, as ``engines.Docker`` asks for it. Nothing is sent before the first call."""

from __future__ import annotations

from collections.abc import Mapping

from kubia_cli.engines import Docker, Object
from kubia_cli.engines.docker.builder import Builds
from kubia_cli.engines.docker.config import read_config
from kubia_cli.engines.docker.connection import Connection
from kubia_cli.engines.docker.endpoint import resolve
from kubia_cli.engines.docker.errors import translated
from kubia_cli.engines.docker.programs import Programs
from kubia_cli.engines.docker.transfer import Transfers


class Engine(Builds, Transfers, Programs):
    """One Docker engine; its calls stand in the classes that it is made of."""

    def version(self) -> Object:
        """The engine's /version."""
        with translated(self.host):
            found: Object = self._api.version()
        return found


def connect(env: Mapping[str, str], context: str = "") -> Docker:
    """The engine of ``context``, else of DOCKER_HOST, DOCKER_CONTEXT, config.json, else the local one.

    Raises LocalError for a broken config, NotFoundError for an unknown context, UnreachableError for a bad address.
    """
    headers = read_config(env).get("HttpHeaders")
    endpoint = resolve(env, context)
    if context:  # for the programs that are run for it: there DOCKER_HOST would win
        env = {**{name: value for name, value in env.items() if name != "DOCKER_HOST"}, "DOCKER_CONTEXT": context}
    return Engine(Connection(endpoint, env, headers if isinstance(headers, dict) else {}))
