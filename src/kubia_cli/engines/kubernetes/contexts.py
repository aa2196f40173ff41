"""The contexts of a kubeconfig: the protocol ``Contexts``."""

from __future__ import annotations

from collections.abc import Mapping

from kubia_cli.engines import Context
from kubia_cli.engines.kubernetes import kubeconfig


class KubeContexts:
    """The contexts of ``file`` alone, else of KUBECONFIG's files, else of ~/.kube/config."""

    def __init__(self, env: Mapping[str, str], file: str = "") -> None:
        self._env = env
        self._file = file

    def all(self) -> list[Context]:
        """See ``Contexts``; ``endpoint`` is "" for a context whose cluster no file has."""
        config = kubeconfig.load(self._env, self._file)
        return [
            Context(
                name=name,
                engine="kubernetes",
                current=name == config.current_context,
                endpoint=config.clusters.get(each.cluster, {}).get("server") or "",
                cluster=each.cluster,
                user=each.user,
                namespace=each.namespace,
            )
            for name, each in sorted(config.contexts.items())
        ]

    def use(self, name: str) -> None:
        """See ``Contexts``; the file is the one that kubectl would write."""
        kubeconfig.load(self._env, self._file).use_context(name)
