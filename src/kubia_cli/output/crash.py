"""A bug of ours: a redacted traceback in a file, its path on stderr, and never a traceback on the screen."""

from __future__ import annotations

import os
import re
import time
import traceback
from pathlib import Path

from kubia_cli.output.console import Console

_SECRETS = re.compile(
    r"(?i)(bearer\s+|basic\s+|(?:pass(?:word|wd)?|secret|token|api[-_]?key|credential|auth)\S*\s*[:=]\s*|://[^/\s:@]*:)"
    r"[^\s'\",;@]+"
)


def redacted(text: str) -> str:
    """Return ``text`` with what looks like a secret's value replaced by ``***``."""
    return _SECRETS.sub(r"\1***", text)


def record(error: BaseException, console: Console) -> None:
    """Write the traceback under $XDG_STATE_HOME/kubia (0600) and say where; with KUBIA_DEBUG=1, to stderr as well."""
    text = redacted("".join(traceback.format_exception(error)))
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
    console.error(
        f"error[bug]: kubia met a {type(error).__name__} that it does not know; this is a bug of kubia's{where}"
    )
