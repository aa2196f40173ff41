"""A bug of ours: a redacted traceback in a file, its path on stderr, and never a traceback on the screen."""

from __future__ import annotations

import os
import re
import time
import traceback
from pathlib import Path

from kubia_cli.model.secrets import redacted
from kubia_cli.output.console import Console

#: A traceback shows lines of source too, so that here also what a variable of a telling name is given goes.
_GIVEN = re.compile(r"(?i)((?:pass(?:word|wd)?|secret|token|api[-_]?key|credential|auth)\S*\s*[:=]\s*)[^\s'\",;@]+")


def record(error: BaseException, console: Console) -> None:
    """Write the traceback under $XDG_STATE_HOME/kubia (0600) and say where; with KUBIA_DEBUG=1, to stderr as well."""
    text = _GIVEN.sub(r"\1***", redacted("".join(traceback.format_exception(error))))
    home = Path(console.env.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()) / "kubia"
    path = home / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    where = f"\n  trace: {path}"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text, encoding="utf-8")
    except OSError:
        where = ""
    if console.env.get("KUBIA_DEBUG"):
        console.error(text.rstrip())
    what = f"kubia met a {type(error).__name__} that it does not know; this is a bug of kubia's"
    console.announce("bug", f"error[bug]: {what}{where}")
