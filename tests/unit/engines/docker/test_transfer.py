"""When a push or a pull has worked: never because a stream came to an end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines import Docker
from kubia_cli.engines.docker.engine import connect
from kubia_cli.engines.docker.registry import pause_before
from kubia_cli.engines.docker.transfer import _Limit
from kubia_cli.errors import KubiaError
from kubia_cli.model.events import LayerProgress
from kubia_cli.model.image import parse
from tests.unit.engines.docker.daemon import Answer, Asked, Daemon, daemon

DIGEST = "sha256:" + "0123456789abcdef" * 4
OTHER = "sha256:" + "f" * 64
IMAGE = "sha256:" + "a" * 64
NAME = "registry.example.com/luksa/kubia"
Answers = dict[str, Answer | Callable[[Asked], Answer]]


def engine(running: Daemon, tmp_path: Path, **env: str) -> Docker:
    return connect({"DOCKER_HOST": running.host, "HOME": str(tmp_path), "PATH": "/nowhere", **env})


def push(running: Daemon, tmp_path: Path, **env: str) -> tuple[list[Any], str]:
    docker = engine(running, tmp_path, **env)
    return list(docker.push(f"{NAME}:1")), docker.pushed_digest(f"{NAME}:1")


def pushing(*messages: dict[str, Any] | bytes, digests: tuple[str, ...] = (DIGEST,), cut: bool = False) -> Answers:
    return {
        f"GET /images/{NAME}:1/json": Answer({"Id": IMAGE, "RepoDigests": [f"{NAME}@{each}" for each in digests]}),
        f"POST /images/{NAME}/push": Answer(messages=messages, cut=cut),
        f"GET /distribution/{NAME}:1/json": Answer({"Descriptor": {"digest": OTHER}}),
    }


AUX = {"progressDetail": {}, "aux": {"Tag": "1", "Digest": DIGEST, "Size": 528}}
STATUS = {"status": f"1: digest: {DIGEST} size: 528"}
LAYERS = (
    {"status": f"The push refers to repository [{NAME}]"},
    {"status": "Preparing", "progressDetail": {}, "id": "aaa"},
    {"status": "Pushing", "progressDetail": {"current": 5, "total": 10}, "progress": "[=>]", "id": "aaa"},
    {"status": "Layer already exists", "progressDetail": {}, "id": "bbb"},
)


@pytest.mark.parametrize("announced", [(AUX,), (STATUS,), (STATUS, AUX)], ids=["aux", "status", "both"])
def test_a_push_has_worked_with_a_digest_that_the_engine_confirms(announced: tuple[Any, ...], tmp_path: Path) -> None:
    with daemon(pushing(*LAYERS, *announced)) as running:
        events, digest = push(running, tmp_path)

    assert digest == DIGEST
    assert events == [
        LayerProgress("aaa", "Preparing"),
        LayerProgress("aaa", "Pushing", 5, 10),
        LayerProgress("bbb", "Layer already exists"),
    ]
    [pushed] = [each for each in running.asked if each.path.endswith("/push")]
    assert pushed.query == {"tag": "1"}
    assert pushed.login == {}


def test_a_push_that_the_engine_has_no_digest_of_is_confirmed_by_the_registry(tmp_path: Path) -> None:
    answers = pushing(AUX, digests=())
    answers[f"GET /distribution/{NAME}:1/json"] = Answer({"Descriptor": {"digest": DIGEST}})
    with daemon(answers) as running:
        assert push(running, tmp_path)[1] == DIGEST


@pytest.mark.parametrize(
    ("answers", "exit_code", "code", "said"),
    [
        (pushing(*LAYERS), 5, "push.no-digest", ""),
        (pushing(*LAYERS, AUX, digests=()), 13, "push.unconfirmed", f"pushed {DIGEST}, found {OTHER}"),
        (pushing({"status": f"2: digest: {DIGEST} size: 528"}), 5, "push.no-digest", ""),
        (pushing(*LAYERS, cut=True), 10, "docker.broken-off", ""),
        (pushing(b'{"status":"Pus'), 10, "docker.broken-off", ""),
        (
            pushing({"errorDetail": {"message": "denied: requested access to the resource is denied"}, "error": "x"}),
            4,
            "push.denied",
            "denied: requested access to the resource is denied",
        ),
        (pushing(AUX, {"error": "unauthorized: authentication required"}), 4, "push.denied", None),
        (pushing({"error": "no basic auth credentials"}), 4, "push.denied", None),
        (
            pushing({"error": 'Get "http://registry.example.com/v2/": dial tcp: connect: connection refused'}),
            10,
            "push.unreachable",
            None,
        ),
        (pushing({"error": "received unexpected HTTP status: 500 Internal Server Error"}), 5, "push.failed", None),
        (pushing({"error": "write /x: no space left on device"}), 14, "docker.disk-full", None),
    ],
)
def test_every_other_end_of_a_push_is_an_error(
    answers: Answers, exit_code: int, code: str, said: str | None, tmp_path: Path
) -> None:
    with daemon(answers) as running, pytest.raises(KubiaError) as caught:
        push(running, tmp_path)

    assert (caught.value.exit_code, caught.value.code) == (exit_code, code)
    assert said in (None, caught.value.said)


def test_a_push_of_what_is_not_there_asks_no_registry(tmp_path: Path) -> None:
    with daemon({}) as running, pytest.raises(KubiaError) as caught:
        push(running, tmp_path)

    assert (caught.value.exit_code, caught.value.code) == (11, "image.not-found")
    assert caught.value.fix == f"kubia build -t {NAME}:1 ."
    assert running.lines == ["GET /version", f"GET /images/{NAME}:1/json"]


def test_a_login_goes_to_its_own_registry_only(tmp_path: Path) -> None:
    auths = {host: {"username": "u", "password": f"for {host}"} for host in ("registry.example.com", "quay.io")}
    with daemon(pushing(AUX)) as running:
        push(running, tmp_path, DOCKER_AUTH_CONFIG=json.dumps({"auths": auths}))

    [pushed] = [each for each in running.asked if each.path.endswith("/push")]
    assert pushed.login == {
        "username": "u",
        "password": "for registry.example.com",
        "serveraddress": "registry.example.com",
    }


@pytest.mark.parametrize(
    ("answer", "exit_code", "code"),
    [
        (Answer(messages=({"error": "manifest for busybox:9 not found: manifest unknown"},)), 11, "image.not-found"),
        (Answer({"message": "pull access denied for busybox, repository does not exist"}, 404), 4, "registry.denied"),
        (Answer({"message": "Get https://x/v2/: dial tcp: lookup x: no such host"}, 500), 10, "registry.unreachable"),
        (Answer(messages=({"error": "toomanyrequests: rate exceeded"},)), 5, "pull.failed"),
        (Answer(messages=({"status": "Pulling fs layer", "id": "a"},), cut=True), 10, "docker.broken-off"),
    ],
)
def test_a_pull_that_failed(answer: Answer, exit_code: int, code: str, tmp_path: Path) -> None:
    with daemon({"POST /images/create": answer}) as running, pytest.raises(KubiaError) as caught:
        list(engine(running, tmp_path).pull("busybox:9", timeout=4))

    assert (caught.value.exit_code, caught.value.code) == (exit_code, code)


def test_a_pull(tmp_path: Path) -> None:
    layer = {"status": "Downloading", "progressDetail": {"current": 1, "total": 2}, "id": "abc"}
    with daemon({"POST /images/create": Answer(messages=(layer, {"status": "Digest: x"}))}) as running:
        assert list(engine(running, tmp_path).pull("busybox")) == [LayerProgress("abc", "Downloading", 1, 2)]

    assert running.asked[-1].query == {"fromImage": "busybox", "tag": "latest"}


@pytest.mark.parametrize(
    ("said", "pauses"),
    [
        ("toomanyrequests: rate exceeded", [5, 10, 20, None]),
        ("received unexpected HTTP status: 503 Service Unavailable", [1, None]),
        ("Get https://x/v2/: dial tcp 10.0.0.1:443: connect: connection refused", [1, None]),
        ("unexpected EOF", [1, None]),
        ("Get https://x/v2/: dial tcp: lookup x: no such host", [None]),
        ("x509: certificate signed by unknown authority", [None]),
        ("denied: requested access to the resource is denied", [None]),
        ("unauthorized: authentication required", [None]),
        ("error parsing HTTP 403 response body: 403 Forbidden", [None]),
        ("manifest unknown: manifest unknown", [None]),
        ("", [None]),
    ],
)
def test_what_is_tried_again_and_how_often(said: str, pauses: list[float | None]) -> None:
    assert [pause_before(attempt, said) for attempt in range(2, 2 + len(pauses))] == pauses


def test_a_push_is_tried_again_after_a_passing_failure(tmp_path: Path) -> None:
    answers = pushing(AUX)
    ends = [Answer(messages=({"error": "received unexpected HTTP status: 502 Bad Gateway"},)), Answer(messages=(AUX,))]
    with daemon({**answers, f"POST /images/{NAME}/push": lambda _: ends.pop(0)}) as running:
        events, digest = push(running, tmp_path)

    assert digest == DIGEST
    assert events == [LayerProgress("", f"the push of {NAME}:1 failed; trying again in 1s")]


def test_a_busy_registry_says_itself_how_long_it_wants_to_be_left_alone(tmp_path: Path) -> None:
    busy = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 6\r\nContent-Length: 0\r\n\r\n"
    with daemon({"HEAD /v2/a/manifests/latest": Answer(raw=busy)}) as registry:
        name = f"{registry.host.removeprefix('tcp://')}/a"
        ends = [Answer(messages=({"error": "toomanyrequests: slow down"},)), Answer(messages=())]
        with daemon({"POST /images/create": lambda _: ends.pop(0)}) as running:
            begun = time.monotonic()
            events = list(engine(running, tmp_path).pull(name))
            assert time.monotonic() - begun >= 6
            refused = [Answer(messages=({"error": "toomanyrequests: slow down"},))]
            running.answers["POST /images/create"] = lambda _: refused.pop(0)
            with pytest.raises(KubiaError) as caught:  # no time to wait for it
                list(engine(running, tmp_path).pull(name, timeout=5.5))

    assert events == [LayerProgress("", f"the pull of {name}:latest failed; trying again in 6s")]
    assert (caught.value.exit_code, caught.value.code) == (5, "pull.failed")


@pytest.mark.parametrize("said", ["no basic auth credentials", "login attempt failed with status: 403 Forbidden"])
def test_a_registry_that_does_not_let_us_in_is_told_before_the_push(said: str, tmp_path: Path) -> None:
    refusing = {**pushing(AUX), "POST /auth": Answer({"message": said}, 500)}
    with daemon(refusing) as running, pytest.raises(KubiaError) as caught:
        push(running, tmp_path)

    assert (caught.value.exit_code, caught.value.code, caught.value.said) == (4, "push.denied", said)
    assert running.lines[-1] == "POST /auth"


def test_a_push_takes_no_longer_than_it_may(tmp_path: Path) -> None:
    def late(_: Asked) -> Answer:
        time.sleep(1)
        return Answer(messages=(AUX,))

    with daemon({**pushing(AUX), f"POST /images/{NAME}/push": late}) as running, pytest.raises(KubiaError) as caught:
        list(engine(running, tmp_path).push(f"{NAME}:1", timeout=0.3))

    assert (caught.value.exit_code, caught.value.code) == (124, "transfer.timeout")
    stalled = _Limit(parse(f"{NAME}:1"), "push", 0).passed()
    assert (stalled.code, stalled.message) == ("transfer.stalled", f"the push of {NAME}:1 made no progress for 10m")
