"""cobra's protocol: ``kubia __complete WORD… CURRENT`` prints ``value<TAB>description`` lines and ``:DIRECTIVE``.

https://github.com/spf13/cobra/blob/main/site/content/completions/_index.md has the form. Whatever happens the directive
is printed and the exit code is 0: nobody at a prompt wants our errors there.
"""

from __future__ import annotations

import os
import sys

from kubia_cli.completion import REQUESTS
from kubia_cli.completion.offer import ERROR, NO_FILES, Offer

#: What marks a line as a message to the reader, and no candidate.
ACTIVE_HELP = "_activeHelp_ "
_OFF = ("0", "f", "false", "no", "off", "disable")


def answer(words: list[str]) -> int | None:
    """Answer a request and return the exit code; None when the line turns out to be none."""
    if words[0] == "completion":
        from kubia_cli.completion.script import print_plainly

        return 0 if print_plainly(words[1:]) else None
    position = next((place for place, word in enumerate(words) if word in REQUESTS), len(words))
    if position == len(words) or not _only_globals(words[:position]):
        return None
    request, *typed = words[position:]
    if not typed:
        sys.stderr.write(f"error[usage]: `kubia {request}` needs the word to complete, which may be empty\n")
        return 2
    *before, current = typed
    offer = _asked([*words[:position], *before], current)
    described = request == REQUESTS[0] and not _is_off("COMPLETION_DESCRIPTIONS")
    helped = not _is_off("ACTIVE_HELP")
    text = written(offer, current, described=described, helped=helped)
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    return 0


def written(offer: Offer, current: str, *, described: bool = True, helped: bool = True) -> str:
    """The answer's text: each value once, on one line, with the first line of its description."""
    lines = [ACTIVE_HELP + _line(text) for text in offer.help if helped]
    seen = set()
    for value, text in offer.candidates:
        if value in seen or not value.isprintable():  # a name with a newline or an escape in it is not one to type
            continue
        seen.add(value)
        said = _line(text) if described else ""
        lines.append(f"{value}\t{said}" if said else value)
    debug(f"{current!r}: {len(lines)} lines, directive {offer.directive}")
    return "\n".join([*lines, f":{offer.directive}\n"])


def debug(text: str) -> None:
    """Append a line to the file that BASH_COMP_DEBUG_FILE names, as the shells' scripts do."""
    file = os.environ.get("BASH_COMP_DEBUG_FILE")
    if file:
        with open(file, "a", encoding="utf-8", errors="backslashreplace") as opened:
            opened.write(f"[kubia] {text}\n")


def _asked(words: list[str], current: str) -> Offer:
    from kubia_cli.completion.complete import complete

    try:
        return complete(words, current)
    except Exception as error:  # a completer that fails still prints its directive (cobra's contract)
        debug(f"failed: {error!r}")
        return Offer(directive=ERROR | NO_FILES)


def _only_globals(words: list[str]) -> bool:
    """Whether only global options and their values stand there."""
    from kubia_cli.completion.line import Walk
    from kubia_cli.completion.tree import Tree

    return not words or not Walk(words, Tree().globals.named()).arguments


def _is_off(name: str) -> bool:
    return any(os.environ.get(f"{program}_{name}", "").lower() in _OFF for program in ("KUBIA", "COBRA"))


def _line(text: str) -> str:
    first = text.strip().partition("\n")[0]
    return "".join(letter if letter.isprintable() else " " for letter in first).strip()
