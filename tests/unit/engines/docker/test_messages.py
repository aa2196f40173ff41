"""The engine's streams: messages and frames, however they are cut."""

from __future__ import annotations

import itertools
import json
import struct

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from kubia_cli.engines.docker import messages
from kubia_cli.engines.docker.messages import decoded, error_of
from kubia_cli.engines.docker.streams import frames

MESSAGES = [{"status": "Pushing", "id": "a"}, {"stream": "café 🐳\n"}, {"aux": {"ID": "sha256:" + "0" * 64}}]
TEXT = b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\r\n" for each in MESSAGES)


def cut(content: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(content) + 1) for place in places), len(content)]
    return [content[start:end] for start, end in itertools.pairwise(edges)]


@given(st.lists(st.integers(0, 10_000), max_size=20))
def test_messages_are_the_same_however_they_are_cut(places: list[int]) -> None:
    assert list(decoded(cut(TEXT, places))) == MESSAGES


@given(st.integers(1, len(TEXT) - 1))
def test_a_stream_that_breaks_off_in_a_message_is_an_error(end: int) -> None:
    ends = [len(before) for before in itertools.accumulate(TEXT.splitlines(keepends=True))]
    if any(whole - 2 <= end <= whole for whole in ends):  # behind a message, before or in its line break
        assert list(decoded([TEXT[:end]])) == MESSAGES[: sum(end >= whole - 2 for whole in ends)]
    else:
        with pytest.raises(urllib3.exceptions.ProtocolError):
            list(decoded([TEXT[:end]]))


@pytest.mark.parametrize("junk", [b"[1]\n", b"<html>\n", b'{"a":\n'])
def test_what_is_no_message_is_an_error(junk: bytes) -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError):
        list(decoded([junk]))


def test_a_line_without_end_is_given_up() -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError, match="longer than"):
        list(decoded([b"x" * messages.LONGEST, b"x"]))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"errorDetail": {"code": 3, "message": "no"}, "error": "no"}, "no"),
        ({"errorDetail": {"code": 3}, "error": "no"}, "no"),
        ({"error": "no"}, "no"),
        ({"errorDetail": None, "status": "fine"}, ""),
    ],
)
def test_errors_in_the_stream(message: dict[str, object], said: str) -> None:
    assert error_of(message) == said


def frame(stream: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(data)) + data


@given(st.lists(st.integers(0, 10_000), max_size=20))
def test_frames_are_the_same_however_they_are_cut(places: list[int]) -> None:
    content = frame(1, b"out") + frame(2, b"") + frame(2, b"err" * 50) + frame(1, b"more")
    streams: dict[int, bytes] = {1: b"", 2: b""}
    for stream, piece in frames(cut(content, places)):
        streams[stream] += piece

    assert streams == {1: b"outmore", 2: b"err" * 50}
