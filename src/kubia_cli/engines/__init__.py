"""What a verb may ask of an engine. The two folders beside this file are the only ones that know an SDK.

``Docker`` and ``Cluster`` hold what is used today and no more; fakes in tests pass the same contract tests as the
real ones. Objects are the engine's own JSON as dicts: typed models reject real server data (kubernetes-client#1616).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from kubia_cli.model.events import Event
from kubia_cli.model.program import ProgramStream
from kubia_cli.model.resource import Kind, Target

Object = dict[str, Any]
DryRun = Literal["none", "client", "server"]


@dataclass(frozen=True)
class Image:
    """An image that an engine or registry knows; ``digest`` is the registry's (sha256:…), "" when never pushed."""

    id: str
    reference: str
    digest: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """A place to work, as kubeconfig or Docker's config name it; ``endpoint`` is its server's or daemon's address."""

    name: str
    engine: Literal["docker", "kubernetes"]
    current: bool
    endpoint: str
    cluster: str = ""
    user: str = ""
    namespace: str = ""


class Contexts(Protocol):
    """The contexts of one engine's configuration. LocalError for a broken file."""

    def all(self) -> list[Context]:
        """Every context, in order of name."""

    def use(self, name: str) -> None:
        """Make ``name`` the current one, by an atomic write to the file that holds it. NotFoundError."""


class Cluster(Protocol):
    """One Kubernetes API server, as one context reaches it."""

    context: str
    namespace: str
    server: str
    on_warning: Callable[[str], None]
    #: Tells how many seconds a call may take now, with all its attempts; None leaves the engine's own limit.
    patience: Callable[[], float] | None

    def kind(self, word: str) -> Kind:
        """Find the kind that ``word`` means: singular, plural, short name, ``plural.group``. NotFoundError."""

    def kinds(self) -> Sequence[Kind]:
        """All kinds that the cluster serves."""

    def get(self, kind: Kind, name: str, namespace: str = "", *, subresource: str = "") -> Object:
        """Read one object. NotFoundError."""

    def list(self, kind: Kind, namespace: str | None = "", *, labels: str = "", fields: str = "") -> Object:
        """List objects; namespace "" is the context's own, None is all of them."""

    def table(
        self, kind: Kind, namespace: str | None = "", *, name: str = "", labels: str = "", fields: str = ""
    ) -> Object:
        """The server's own Table of one object or a list (Accept: as=Table), with PartialObjectMetadata rows."""

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
        """Yield watch events ({"type", "object"}) for at most ``timeout`` seconds; a clean end is no error."""

    def apply(self, manifest: Object, *, dry_run: DryRun = "none", force: bool = False) -> Object:
        """Server-side apply as field manager ``kubia``. ConflictError names fields and owners."""

    def create(self, manifest: Object, *, dry_run: DryRun = "none") -> Object:
        """POST a new object. ConflictError when it exists."""

    def put_scale(self, kind: Kind, name: str, namespace: str, scale: Object, *, dry_run: DryRun = "none") -> Object:
        """Write the scale subresource; its resourceVersion is a precondition. ConflictError when it moved."""

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
        """Ask for an object's deletion; the answer may come before it is gone. ``grace`` is in seconds."""

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
        """The log of a container, as bytes and in pieces as they come."""

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
        """Run a command in a running container."""

    def attach(
        self, pod: str, namespace: str, *, container: str = "", tty: bool = False, stdin: bool = False
    ) -> ProgramStream:
        """Attach to the main process of a running container."""

    def connect(self, pod: str, namespace: str, port: int) -> socket.socket:
        """Open a connection to a port of a pod, through the API server (port-forward)."""

    def version(self) -> Object:
        """The API server's /version."""


@dataclass(frozen=True)
class BuildRequest:
    """What ``build`` asks of an engine; ``directory`` is the context, ``dockerfile`` "" for DIR/Dockerfile.

    ``builder`` is auto, buildx or classic. ``secrets`` and what stands behind it only BuildKit knows, also several
    ``platform`` values, apart by commas.
    """

    directory: str
    dockerfile: str = ""
    tags: tuple[str, ...] = ()
    build_args: Mapping[str, str | None] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    platform: str = ""
    no_cache: bool = False
    pull: bool = False
    builder: str = "auto"
    secrets: tuple[str, ...] = ()
    ssh: tuple[str, ...] = ()
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    push: bool = False


