"""Whether an address answers, tried on small real servers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from kubia_cli.rollout.doorbell import Deadline
from kubia_cli.rollout.reach import Answer, Way, first_answer

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n"


@contextlib.contextmanager
def served(answer: Callable[[socket.socket], None]) -> Iterator[Way]:
    """A server on loopback that does ``answer`` with each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield Way("node port", "127.0.0.1", listener.getsockname()[1])


def says(data: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(data)

    return answer


def hangs_up(_connection: socket.socket) -> None:
    """What a proxy does that finds nobody behind it."""


def closed() -> Way:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return Way("node port", "127.0.0.1", listener.getsockname()[1])


def test_http_in_full_and_in_chunks() -> None:
    for data in (HELLO, CHUNKED):
        with served(says(data)) as way:
            assert first_answer([way], Deadline(5)) == (way, Answer(http=True, text="hello"))


def test_another_protocol() -> None:
    with served(says(b"220 mail.example.com\r\n")) as way:
        assert first_answer([way], Deadline(5)) == (way, Answer(http=False, text="220 mail.example.com"))


def test_silence_on_an_open_connection_is_an_answer_and_hanging_up_is_none() -> None:
    def waits(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass

    with served(waits) as way:
        assert first_answer([way], Deadline(5)) == (way, Answer(http=False))
    with served(hangs_up) as way:
        assert first_answer([way], Deadline(0.5)) is None


def test_the_first_that_answers_of_many() -> None:
    with served(says(HELLO)) as way, served(hangs_up) as proxy:
        assert first_answer([closed(), proxy, way], Deadline(5)) == (way, Answer(http=True, text="hello"))
    assert first_answer([closed()], Deadline(0.5)) is None
    assert first_answer([], Deadline(5)) is None


def test_addresses_in_urls() -> None:
    assert Way("x", "127.0.0.1", 80).authority == "127.0.0.1:80"
    assert Way("x", "::1", 80).authority == "[::1]:80"
