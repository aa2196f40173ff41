"""What the lab says while it works: plain lines on stderr, with a heartbeat in long steps."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

HEARTBEAT_SECONDS = 15.0


def say(text: str) -> None:
    """Write one line on stderr."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


@contextmanager
def step(title: str, *, quiet_below: float = 0.0) -> Iterator[None]:
    """Say when the body begins to take long, every 15 s while it does, and how long it took.

    A step that ended in less than `quiet_below` seconds is not mentioned.
    """
    started = time.monotonic()
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(HEARTBEAT_SECONDS):
            say(f"{title} … {time.monotonic() - started:.0f} s")

    heartbeat = threading.Thread(target=beat, daemon=True)
    heartbeat.start()
    try:
        yield
    except BaseException:
        say(f"{title}: failed after {time.monotonic() - started:.1f} s")
        raise
    else:
        taken = time.monotonic() - started
        if taken >= quiet_below:
            say(f"{title}: {taken:.1f} s")
    finally:
        ended.set()
        heartbeat.join()
