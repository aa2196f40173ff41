"""A command line typed at kubia inside this process, with a fake outside world."""

from __future__ import annotations

import io
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubia_cli.__main__ import main
from kubia_cli.output.console import Console
from kubia_cli.session import Session


@dataclass(frozen=True)
class Answer:
    """What kubia ended with and printed."""

    status: int
    stdout: str
    stderr: str


def kubia(line: str, *, env: Mapping[str, str] | None = None, stdin: bytes = b"", **engines: Any) -> Answer:
    """Type ``line`` (without the word kubia); ``engines`` replace attributes of the Session, such as ``docker``."""
    out, err = io.StringIO(), io.StringIO()
    env = {"HOME": "/nonexistent", **(env or {})}
    session = Session(console=Console(out, err, env), env=env, stdin=io.BytesIO(stdin))
    for name, engine in engines.items():
        setattr(session, name, engine)
    status = main(shlex.split(line), session)
    return Answer(status, out.getvalue(), err.getvalue())
