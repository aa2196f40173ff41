"""Text from outside, made safe to show.

Names, labels, logs, events and server messages may carry escapes, bidirectional overrides or lone surrogates: the
API server accepts all of them (kubernetes/kubernetes#101695, CVE-2021-25743). They are shown, never obeyed.
"""

from __future__ import annotations

import re

#: Longest text shown for one field, in characters.
FIELD_LIMIT = 4096

#: C0 but tab and newline, DEL, C1, marks that reorder text, line separators, lone surrogates.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def _visible(match: re.Match[str]) -> str:
    point = ord(match.group())
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"


def safe(text: object, *, limit: int = FIELD_LIMIT) -> str:
    """Return ``text`` with its control characters written out, cut at ``limit`` characters; newlines stay."""
    shown = str(text)
    if len(shown) > limit:
        shown = shown[:limit] + "…"
    return UNSAFE.sub(_visible, shown)


def safe_line(text: object, *, limit: int = FIELD_LIMIT) -> str:
    """As ``safe``, for a field of one line: newlines and tabs are written out too."""
    return safe(text, limit=limit).replace("\n", "\\n").replace("\t", "\\t")
