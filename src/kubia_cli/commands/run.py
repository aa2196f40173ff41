"""`run` speaks two grammars: docker's makes a container, kubectl's an app (DESIGN section 1, "Grammar").

``--image`` decides: before the first argument, or among the options directly behind it, it is kubectl's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kubia_cli.commands import run_app, run_container
from kubia_cli.options import fill_optional_values, leading_options, value_options


def choose(words: list[str]) -> tuple[Callable[..., None], list[str]]:
    """Return the function that the words mean, and the words with the options first and ``--`` behind them."""
    takes_value = value_options(run_container.command, run_app.command)
    options, rest = _split(words, takes_value)
    behind, program = _split(rest[1:], takes_value)
    if _names_image(options) or _names_image(behind):
        return run_app.command, [*fill_optional_values([*options, *behind]), "--", *rest[:1], *program]
    return run_container.command, [*options, "--", *rest]


def _split(words: Sequence[str], takes_value: dict[str, bool]) -> tuple[list[str], list[str]]:
    """Split into the leading options and what follows them, without the ``--`` that may stand between."""
    end = leading_options(words, takes_value)
    return list(words[:end]), list(words[end + 1 if words[end : end + 1] == ["--"] else end :])


def _names_image(options: Sequence[str]) -> bool:
    return any(word == "--image" or word.startswith("--image=") for word in options)
