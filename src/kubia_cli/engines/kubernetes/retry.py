"""The one rule for what is asked again: by how sure it is that the server did nothing, and by what a repeat would do.

| what happened                                           | read | idempotent write | once (create, delete) |
|---------------------------------------------------------|------|------------------|-----------------------|
| surely not processed: refused, DNS, 429, 503            | yes  | yes              | yes                   |
| ambiguous: reset or silence after sending, 500, 502, 504| yes  | yes              | no: UnknownOutcome    |
| final: all other answers                                | no   | no               | no                    |

Waits are fully jittered, 0.25 s doubled up to 8 s (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/);
Retry-After is their lower bound. At most 10 attempts, and never past the deadline. A server that was never heard gets
three: it is more likely absent than restarting, and a person waits.
"""

from __future__ import annotations

import enum
import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kubia_cli.engines.kubernetes.errors import Status, chain

BASE, CAP = 0.25, 8.0
ATTEMPTS = 10
ATTEMPTS_UNHEARD = 3
#: Seconds for a read of a server that was never heard: it is more likely absent than slow.
UNHEARD_TIMEOUT = 10.0
#: Seconds of waiting after which ``note`` is told.
PATIENCE = 2.0


class Effect(enum.Enum):
    """What a repeated request does: nothing, the same again, or perhaps a second deed."""

    READ = "read"
    IDEMPOTENT = "idempotent"
    ONCE = "once"


class Sureness(enum.Enum):
    """How sure it is that a failed attempt changed nothing."""

    NOT_PROCESSED = "not processed"
    AMBIGUOUS = "ambiguous"
    FINAL = "final"


@dataclass(frozen=True)
class Verdict:
    """What one failed attempt means; ``retry_after`` is in seconds."""

    sureness: Sureness
    retry_after: float = 0.0
    heard: bool = True


def judge_status(status: Status, headers: Mapping[str, str]) -> Verdict:
    """Judge an answer by its status; header names are lower case."""
    retry_after = _seconds(headers.get("retry-after", ""))
    if status.code in (429, 503):
        return Verdict(Sureness.NOT_PROCESSED, retry_after)
    if status.code in (500, 502, 504):
        return Verdict(Sureness.FINAL if status.answered else Sureness.AMBIGUOUS, retry_after)
    return Verdict(Sureness.FINAL)


def judge_failure(problem: BaseException) -> Verdict:
    """Judge an exception of urllib3, ssl or the socket."""
    import urllib3.exceptions as http  # noqa: PLC0415 (only a failure pays for it)

    links = list(chain(problem))
    if any(isinstance(link, ssl.SSLError | http.LocationValueError) for link in links):
        return Verdict(Sureness.FINAL)  # the same certificate comes again
    unsent = (http.NewConnectionError, http.ConnectTimeoutError, http.ProxyError, ConnectionRefusedError)
    if any(isinstance(link, unsent) for link in links):
        return Verdict(Sureness.NOT_PROCESSED, heard=False)
    return Verdict(Sureness.AMBIGUOUS)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _silent(text: str) -> None:
    """Tell nobody."""


@dataclass
class Deadline:
    """A wall-clock limit, in seconds from now; ``now`` is a monotonic clock."""

    seconds: float
    now: Callable[[], float] = time.monotonic
    begun: float = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.now()

    @property
    def left(self) -> float:
        """Seconds left; negative when it has passed."""
        return self.begun + self.seconds - self.now()


@dataclass
class Limit:
    """How long a call may take beside its own limit: ``patience`` tells the seconds that are left for it now."""

    patience: Callable[[], float] | None = None

    def of(self, timeout: float, effect: Effect, *, heard: bool) -> float:
        """The seconds for a call that would have ``timeout``; less for a read of a server that was never ``heard``."""
        if effect is Effect.READ and not heard:
            timeout = min(timeout, UNHEARD_TIMEOUT)
        return timeout if self.patience is None else min(timeout, self.patience())


@dataclass
class Retries:
    """Asks again by the rule. ``heard`` is set by the first answer and stays for the run."""

    note: Callable[[str], None] = _silent
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    heard: bool = False

    def wait(self, verdict: Verdict, effect: Effect, attempt: int, deadline: Deadline, why: str) -> bool:
        """Wait before attempt ``attempt + 1`` and return True, or False when there is none.

        ``attempt`` counts from 1. A Retry-After beyond the deadline ends it at once: waiting would be in vain.
        """
        self.heard = self.heard or verdict.heard
        allowed = ATTEMPTS if self.heard else ATTEMPTS_UNHEARD
        if attempt >= allowed or not may_repeat(verdict.sureness, effect):
            return False
        pause = self.jitter(0, min(CAP, BASE * 2 ** (attempt - 1)))
        pause = max(pause, verdict.retry_after)
        if pause >= deadline.left:
            return False
        waited = deadline.seconds - deadline.left
        if waited < PATIENCE <= waited + pause or verdict.retry_after >= PATIENCE:
            self.note(f"{why}; asking again")
        self.sleep(pause)
        return True


def may_repeat(sureness: Sureness, effect: Effect) -> bool:
    """The table above."""
    if sureness is Sureness.AMBIGUOUS:
        return effect is not Effect.ONCE
    return sureness is Sureness.NOT_PROCESSED
