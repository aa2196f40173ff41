"""Pull and push, and the verdict on each: the SDK calls both a success whatever the stream says (trap T9)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docker.auth import encode_header
from docker.errors import APIError

from kubia_cli.engines import Event
from kubia_cli.engines.docker.connection import CONNECT, QUIET
from kubia_cli.engines.docker.credentials import login_for
from kubia_cli.engines.docker.errors import explanation, translated
from kubia_cli.engines.docker.logins import Logins
from kubia_cli.engines.docker.messages import Message, error_of, messages
from kubia_cli.engines.docker.registry import registry_failure
from kubia_cli.errors import NotFoundError, TransferError, UnknownOutcomeError
from kubia_cli.model.events import LayerProgress
from kubia_cli.model.image import ImageReference, parse

#: ``1: digest: sha256:… size: 1234``: where the containerd image store leaves the ``aux`` message out (trap T10).
_DIGEST_STATUS = re.compile("(?P<tag>[^ ]+): digest: (?P<digest>sha256:[0-9a-f]{64}) size: [0-9]+")


class Transfers(Logins):
    """The calls for registries of ``engines.Docker``."""

    _pushed: tuple[str, str] = ("", "")

    def pull(self, reference: str, *, platform: str = "") -> Iterator[Event]:
        """Pull; yields LayerProgress. An error in the stream is raised."""
        named = parse(reference).with_default_tag()
        params = {"fromImage": named.familiar_name, "tag": named.digest or named.tag}
        if platform:
            params["platform"] = platform
        for message in self._transfer(self._api._url("/images/create"), params, named, "pull"):
            yield from layer_progress(message)

    def push(self, reference: str) -> Iterator[Event]:
        """Push one tag; yields LayerProgress. It has worked when the iterator ends: see ``pushed_digest``.

        Raises NotFoundError when no local image bears the tag, DeniedError, UnreachableError, TransferError, and
        UnknownOutcomeError when a digest was announced that neither engine nor registry knows afterwards.
        """
        named = parse(reference).with_default_tag()
        self._pushed = ("", "")
        try:
            self.image(named.familiar)
        except NotFoundError as error:
            error.fix = f"kubia build -t {named.familiar} ."
            raise
        digest = ""
        url = self._api._url("/images/{0}/push", named.familiar_name)
        for message in self._transfer(url, {"tag": named.tag}, named, "push"):
            digest = announced_digest(message, named.tag) or digest
            yield from layer_progress(message)
        if not digest:
            raise TransferError("push.no-digest", f"the push of {named.familiar} ended without a digest")
        self._confirm(named, digest)
        self._pushed = (named.familiar, digest)

    def pushed_digest(self, reference: str) -> str:
        """The digest (sha256:…) that the last push of ``reference`` announced and the engine confirms."""
        pushed, digest = self._pushed
        if pushed != parse(reference).with_default_tag().familiar:
            raise UnknownOutcomeError("push.unconfirmed", f"{reference} was not pushed to its end")
        return digest

    def _confirm(self, named: ImageReference, digest: str) -> None:
        known = self.image(named.familiar).get("RepoDigests") or []
        if named.at(digest).familiar in known:
            return
        answer = self.distribution(named.familiar)
        if answer != digest:
            message = f"{named.registry} has another {named.familiar} than the one that was pushed"
            said = f"pushed {digest}, found {answer}"
            raise UnknownOutcomeError("push.unconfirmed", message, said=said)

    def _transfer(self, url: str, params: dict[str, str], named: ImageReference, verb: str) -> Iterator[Message]:
        headers = {"X-Registry-Auth": encode_header(login_for(self._connection.env, named))}
        with translated(self.host):
            try:
                response = self._api._post(url, params=params, headers=headers, stream=True, timeout=(CONNECT, QUIET))
                self._api._raise_for_status(response)
            except APIError as error:
                raise registry_failure(explanation(error), named, verb) from error
            for message in messages(response):
                said = error_of(message)
                if said:
                    raise registry_failure(said, named, verb)
                yield message


def layer_progress(message: Message) -> Iterator[LayerProgress]:
    """The progress that a message of a pull or push tells of one layer; nothing for other messages."""
    layer, status = message.get("id"), message.get("status")
    if not layer or not status:
        return
    detail = message.get("progressDetail")
    numbers = detail if isinstance(detail, dict) else {}
    yield LayerProgress(str(layer), str(status), int(numbers.get("current") or 0), int(numbers.get("total") or 0))


def announced_digest(message: Message, tag: str) -> str:
    """The digest that a message of a push announces for ``tag``, or ""."""
    aux = message.get("aux")
    if isinstance(aux, dict) and aux.get("Tag") == tag and aux.get("Digest"):
        return str(aux["Digest"])
    found = _DIGEST_STATUS.fullmatch(str(message.get("status") or "").strip())
    return found["digest"] if found and found["tag"] == tag else ""