class Docker(Protocol):
    """One Docker engine. Names and ids go in as the user typed them; NotFoundError when nothing bears them."""

    host: str

    def version(self) -> Object:
        """The engine's /version."""

    def images(self, reference: str = "", *, all: bool = False, labels: Sequence[str] = ()) -> list[Object]:
        """Local images."""

    def image(self, reference: str) -> Object:
        """Inspect a local image. NotFoundError when it is not there."""

    def distribution(self, reference: str) -> str:
        """The digest (sha256:…) that the registry gives for ``reference`` now, asked through the engine."""

    def history(self, reference: str) -> list[Object]:
        """The layers of an image with the instruction that made each."""

    def tag(self, source: str, target: str) -> None:
        """Give a local image a second name."""

    def remove_image(self, reference: str, *, force: bool = False) -> list[Object]:
        """Remove a name, and the image with its last name."""

    def login(self, host: str, user: str, password: str) -> str:
        """Check a login with a registry and keep it; returns where: a helper's name or a file. DeniedError."""

    def logout(self, host: str) -> bool:
        """Forget a registry's login; False when there was none."""

    def pull(self, reference: str, *, platform: str = "", timeout: float = 0) -> Iterator[Event]:
        """Pull; yields LayerProgress. An error in the stream is raised; ``timeout`` is in seconds, 0 for none."""

    def push(self, reference: str, *, timeout: float = 0) -> Iterator[Event]:
        """Push one tag; yields LayerProgress. The digest is asked for afterwards by ``pushed_digest``."""

    def pushed_digest(self, reference: str) -> str:
        """The digest (sha256:…) that the last push of ``reference`` announced and the engine confirms."""

    def build_context(self, request: BuildRequest) -> Sequence[tuple[str, int]]:
        """The paths that a build would see, with their bytes, in order; nothing is asked of the engine."""

    def build(self, request: BuildRequest) -> Iterator[Event]:
        """Build; yields Note, ContextFound, ContextSent, BuildStep, OutputLine. ``built_image`` names the result."""

    def built_image(self) -> str:
        """The id (sha256:…) of the image that the last build made; the digest of one that it pushed."""

    def commit(
        self,
        container: str,
        reference: str,
        *,
        message: str = "",
        author: str = "",
        changes: Sequence[str] = (),
        pause: bool = True,
    ) -> str:
        """Make an image of a container; returns its id."""

    def containers(
        self,
        *,
        all: bool = False,
        labels: Sequence[str] = (),
        size: bool = False,
        filters: Mapping[str, Sequence[str]] | None = None,
        limit: int = 0,
    ) -> list[Object]:
        """Containers, the newest first; running ones unless ``all``. ``limit`` counts stopped ones too, 0 is none."""

    def container(self, name: str) -> Object:
        """Inspect a container. NotFoundError."""

    def create(self, name: str, spec: Object, *, platform: str = "") -> str:
        """Create a container from the engine's own JSON; returns its id. ConflictError when the name is taken."""

    def start(self, container: str) -> None:
        """Start a created container. ConflictError when a port is taken, ContainerStartError with status 126 or 127
        when the program cannot be run."""

    def attach(self, container: str, *, stdin: bool = False, tty: bool = False, logs: bool = False) -> ProgramStream:
        """Attach to a container's main process; before ``start``, so that nothing is lost.

        The exit code comes from a wait that begins here, so that it is known of a container that removes itself too.
        """

    def exec(
        self,
        container: str,
        command: Sequence[str],
        *,
        tty: bool = False,
        stdin: bool = False,
        user: str = "",
        workdir: str = "",
        env: Sequence[str] = (),
        privileged: bool = False,
    ) -> ProgramStream:
        """Run a command in a running container."""

    def exec_detached(
        self,
        container: str,
        command: Sequence[str],
        *,
        user: str = "",
        workdir: str = "",
        env: Sequence[str] = (),
        privileged: bool = False,
    ) -> None:
        """Run a command in a running container and do not wait for it."""

    def wait(self, container: str) -> int:
        """Block until the container ends; returns its exit code."""

    def stop(self, container: str, *, timeout: int | None = None) -> None:
        """SIGTERM, then SIGKILL after ``timeout`` seconds (None: the container's own, 10 by default)."""

    def kill(self, container: str, signal: str) -> None:
        """Send a signal to the container's main process."""

    def remove(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove a container. ConflictError when it runs and ``force`` is off."""

    def logs(self, container: str, *, tail: int | None = None, follow: bool = False) -> Iterator[tuple[int, bytes]]:
        """A container's log: (1 or 2, bytes) in pieces as they come."""


__all__ = [
    "BuildRequest",
    "Cluster",
    "Context",
    "Contexts",
    "Docker",
    "DryRun",
    "Event",
    "Image",
    "Object",
    "ProgramStream",
    "Target",
]
