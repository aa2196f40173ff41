"""A real shell at a terminal, its keys pressed; what is read back is its own edit buffer and what it wrote."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pexpect

#: Each writes the edit buffer to $BUFFER_FILE at ^X b, whole or not at all.
_DUMP = {
    "bash": r"""
PS1='ready> '
bind 'set bell-style none'; bind 'set completion-query-items 0'; bind 'set page-completions off'
bind 'set enable-bracketed-paste off'
_dump() { printf %s "$READLINE_LINE" >"$BUFFER_FILE.new"; mv "$BUFFER_FILE.new" "$BUFFER_FILE"; }
bind -x '"\C-xb": _dump'
""",
    "zsh": r"""
PS1='ready> '; unsetopt PROMPT_SP PROMPT_CR BEEP; LISTMAX=10000
autoload -U compinit; compinit -u -D
zstyle ':completion:*' list-prompt ''
_dump() { print -rn -- "$BUFFER" >$BUFFER_FILE.new; mv $BUFFER_FILE.new $BUFFER_FILE }
zle -N _dump; bindkey -e; bindkey '^Xb' _dump
""",
    "fish": r"""
function fish_prompt; echo -n 'ready> '; end
function fish_greeting; end
set -g fish_autosuggestion_enabled 0
function _dump; commandline >$BUFFER_FILE.new; mv $BUFFER_FILE.new $BUFFER_FILE; end
function fish_user_key_bindings; bind \cxb _dump; end
""",
}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\(B|\x0f")
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78cDEHM])|[\r\x07\x0e]"
)


class Terminal:
    """One shell, set up by the lines of ``setup`` behind what its start-up file has; ``kind`` is bash, zsh or fish."""

    def __init__(self, kind: str, setup: str, home: Path, env: Mapping[str, str]) -> None:
        self.kind = kind
        self._buffer = home / "buffer"
        start = {"bash": home / ".bashrc", "zsh": home / ".zshrc", "fish": home / ".config/fish/config.fish"}[kind]
        start.parent.mkdir(parents=True, exist_ok=True)
        before = start.read_text() if start.exists() else ""
        start.write_text(f"{_DUMP[kind]}{before}\n{setup}\n")
        words = {"bash": ["--noprofile", "--rcfile", str(start)], "zsh": ["-d"], "fish": []}[kind]
        ours = {
            "HOME": str(home),
            "ZDOTDIR": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_DATA_HOME": str(home / ".local/share"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "BUFFER_FILE": str(self._buffer),
            "INPUTRC": "/dev/null",
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "SHELL": kind,
        }
        self._child: Any = pexpect.spawn(
            kind,
            [*words, "-i"],
            env={**env, **ours},
            cwd=str(home),
            dimensions=(50, 160),
            encoding="utf-8",
            codec_errors="backslashreplace",
            timeout=20,
        )
        self._child.delaybeforesend = 0
        self._child.expect("ready> ")

    def type(self, line: str, keys: str = "\t") -> tuple[str, str]:
        """Type ``line`` at an empty prompt and press ``keys``: the buffer after that, and what the shell wrote."""
        self._child.send(f"{line}{keys}")
        buffer, wrote = self._dump(seconds=20)
        assert buffer is not None, f"no answer to {line!r}{keys!r}:\n{wrote}"
        self._clear()
        return buffer, _ESCAPES.sub(" ", _COLOURS.sub("", wrote))

    def _clear(self) -> None:
        """Give up the line: by ^C, which a shell that is busy with another key may lose."""
        for _ in range(20):
            self._child.send("\x03")
            if self._dump(seconds=1)[0] == "":
                return
        raise AssertionError("the line cannot be cleared")

    def _dump(self, seconds: float) -> tuple[str | None, str]:
        """The edit buffer, None when the shell does not say it in time; and what was written meanwhile."""
        self._buffer.unlink(missing_ok=True)
        self._child.send("\x18b")
        wrote = ""
        deadline = time.monotonic() + seconds
        while not self._buffer.exists():
            if time.monotonic() > deadline:
                return None, wrote
            wrote += self._read(0.01)
        wrote += self._read(0.02)
        return self._buffer.read_text(encoding="utf-8").removesuffix("\n"), wrote

    def close(self) -> None:
        """End the shell."""
        self._child.close(force=True)

    def _read(self, seconds: float) -> str:
        try:
            return str(self._child.read_nonblocking(65536, timeout=seconds))
        except pexpect.TIMEOUT:
            return ""
