"""Containers: list them, make them, see how they do, end them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence

from kubia_cli.engines import Object
from kubia_cli.engines.docker.connection import ANSWER, CONNECT, QUIET
from kubia_cli.engines.docker.errors import translated
from kubia_cli.engines.docker.images import Part, container_path
from kubia_cli.engines.docker.streams import frames, is_running
from kubia_cli.errors import ConflictError, KubiaError, NotFoundError, UnreachableError
from kubia_cli.model.image import parse

_PIECE = 64 * 1024
#: Seconds that the engine is given to note a container's end or removal.
_SETTLING = 5.0


class Containers(Part):
    """The calls for containers of ``engines.Docker``, but for those that run a program."""

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
        wanted = {key: list(values) for key, values in (filters or {}).items()}
        if labels:
            wanted["label"] = [*wanted.get("label", ()), *labels]
        with translated(self.host):
            found: list[Object] = self._api.containers(all=all, size=size, filters=wanted, limit=limit or -1)
        return found

    def container(self, name: str) -> Object:
        """Inspect a container. NotFoundError."""
        with translated(self.host, "container", name):
            found: Object = self._api.inspect_container(container_path(name))
        return found

    def create(self, name: str, spec: Object, *, platform: str = "") -> str:
        """Create a container from the engine's own JSON; returns its id.

        Raises NotFoundError ``image.not-found``, and ConflictError ``name.taken`` that says who bears the name.
        """
        if name:
            container_path(name)
        try:
            with translated(self.host, "image", str(spec.get("Image", "")), conflict="name.taken"):
                made = self._api.create_container_from_config(spec, name or None, platform or None)
        except ConflictError as error:
            raise self._taken(name, error) from error
        return str(made["Id"])

    def _taken(self, name: str, error: ConflictError) -> ConflictError:
        message = f"the container name {name} is taken"
        with contextlib.suppress(KubiaError):  # it may have gone meanwhile
            holder = self.container(name)
            message += f": container {holder['Id'][:12]} of {holder['Config']['Image']}, {holder['State']['Status']}"
        return ConflictError("name.taken", message, said=error.said, fix=f"kubia rm -f {name}")

    def wait(self, container: str) -> int:
        """Block until the container ends; returns its exit code."""
        with translated(self.host, "container", container):
            return int(self._api.wait(container_path(container), timeout=(CONNECT, None))["StatusCode"])

    def stop(self, container: str, *, timeout: int | None = None) -> None:
        """SIGTERM, then SIGKILL after ``timeout`` seconds (None: the container's own, 10 by default)."""
        params = {} if timeout is None else {"t": timeout}
        patience = None if timeout is None or timeout < 0 else timeout + ANSWER
        with translated(self.host, "container", container):
            url = self._api._url("/containers/{0}/stop", container_path(container))
            self._api._raise_for_status(self._api._post(url, params=params, timeout=(CONNECT, patience)))

    def kill(self, container: str, signal: str) -> None:
        """Send a signal to the container's main process. ConflictError ``container.not-running``."""
        with translated(self.host, "container", container, conflict="container.not-running"):
            self._api.kill(container_path(container), signal)

    def remove(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove a container. ConflictError ``container.running`` when it runs and ``force`` is off.

        One that is being removed by somebody else already is waited for.
        """
        url = self._api._url("/containers/{0}", container_path(container))
        try:
            with translated(self.host, "container", container, conflict="container.running"):
                answer = self._api._delete(url, params={"v": volumes, "force": force}, timeout=(CONNECT, QUIET))
                self._api._raise_for_status(answer)
        except ConflictError:
            if not self._removed(container):
                raise

    def _removed(self, container: str) -> bool:
        """Whether a container that somebody removes goes within a few seconds."""
        until = time.monotonic() + _SETTLING
        with contextlib.suppress(NotFoundError):
            while self.container(container)["State"]["Status"] == "removing" and time.monotonic() < until:
                time.sleep(0.05)
            return False
        return True

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
        named = parse(reference).with_default_tag() if reference else None
        params = {
            "container": container_path(container),
            "repo": named.familiar_name if named else "",
            "tag": named.tag if named else "",
            "comment": message,
            "author": author,
            "pause": pause,
            "changes": list(changes),
        }
        with translated(self.host, "container", container):
            answer = self._api._post_json(self._api._url("/commit"), {}, params=params, timeout=(CONNECT, QUIET))
            return str(self._api._result(answer, json=True)["Id"])

    def logs(self, container: str, *, tail: int | None = None, follow: bool = False) -> Iterator[tuple[int, bytes]]:
        """A container's log: (1 or 2, bytes) in pieces as they come.

        A followed log that ends although the container runs has broken off: dockerd's own end looks like the log's
        (reliability trap T11). Raises UnreachableError then.
        """
        found = self.container(container)
        params = {"stdout": 1, "stderr": 1, "follow": int(follow), "tail": "all" if tail is None else tail}
        with translated(self.host, "container", container):
            response = self._api._get(
                self._api._url("/containers/{0}/logs", found["Id"]),
                params=params,
                stream=True,
                timeout=(CONNECT, None if follow else ANSWER),
            )
            with response:
                self._api._raise_for_status(response)
                pieces: Iterator[bytes] = response.raw.stream(_PIECE)
                yield from (((1, piece) for piece in pieces) if found["Config"]["Tty"] else frames(pieces))
        if follow and self._goes_on(str(found["Id"])):
            raise UnreachableError("docker.broken-off", f"the log of {container} broke off, and it still runs")

    def _goes_on(self, container: str) -> bool:
        """Whether a container still runs after its output has ended; its end is noted a moment later."""
        until = time.monotonic() + _SETTLING
        while is_running(self._connection, container):
            if time.monotonic() > until:
                return True
            time.sleep(0.05)
        return False
