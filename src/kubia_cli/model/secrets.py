"""Values that no message may show: those that were told to be secret, and what is secret by its form.

Whoever reads a credential calls ``remember``; every sink for messages calls ``redacted``. Results that were asked for
(a Secret by ``-o yaml``, logs, a program's output) are not messages.
"""

from __future__ import annotations

import re

MASK = "***"

#: A shorter value is no secret worth the name, and would blot out ordinary words.
_SHORTEST = 6

#: Names of variables whose values are secret.
_SECRET_NAME = re.compile(r"(?i)pass|secret|token|credential|private|auth|(?:api|access|signing|encryption)_?key")

#: What is kept of a match stands in the group ``kept``.
_FORMS = re.compile(
    r"""(?xs)
    -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | (?P<header>(?i:(?:proxy-)?authorization|x-registry-(?:auth|config))["']?\s*[:=]\s*["']?(?:\w+\s+)?)[^\s"',]+
    | (?P<scheme>\b(?i:bearer|basic)\s+)(?=\S*[\d=])[\w.~+/=-]{8,}
    | (?P<user>://[^/\s:@]*:)[^/\s@]+(?=@)
    | (?P<pair>(?i:[\w-]*(?:passw(?:or)?d|passphrase|secret|token|api[-_]?key))=["']?)[^\s"',;&]+
    | (?P<member>(?i:"(?:password|secret|\w*token|auth|\w*key[-_]?data)"\s*:\s*"))[^"]+
    """
)

_known: set[str] = set()


def remember(*values: str | bytes) -> None:
    """Keep these values out of every message from now on; of a text of several lines, each line."""
    for value in values:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        lines = (line.strip() for line in text.splitlines())
        _known.update(line for line in lines if len(line) >= _SHORTEST and not line.startswith("-----"))


def remember_variables(variables: list[str]) -> None:
    """Remember the values of ``NAME=value`` whose name says that they are secret."""
    for variable in variables:
        name, _, value = variable.partition("=")
        if _SECRET_NAME.search(name):
            remember(value)


def forget() -> None:
    """Forget what was remembered: one command line ends, another begins."""
    _known.clear()


def redacted(text: str) -> str:
    """Return ``text`` with every secret replaced by ``***``, also where it stands in base64 or in a URL's escapes."""
    if _known:
        text = re.sub("|".join(map(re.escape, _spellings())), MASK, text)
    return _FORMS.sub(lambda match: (match[match.lastgroup] if match.lastgroup else "") + MASK, text)


def _spellings() -> list[str]:
    """The known values and their encodings, longest first, so that none shows the rest of another."""
    from base64 import b64encode  # noqa: PLC0415 (only a message on a run with credentials pays for it)
    from urllib.parse import quote  # noqa: PLC0415

    spelled = {
        form
        for value in _known
        for data in [value.encode("utf-8", "surrogatepass")]
        for form in (value, quote(data, safe=""), b64encode(data).decode())
    }
    return sorted(spelled, key=len, reverse=True)
