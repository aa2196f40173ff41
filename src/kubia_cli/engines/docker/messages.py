"""The engine's progress streams: JSON messages, a line each, in pieces of any size.

The SDK's decoder is not used: it breaks characters at the edge of a piece, and parses a long line again for each piece.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import urllib3

#: The longest message that is taken, in bytes.
LONGEST = 16 * 1024 * 1024
_PIECE = 64 * 1024

Message = dict[str, Any]


def messages(response: Any) -> Iterator[Message]:
    """Decode the messages of a streamed response as they come; closes it at the end.

    Raises urllib3's ProtocolError when the stream breaks off, also in the middle of a message.
    """
    try:
        yield from decoded(response.raw.stream(_PIECE))
    finally:
        response.close()


def decoded(pieces: Iterable[bytes]) -> Iterator[Message]:
    """Decode messages from bytes, however they are cut."""
    pending: list[bytes] = []
    length = 0
    for piece in pieces:
        *ended, rest = piece.split(b"\n")
        for end in ended:
            pending.append(end)
            yield from _message(b"".join(pending))
            pending, length = [], 0
        if rest:
            pending.append(rest)
            length += len(rest)
            if length > LONGEST:
                raise urllib3.exceptions.ProtocolError(f"a message is longer than {LONGEST} bytes")
    yield from _message(b"".join(pending))


def _message(line: bytes) -> Iterator[Message]:
    if not line.strip():
        return
    try:
        message = json.loads(line)
    except ValueError as error:
        raise urllib3.exceptions.ProtocolError("a message is no JSON, or broke off") from error
    if not isinstance(message, dict):
        raise urllib3.exceptions.ProtocolError("a message is no object")
    yield message


def error_of(message: Message) -> str:
    """The error that a message brings, or ""; HTTP's status was 200 long before it."""
    detail = message.get("errorDetail")
    said = detail.get("message") if isinstance(detail, dict) else ""
    return str(said or message.get("error") or "")
