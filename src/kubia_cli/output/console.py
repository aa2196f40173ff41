"""The one owner of stdout and stderr: what a stream can show is decided here, once per stream."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from kubia_cli.errors import LocalError
from kubia_cli.model.secrets import redacted
from kubia_cli.output import github
from kubia_cli.output.text import safe, safe_line

_CI_MARKS = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "JENKINS_URL", "TF_BUILD")


class Console:
    """stdout for results, stderr for everything else.

    A stream that cannot be written (a full disk) stops no verb half-way: what is said is lost, and a lost result is an
    error once the verb has ended, ``check_written``. A reader that has gone is a BrokenPipeError at once.

    ``result`` writes what scripts read. ``note``, ``warning`` and ``line`` talk to a person on stderr; ``quiet``
    silences notes, never a result or a warning.
    """

    def __init__(
        self, out: TextIO | None = None, err: TextIO | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        self.env = os.environ if env is None else env
        self.out = sys.stdout if out is None else out
        self.err = sys.stderr if err is None else err
        self.quiet = False
        #: Whether something stands on stdout already.
        self.has_result = False
        self._warned: set[str] = set()
        self._guards = {"out": github.Guard(), "err": github.Guard()} if github.runs(self.env) else {}
        self._lost: OSError | None = None

    @property
    def in_ci(self) -> bool:
        """A CI job runner reads this output (CI, GITHUB_ACTIONS, GITLAB_CI, …)."""
        return any(self.env.get(mark) for mark in _CI_MARKS)

    def rich_on(self, stream: TextIO) -> bool:
        """Whether ``stream`` shows boxes, colour and live progress: a capable terminal, and no CI."""
        return bool(stream.isatty()) and self.env.get("TERM", "") != "dumb" and not self.in_ci

    def colour_on(self, stream: TextIO) -> bool:
        """As ``rich_on``, and NO_COLOR (https://no-color.org) is not set."""
        return self.rich_on(stream) and not self.env.get("NO_COLOR")

    def width(self, stream: TextIO) -> int:
        """Return the width of the terminal behind ``stream``, in character cells; 80 where nothing tells."""
        said = self.env.get("COLUMNS", "")
        if said.isdecimal() and int(said):
            return int(said)
        try:
            return os.get_terminal_size(stream.fileno()).columns or 80
        except (OSError, ValueError):  # no terminal, or a stream without a file
            return 80

    def result(self, text: str, *, end: str = "\n") -> None:
        """Write a result to stdout as it is; characters that its encoding lacks are written as escapes."""
        self.has_result = True
        self._write(self.out, text + end)

    def result_bytes(self, data: bytes) -> None:
        """Write a program's or log's own bytes to stdout, unchanged. Raises as ``check_written``: it may be endless."""
        self._write_program(self.out, "out", data)
        self.check_written()

    def error_bytes(self, data: bytes) -> None:
        """Write what a program wrote to its stderr to ours, unchanged."""
        self._write_program(self.err, "err", data)

    def line(self, text: str = "") -> None:
        """Write one line of talk to stderr."""
        if not self.quiet:
            self._talk(safe(redacted(text)))

    def note(self, text: str) -> None:
        """Say what kubia chose or noticed."""
        self.line(text)

    def warning(self, text: str) -> None:
        """Say ``warning: text`` on stderr, once per text."""
        if text not in self._warned:
            self._warned.add(text)
            self._talk(f"warning: {safe_line(redacted(text))}")

    def error(self, text: str) -> None:
        """Write the lines of an error to stderr."""
        self._talk(redacted(text))

    def announce(self, code: str, text: str) -> None:
        """Write the lines of an error to stderr, and in GitHub Actions tell the runner and the job's summary."""
        self.end_programs()
        self.error(text)
        if github.runs(self.env):
            text = redacted(text)
            self._write(self.err, github.error_line(code, text) + "\n")
            github.summarize(self.env, text)

    def end_programs(self) -> None:
        """Programs print no more: in GitHub Actions, orders to the runner count again."""
        for name, guard in self._guards.items():
            if order := guard.resume():
                self._write_bytes(getattr(self, name), order)

    def _talk(self, text: str) -> None:
        self._write(self.err, (github.defused(text) if self._guards else text) + "\n")

    def _write_program(self, stream: TextIO, name: str, data: bytes) -> None:
        guard = self._guards.get(name)
        if guard is not None and (order := guard.before(data)):
            self._write_bytes(stream, order)
        self._write_bytes(stream, data)

    def check_written(self) -> None:
        """Raise LocalError ``output.unwritable`` when a result could not be written."""
        if self._lost is not None:
            lost, self._lost = self._lost, None
            raise LocalError("output.unwritable", f"stdout cannot be written: {lost.strerror}") from lost

    def _write(self, stream: TextIO, text: str) -> None:
        encoding = getattr(stream, "encoding", None) or "utf-8"
        with self._losing(stream):
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            stream.flush()

    def _write_bytes(self, stream: TextIO, data: bytes) -> None:
        buffer = getattr(stream, "buffer", None)
        with self._losing(stream):
            stream.flush()
            if buffer is None:
                stream.write(data.decode("utf-8", "backslashreplace"))
            else:
                buffer.write(data)
                buffer.flush()

    @contextmanager
    def _losing(self, stream: TextIO) -> Iterator[None]:
        """Keep the error of a stream that cannot be written, and write to it no more."""
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            if stream is self.out:
                self._lost = error
            # What stands in its buffer would fail again at every write, and when the interpreter flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
