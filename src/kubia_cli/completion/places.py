"""Where each shell looks for completions and aliases, and what it says of a name: for ``completion install``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kubia_cli.completion import script

#: Seconds that a shell may take to start and say something.
_PATIENCE = 10.0
_TELL = {
    "bash": ["bash", "-ic", 'type -- "$0"'],
    "zsh": ["zsh", "-ic", 'whence -v -- "$0"'],
    "fish": ["fish", "-ic", "type -- $argv[1]"],
    "powershell": ["pwsh", "-NoLogo", "-Command", "Get-Command -Name $args[0] | Out-String"],
}


@dataclass
class Plan:
    """What an installation writes: whole files, and lines of the shell's start-up file, where such are needed."""

    shell: str
    files: dict[Path, str] = field(default_factory=dict)
    start: Path = Path()
    lines: list[str] = field(default_factory=list)


def plan(shell: str, aliases: Sequence[str], taken: Sequence[str], env: Mapping[str, str]) -> Plan:
    """What makes ``shell`` complete kubia for good; ``taken`` are those aliases that something else bears now."""
    found = Plan(shell, start=start_file(shell, env))
    folder = folders(shell, env)[0]
    text = script.text(shell, list(aliases))
    if shell == "fish":
        found.files[folder / "kubia.fish"] = script.text(shell)
        for name in aliases:
            found.files[folder / f"{name}.fish"] = f"{_first_line(shell)}\ncomplete -c {name} -w kubia\n"
            function = f"{_first_line(shell)}\nfunction {name} --wraps kubia\n    kubia $argv\nend\n"
            found.files[folder.parent / "functions" / f"{name}.fish"] = function
        found.lines = [f"alias {name} kubia" for name in taken]
        return found
    names = [script.FILES[shell]] if shell != "bash" else ["kubia", *aliases]
    found.files = {folder / name: text for name in names}
    if shell == "powershell":
        found.lines = [f'. "{folder / names[0]}"']
    elif _loading(shell, folder)[0] in _text(found.start) or not _finds(shell, folder, env):
        found.lines = _loading(shell, folder)  # what an earlier installation needed, this one needs too
    if shell == "powershell":
        found.lines += [f"Set-Alias {name} kubia -Scope Global" for name in taken]
    else:
        found.lines += [f"alias {name}=kubia" for name in aliases]
    return found


def folders(shell: str, env: Mapping[str, str]) -> list[Path]:
    """The user's own folders of a shell in which our files may stand; the first is that of completions."""
    home = Path(env.get("HOME") or Path.home())
    data = Path(env.get("XDG_DATA_HOME") or home / ".local/share")
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
    if shell == "bash":
        return [Path(env.get("BASH_COMPLETION_USER_DIR") or data / "bash-completion") / "completions"]
    if shell == "zsh":
        return [data / "zsh/site-functions"]
    if shell == "fish":
        return [config / "fish/completions", config / "fish/functions"]
    return [start_file(shell, env).parent]


def start_file(shell: str, env: Mapping[str, str]) -> Path:
    """The start-up file of a shell that a user's interactive shells read."""
    home = Path(env.get("HOME") or Path.home())
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
    if shell == "powershell":
        profile = "Microsoft.PowerShell_profile.ps1"
        return home / "Documents/PowerShell" / profile if sys.platform == "win32" else config / "powershell" / profile
    if shell == "fish":
        return config / "fish/config.fish"
    return Path(env.get("ZDOTDIR") or home) / ".zshrc" if shell == "zsh" else home / ".bashrc"


def ours(shell: str, env: Mapping[str, str]) -> list[Path]:
    """The files that an installation wrote in a shell's folders; they are known by their first lines."""
    marks = (_first_line(shell), script.text(shell).splitlines()[0].partition("  ")[0])
    found = []
    for folder in folders(shell, env):
        for file in sorted(folder.glob("*")) if folder.is_dir() else ():
            if _text(file).startswith(marks):
                found.append(file)
    return found


def meaning(shell: str, name: str, env: Mapping[str, str]) -> str:
    """What a shell says that ``name`` is, in its own words; "" for nothing, our alias, and when no shell answers."""
    said = _said([*_TELL[shell], name], env).strip()
    return "" if "kubia" in said else said.partition("\n")[0]


def _first_line(shell: str) -> str:
    return f"# {shell}: kubia completion install"


def _finds(shell: str, folder: Path, env: Mapping[str, str]) -> bool:
    """Whether the shell, as its start-up files make it, loads completions from ``folder`` by itself."""
    if shell == "bash":
        return "function" in _said(["bash", "-ic", "type -t _comp_load || type -t _completion_loader"], env)
    said = _said(["zsh", "-ic", "print -rl -- $fpath; print -r -- compdef=$+functions[compdef]"], env).splitlines()
    return str(folder) in said and "compdef=1" in said


def _loading(shell: str, folder: Path) -> list[str]:
    if shell == "bash":
        return [f'source "{folder / "kubia"}"']
    return [f'fpath=("{folder}" $fpath)', "autoload -Uz compinit && compinit"]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def _said(command: Sequence[str], env: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            command,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
