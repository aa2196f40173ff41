"""What tests at a terminal share."""

from __future__ import annotations

from typing import Any


def end(typed: Any, status: int) -> None:
    """Wait for the end of what was typed; its exit code must be ``status``."""
    import pexpect

    typed.expect(pexpect.EOF)
    typed.close()
    assert (typed.exitstatus, typed.signalstatus) == (status, None), typed.before
