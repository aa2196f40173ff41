"""Commands as notes and web pages deliver them: long dashes and curly quotes where ASCII was meant (CHAPTER S1)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from kubia_cli.errors import UsageError

_DASHES = {
    "\u2010": "hyphen",
    "\u2011": "non-breaking hyphen",
    "\u2012": "figure dash",
    "\u2013": "en dash",
    "\u2014": "em dash",
    "\u2015": "horizontal bar",
    "\u2212": "minus sign",
}
_QUOTES = {"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'", "\u201a": "'"}
_OPTION = re.compile(f"^[{''.join(_DASHES)}]+-?([A-Za-z][A-Za-z0-9-]*)(?==|$)")


def refuse_typography(words: Sequence[str]) -> None:
    """Raise UsageError, with the mended command, when a word holds a dash or quote that no shell knows.

    A quote counts where a pair is torn apart over several words, which is what a shell makes of ``echo “Hello World”``
    and a writer of ``'“Hello World”'`` never gets: such text stays as it is. It counts too around a whole option.
    """
    for word in words:
        if _OPTION.match(word):
            character = word[0]
            what = (
                f"`{word}` begins with {_DASHES[character]} {character} (U+{ord(character):04X}), not with two hyphens"
            )
            raise UsageError("typography.dash", what, fix=_mended(words))
        if (quote := _torn_quote(word)) is not None:
            what = f"`{word}` has a curly quote {quote} (U+{ord(quote):04X}), which no shell reads as a quote"
            raise UsageError("typography.quote", what, fix=_mended(words))


def _torn_quote(word: str) -> str | None:
    """Return the curly quote that opens or closes in this word alone, else None. An apostrophe inside is a letter."""
    found = [character for character in word if character in _QUOTES]
    edges = [character for character in (word[:1], word[-1:]) if character in _QUOTES]
    return edges[0] if edges and (len(found) % 2 or word.lstrip("".join(_QUOTES)).startswith("--")) else None


def _mended(words: Sequence[str]) -> str:
    text = " ".join(_OPTION.sub(_hyphens, word) for word in words)
    for curly, straight in _QUOTES.items():
        text = text.replace(curly, straight)
    try:
        shlex.split(text)
    except ValueError:
        return f"kubia {shlex.join(words)}"
    return f"kubia {text}"


def _hyphens(match: re.Match[str]) -> str:
    name = match.group(1)
    return f"-{name}" if len(name) == 1 else f"--{name}"
