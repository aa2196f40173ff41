"""A reader's shell: types a line in a real bash and tells what came of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

#: Seconds that a line may take unless its test says otherwise.
TIMEOUT = 120.0


@dataclass(frozen=True)
class Outcome:
    """What a typed line came to."""

    status: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        """The lines of stdout."""
        return self.stdout.splitlines()


@dataclass
class Shell:
    """A bash with kubia on its PATH; ``alias`` is typed in kubia's place, as by a reader who has ``alias k=kubia``."""

    env: dict[str, str]
    cwd: Path
    alias: str = ""
    namespace: str = ""
    spawned: list[Any] = field(default_factory=list)

    def __call__(
        self,
        line: str,
        *,
        status: int | None = 0,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = TIMEOUT,
    ) -> Outcome:
        """Type ``line``; its exit code must be ``status`` (None: any)."""
        process = subprocess.Popen(
            self._bash(line),
            env={**self.env, **(env or {})},
            cwd=cwd or self.cwd,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            start_new_session=True,
        )
        try:
            stdout, stderr = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, stderr = process.communicate()
            raise AssertionError(f"`{line}` took more than {timeout:.0f} s\n{_shown(stdout, stderr)}") from None
        outcome = Outcome(process.returncode, stdout, stderr)
        assert status in (None, outcome.status), (
            f"`{line}` ended with {outcome.status}, not {status}\n{_shown(stdout, stderr)}"
        )
        return outcome

    def spawn(self, line: str, *, rows: int = 24, columns: int = 80, env: Mapping[str, str] | None = None) -> Any:
        """Type ``line`` at a terminal of that size; returns pexpect's handle, which the fixture closes."""
        import pexpect

        words = self._bash(line)
        child = pexpect.spawn(
            words[0],
            words[1:],
            env={**self.env, "TERM": "xterm-256color", **(env or {})},
            cwd=str(self.cwd),
            dimensions=(rows, columns),
            encoding="utf-8",
            codec_errors="backslashreplace",
            timeout=30,
        )
        self.spawned.append(child)
        return child

    def close(self) -> None:
        """End what still runs at a terminal."""
        for child in self.spawned:
            child.close(force=True)

    def _bash(self, line: str) -> list[str]:
        if self.alias:
            line = f"alias {self.alias}=kubia\n" + re.sub(r"(^|\| )kubia\b", rf"\1{self.alias}", line)
        return ["bash", "--norc", "--noprofile", "-O", "expand_aliases", "-c", line]


def _shown(stdout: str, stderr: str) -> str:
    return f"--- stdout\n{stdout}--- stderr\n{stderr}"
