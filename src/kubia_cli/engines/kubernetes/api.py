"""A Kubernetes cluster as verbs ask it: the protocol ``Cluster`` over one API server.

Objects go and come as plain JSON. Names are checked where paths are built, so that none can change what a path means.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from kubia_cli.engines import DryRun, Object
from kubia_cli.engines.kubernetes import forward, program
from kubia_cli.engines.kubernetes import kubeconfig as config
from kubia_cli.engines.kubernetes.discovery import POD, Discovery, cache_file
from kubia_cli.engines.kubernetes.lean_transport import LeanTransport
from kubia_cli.engines.kubernetes.pages import single_table, whole_list, whole_table
from kubia_cli.engines.kubernetes.paths import kind_path
from kubia_cli.engines.kubernetes.retry import Effect
from kubia_cli.engines.kubernetes.server import APPLY_PATCH, ApiServer, open_server
from kubia_cli.engines.kubernetes.transport import READ_TIMEOUT
from kubia_cli.engines.kubernetes.watch import watch
from kubia_cli.model.program import ProgramStream
from kubia_cli.model.resource import Kind

#: Who we are in an object's managedFields.
FIELD_MANAGER = "kubia"
#: What every write says: unknown and doubled fields are refused, not dropped.
_WRITE = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}


def connect(
    env: Mapping[str, str],
    *,
    kubeconfig: str = "",
    context: str = "",
    namespace: str = "",
    on_warning: Callable[[str], None],
) -> KubeCluster:
    """Return the cluster that the kubeconfig and ``context`` name; nothing is sent yet.

    UnreachableError ``cluster.none`` when no cluster is configured, NotFoundError ``context.not-found``, LocalError for
    a broken kubeconfig. ``on_warning`` gets each of the server's warnings once.
    """
    access = config.load(env, kubeconfig).select(context)
    server = open_server(access, env, on_warning=on_warning)
    lean = server.sibling(lambda certificate: LeanTransport(access, env, certificate))
    return KubeCluster(server, lean, cache_file(env, access.server), namespace)


class KubeCluster:
    """One Kubernetes API server, as one context reaches it; the protocol ``Cluster``.

    Objects are read and written through the SDK. Tables, kinds and streams are asked for by ``lean``, which starts
    without it: nothing of the SDK's would serve them, and they are what a person waits for.
    """

    def __init__(self, server: ApiServer, lean: ApiServer, cache: Path, namespace: str = "") -> None:
        self._server = server
        self._lean = lean
        self._discovery = Discovery(lambda path, accept: lean.json("GET", path, accept=accept), cache)
        self.context = server.access.context
        self.server = server.access.server
        self.namespace = namespace or server.access.namespace

    @property
    def on_warning(self) -> Callable[[str], None]:
        """Who is told of the server's warnings."""
        return self._server.on_warning

    @on_warning.setter
    def on_warning(self, told: Callable[[str], None]) -> None:
        self._server.on_warning = told

    @property
    def patience(self) -> Callable[[], float] | None:
        """See ``Cluster``."""
        return self._server.limit.patience

    @patience.setter
    def patience(self, left: Callable[[], float] | None) -> None:
        self._server.limit.patience = left

    def kind(self, word: str) -> Kind:
        """See ``Cluster``; a word for one of the well-known kinds costs no request."""
        return self._discovery.kind(word)

    def kinds(self) -> Sequence[Kind]:
        """See ``Cluster``."""
        return self._discovery.kinds()

    def get(self, kind: Kind, name: str, namespace: str = "", *, subresource: str = "") -> Object:
        """See ``Cluster``."""
        path = kind_path(kind, namespace=namespace or self.namespace, name=name, subresource=subresource or None)
        return self._server.json("GET", path)

    def list(self, kind: Kind, namespace: str | None = "", *, labels: str = "", fields: str = "") -> Object:
        """See ``Cluster``; asked for in pages, returned as one."""
        return whole_list(self._server, self._collection(kind, namespace), _selectors(labels, fields), kind)

    def table(
        self, kind: Kind, namespace: str | None = "", *, name: str = "", labels: str = "", fields: str = ""
    ) -> Object:
        """See ``Cluster``; asked for in pages, returned as one."""
        if name:
            return single_table(self._lean, kind_path(kind, namespace=namespace or self.namespace, name=name))
        return whole_table(self._lean, self._collection(kind, namespace), _selectors(labels, fields))

    def watch(
        self,
        kind: Kind,
        namespace: str | None = "",
        *,
        labels: str = "",
        fields: str = "",
        version: str = "",
        timeout: float = 60,
        as_table: bool = False,
    ) -> Iterator[Object]:
        """See ``Cluster``; a connection that breaks is followed by another. ExpiredError for a version too old."""
        path = self._collection(kind, namespace)
        query = _selectors(labels, fields)
        server = self._lean if as_table else self._server
        return watch(server, path, query, kind, version=version, timeout=timeout, table=as_table)

    def apply(self, manifest: Object, *, dry_run: DryRun = "none", force: bool = False) -> Object:
        """See ``Cluster``; ``force`` takes fields from their other owners."""
        kind = self._discovery.of_manifest(manifest)
        name = str((manifest.get("metadata") or {}).get("name") or "")
        path = kind_path(kind, namespace=self._namespace_of(manifest), name=name)
        if dry_run == "client":
            return self._placed(kind, manifest)
        query = {**_WRITE, **_dry(dry_run), **({"force": "true"} if force else {})}
        return self._server.json(
            "PATCH", path, query=query, body=self._placed(kind, manifest), content_type=APPLY_PATCH
        )

    def create(self, manifest: Object, *, dry_run: DryRun = "none") -> Object:
        """See ``Cluster``."""
        kind = self._discovery.of_manifest(manifest)
        path = kind_path(kind, namespace=self._namespace_of(manifest))
        body = self._placed(kind, manifest)
        if dry_run == "client":
            return body
        return self._server.json("POST", path, query={**_WRITE, **_dry(dry_run)}, body=body)

    def put_scale(self, kind: Kind, name: str, namespace: str, scale: Object, *, dry_run: DryRun = "none") -> Object:
        """See ``Cluster``."""
        path = kind_path(kind, namespace=namespace or self.namespace, name=name, subresource="scale")
        if dry_run == "client":
            return scale
        return self._server.json("PUT", path, query={**_WRITE, **_dry(dry_run)}, body=scale)

    def delete(
        self,
        kind: Kind,
        name: str,
        namespace: str = "",
        *,
        uid: str = "",
        grace: int | None = None,
        propagation: str = "Background",
        dry_run: DryRun = "none",
    ) -> Object:
        """See ``Cluster``. With ``uid``, an object that has taken the name since is left alone: ConflictError."""
        path = kind_path(kind, namespace=namespace or self.namespace, name=name)
        if dry_run == "client":
            return self._server.json("GET", path)
        options: Object = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        if uid:
            options["preconditions"] = {"uid": uid}
        if grace is not None:
            options["gracePeriodSeconds"] = grace
        if dry_run == "server":  # a body's options replace the query's
            options["dryRun"] = ["All"]
        effect = Effect.READ if dry_run == "server" else Effect.ONCE
        return self._server.json("DELETE", path, body=options, effect=effect)

    def logs(
        self,
        pod: str,
        namespace: str = "",
        *,
        container: str = "",
        tail: int | None = None,
        previous: bool = False,
        follow: bool = False,
    ) -> Iterator[bytes]:
        """See ``Cluster``; the bytes are as the program wrote them, the last ones without a newline too."""
        path = self._of_pod(pod, namespace, "log")
        query = {"container": container, "tailLines": "" if tail is None else str(tail)}
        query |= {"previous": "true" if previous else "", "follow": "true" if follow else ""}
        said = {name: value for name, value in query.items() if value}
        silence = None if follow else READ_TIMEOUT  # a program may be quiet for days
        with self._server.stream(path, query=said, accept="*/*", read_timeout=silence) as stream:
            yield from stream

    def exec(
        self,
        pod: str,
        namespace: str,
        command: Sequence[str],
        *,
        container: str = "",
        tty: bool = False,
        stdin: bool = False,
    ) -> ProgramStream:
        """See ``Cluster``."""
        query = {**_streams(container, tty=tty, stdin=stdin), "command": list(command)}
        channels = self._lean.channels(self._of_pod(pod, namespace, "exec"), program.PROTOCOLS, query=query)
        return program.PodProgram(channels, self._server.access, command[0] if command else "")

    def attach(
        self, pod: str, namespace: str, *, container: str = "", tty: bool = False, stdin: bool = False
    ) -> ProgramStream:
        """See ``Cluster``; the exit code is read from the pod, whose status tells it a moment later."""
        main = program.running_container(self.get(POD, pod, namespace), container)
        query = _streams(container, tty=tty, stdin=stdin)
        path = self._of_pod(pod, namespace, "attach")
        channels = self._lean.channels(path, program.PROTOCOLS, query=query, effect=Effect.READ)

        def ended() -> int:
            changes = self.watch(POD, namespace, fields=f"metadata.name={pod}", timeout=program.STATUS_TIMEOUT)
            return program.main_exit_code(changes, pod, main)

        return program.PodProgram(channels, self._server.access, pod, ended)

    def connect(self, pod: str, namespace: str, port: int) -> socket.socket:
        """See ``Cluster``. Whether anything listens there shows at the first read: ConnectionRefusedError."""
        query = {"ports": str(port)}
        path = self._of_pod(pod, namespace, "portforward")
        return forward.forwarded(self._lean.channels(path, forward.PROTOCOLS, query=query, effect=Effect.READ))

    def version(self) -> Object:
        """See ``Cluster``."""
        return self._server.json("GET", "/version")

    def _collection(self, kind: Kind, namespace: str | None) -> str:
        return kind_path(kind, namespace=None if namespace is None else namespace or self.namespace)

    def _of_pod(self, pod: str, namespace: str, subresource: str) -> str:
        return kind_path(POD, namespace=namespace or self.namespace, name=pod, subresource=subresource)

    def _namespace_of(self, manifest: Object) -> str:
        return str((manifest.get("metadata") or {}).get("namespace") or self.namespace)

    def _placed(self, kind: Kind, manifest: Object) -> Object:
        """The manifest with the namespace it goes to."""
        if not kind.namespaced:
            return manifest
        metadata = {**(manifest.get("metadata") or {}), "namespace": self._namespace_of(manifest)}
        return {**manifest, "metadata": metadata}


def _selectors(labels: str, fields: str) -> dict[str, str]:
    said = {"labelSelector": labels, "fieldSelector": fields}
    return {name: value for name, value in said.items() if value}


def _streams(container: str, *, tty: bool, stdin: bool) -> dict[str, str | list[str]]:
    """What exec and attach ask for; a terminal has one output, which is stdout."""
    wanted: dict[str, str | list[str]] = {"stdout": "true"}
    wanted |= {"container": container} if container else {}
    wanted |= {"stdin": "true"} if stdin else {}
    return wanted | ({"tty": "true"} if tty else {"stderr": "true"})


def _dry(dry_run: DryRun) -> dict[str, str]:
    return {"dryRun": "All"} if dry_run == "server" else {}
