"""Pull and push, and the verdict on each: the SDK calls both a success whatever the stream says (trap T9)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

from docker.auth import encode_header
from docker.errors import APIError
from requests.exceptions import ReadTimeout
from urllib3.exceptions import ReadTimeoutError

from kubia_cli.engines import Event
from kubia_cli.engines.docker.connection import CONNECT, QUIET
from kubia_cli.engines.docker.credentials import login_for
from kubia_cli.engines.docker.errors import explanation, translated
from kubia_cli.engines.docker.logins import Logins
from kubia_cli.engines.docker.messages import Message, error_of, messages
from kubia_cli.engines.docker.registry import pause_before, registry_failure, retry_after
from kubia_cli.errors import DeniedError, KubiaError, NotFoundError, TimedOutError, TransferError, UnknownOutcomeError
from kubia_cli.model.duration import spoken
from kubia_cli.model.events import LayerProgress
from kubia_cli.model.image import ImageReference, parse

#: ``1: digest: sha256:… size: 1234``: where the containerd image store leaves the ``aux`` message out (trap T10).
_DIGEST_STATUS = re.compile("(?P<tag>[^ ]+): digest: (?P<digest>sha256:[0-9a-f]{64}) size: [0-9]+")


class Transfers(Logins):
    """The calls for registries of ``engines.Docker``."""

    _pushed: tuple[str, str] = ("", "")

    def pull(self, reference: str, *, platform: str = "", timeout: float = 0) -> Iterator[Event]:
        """Pull; yields LayerProgress. An error in the stream is raised; ``timeout`` is in seconds, 0 for none."""
        named = parse(reference).with_default_tag()
        params = {"fromImage": named.familiar_name, "tag": named.digest or named.tag}
        if platform:
            params["platform"] = platform
        for message in self._transfer(self._api._url("/images/create"), params, named, "pull", timeout):
            yield from layer_progress(message)

    def push(self, reference: str, *, timeout: float = 0) -> Iterator[Event]:
        """Push one tag; yields LayerProgress. It has worked when the iterator ends: see ``pushed_digest``.

        ``timeout`` is in seconds, 0 for none. Raises NotFoundError when no local image bears the tag, DeniedError,
        UnreachableError, TransferError, TimedOutError, and UnknownOutcomeError when a digest was announced that neither
        engine nor registry knows afterwards.
        """
        named = parse(reference).with_default_tag()
        self._pushed = ("", "")
        try:
            self.image(named.familiar)
        except NotFoundError as error:
            error.fix = f"kubia build -t {named.familiar} ."
            raise
        self._check_welcome(named)
        digest = ""
        url = self._api._url("/images/{0}/push", named.familiar_name)
        for message in self._transfer(url, {"tag": named.tag}, named, "push", timeout):
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

    def _check_welcome(self, named: ImageReference) -> None:
        """Raise DeniedError ``push.denied`` for a registry that wants another login: the engine would try for 50 s.

        The engine asks the registry's first page (``GET /v2/``), so that nothing is said that it does not see itself.
        """
        login = login_for(self._connection.env, named)
        if "registrytoken" in login:
            return
        try:
            self.check_login(named, login or {"serveraddress": named.registry_auth_key})
        except DeniedError as error:
            raise registry_failure(error.said, named, "push") from error
        except KubiaError:
            return  # the push will tell

    def _transfer(
        self, url: str, params: dict[str, str], named: ImageReference, verb: str, timeout: float
    ) -> Iterator[Message]:
        """The messages of a transfer, which is tried again where that may help and does no harm."""
        limit = _Limit(named, verb, timeout)
        for attempt in count(2):
            try:
                yield from self._once(url, params, named, verb, limit)
            except KubiaError as error:
                pause = pause_before(attempt, error.said)
                if pause is None:
                    raise
                pause = max(pause, retry_after(error.said, named))
                if pause >= limit.left:
                    raise
                yield {"id": "", "status": f"{error.message}; trying again in {spoken(pause)}"}
                time.sleep(pause)
            else:
                return

    def _once(
        self, url: str, params: dict[str, str], named: ImageReference, verb: str, limit: _Limit
    ) -> Iterator[Message]:
        headers = {"X-Registry-Auth": encode_header(login_for(self._connection.env, named))}
        with translated(self.host):
            try:
                timeout = (CONNECT, limit.patience)
                response = self._api._post(url, params=params, headers=headers, stream=True, timeout=timeout)
                self._api._raise_for_status(response)
                for message in messages(response):
                    said = error_of(message)
                    if said:
                        raise registry_failure(said, named, verb)
                    yield message
                    limit.check(response)
            except APIError as error:
                raise registry_failure(explanation(error), named, verb) from error
            except (ReadTimeout, ReadTimeoutError) as error:
                raise limit.passed() from error


class _Limit:
    """How long a transfer may take as a whole, and how long without any progress (``QUIET``)."""

    def __init__(self, named: ImageReference, verb: str, seconds: float) -> None:
        self._name = named.familiar
        self._verb = verb
        self._seconds = seconds
        self._end = time.monotonic() + seconds if seconds else float("inf")

    @property
    def left(self) -> float:
        return self._end - time.monotonic()

    @property
    def patience(self) -> float:
        """Seconds to wait for the next message."""
        return max(0.01, min(QUIET, self.left))

    def check(self, response: Any) -> None:
        """Wait for the next message no longer than there is time. Raises TimedOutError when there is none."""
        if self.left <= 0:
            raise self.passed()
        connection = response.raw._fp.fp
        if connection is not None:  # the answer has not come to its end
            connection.raw._sock.settimeout(self.patience)

    def passed(self) -> TimedOutError:
        if self.left > 0:
            return TimedOutError(
                "transfer.stalled", f"the {self._verb} of {self._name} made no progress for {spoken(QUIET)}"
            )
        return TimedOutError(
            "transfer.timeout", f"the {self._verb} of {self._name} took longer than {spoken(self._seconds)}"
        )


def layer_progress(message: Message) -> Iterator[LayerProgress]:
    """The progress that a message of a pull or push tells of one layer; nothing for other messages."""
    layer, status = message.get("id"), message.get("status")
    if layer is None or not status:
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
