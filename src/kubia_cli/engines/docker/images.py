"""Local images: what there is, what they are made of, their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from docker.auth import encode_header
from docker.errors import APIError
from requests.exceptions import ReadTimeout

from kubia_cli.engines import Object
from kubia_cli.engines.docker.connection import CONNECT, Connection
from kubia_cli.engines.docker.credentials import login_for
from kubia_cli.engines.docker.errors import explanation, translated
from kubia_cli.engines.docker.registry import registry_failure
from kubia_cli.errors import UnreachableError, UsageError
from kubia_cli.model.image import parse

#: Seconds that a registry is given to tell a digest.
REGISTRY_ANSWER = 8.0
_IMAGE_ID = re.compile("(?:sha256:)?[0-9a-f]{64}")
#: What may stand in the path of a request; ``..`` would turn it into another request.
_CONTAINER = re.compile("/?[a-zA-Z0-9][a-zA-Z0-9_.-]*")


class Part:
    """A part of the engine: what its calls have in common."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.host = connection.host

    @property
    def _api(self) -> Any:
        return self._connection.api


def image_path(reference: str) -> str:
    """An image's name as it may stand in a path, with its tag; an ID as it is. UsageError when it is neither."""
    return reference if _IMAGE_ID.fullmatch(reference) else parse(reference).familiar


def container_path(name: str) -> str:
    """A container's name or ID as it may stand in a path. UsageError ``name.invalid``."""
    if not _CONTAINER.fullmatch(name):
        rule = "letters, digits, _, . and -, with a letter or digit first"
        raise UsageError("name.invalid", f"`{name}` is no container name: it may only have {rule}")
    return name


class Images(Part):
    """The calls for images of ``engines.Docker``."""

    def images(self, reference: str = "", *, all: bool = False, labels: Sequence[str] = ()) -> list[Object]:
        """Local images."""
        filters = {"reference": [reference] if reference else [], "label": list(labels)}
        with translated(self.host):
            found: list[Object] = self._api.images(
                all=all, filters={key: each for key, each in filters.items() if each}
            )
        return found

    def image(self, reference: str) -> Object:
        """Inspect a local image. NotFoundError when it is not there."""
        with translated(self.host, "image", reference):
            found: Object = self._api.inspect_image(image_path(reference))
        return found

    def distribution(self, reference: str) -> str:
        """The digest (sha256:…) that the registry gives for ``reference`` now, asked through the engine.

        Raises NotFoundError, DeniedError, or UnreachableError after a few seconds.
        """
        named = parse(reference).with_default_tag()
        headers = {"X-Registry-Auth": encode_header(login_for(self._connection.env, named))}
        url = self._api._url("/distribution/{0}/json", named.familiar)
        with translated(self.host):
            try:
                answer = self._api._get(url, headers=headers, timeout=(CONNECT, REGISTRY_ANSWER))
                found = self._api._result(answer, json=True)
            except APIError as error:
                raise registry_failure(explanation(error), named, "pull") from error
            except ReadTimeout as error:
                message = f"the registry {named.registry} gives no answer"
                raise UnreachableError("registry.unreachable", message) from error
        return str(found["Descriptor"]["digest"])

    def history(self, reference: str) -> list[Object]:
        """The layers of an image with the instruction that made each."""
        with translated(self.host, "image", reference):
            layers: list[Object] = self._api._result(
                self._api._get(self._api._url("/images/{0}/history", image_path(reference))), json=True
            )
        return layers

    def tag(self, source: str, target: str) -> None:
        """Give a local image a second name."""
        named = parse(target).with_default_tag()
        with translated(self.host, "image", source):
            self._api.tag(image_path(source), named.familiar_name, named.tag)

    def remove_image(self, reference: str, *, force: bool = False) -> list[Object]:
        """Remove a name, and the image with its last name. ConflictError ``image.in-use``."""
        with translated(self.host, "image", reference, conflict="image.in-use"):
            removed: list[Object] = self._api.remove_image(image_path(reference), force=force)
        return removed
