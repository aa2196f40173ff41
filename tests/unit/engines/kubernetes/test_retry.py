"""What is asked again: the table of retry.py, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import urllib3.exceptions as http

from kubia_cli.engines.kubernetes.errors import Status
from kubia_cli.engines.kubernetes.retry import (
    ATTEMPTS,
    ATTEMPTS_UNHEARD,
    UNHEARD_TIMEOUT,
    Deadline,
    Effect,
    Limit,
    Retries,
    Sureness,
    Verdict,
    judge_failure,
    judge_status,
    may_repeat,
)


@dataclass
class Clock:
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.mark.parametrize(
    ("status", "sureness"),
    [
        (Status(429), Sureness.NOT_PROCESSED),
        (Status(503), Sureness.NOT_PROCESSED),
        (Status(500), Sureness.AMBIGUOUS),
        (Status(500, reason="InternalError", trusted=True), Sureness.FINAL),
        (Status(500, "failed to create typed patch object", trusted=True), Sureness.FINAL),
        (Status(500, "etcdserver: leader changed", trusted=True), Sureness.AMBIGUOUS),
        (Status(500, reason="ServerTimeout", trusted=True), Sureness.AMBIGUOUS),
        (Status(502), Sureness.AMBIGUOUS),
        (Status(504), Sureness.AMBIGUOUS),
        (Status(404), Sureness.FINAL),
        (Status(409), Sureness.FINAL),
        (Status(422), Sureness.FINAL),
    ],
)
def test_answers(status: Status, sureness: Sureness) -> None:
    assert judge_status(status, {}).sureness is sureness


@pytest.mark.parametrize(
    ("problem", "sureness"),
    [
        (ConnectionRefusedError(), Sureness.NOT_PROCESSED),
        (ConnectionResetError(), Sureness.AMBIGUOUS),
        (TimeoutError(), Sureness.AMBIGUOUS),
        (http.ProtocolError("gone", ConnectionResetError()), Sureness.AMBIGUOUS),
    ],
)
def test_failures(problem: BaseException, sureness: Sureness) -> None:
    assert judge_failure(problem).sureness is sureness


@pytest.mark.parametrize(
    ("sureness", "effect", "again"),
    [
        (Sureness.NOT_PROCESSED, Effect.ONCE, True),
        (Sureness.AMBIGUOUS, Effect.ONCE, False),
        (Sureness.AMBIGUOUS, Effect.IDEMPOTENT, True),
        (Sureness.AMBIGUOUS, Effect.READ, True),
        (Sureness.FINAL, Effect.READ, False),
    ],
)
def test_what_may_be_repeated(sureness: Sureness, effect: Effect, again: bool) -> None:
    assert may_repeat(sureness, effect) is again


def test_waits_grow_up_to_the_cap_and_end_with_the_attempts() -> None:
    clock = Clock()
    retries = Retries(sleep=clock.sleep, jitter=lambda _, most: most)
    deadline = Deadline(1000, lambda: clock.now)
    attempt = 1
    while retries.wait(Verdict(Sureness.NOT_PROCESSED), Effect.ONCE, attempt, deadline, "busy"):
        attempt += 1
    assert attempt == ATTEMPTS
    assert clock.slept == [0.25, 0.5, 1, 2, 4, 8, 8, 8, 8]


def test_a_server_that_was_never_heard_gets_three_attempts() -> None:
    clock = Clock()
    retries = Retries(sleep=clock.sleep)
    unheard = Verdict(Sureness.NOT_PROCESSED, heard=False)
    tries = [retries.wait(unheard, Effect.READ, each, Deadline(100, lambda: clock.now), "") for each in range(1, 5)]
    assert tries == [True] * (ATTEMPTS_UNHEARD - 1) + [False, False]


def test_retry_after_is_the_lower_bound_and_ends_it_beyond_the_deadline() -> None:
    clock, told = Clock(), list[str]()
    retries = Retries(note=told.append, sleep=clock.sleep, jitter=lambda _, __: 0.0)
    verdict = judge_status(Status(429), {"retry-after": "3"})
    assert retries.wait(verdict, Effect.ONCE, 1, Deadline(10, lambda: clock.now), "the server is busy")
    assert clock.slept == [3.0]
    assert told == ["the server is busy; asking again"]
    late = judge_status(Status(429), {"retry-after": "60"})
    assert not retries.wait(late, Effect.ONCE, 1, Deadline(10, lambda: clock.now), "")
    assert clock.slept == [3.0]


def test_how_long_a_call_may_take() -> None:
    assert Limit().of(30, Effect.READ, heard=True) == 30
    assert Limit().of(30, Effect.READ, heard=False) == UNHEARD_TIMEOUT
    assert Limit().of(30, Effect.ONCE, heard=False) == 30
    assert Limit(lambda: 2.0).of(30, Effect.ONCE, heard=True) == 2
