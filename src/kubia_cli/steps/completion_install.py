"""``completion install`` and ``uninstall``: completion for good, in the folder where the user's shell looks for it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from kubia_cli.completion import places, script
from kubia_cli.errors import ConflictError, LocalError, UsageError
from kubia_cli.session import Session

_BEGIN, _END = "# >>> kubia completion >>>", "# <<< kubia completion <<<"

Shell = Annotated[
    str, typer.Option("--shell", help="bash, zsh, fish or powershell; else the one that runs now.", metavar="SHELL")
]
Aliases = Annotated[
    list[str] | None, typer.Option("--alias", help="Make this name an alias of kubia, and serve it.", metavar="NAME")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def install(session: Session, shell: Shell = "", alias: Aliases = None, yes: Yes = False) -> None:
    """Install completion in the shell that runs now, for good, and print the files that were written.

    It asks before it touches a start-up file, or makes an alias of a name that is something already.

    \b
    Examples:
      kubia completion install
      kubia completion install --alias k
      kubia completion install --shell zsh --yes
    """
    shell = _shell(session, shell)
    aliases = check_aliases(alias or ())
    taken = [name for name in aliases if not _is_free(session, shell, name, yes=yes)]
    plan = places.plan(shell, aliases, taken, session.env)
    for file, text in plan.files.items():
        _write(file, text)
        session.console.result(str(file))
    block = "\n".join([_BEGIN, *plan.lines, _END]) + "\n"
    before = _read(plan.start)
    if plan.lines and block not in before:
        shown = "\n".join(f"  {line}" for line in plan.lines)
        if yes or _agreed(session, f"These lines are needed in {plan.start}:\n{shown}\nAdd them?"):
            rest = _without_block(before)
            _write(plan.start, (rest if not rest or rest.endswith("\n") else f"{rest}\n") + block)
            session.console.result(str(plan.start))
        else:
            session.console.note(f"add to {plan.start} by yourself:\n{shown}")
    session.console.note(f"a new {shell} completes kubia; this one now: {_now(shell, aliases)}")


def uninstall(session: Session, shell: Shell = "", yes: Yes = False) -> None:
    """Take away what `completion install` wrote for the shell that runs now, and print the files that were changed.

    \b
    Examples:
      kubia completion uninstall
      kubia completion uninstall --shell fish
    """
    shell = _shell(session, shell)
    files = places.ours(shell, session.env)
    for file in files:
        try:
            file.unlink()
        except OSError as error:
            raise LocalError("completion.unwritable", f"cannot remove {file}: {error.strerror}") from error
        session.console.result(str(file))
    start = places.start_file(shell, session.env)
    before = _read(start)
    rest = _without_block(before)
    if rest != before:
        if yes or _agreed(session, f"Take kubia's lines out of {start}?"):
            _write(start, rest) if rest else start.unlink()
            session.console.result(str(start))
        else:
            session.console.note(f"{start} still has kubia's lines, from `{_BEGIN}` to `{_END}`")
    elif not files:
        session.console.note(f"nothing of kubia's is installed for {shell}")


def check_aliases(names: Sequence[str]) -> list[str]:
    """Return the names when each can be an alias in every shell. UsageError."""
    for name in names:
        if not script.is_name(name):
            raise UsageError(
                "completion.alias", f"`{name}` cannot be an alias: letters, digits, _, - and . may be in it"
            )
    return list(names)


def _shell(session: Session, said: str) -> str:
    if not said:
        import shellingham  # noqa: PLC0415 (it looks at the processes around us: only when it is asked)

        try:
            said = shellingham.detect_shell()[0]
        except (shellingham.ShellDetectionFailure, OSError):
            said = Path(session.env.get("SHELL", "")).name
    shell = {"pwsh": "powershell"}.get(said, said)
    if shell not in script.FILES:
        message = f"`{said}` is no shell that kubia has a script for" if said else "it cannot be told which shell runs"
        fix = "kubia completion install --shell bash"
        raise UsageError("completion.shell", f"{message}: bash, zsh, fish or powershell", fix=fix)
    return shell


def _is_free(session: Session, shell: str, name: str, *, yes: bool) -> bool:
    """Whether a name is nothing yet. ConflictError when it is something and shall stay that."""
    meaning = places.meaning(shell, name, session.env)
    if not meaning:
        return True
    if not yes and not _agreed(session, f"{meaning}\nMake {name} an alias of kubia all the same?"):
        fix = f"kubia completion install --shell {shell} --alias {name} --yes"
        message = f"`{name}` is something already in {shell}"
        raise ConflictError("alias.taken", message, said=meaning, state="nothing was written", fix=fix)
    session.console.note(f"{meaning}; it becomes an alias of kubia")
    return False


def _agreed(session: Session, question: str) -> bool:
    """Ask on the terminal; where nobody can answer, the answer is no."""
    if not session.stdin.isatty():
        return False
    session.console.note(f"{question} [y/N]")
    return session.stdin.readline().strip().lower() in (b"y", b"yes")


def _without_block(text: str) -> str:
    before, found, rest = text.partition(_BEGIN + "\n")
    _, ended, after = rest.partition(_END + "\n")
    return before + after if found and ended else text


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise LocalError("completion.unreadable", f"cannot read {file}: {error.strerror}") from error


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all; what a link points to is written, and keeps its mode."""
    file = Path(os.path.realpath(file))
    new = file.with_name(f"{file.name}.kubia-{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text, encoding="utf-8", errors="surrogateescape")
        if file.exists():
            new.chmod(file.stat().st_mode & 0o7777)
        new.replace(file)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise LocalError("completion.unwritable", f"cannot write {file}: {error.strerror}") from error


def _now(shell: str, aliases: Sequence[str]) -> str:
    words = " ".join(["kubia completion", shell, *(f"--alias {name}" for name in aliases)])
    lines = {
        "bash": f"source <({words})",
        "zsh": f"source <({words})",
        "fish": f"{words} | source",
        "powershell": f"{words} | Out-String | Invoke-Expression",
    }
    return lines[shell]
