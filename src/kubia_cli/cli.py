"""The command tree: one line per verb, the global options, and the words a shell user pastes.

Only the verb that is asked for is imported: `kubia --help` and completion load no engine and no other verb.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from difflib import get_close_matches
from types import ModuleType

from kubia_cli import __version__
from kubia_cli.errors import UsageError
from kubia_cli.model import pasted
from kubia_cli.session import GLOBAL_OPTIONS, GlobalOption, Session, Settings


@dataclass(frozen=True)
class Verb:
    """A verb's line in the help and the file it stands in."""

    name: str
    section: str
    summary: str
    module: str = ""
    aliases: tuple[str, ...] = ()

    def load(self) -> ModuleType:
        """Import the verb's file."""
        return importlib.import_module(f"kubia_cli.commands.{self.module or self.name}")


_SIX, _APPS, _DOCKER, _CLUSTERS, _KUBIA = "The six verbs", "Apps and objects", "Docker", "Clusters", "kubia"

VERBS = (
    Verb("build", _SIX, "Build an image from a directory with a Dockerfile"),
    Verb("push", _SIX, "Push an image to its registry"),
    Verb("run", _SIX, "Run an image: as a container, or as an app on a cluster"),
    Verb("expose", _SIX, "Make an app reachable, and try the address"),
    Verb("scale", _SIX, "Set how many replicas run"),
    Verb("inspect", _SIX, "Show what there is, for a person to read"),
    Verb("exec", _APPS, "Run a command in a container or pod"),
    Verb("get", _APPS, "List objects of a kind, or show one"),
    Verb("describe", _APPS, "Show an object, what belongs to it and its events"),
    Verb("delete", _APPS, "Delete objects and wait until they are gone"),
    Verb("create", _APPS, "Create an object"),
    Verb("images", _DOCKER, "List local images"),
    Verb("ps", _DOCKER, "List containers"),
    Verb("tag", _DOCKER, "Give an image a second name"),
    Verb("login", _DOCKER, "Log in to a registry"),
    Verb("logout", _DOCKER, "Log out of a registry"),
    Verb("commit", _DOCKER, "Make an image of a container"),
    Verb("stop", _DOCKER, "Stop containers"),
    Verb("rm", _DOCKER, "Remove containers"),
    Verb("pull", _DOCKER, "Pull an image from its registry"),
    Verb("cluster-info", _CLUSTERS, "Show where the API server and its add-ons answer", module="cluster_info"),
    Verb("context", _CLUSTERS, "List contexts, or switch to one"),
    Verb("completion", _KUBIA, "Print or install what makes a shell complete kubia's lines"),
    Verb("version", _KUBIA, "Show kubia's version and the engines'"),
)


_GLOBALS = {name: option for option in GLOBAL_OPTIONS for name in option.names}


def run(argv: Sequence[str], session: Session) -> None:
    """Run one command line. Raises KubiaError, ProgramExit, and typer.Exit when help was printed."""
    session.settings, words = split_globals(argv, session.settings)
    if not words or words[0] in ("-h", "--help", "help"):
        verb_asked = words[1:2] if words and words[0] == "help" else []
        if not verb_asked:
            session.console.result(root_help(), end="")
            return
        words = [*verb_asked, "--help"]
    session.line = words
    if words[0] in ("--version", "-V"):
        session.console.result(f"kubia {__version__}")
        return
    _run_verb(words, session)


def split_globals(argv: Sequence[str], settings: Settings) -> tuple[Settings, list[str]]:
    """Take the global options that stand before the verb; returns the settings and the rest of the line."""
    words = list(argv)
    while words:
        name, equals, value = words[0].partition("=")
        known = _GLOBALS.get(name)
        if known is None and words[0].startswith("-n") and not words[0].startswith("--"):
            known, equals, value = _GLOBALS["-n"], "=", words[0][2:]
        if known is None:
            break
        words.pop(0)
        if not known.metavar:
            settings = settings.merged(**{known.field: True})
            continue
        if not equals:
            if not words:
                raise UsageError("option.value-missing", f"`{name}` needs a value")
            value = words.pop(0)
        settings = settings.merged(**{known.field: value})
    return settings, words


def find_verb(word: str, line: Sequence[str]) -> Verb:
    """Return the verb that ``word`` names. Raises UsageError with the mended command when there is none."""
    for verb in VERBS:
        if word == verb.name or word in verb.aliases:
            return verb
    if word.startswith("-"):
        raise UsageError("option.unknown", f"`{word}` is no global option", fix="kubia --help")
    close = get_close_matches(word, [verb.name for verb in VERBS], n=1, cutoff=0.6)
    fix = " ".join(["kubia", close[0], *line[1:]]) if close else "kubia --help"
    raise UsageError("verb.unknown", f"`{word}` is no verb of kubia's", fix=fix)


def _run_verb(words: list[str], session: Session) -> None:
    from kubia_cli.options import as_click, parse_errors

    pasted.refuse_typography(words)
    verb = find_verb(words[0], words)
    function, rest = chosen_command(verb.load(), words[1:])
    command = as_click(function)
    with parse_errors(f"kubia {verb.name}"), _help_as_result(session):
        context = command.make_context(f"kubia {verb.name}", rest, obj=session)
    with parse_errors(f"kubia {verb.name}"), context:
        command.invoke(context)


@contextmanager
def _help_as_result(session: Session) -> Iterator[None]:
    """Print the help, which Typer writes to ``sys.stdout`` while it parses, as every result is printed."""
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            yield
    finally:
        if printed.getvalue():
            session.console.result(printed.getvalue(), end="")


def chosen_command(module: ModuleType, words: list[str]) -> tuple[Callable[..., None], list[str]]:
    """Return the function that the words mean, and the words that it parses.

    A verb's file has one ``command``; where its words decide between grammars (run, exec), it has ``choose`` too, and
    what follows the program is the program's.
    """
    choose: Callable[[list[str]], tuple[Callable[..., None], list[str]]] | None = getattr(module, "choose", None)
    if choose is not None:
        return choose(words)
    from kubia_cli.options import fill_optional_values

    return module.command, fill_optional_values(words)


def root_help() -> str:
    """Return the text of `kubia --help`."""
    lines = [
        "kubia carries an app from a directory with a Dockerfile to a scaled, reachable service.",
        "",
        "Usage: kubia [GLOBAL OPTIONS] VERB [OPTIONS] [ARGUMENTS]",
    ]
    section = ""
    width = max(len(verb.name) for verb in VERBS)
    for verb in VERBS:
        if verb.section != section:
            section = verb.section
            lines += ["", f"{section}:"]
        lines.append(f"  {verb.name:<{width}}   {verb.summary}")
    lines += [
        "",
        "Global options, before or behind the verb:",
        *(_option_line(option) for option in GLOBAL_OPTIONS),
        "      --version              Show kubia's version",
        "",
        "`kubia VERB --help` shows a verb's options and examples.",
    ]
    return "\n".join(lines) + "\n"


def _option_line(option: GlobalOption) -> str:
    long, *short = option.names
    spelled = f"{short[0]}, {long}" if short else f"    {long}"
    return f"  {f'{spelled} {option.metavar}':<27}{option.help.rstrip('.')}"
