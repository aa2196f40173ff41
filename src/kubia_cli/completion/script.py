"""The shells' scripts: real files in ``scripts/``, printed with the aliases that they shall serve too."""

from __future__ import annotations

import os
import sys

#: The file that each shell's script is shipped as: the name by which that shell finds it.
FILES = {"bash": "kubia.bash", "zsh": "_kubia", "fish": "kubia.fish", "powershell": "kubia.ps1"}

#: What serves a name more; it becomes an alias of kubia's unless something bears it already.
_ALIAS = {
    "bash": "type -t {0} >/dev/null || alias {0}=kubia\ncomplete -o default -F __start_kubia {0}\n",
    "zsh": "    (( $+aliases[{0}] + $+functions[{0}] + $+commands[{0}] )) || alias {0}=kubia\n    compdef _kubia {0}\n",
    "fish": "type -q {0}; or alias {0} kubia\ncomplete -c {0} -e\ncomplete -c {0} -w kubia\n",
    "powershell": (
        "if (-not (Get-Command {0} -ErrorAction SilentlyContinue)) {{ Set-Alias {0} kubia -Scope Global }}\n"
        "Register-ArgumentCompleter -Native -CommandName {0} -ScriptBlock $__kubiaCompleter\n"
    ),
}
#: The line of each script in whose place they come.
_MARK = "# More names are served here: "


def text(shell: str, aliases: list[str] | tuple[str, ...] = (), *, descriptions: bool = True) -> str:
    """Return a shell's script, byte for byte the same on every machine. The names of ``aliases`` are checked before."""
    file = os.path.join(os.path.dirname(__file__), "scripts", FILES[shell])
    with open(file, encoding="utf-8") as opened:
        found = opened.read()
    if not descriptions:
        found = found.replace(" __complete", " __completeNoDesc")
    if not aliases:
        return found
    if shell == "zsh":  # found in fpath, the first line says for which commands
        found = found.replace("#compdef kubia", " ".join(["#compdef kubia", *aliases]), 1)
    start = found.index(found[: found.index(_MARK)].rpartition("\n")[2] + _MARK)
    end = found.index("\n", start) + 1
    return found[:start] + "".join(_ALIAS[shell].format(alias) for alias in aliases) + found[end:]


def is_name(word: str) -> bool:
    """Whether a word can be a command in every shell: letters, digits, ``_``, ``-`` and ``.``, a letter first."""
    return word.isascii() and word[:1].isalpha() and all(letter.isalnum() or letter in "_-." for letter in word)


def print_plainly(words: list[str]) -> bool:
    """Print the script for ``SHELL [--alias NAME]… [--no-descriptions]``; False for a line that says more than that.

    A shell's start-up file may run this each time, so it does not wait for Typer.
    """
    shell, *rest = words or [""]
    aliases: list[str] = []
    descriptions = True
    if shell not in FILES:
        return False
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name == "--no-descriptions" and not equals:
            descriptions = False
        elif name == "--alias" and (equals or rest):
            aliases.append(value if equals else rest.pop(0))
        else:
            return False
    if not all(is_name(alias) for alias in aliases):
        return False
    sys.stdout.write(text(shell, aliases, descriptions=descriptions))
    return True
