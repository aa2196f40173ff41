r"""A ``.dockerignore`` pattern as a Python regular expression.

Docker turns a pattern into an expression of Go's regexp package, and does not escape all of it: ``\d`` is any digit and
``a^b*`` matches nothing. Whoever wants the same files must take the same two steps: ``go_expression`` writes Go's
expression, ``translate`` says it in Python's dialect. One thing is refused that Go knows: ``\pN``, Unicode classes.
"""

from __future__ import annotations

import re

Ranges = list[tuple[int, int]]

_LAST_POINT = 0x10FFFF
#: Any number of whole directories.
_ANY_DIRECTORIES = "(.*/)?"
_PERL_CLASSES: dict[str, Ranges] = {
    "d": [(0x30, 0x39)],
    "s": [(0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20)],
    "w": [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
}
_POSIX_CLASSES: dict[str, Ranges] = {
    "alnum": [(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)],
    "alpha": [(0x41, 0x5A), (0x61, 0x7A)],
    "ascii": [(0x00, 0x7F)],
    "blank": [(0x09, 0x09), (0x20, 0x20)],
    "cntrl": [(0x00, 0x1F), (0x7F, 0x7F)],
    "digit": [(0x30, 0x39)],
    "graph": [(0x21, 0x7E)],
    "lower": [(0x61, 0x7A)],
    "print": [(0x20, 0x7E)],
    "punct": [(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)],
    "space": [(0x09, 0x0D), (0x20, 0x20)],
    "upper": [(0x41, 0x5A)],
    "word": _PERL_CLASSES["w"],
    "xdigit": [(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
}
_CONTROL_ESCAPES = {"a": 0x07, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B}
_OCTAL = re.compile("0[0-7]{0,2}|[1-7][0-7]{1,2}")
_HEXADECIMAL = re.compile("x([0-9A-Fa-f]{2})")


# No possessive quantifiers: before 3.11.5 Python matches some of them wrongly (https://github.com/python/cpython/issues/106052).
_CLASS_POINT = r"(?:\\[^\udc80-\udcff]|[^\\\]\-\udc80-\udcff])"
_CLASS_RANGE = re.compile(rf"(?s:({_CLASS_POINT})(?:-({_CLASS_POINT}))?)")
_CLASS = re.compile(rf"\[(?:\^|(?!\^))(?:(?s:{_CLASS_POINT}(?:-{_CLASS_POINT})?))+\]")
_WELL_FORMED = re.compile(rf"(?:(?s:[^\[\\]|\\.)|{_CLASS.pattern})*")
_CHUNK = re.compile(r"(?s:\\.|\\\Z|[^\\\[*]|\[(?:\\.|\\\Z|[^\\\]])*(?:\]|\Z))*")
#: ``{2}``, ``{2,}``, ``{2,3}``; Go takes anything else, as ``{js,ts}`` or ``{02}``, literally.
_REPETITION = re.compile(r"\{(0|[1-9][0-9]*)(?:,(0|[1-9][0-9]*)?)?\}")
_MOST_REPETITIONS = 1000
_ASSERTIONS = {"^": r"\A", "$": r"\Z", r"\A": r"\A", r"\z": r"\Z", r"\b": r"\b", r"\B": r"\B"}


class BadExpressionError(ValueError):
    """Go's regexp package refuses the expression."""


def go_expression(pattern: str) -> tuple[str, str]:
    """Return how Docker matches ``pattern`` and, for ``regexp``, the expression.

    The first is ``exact``, ``prefix`` (the pattern without ``**`` at its end), ``suffix`` (without ``**`` at its
    start) or ``regexp``.
    """
    expression = "^"
    how = "exact"
    rest = pattern.removeprefix("\ufeff")  # Go's scanner drops a byte order mark
    first = True
    while rest:
        character, rest = rest[0], rest[1:]
        if character == "*" and rest.startswith("*"):
            rest = rest[1:].removeprefix("/")
            if rest:
                # Twice in a row means the same and makes the match slow.
                expression += "" if expression.endswith(_ANY_DIRECTORIES) else _ANY_DIRECTORIES
                how = "regexp"
            elif how == "exact":
                how = "prefix"
            else:
                expression += ".*"
                how = "regexp"
            if first:
                how = "suffix"
        elif character == "*":
            expression += "[^/]*"
            how = "regexp"
        elif character == "?":
            expression += "[^/]"
            how = "regexp"
        elif character in ".+()$":  # not | { }: they are meant to be in moby's list, and by a slip are not
            expression += f"\\{character}"
        elif character == "\\" and rest:
            expression += f"\\{rest[0]}"
            rest = rest[1:]
            how = "regexp"
        elif character == "\\":
            expression += character
        else:
            expression += character
            if character in "[]":
                how = "regexp"
        first = False
    return how, f"{expression}$"


def translate(expression: str) -> re.Pattern[str]:
    """Compile one of Go's expressions, to be used with ``search``. Raises BadExpressionError."""
    pieces: list[str] = []
    #: What a repetition would apply to: nothing, an assertion, something repeated already, or a piece.
    last = "nothing"
    rest = expression
    while rest:
        character = rest[0]
        if character == "{" and (counted := _REPETITION.match(rest)):
            pieces.append(_repetition(counted, last, pieces))
            last, rest = "repeated", rest[counted.end() :]
            continue
        if character in "*?":
            last, rest = "repeated", rest[1:]
            pieces.append(character)
        elif character in "|(":
            last, rest = "nothing", rest[1:]
            pieces.append(character)
        elif character in ".)":
            last, rest = "piece", rest[1:]
            pieces.append(character)
        elif character in "^$" or rest[:2] in _ASSERTIONS:
            length = 1 if character in "^$" else 2
            pieces.append(_ASSERTIONS[rest[:length]])
            last, rest = "assertion", rest[length:]
        elif rest.startswith("\\Q"):
            literal, _, rest = rest[2:].partition("\\E")
            pieces += [re.escape(one) for one in literal]
            last = "piece" if literal else last
        elif character == "[":
            ranges, rest = _read_class(rest[1:])
            pieces.append(_class(ranges))
            last = "piece"
        elif character == "\\":
            ranges, rest = _read_escape(rest[1:])
            pieces.append(_class(ranges))
            last = "piece"
        else:
            pieces.append(re.escape(character))
            last, rest = "piece", rest[1:]
    return re.compile("".join(pieces), re.ASCII)


def _repetition(counted: re.Match[str], last: str, pieces: list[str]) -> str:
    """Write ``{2,3}``, by Go's limits; repeating an assertion changes nothing unless it is repeated no times."""
    least = int(counted[1])
    most = least if counted[2] is None else int(counted[2] or _MOST_REPETITIONS)
    if least > most or most > _MOST_REPETITIONS:
        raise BadExpressionError(f"{counted[0]} is no repetition")
    if last in ("nothing", "repeated"):
        raise BadExpressionError(f"{counted[0]} has nothing to repeat")
    if last == "assertion":
        if not least:
            pieces[-1] = ""
        return ""
    return counted[0]


def _read_escape(rest: str) -> tuple[Ranges, str]:
    """Read what follows a backslash outside of a class; return what it matches, and the rest."""
    ranges = _named_class(rest[:1])
    if ranges is not None:
        return ranges, rest[1:]
    point, after = _read_point(rest)
    return [(point, point)], after


def _read_class(rest: str) -> tuple[Ranges, str]:
    """Read a class behind its ``[``; return what it matches, and the rest."""
    negated = rest.startswith("^")
    rest = rest[1:] if negated else rest
    ranges: Ranges = []
    first = True
    while first or not rest.startswith("]"):
        first = False
        if rest.startswith("[:") and ":]" in rest[2:]:
            name, _, rest = rest[2:].partition(":]")
            ranges += _posix_class(name)
        elif rest.startswith("\\") and (named := _named_class(rest[1:2])) is not None:
            ranges += named
            rest = rest[2:]
        else:
            low, rest = _read_class_point(rest)
            high = low
            if rest.startswith("-") and len(rest) >= 2 and rest[1] != "]":
                high, rest = _read_class_point(rest[1:])
            if high < low:
                raise BadExpressionError(f"the range {chr(low)}-{chr(high)} is empty")
            ranges.append((low, high))
    return (_complement(ranges) if negated else ranges), rest[1:]


def _read_class_point(rest: str) -> tuple[int, str]:
    if not rest:
        raise BadExpressionError("a [ without its ]")
    return _read_point(rest[1:]) if rest[0] == "\\" else (ord(rest[0]), rest[1:])


def _read_point(rest: str) -> tuple[int, str]:
    """Read the character that an escape stands for, behind its backslash."""
    if not rest:
        raise BadExpressionError("a backslash at the end")
    letter = rest[0]
    if letter.isascii() and not letter.isalnum():
        return ord(letter), rest[1:]
    if octal := _OCTAL.match(rest):
        return int(octal.group(), 8), rest[octal.end() :]
    if hexadecimal := _HEXADECIMAL.match(rest):
        return int(hexadecimal.group(1), 16), rest[hexadecimal.end() :]
    if letter in _CONTROL_ESCAPES:
        return _CONTROL_ESCAPES[letter], rest[1:]
    raise BadExpressionError(f"\\{letter} means nothing")


def _named_class(letter: str) -> Ranges | None:
    ranges = _PERL_CLASSES.get(letter.lower())
    if ranges is None:
        return None
    return ranges if letter.islower() else _complement(ranges)


def _posix_class(name: str) -> Ranges:
    ranges = _POSIX_CLASSES.get(name.removeprefix("^"))
    if ranges is None:
        raise BadExpressionError(f"[:{name}:] is no class")
    return _complement(ranges) if name.startswith("^") else ranges


def _complement(ranges: Ranges) -> Ranges:
    others: Ranges = []
    following = 0
    for low, high in sorted(ranges):
        if low > following:
            others.append((following, low - 1))
        following = max(following, high + 1)
    if following <= _LAST_POINT:
        others.append((following, _LAST_POINT))
    return others


def _class(ranges: Ranges) -> str:
    if not ranges:
        return "(?!)"  # a class of no character, which Python cannot write
    return "[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]"


def is_well_formed(pattern: str) -> bool:
    """Say whether Docker takes ``pattern`` when it reads the rules.

    It asks Go's filepath.Match whether the pattern matches ``.``, which stops at the first chunk (what stands between
    two ``*``) that does not match. What is wrong behind that shows when the pattern is compiled, or never.
    """
    rest = pattern.lstrip("*")
    while rest:
        chunk = _match(_CHUNK, rest)
        if not _WELL_FORMED.fullmatch(chunk):
            return False
        if not _matches_dot(chunk):
            return True
        rest = rest[len(chunk) :].lstrip("*")
        if rest:
            return _WELL_FORMED.fullmatch(_match(_CHUNK, rest)) is not None
    return True


def _match(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return found.group() if found else ""


def _matches_dot(chunk: str) -> bool:
    """Say whether a well-formed chunk matches the one character ``.``."""
    if chunk in (".", "?", "\\."):
        return True
    if not _CLASS.fullmatch(chunk):
        return False
    negated = chunk.startswith("[^")
    points = _CLASS_RANGE.findall(chunk[2 if negated else 1 : -1])
    inside = any(low[-1] <= "." <= (high or low)[-1] for low, high in points)
    return inside is not negated
