"""``completion``: the script that makes a shell complete kubia's lines, printed, installed or taken away again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from kubia_cli.completion import script
from kubia_cli.errors import UsageError
from kubia_cli.session import Session
from kubia_cli.steps import completion_install

Shell = Annotated[str, typer.Argument(metavar="SHELL", help="This one.", show_default=False)]
Aliases = Annotated[
    list[str] | None,
    typer.Option("--alias", help="Serve this name too, and make it an alias of kubia.", metavar="NAME"),
]
NoDescriptions = Annotated[bool, typer.Option("--no-descriptions", help="List words without their descriptions.")]


def command(
    session: Session,
    shell: Annotated[
        str, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell; or install, uninstall.")
    ] = "",
    alias: Aliases = None,
    no_descriptions: NoDescriptions = False,
) -> None:
    """Print the script that makes a shell complete kubia's lines, or install it for good.

    \b
    Examples:
      source <(kubia completion bash)             # this shell, now
      source <(kubia completion bash --alias k)   # and k, as an alias of kubia
      kubia completion install --alias k          # for good, in the shell that runs now
      kubia completion uninstall
      kubia completion zsh --help                 # how to load it: bash, zsh, fish, powershell
    """
    if shell not in script.FILES:
        said = f"`{shell}` is no shell that kubia has a script for" if shell else "which shell? none is named"
        raise UsageError("completion.shell", f"{said}: bash, zsh, fish or powershell", fix="kubia completion --help")
    names = completion_install.check_aliases(alias or ())
    session.console.result(script.text(shell, names, descriptions=not no_descriptions), end="")


def bash(session: Session, shell: Shell, alias: Aliases = None, no_descriptions: NoDescriptions = False) -> None:
    """Print the completion script for bash. It needs no other package.

    \b
    Now, in this shell:
      source <(kubia completion bash)
    For good, either of:
      kubia completion install --shell bash
      echo 'source <(kubia completion bash)' >>~/.bashrc
    With k for kubia: `--alias k` makes the alias and serves it. For an alias that is there already:
      complete -o default -F __start_kubia k
    """
    command(session, shell, alias, no_descriptions)


def zsh(session: Session, shell: Shell, alias: Aliases = None, no_descriptions: NoDescriptions = False) -> None:
    """Print the completion script for zsh.

    \b
    Now, in this shell (when `compdef` is unknown, first: autoload -Uz compinit && compinit):
      source <(kubia completion zsh)
    For good, either of:
      kubia completion install --shell zsh
      kubia completion zsh >"${fpath[1]}/_kubia"
    With k for kubia: `--alias k` makes the alias and serves it; zsh completes aliases by itself.
    """
    command(session, shell, alias, no_descriptions)


def fish(session: Session, shell: Shell, alias: Aliases = None, no_descriptions: NoDescriptions = False) -> None:
    """Print the completion script for fish.

    \b
    Now, in this shell:
      kubia completion fish | source
    For good, either of:
      kubia completion install --shell fish
      kubia completion fish >~/.config/fish/completions/kubia.fish
    With k for kubia: `--alias k` makes the alias and serves it. For a function that is there already:
      complete -c k -w kubia
    """
    command(session, shell, alias, no_descriptions)


def powershell(session: Session, shell: Shell, alias: Aliases = None, no_descriptions: NoDescriptions = False) -> None:
    """Print the completion script for PowerShell.

    \b
    Now, in this shell:
      kubia completion powershell | Out-String | Invoke-Expression
    For good: that same line in the file that $PROFILE names, or
      kubia completion install --shell powershell
    With k for kubia: `--alias k` makes the alias and serves it.
    """
    command(session, shell, alias, no_descriptions)


def choose(words: list[str]) -> tuple[Callable[..., None], list[str]]:
    """Return the function of the shell that is named, of install or of uninstall."""
    deeds: dict[str, Callable[..., None]] = {
        "install": completion_install.install,
        "uninstall": completion_install.uninstall,
    }
    if words and words[0] in deeds:
        return deeds[words[0]], words[1:]
    shells: dict[str, Callable[..., None]] = {"bash": bash, "zsh": zsh, "fish": fish, "powershell": powershell}
    first = next((word for word in words if word in shells), "")
    return shells.get(first, command), words
