"""What only an engine knows, in at most a second: kept for a moment, asked in a thread that is left behind when late.

An engine that did not answer is not asked again for a few seconds; meanwhile what it said last is offered.
"""

from __future__ import annotations

import _thread
import time

from kubia_cli.completion import kept

TYPE_CHECKING = False  # `typing` costs a TAB 8 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Rows = list[tuple[str, str]]

#: Seconds: how long a TAB waits; how long an answer, a failure and the last answer behind a failure are good for.
PATIENCE, FRESH, SILENT, LAST = 0.8, 2.0, 5.0, 60.0
_FORM = 1
_LATE = f"gives no answer within {PATIENCE:g} s"


class Known:
    """Rows of (value, description), and why they may be old or none; ``why`` is "" when they are the engine's own."""

    __slots__ = ("rows", "why")

    def __init__(self, rows: Rows, why: str) -> None:
        self.rows = rows
        self.why = why


def known(env: Mapping[str, str], key: str, ask: Callable[[], Rows], *, fresh: float = FRESH) -> Known:
    """What ``ask`` returns, asked now or at most ``fresh`` seconds ago; ``key`` says all that its answer depends on."""
    return started(env, key, ask, fresh=fresh)()


def started(env: Mapping[str, str], key: str, ask: Callable[[], Rows], *, fresh: float = FRESH) -> Callable[[], Known]:
    """Begin to ask as ``known`` does; the returned function waits for the answer."""
    file = kept.file_for(env, "names", key)
    now = time.time()
    found = kept.load(file)
    at, failed_at, why, rows = (
        found[2:] if isinstance(found, tuple) and found[:2] == (_FORM, key) else (0.0, 0.0, "", [])
    )
    if 0 <= now - at < fresh:
        return lambda: Known(rows, "")
    last = rows if 0 <= now - at < LAST else []
    if 0 <= now - failed_at < SILENT:
        return lambda: Known(last, why)
    asking = _Asking(ask)

    def end() -> Known:
        said = asking.wait(now + PATIENCE)
        if isinstance(said, list):
            kept.keep(file, (_FORM, key, time.time(), 0.0, "", said))
            return Known(said, "")
        kept.keep(file, (_FORM, key, at, time.time(), said, rows))
        return Known(last, said)

    return end


class _Asking:
    """A question under way in a thread of its own."""

    def __init__(self, ask: Callable[[], Rows]) -> None:
        self._ask = ask
        self._rows: Rows | None = None
        self._why = ""
        self._done = _thread.allocate_lock()
        self._done.acquire()
        _thread.start_new_thread(self._run, ())

    def wait(self, until: float) -> Rows | str:
        """The rows, or why there are none."""
        if not self._done.acquire(timeout=max(0.0, until - time.time())):
            return _LATE
        return self._why if self._rows is None else self._rows

    def _run(self) -> None:
        try:
            self._rows = self._ask()
        except TimeoutError:
            self._why = _LATE
        except Exception as error:  # whatever it is, a TAB says it and goes on
            self._why = getattr(error, "message", "") or (str(error) if type(error).__name__ == "Unanswered" else "")
            self._why = self._why or "cannot be reached"
        finally:
            self._done.release()
