"""Session: everything outside a verb. Settings, streams, and the two engines, each opened on first use.

A verb asks the Session and never an SDK. What a test must replace is an attribute here; nothing is patched.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

from kubia_cli.errors import KubiaError, UsageError
from kubia_cli.output.console import Console

if TYPE_CHECKING:  # `kubia --help` names no engine and pays for none
    from kubia_cli.engines import Cluster, Contexts, Docker, Event
    from kubia_cli.model.resource import Resource

ENGINES = ("docker", "kubernetes")


@dataclass(frozen=True)
class GlobalOption:
    """An option of every verb, before or behind it: its field in Settings, its spellings; no metavar is a flag."""

    field: str
    names: tuple[str, ...]
    help: str
    metavar: str = ""


GLOBAL_OPTIONS = (
    GlobalOption("namespace", ("--namespace", "-n"), "The namespace to work in.", "NAME"),
    GlobalOption("context", ("--context",), "The kubeconfig context to use.", "NAME"),
    GlobalOption("kubeconfig", ("--kubeconfig",), "The kubeconfig file to use.", "FILE"),
    GlobalOption("on", ("--on",), "The engine to work on: docker or kubernetes.", "ENGINE"),
    GlobalOption("docker_context", ("--docker-context",), "The Docker context to use.", "NAME"),
    GlobalOption("verbose", ("--verbose",), "Say more of what is done."),
)


@dataclass(frozen=True)
class Settings:
    """The global options, as typed before or behind the verb; "" where nothing was said."""

    namespace: str = ""
    context: str = ""
    kubeconfig: str = ""
    on: str = ""
    docker_context: str = ""
    verbose: bool = False
    output: str = ""

    def merged(self, **typed: Any) -> Settings:
        """Return these settings with what was typed behind the verb laid over them."""
        said: dict[str, Any] = {name: value for name, value in typed.items() if value}
        return replace(self, **said)

    def carried_by(self, line: str) -> str:
        """Return a line that is to be typed next with the namespace and context that were typed now."""
        typed = [
            *(["-n", self.namespace] if self.namespace else []),
            *(["--context", self.context] if self.context else []),
        ]
        program, _, rest = line.partition(" ")
        return " ".join([program, *typed, rest]) if program == "kubia" and typed and rest else line


class Session:
    """One run of the command line."""

    def __init__(
        self,
        settings: Settings | None = None,
        console: Console | None = None,
        env: Mapping[str, str] | None = None,
        stdin: BinaryIO | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.env: Mapping[str, str] = os.environ if env is None else env
        self.console = console or Console(env=self.env)
        self.stdin = sys.stdin.buffer if stdin is None else stdin
        #: The verb and what follows it, as typed: a fix that differs by a global option repeats it.
        self.line: Sequence[str] = ()
        #: What the world looks like should a signal end the run now; the ``state:`` line of that message.
        self.state = ""

    @cached_property
    def docker(self) -> Docker:
        """The Docker engine: --docker-context, DOCKER_HOST, DOCKER_CONTEXT, else the config's current context."""
        from kubia_cli.engines.loading import SDK_LOADING

        with SDK_LOADING:
            from kubia_cli.engines.docker.engine import connect

        return connect(self.env, context=self.settings.docker_context)

    @cached_property
    def cluster(self) -> Cluster:
        """The cluster of --context, else of the kubeconfig's current context."""
        from kubia_cli.engines.kubernetes.api import connect

        return connect(
            self.env,
            kubeconfig=self.settings.kubeconfig,
            context=self.settings.context,
            namespace=self.settings.namespace,
            on_warning=self.console.warning,
        )

    @cached_property
    def docker_contexts(self) -> Contexts:
        """The contexts of Docker's config."""
        from kubia_cli.engines.docker.contexts import DockerContexts

        return DockerContexts(self.env)

    @cached_property
    def cluster_contexts(self) -> Contexts:
        """The contexts of the kubeconfig: --kubeconfig, else KUBECONFIG's files, else ~/.kube/config."""
        from kubia_cli.engines.kubernetes.contexts import KubeContexts

        return KubeContexts(self.env, self.settings.kubeconfig)

    @cached_property
    def on(self) -> str:
        """The engine that was asked for by --on or KUBIA_ON: ``docker``, ``kubernetes`` or "" when nothing was said."""
        return self.settings.on or self.env.get("KUBIA_ON", "")

    def check_settings(self) -> None:
        """Raise UsageError when the line asks for what no verb can give: an engine that is none."""
        if self.on not in ("", *ENGINES):
            raise UsageError("on.unknown", f"`{self.on}` is no engine: --on takes docker or kubernetes")

    @property
    def kubernetes_meant(self) -> bool:
        """Whether something on the line belongs to Kubernetes alone: --on kubernetes, -n, --context, --kubeconfig."""
        settings = self.settings
        return self.on == "kubernetes" or bool(settings.namespace or settings.context or settings.kubeconfig)

    @contextmanager
    def stating(self, text: str) -> Iterator[None]:
        """What the world looks like while the body runs: the ``state`` of an error that has none, and of a signal.

        The innermost statement counts. After a normal end the outer one is true again.
        """
        before, self.state = self.state, text
        try:
            yield
        except KubiaError as error:
            error.state = error.state or text
            raise
        self.state = before

    def show(
        self,
        resources: Sequence[Resource],
        output: str = "",
        *,
        deed: str = "",
        listed: bool = False,
    ) -> None:
        """Print resources as ``-o`` says. ``deed`` ("scaled") is the human form of a verb that changes things;
        ``listed`` makes json and yaml a List even for one.
        """
        from kubia_cli.output.printers import show

        show(self.console, resources, output, deed=deed, listed=listed)

    def follow(self, events: Iterable[Event]) -> None:
        """Draw events on stderr until they end: live on a terminal, a line a change elsewhere."""
        from kubia_cli.output.progress import follow

        follow(self.console, events)

    def summary(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """On a terminal, end a verb with a table on stderr of what it made; elsewhere print nothing."""
        if self.console.rich_on(self.console.err) and not self.console.quiet:
            from kubia_cli.output.boxes import box

            box(self.console, title, columns, rows)
