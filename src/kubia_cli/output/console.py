"""The one owner of stdout and stderr: what a stream can show is decided here, once per stream."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from kubia_cli.output.text import safe, safe_line

_CI_MARKS = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "JENKINS_URL", "TF_BUILD")


class Console:
    """stdout for results, stderr for everything else.

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
        """Write a program's or log's own bytes to stdout, unchanged."""
        self._write_bytes(self.out, data)

    def error_bytes(self, data: bytes) -> None:
        """Write what a program wrote to its stderr to ours, unchanged."""
        self._write_bytes(self.err, data)

    def line(self, text: str = "") -> None:
        """Write one line of talk to stderr."""
        if not self.quiet:
            self._write(self.err, safe(text) + "\n")

    def note(self, text: str) -> None:
        """Say what kubia chose or noticed."""
        self.line(text)

    def warning(self, text: str) -> None:
        """Say ``warning: text`` on stderr, once per text."""
        if text not in self._warned:
            self._warned.add(text)
            self._write(self.err, f"warning: {safe_line(text)}\n")

    def error(self, text: str) -> None:
        """Write the lines of an error to stderr."""
        self._write(self.err, text + "\n")

    def _write(self, stream: TextIO, text: str) -> None:
        encoding = getattr(stream, "encoding", None) or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()

    def _write_bytes(self, stream: TextIO, data: bytes) -> None:
        stream.flush()
        buffer = getattr(stream, "buffer", None)
        if buffer is None:
            stream.write(data.decode("utf-8", "backslashreplace"))
        else:
            buffer.write(data)
            buffer.flush()
