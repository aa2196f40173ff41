"""Docker's contexts, for ``kubia context``."""

from __future__ import annotations

from collections.abc import Mapping

from kubia_cli.engines import Context
from kubia_cli.engines.docker.config import write_current_context
from kubia_cli.engines.docker.endpoint import DEFAULT_CONTEXT, DEFAULT_HOST, contexts, current_context, no_context


class DockerContexts:
    """The contexts of Docker's config directory, and ``default``: DOCKER_HOST or the local socket."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def all(self) -> list[Context]:
        """Every context, in order of name. LocalError for a broken file."""
        current = current_context(self._env)
        hosts = {DEFAULT_CONTEXT: self._env.get("DOCKER_HOST") or DEFAULT_HOST, **dict(contexts(self._env))}
        return [Context(name, "docker", name == current, host) for name, host in sorted(hosts.items())]

    def use(self, name: str) -> None:
        """Make ``name`` the current one, in config.json. NotFoundError; LocalError when it cannot be written."""
        if name != DEFAULT_CONTEXT and name not in dict(contexts(self._env)):
            raise no_context(name)
        write_current_context(self._env, name)
