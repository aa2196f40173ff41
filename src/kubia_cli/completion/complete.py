"""From the words of a line to what is offered at its end."""

from __future__ import annotations

import os

from kubia_cli.completion.line import Line
from kubia_cli.completion.offer import Offer, offered
from kubia_cli.completion.tree import Flag, Tree
from kubia_cli.completion.values import Ask, offer_values


def complete(words: list[str], current: str) -> Offer:
    """Return what fits after ``words`` (without the program's name) for the word ``current``, which may be empty."""
    line = Line(words, Tree())
    walk = line.walk
    if walk.pending is not None:
        return _values(line, walk.pending, current)
    if not line.known or "--help" in walk.used or "--version" in walk.used:
        return Offer()
    if current[:1] == "-" and not walk.ended:
        glued = line.glued(current)
        if glued is None:
            return offered(_flags(line), current)
        flag, before = glued
        offer = _values(line, flag, current[len(before) :])
        if not before.endswith(
            "="
        ):  # of `--flag=value` only the value is answered: cobra's form, which the scripts know
            offer.candidates = [(before + value, text) for value, text in offer.candidates]
        return offer
    if line.verb in ("", "help"):
        return Offer() if walk.arguments else offered(line.tree.verbs(), current)
    return _argument(line, current)


def _flags(line: Line) -> list[tuple[str, str]]:
    left = sorted(line.flags_left(), key=lambda flag: flag.name)
    return [(name, flag.help.rstrip(".")) for flag in left for name in flag.names]


def _values(line: Line, flag: Flag, prefix: str) -> Offer:
    if flag.takes == "switch":
        return offered([("true", ""), ("false", "")], prefix)
    offer = offer_values(flag.values, _ask(line, prefix))
    if not flag.values:
        offer.help.append(f"{flag.name}: {flag.help}")
    return offer


def _argument(line: Line, prefix: str) -> Offer:
    """Complete an argument by its place; the last kind of argument may be a repeated one (``*containers``)."""
    kinds, given = line.form.arguments, line.walk.arguments
    if line.form.verbatim and given:
        return Offer()
    place = min(len(given), len(kinds) - 1)
    if not kinds or (place < len(given) and not kinds[place].startswith("*")):
        return Offer()
    return offer_values(kinds[place].removeprefix("*"), _ask(line, prefix))


def _ask(line: Line, prefix: str) -> Ask:
    return Ask(prefix, line.walk.arguments, line.verb, line.walk.used, os.environ)
