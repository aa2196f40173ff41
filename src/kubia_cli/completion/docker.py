"""Names from the Docker engine that a line means: containers, images with their tags, networks."""

from __future__ import annotations

import os

from kubia_cli.completion import live
from kubia_cli.model.size import human_size

TYPE_CHECKING = False  # `typing` costs a TAB 8 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from kubia_cli.completion.live import Known, Rows
    from kubia_cli.completion.values import Ask

_LOCAL = "unix:///var/run/docker.sock"


class Docker:
    """The engine of --docker-context, DOCKER_HOST, or Docker's current context."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._context = ask.value("--docker-context")
        self._endpoint = self._found()

    def containers(self, *, running: bool = False) -> Callable[[], Known]:
        """Begin to ask for containers; each with its image and status."""
        return self._started("/containers/json" if running else "/containers/json?all=1", _containers)

    def images(self) -> Known:
        """The names of local images, each with its size."""
        return self._started("/images/json", _images)()

    def networks(self) -> Known:
        """The networks, each with its driver."""
        return self._started("/networks", _networks)()

    def exposed_ports(self, image: str) -> Known:
        """The ports that an image says it listens on."""
        if not image or any(letter in image for letter in "?#% \r\n"):
            return live.Known([], "")
        return self._started(f"/images/{image}/json", _exposed)()

    def _started(self, path: str, rows: Callable[[Any], Rows]) -> Callable[[], Known]:
        begun = live.started(
            self._ask.env, f"docker\n{self._endpoint}\n{self._context}\n{path}", lambda: rows(self._json(path))
        )

        def end() -> Known:
            said = begun()
            return live.Known(said.rows, f"the Docker engine {said.why}" if said.why else "")

        return end

    def _json(self, path: str) -> Any:
        import json

        from kubia_cli.completion import glance  # what is kept needs no connection

        if self._endpoint.startswith("ssh://") or self._ask.env.get("DOCKER_TLS_VERIFY"):
            raise glance.Unanswered("is asked for names only where it is local")
        return json.loads(glance.of_docker(self._endpoint, path, live.PATIENCE))

    def _found(self) -> str:
        env = self._ask.env
        if not self._context and env.get("DOCKER_HOST"):
            return env["DOCKER_HOST"]
        folder = env.get("DOCKER_CONFIG") or os.path.join(env.get("HOME", ""), ".docker")
        if (
            not self._context
            and not env.get("DOCKER_CONTEXT")
            and not os.path.exists(os.path.join(folder, "config.json"))
        ):
            return _LOCAL
        from kubia_cli.session import Session  # a context is named somewhere: the engine knows the rules

        contexts = Session(env=env).docker_contexts.all()
        chosen = [each.endpoint for each in contexts if (each.name == self._context if self._context else each.current)]
        return chosen[0] if chosen else ""


def _containers(found: Any) -> Rows:
    rows = []
    for each in found:
        image = each["Image"]
        if image.startswith("sha256:"):  # its name went to another image
            image = image.removeprefix("sha256:")[:12]
        rows += [(name.removeprefix("/"), f"{image} · {each['Status']}") for name in each["Names"][:1]]
    return rows


def _images(found: Any) -> Rows:
    return [
        (tag, human_size(each["Size"]))
        for each in found
        for tag in each.get("RepoTags") or ()
        if tag != "<none>:<none>"
    ]


def _networks(found: Any) -> Rows:
    return [(each["Name"], each["Driver"]) for each in found]


def _exposed(found: Any) -> Rows:
    return [
        (port.partition("/")[0], "the image exposes it") for port in (found["Config"] or {}).get("ExposedPorts") or ()
    ]
