"""What a ``.dockerignore`` keeps out, by moby's rules (github.com/moby/patternmatcher, v0.6.1).

The Docker SDK's own matcher sends files that moby keeps back (reliability trap T12). This one is held to moby's by a
corpus of its answers, see tests/unit/engines/docker/oracle.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kubia_cli.engines.docker.context.expression import BadExpressionError, go_expression, is_well_formed, translate
from kubia_cli.errors import LocalError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: Longest line that Go's line scanner takes, in bytes, with its line break.
_LONGEST_LINE = 64 * 1024
#: Go's unicode.IsSpace; str.strip() alone would take U+001C to U+001F too.
_BLANKS = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_BAD_BYTE = re.compile("[\udc80-\udcff]")
_GLOB_MARKS = frozenset("*[]?^\\")


@dataclass(frozen=True)
class Rule:
    """A line of an ignore file: ``text`` is cleaned, ``line`` counts from 1 (0: a rule of our own)."""

    text: str
    line: int = 0


def text_of(raw: bytes) -> str:
    """Decode a path or a rule; bytes that are no UTF-8 are kept."""
    return raw.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """Undo ``text_of``."""
    return text.encode("utf-8", "surrogateescape")


def read_rules(content: bytes, name: str = ".dockerignore") -> list[Rule]:
    """Read an ignore file's content: comments and blank lines gone, paths cleaned, a leading slash taken off.

    Raises LocalError ``dockerignore.invalid`` for a line of more than 64 KiB.
    """
    rules = []
    for number, raw in enumerate(content.removeprefix(_BYTE_ORDER_MARK).split(b"\n"), 1):
        if len(raw) >= _LONGEST_LINE:
            raise LocalError("dockerignore.invalid", f"{name}:{number}: the line is longer than 64 KiB")
        text = text_of(raw)
        if text.startswith("#"):
            continue
        text = text.strip(_BLANKS)
        if not text:
            continue
        exception = text.startswith("!")
        path = text[1:].strip(_BLANKS) if exception else text
        if path:
            path = _clean(path)
            path = path[1:] if len(path) > 1 and path.startswith("/") else path
        rules.append(Rule(f"!{path}" if exception else path, number))
    return rules


def literal_rule(path: str, *, exception: bool = False) -> Rule:
    """A rule that matches ``path`` and nothing else."""
    escaped = re.sub(r"([*?\[\]\\^!#])", r"\\\1", path).replace(" ", "[ ]")
    return Rule(f"!{escaped}" if exception else escaped)


def _clean(path: str) -> str:
    """Go's filepath.Clean: as normpath, which leaves two leading slashes alone."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


class _Pattern:
    """One compiled rule. ``broken`` says why matching fails; moby finds that out only when it comes to match."""

    def __init__(self, rule: Rule, text: str, exception: bool) -> None:
        self.rule = rule
        self.text = text
        self.exception = exception
        self.broken = ""
        self._raw = bytes_of(text)
        self._how, expression = go_expression(_BAD_BYTE.sub("\ufffd", text))
        if self._how == "regexp":
            try:
                self._expression = translate(expression)
            except BadExpressionError as error:
                self.broken = str(error)

    def matches(self, raw: bytes, text: str) -> bool:
        if self._how == "exact":
            return raw == self._raw
        if self._how == "prefix":
            return raw.startswith(self._raw[:-2])
        if self._how == "suffix":
            suffix = self._raw[2:]
            return raw.endswith(suffix) or (suffix.startswith(b"/") and raw == suffix[1:])
        return self._expression.search(text) is not None

    def may_match_below(self, directory: str) -> bool:
        """Say whether something under ``directory`` may match; only for patterns without a glob."""
        return f"{self.stem}/".startswith(f"{directory}/")

    @property
    def stem(self) -> str:
        return self.text.removesuffix("/**").removesuffix("/*")


#: For each rule, whether it matched a directory: a bit each. What is below inherits it.
Matched = int


class Matcher:
    """Rules, compiled once. Raises LocalError ``dockerignore.invalid`` that names the line of a malformed one."""

    def __init__(self, rules: Iterable[Rule], name: str = ".dockerignore") -> None:
        self._name = name
        self._patterns: list[_Pattern] = []
        for rule in rules:
            text = rule.text.strip(_BLANKS)
            if not text:
                continue
            text = _clean(text)
            exception = text.startswith("!")
            if text == "!":
                raise self._invalid(rule, "a ! needs a path after it")
            text = text[1:] if exception else text
            if not is_well_formed(text):
                raise self._invalid(rule, "a [ without its ], or a backslash at the end")
            self._patterns.append(_Pattern(rule, text, exception))
        exceptions = [pattern for pattern in self._patterns if pattern.exception]
        # BuildKit's rule: an exception with a glob in the middle may match at any depth, so nothing is pruned then.
        self._exceptions: Sequence[_Pattern] | None = exceptions
        if any(not _GLOB_MARKS.isdisjoint(pattern.stem) for pattern in exceptions):
            self._exceptions = None

    def _invalid(self, rule: Rule, why: str) -> LocalError:
        place = f"{self._name}:{rule.line}" if rule.line else self._name
        return LocalError("dockerignore.invalid", f"{place}: `{rule.text}` is no pattern: {why}")

    def match(self, path: str, parent: Matched | None = None) -> tuple[bool, Matched]:
        """Say whether ``path`` is kept out, given the result for its parent (None at the top of the context).

        The last rule that matches decides, and a rule matches a path if it matched a directory above it. Raises
        LocalError when a rule turns out not to be a valid expression.
        """
        raw = bytes_of(path)
        text = path if path.isascii() else _BAD_BYTE.sub("\ufffd", path)
        ignored = False
        matched: Matched = 0
        bit = 1
        for pattern in self._patterns:
            hit = bool(parent and parent & bit)
            if not hit and pattern.exception == ignored:
                if pattern.broken:
                    raise self._invalid(pattern.rule, pattern.broken)
                hit = pattern.matches(raw, text)
            if hit:
                matched |= bit
                ignored = not pattern.exception
            bit <<= 1
        return ignored, matched

    def ignores(self, path: str) -> bool:
        """Say whether ``path`` is kept out, by asking for each directory above it first."""
        return self.rule_against(path) is not None

    def rule_against(self, path: str) -> Rule | None:
        """The rule that keeps ``path`` out, or None."""
        ignored, matched = False, 0
        names = path.split("/")
        for depth in range(1, len(names) + 1):
            ignored, matched = self.match("/".join(names[:depth]), matched)
        return self._patterns[matched.bit_length() - 1].rule if ignored else None

    def prunes(self, directory: str) -> bool:
        """Say whether nothing under this ignored directory can be let in again by an exception.

        This is BuildKit's rule (fsutil's filter): moby's older walk also skips directories under which an exception
        such as ``!**/*.py`` would match, and so sends less than the rules say.
        """
        if self._exceptions is None:
            return False
        return not any(pattern.may_match_below(directory) for pattern in self._exceptions)
