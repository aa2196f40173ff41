"""Option types that verbs share, and the global ones that every verb takes behind its name.

The global options stand once, in ``session``; ``cli`` reads them before the verb, ``as_typer`` adds them behind it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from kubia_cli.errors import UsageError
from kubia_cli.session import GLOBAL_OPTIONS, GlobalOption, Session

# Optional values come only by `=`; the option alone means this.
_ALONE = {"--dry-run": "--dry-run=client"}

Output = Annotated[
    str,
    typer.Option(
        "--output", "-o", help="Output format: wide, name, json, yaml or jsonpath=TEMPLATE.", metavar="FORMAT"
    ),
]
Selector = Annotated[
    str, typer.Option("--selector", "-l", help="Label query, as in app=kubia,tier!=db.", metavar="QUERY")
]
AllNamespaces = Annotated[bool, typer.Option("--all-namespaces", "-A", help="In all namespaces.")]
DryRun = Annotated[
    str,
    typer.Option(
        "--dry-run", help="none, client (print only) or server (ask, keep nothing). Alone: client.", metavar="MODE"
    ),
]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not wait for the result.")]
Timeout = Annotated[
    str, typer.Option("--timeout", help="Give up waiting after this long, as in 90s or 5m.", metavar="TIME")
]
Platform = Annotated[str, typer.Option("--platform", help="OS and architecture, as in linux/arm64.", metavar="OS/ARCH")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")]


def _parameter(option: GlobalOption) -> inspect.Parameter:
    """Return a global option as a parameter of a verb's function."""
    kind: type = str if option.metavar else bool
    declared = typer.Option(*option.names, help=option.help, metavar=option.metavar or None)
    return inspect.Parameter(
        f"global_{option.field}",
        inspect.Parameter.KEYWORD_ONLY,
        default="" if option.metavar else False,
        annotation=Annotated[kind, declared],
    )


@contextmanager
def parse_errors(line: str) -> Iterator[None]:
    """Turn what Typer says of a wrong line into our UsageError."""
    try:
        yield
    except TyperException as error:
        said = getattr(error, "format_message", error.__str__)()
        raise UsageError("usage", said[:1].lower() + said[1:].rstrip("."), fix=f"{line} --help") from error


def as_typer(verb: Callable[..., None]) -> Callable[..., None]:
    """Turn a verb's function, whose first parameter is the Session, into one that Typer can register.

    The signature that Typer reads is the verb's own, the session replaced by Typer's context, and the global options
    at its end, so that they may stand anywhere on the line.
    """
    own = list(inspect.signature(verb, eval_str=True).parameters.values())[1:]
    context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    parameters = [context, *keyword_only, *(_parameter(option) for option in GLOBAL_OPTIONS)]

    @functools.wraps(verb)
    def command(ctx: typer.Context, **values: Any) -> None:
        session: Session = ctx.obj
        typed = {option.field: values.pop(f"global_{option.field}") for option in GLOBAL_OPTIONS}
        session.settings = session.settings.merged(**typed, output=values.get("output", ""))
        session.check_settings()
        verb(session, **values)

    del command.__wrapped__  # Typer would read the verb's own signature through it
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def fill_optional_values(words: Sequence[str]) -> list[str]:
    """Give options whose value is optional the one they mean when they stand alone, up to a ``--``."""
    end = words.index("--") if "--" in words else len(words)
    return [*(_ALONE.get(word, word) for word in words[:end]), *words[end:]]


def as_click(function: Callable[..., None]) -> Any:
    """Return the click command of a verb's function; ``verbatim`` on it stops option parsing at the first argument."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
    if getattr(function, "verbatim", False):
        settings["allow_interspersed_args"] = False
    app.command(help=inspect.getdoc(function), context_settings=settings)(as_typer(function))
    return typer.main.get_command(app)


def value_options(*functions: Callable[..., None]) -> dict[str, bool]:
    """Return every spelling of the functions' options, and whether a value follows it (False: it is a flag)."""
    declared = [parameter for function in functions for parameter in as_click(function).params]
    spellings = {
        name: not (parameter.is_flag or parameter.count)
        for parameter in declared
        if parameter.param_type_name == "option"
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    return {"--help": False, "-h": False} | spellings


def leading_options(words: Sequence[str], takes_value: Mapping[str, bool]) -> int:
    """Return how many words at the front are options and their values; an argument or ``--`` ends them.

    An option that ``takes_value`` does not know is taken for a flag: it is the parser's to refuse.
    """
    position = 0
    while position < len(words):
        word = words[position]
        if word in ("-", "--") or not word.startswith("-"):
            break
        position += 2 if _value_follows(word, takes_value) else 1
    return min(position, len(words))


def _value_follows(word: str, takes_value: Mapping[str, bool]) -> bool:
    """Whether the next word is this one's value: not for ``--name=value``, ``-nvalue`` and ``-it``."""
    if word.startswith("--"):
        return word not in _ALONE and takes_value.get(word, False)
    for place, letter in enumerate(word[1:], start=1):
        if takes_value.get(f"-{letter}", False):
            return place == len(word) - 1
    return False
