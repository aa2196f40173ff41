"""The kubeconfig: several files merged as kubectl merges them, and which cluster a context means.

Rules: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ and client-go's
``tools/clientcmd/loader.go``. The first file that has a name wins its whole entry, and the first that names a current
context wins that; the Python SDK lets the last one win, and so acts on another cluster than kubectl.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kubia_cli.engines.kubernetes import kubeconfig_edit
from kubia_cli.engines.kubernetes.kubeconfig_file import KubeconfigFile, read_file
from kubia_cli.errors import KubiaError, LocalError, NotFoundError, UnreachableError, UsageError

#: Under this name of a cluster's extensions stands what its exec plugin wants to know (KEP-541).
_EXEC_EXTENSION = "client.authentication.k8s.io/exec"


@dataclass(frozen=True)
class Context:
    """A context: the names of its cluster and user, "" where it names none; ``origin_file`` defines it."""

    name: str
    cluster: str = ""
    user: str = ""
    namespace: str = ""
    origin_file: str = ""


@dataclass(frozen=True)
class ClusterAccess:
    """How one API server is reached, and as whom. ``server`` has no slash at its end; ``user`` is the kubeconfig's
    user entry with absolute paths; ``ca_file`` "" and ``ca_data`` empty mean the system's certificates.
    """

    context: str
    cluster: str
    server: str
    namespace: str = "default"
    ca_file: str = ""
    ca_data: bytes = field(default=b"", repr=False)
    tls_server_name: str = ""
    insecure: bool = False
    proxy_url: str = field(default="", repr=False)
    user_name: str = ""
    user: Mapping[str, Any] = field(default_factory=dict, repr=False)
    exec_config: object = field(default=None, repr=False)

    @property
    def spoken(self) -> str:
        """``https://10.0.0.1:6443 (context prod)``, for messages."""
        return f"{self.server} (context {self.context})" if self.context else self.server


@dataclass(frozen=True)
class Kubeconfig:
    """The merged kubeconfig. ``files`` are those it was looked for in, in order; absent ones too."""

    files: tuple[str, ...]
    explicit: bool = False
    clusters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    users: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    contexts: Mapping[str, Context] = field(default_factory=dict)
    current_context: str = ""

    def select(self, context: str = "") -> ClusterAccess:
        """Return the access that ``context`` means, "" for the current one.

        NotFoundError ``context.not-found``, UnreachableError ``cluster.none`` when no cluster is configured, LocalError
        ``kubeconfig.incomplete`` when the context names a cluster or user that no file has. kubectl goes on without
        credentials in that last case; kubia stops.
        """
        name = context or self.current_context
        if not name:
            raise self._nothing_chosen()
        if name not in self.contexts:
            raise self._no_context(name)
        chosen = self.contexts[name]
        cluster = self._entry(self.clusters, chosen, "cluster", chosen.cluster)
        user = self._entry(self.users, chosen, "user", chosen.user) if chosen.user else {}
        extensions = {item.get("name"): item.get("extension") for item in cluster.get("extensions") or ()}
        return ClusterAccess(
            context=name,
            cluster=chosen.cluster,
            server=_checked_server(cluster.get("server") or "", chosen),
            namespace=chosen.namespace or "default",
            ca_file="" if cluster.get("certificate-authority-data") else cluster.get("certificate-authority") or "",
            ca_data=cluster.get("certificate-authority-data") or b"",
            tls_server_name=cluster.get("tls-server-name") or "",
            insecure=bool(cluster.get("insecure-skip-tls-verify")),
            proxy_url=cluster.get("proxy-url") or "",
            user_name=chosen.user,
            user=user,
            exec_config=extensions.get(_EXEC_EXTENSION),
        )

    def use_context(self, name: str) -> str:
        """Make ``name`` the current context for all who read this kubeconfig; return the file that was written.

        It is the first of the files that exists, as with ``kubectl config use-context``: what stands there wins.
        NotFoundError ``context.not-found``; LocalError ``kubeconfig.unwritable``; ConflictError ``kubeconfig.locked``.
        """
        if not name:
            raise UsageError("context.empty", "the context's name is empty")
        if name not in self.contexts:
            raise self._no_context(name)
        file = next(file for file in self.files if file and Path(file).exists())
        if name != self.current_context:
            kubeconfig_edit.write_current_context(file, name)
        return file

    def _entry(
        self, entries: Mapping[str, Mapping[str, Any]], context: Context, what: str, name: str
    ) -> Mapping[str, Any]:
        if not name:
            message = f"the context `{context.name}` names no {what} ({context.origin_file})"
            raise LocalError("kubeconfig.incomplete", message)
        if name not in entries:
            message = f"the context `{context.name}` names the {what} `{name}`, which no kubeconfig file has"
            raise LocalError("kubeconfig.incomplete", message, state=f"{context.origin_file} has the context")
        return entries[name]

    def _no_context(self, name: str) -> NotFoundError:
        known = ", ".join(sorted(self.contexts)) or "none"
        return NotFoundError("context.not-found", f"no context `{name}` in the kubeconfig", state=f"contexts: {known}")

    def _nothing_chosen(self) -> KubiaError:
        if self.contexts:
            message, fix = "no context of the kubeconfig is chosen", f"kubia context {min(self.contexts)}"
        else:
            message, fix = "no Kubernetes cluster is configured", "export KUBECONFIG=FILE"
        looked = f"looked in {', '.join(file for file in self.files if file)}"
        return UnreachableError("cluster.none", message, state=looked, fix=fix)


def load(env: Mapping[str, str], explicit: str = "") -> Kubeconfig:
    """Read and merge the kubeconfig: ``explicit`` alone, else KUBECONFIG's files, else ~/.kube/config.

    Absent files are skipped, but not an explicit one. LocalError ``kubeconfig.missing`` or ``kubeconfig.invalid``.
    """
    files = (explicit,) if explicit else _files(env)
    found = [file for file in (read_file(name) for name in files if name) if file is not None]
    if explicit and not found:
        raise LocalError("kubeconfig.missing", f"there is no kubeconfig file {explicit}")
    return _merged(files, found, explicit=bool(explicit))


def _files(env: Mapping[str, str]) -> tuple[str, ...]:
    said = env.get("KUBECONFIG", "")
    if said:
        return tuple(dict.fromkeys(said.split(os.pathsep)))
    home = env.get("HOME") or str(Path.home())
    return (str(Path(home, ".kube", "config")),)


def _merged(files: tuple[str, ...], found: list[KubeconfigFile], *, explicit: bool) -> Kubeconfig:
    clusters: dict[str, Mapping[str, Any]] = {}
    users: dict[str, Mapping[str, Any]] = {}
    contexts: dict[str, Context] = {}
    current = ""
    for file in reversed(found):  # the first file is laid on last, so that it wins
        clusters.update(file.clusters)
        users.update(file.users)
        for name, raw in file.contexts.items():
            cluster, user, namespace = (raw.get(key) or "" for key in ("cluster", "user", "namespace"))
            contexts[name] = Context(name, cluster, user, namespace, file.file)
        current = file.current_context or current
    return Kubeconfig(files, explicit, clusters, users, contexts, current)


def _checked_server(server: str, context: Context) -> str:
    """An API server's address: ``host:port`` means http, as for client-go; a path may stand behind it."""
    address = server if "://" in server else f"http://{server}"
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not server or not usable:
        reason = "has no server" if not server else "has a server that is no http or https address"
        message = f"the cluster `{context.cluster}` of the context `{context.name}` {reason}"
        raise LocalError("kubeconfig.incomplete", message)
    return address.partition("?")[0].partition("#")[0].rstrip("/")
