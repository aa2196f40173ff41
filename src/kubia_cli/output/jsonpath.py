"""kubectl's JSONPath templates (https://kubernetes.io/docs/reference/kubectl/jsonpath/).

A template is text with ``{actions}``: fields, ``['x']``, ``[0]``, ``[-1:]``, ``[*]``, ``..``, ``?(@.x=="y")``,
``{range}…{end}`` and quoted text. As in kubectl a missing field is empty, ``$`` and ``@`` both mean the object at
hand, and several values are joined by a space. What it does not know is a UsageError, never a wrong answer.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kubia_cli.errors import NotFoundError, UsageError

# From all values found so far to the next ones: a union lists its first part of every value, then its second.
Step = Callable[[Sequence[Any]], Iterator[Any]]

_FIELD_END = frozenset(" \t\n.,[](){}$@=!<>&|")
_SLICE = re.compile(r"(-?\d+)?(?::(-?\d+)?)?(?::(\d+)?)?")
_BARE_DOT = re.compile(r"(?<!\\)\.")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}


@dataclass(frozen=True)
class _Text:
    text: str


@dataclass(frozen=True)
class _Path:
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _Range:
    path: _Path
    body: tuple[_Node, ...]


_Node = _Text | _Path | _Range


class JSONPath:
    """A template, checked when it is made. Raises UsageError."""

    def __init__(self, template: str) -> None:
        if "{" not in template and template.startswith((".", "[", "@", "$")):
            template = f"{{{template}}}"
        self._nodes = _Parser(template).template()

    def render(self, data: object) -> str:
        """Return the template's text for ``data``. Raises NotFoundError for an index that a list does not have."""
        return "".join(_rendered(self._nodes, data))

    def values(self, data: object) -> list[Any]:
        """Return what the template's paths find in ``data``, text and ranges left out."""
        return [value for node in self._nodes if isinstance(node, _Path) for value in _walk(node.steps, data)]


def _rendered(nodes: Sequence[_Node], data: object) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, _Text):
            yield node.text
        elif isinstance(node, _Path):
            yield " ".join(_printed(value) for value in _walk(node.steps, data))
        else:
            for value in _walk(node.path.steps, data):
                yield from _rendered(node.body, value)


def _walk(steps: Sequence[Step], data: object) -> list[Any]:
    found: list[Any] = [data]
    for step in steps:
        found = list(step(found))
    return found


def _printed(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _field(name: str) -> Step:
    return lambda found: (value[name] for value in found if isinstance(value, dict) and name in value)


def _key(text: str) -> Step:
    """A quoted key. kubectl reads its dots as a path unless they are escaped; a key that is there as it stands wins."""
    parts = [part.replace("\\.", ".") for part in _BARE_DOT.split(text)]
    whole, path = _field(".".join(parts)), [_field(part) for part in parts]

    def step(found: Sequence[Any]) -> Iterator[Any]:
        for value in found:
            yield from list(whole([value])) or _walk(path, value)

    return step


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _each(found: Sequence[Any]) -> Iterator[Any]:
    return (child for value in found for child in _children(value))


def _descend(found: Sequence[Any]) -> Iterator[Any]:
    for value in found:
        yield value
        yield from _descend(list(_children(value)))


def _index(number: int) -> Step:
    def step(found: Sequence[Any]) -> Iterator[Any]:
        for value in found:
            if not isinstance(value, list):
                continue
            if not -len(value) <= number < len(value):
                raise NotFoundError("jsonpath.index", f"no element [{number}] in a list of {len(value)}")
            yield value[number]

    return step


def _slice(part: slice) -> Step:
    return lambda found: (child for value in found if isinstance(value, list) for child in value[part])


def _union(steps: Sequence[Step]) -> Step:
    return lambda found: (after for step in steps for after in step(found))


def _constant(value: object) -> Step:
    return lambda _: iter([value])


def _filter(left: _Path, compare: Callable[[Any, Any], bool] | None, right: _Path) -> Step:
    def passes(item: Any) -> bool:
        lefts = _walk(left.steps, item)
        if compare is None or not lefts:
            return bool(lefts)
        rights = _walk(right.steps, item)
        if len(lefts) > 1 or len(rights) > 1:
            raise UsageError("jsonpath.filter", "a JSONPath filter compares one value with one value")
        try:
            return bool(rights) and compare(lefts[0], rights[0])
        except TypeError as error:
            raise UsageError(
                "jsonpath.filter", f"a JSONPath filter cannot order {_printed(lefts[0])} and {_printed(rights[0])}"
            ) from error

    return lambda found: (item for item in _each(found) if passes(item))


class _Parser:
    """Reads a template from left to right; ``_at`` is the next character."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0

    def template(self) -> tuple[_Node, ...]:
        nodes = self._nodes(inside_range=False)
        return tuple(nodes)

    def _nodes(self, *, inside_range: bool) -> Iterator[_Node]:
        while self._at < len(self._source):
            if not self._take("{"):
                end = self._source.find("{", self._at)
                end = len(self._source) if end < 0 else end
                yield _Text(self._source[self._at : end])
                self._at = end
                continue
            self._blanks()
            if self._word("end"):
                if not inside_range:
                    raise self._wrong("{end} without {range}")
                self._need("}")
                return
            if self._word("range"):
                path = self._path("}")
                self._need("}")
                yield _Range(path, tuple(self._nodes(inside_range=True)))
            elif self._next() in ('"', "'"):
                yield _Text(self._quoted())
                self._need("}")
            else:
                yield self._path("}")
                self._need("}")
        if inside_range:
            raise self._wrong("{range} without {end}")

    def _path(self, stop: str) -> _Path:
        """Read steps up to ``stop``, an operator's sign or the end."""
        steps: list[Step] = []
        self._blanks()
        while (sign := self._next()) and sign not in stop:
            if self._take(".."):
                steps.append(_descend)
                if self._next() not in ("[", "*", ""):
                    steps.append(self._name())
            elif self._take("."):
                if self._next() not in ("[", *stop):
                    steps.append(self._name())
            elif self._take("["):
                steps.append(self._bracket())
            elif sign == "*" or (not steps and (sign.isalpha() or sign == "_")):
                steps.append(self._name())
            elif not self._take("$") and not self._take("@"):
                raise self._wrong(f"cannot read {self._source[self._at :]!r}")
            self._blanks()
        return _Path(tuple(steps))

    def _name(self) -> Step:
        if self._take("*"):
            return _each
        name = ""
        while (character := self._next()) and character not in _FIELD_END:
            self._at += 1
            if character == "\\" and self._next():  # foo\.bar: a field with a dot in its name
                character = self._next()
                self._at += 1
            name += character
        if not name:
            raise self._wrong("a field's name is missing")
        return _field(name)

    def _bracket(self) -> Step:
        steps = []
        while True:
            self._blanks()
            steps.append(self._selector())
            self._blanks()
            if self._take("]"):
                return steps[0] if len(steps) == 1 else _union(steps)
            self._need(",")

    def _selector(self) -> Step:
        if self._take("?("):
            return self._filter()
        if self._next() in ('"', "'"):
            return _key(self._quoted(raw=True))
        if self._take("*"):
            return _each
        match = _SLICE.match(self._source, self._at)
        if match is None or not match.group():
            raise self._wrong(f"cannot read {self._source[self._at :]!r}")
        self._at = match.end()
        start, stop, step = (int(text) if text else None for text in match.groups())
        if ":" not in match.group() and start is not None:
            return _index(start)
        if step == 0:
            raise self._wrong("a step of 0")
        return _slice(slice(start, stop, step))

    def _filter(self) -> Step:
        left = self._operand()
        for sign, compare in _COMPARE.items():
            if self._take(sign):
                right = self._operand()
                self._need(")")
                return _filter(left, compare, right)
        self._need(")")
        return _filter(left, None, _Path(()))

    def _operand(self) -> _Path:
        self._blanks()
        if self._next() in ('"', "'"):
            constant: object = self._quoted()
        elif number := _NUMBER.match(self._source, self._at):
            self._at = number.end()
            constant = json.loads(number.group())
        elif self._word("true"):
            constant = True
        elif self._word("false"):
            constant = False
        else:
            return self._path("=!<>)")
        self._blanks()
        return _Path((_constant(constant),))

    def _quoted(self, *, raw: bool = False) -> str:
        quote = self._next()
        self._at += 1
        text = ""
        while (character := self._next()) != quote:
            if not character:
                raise self._wrong(f"a closing {quote} is missing")
            self._at += 1
            if character == "\\" and not raw:
                escape = self._next()
                if escape not in _ESCAPES:
                    raise self._wrong(f"\\{escape} is no escape")
                self._at += 1
                character = _ESCAPES[escape]
            text += character
        self._at += 1
        return text

    def _next(self) -> str:
        return self._source[self._at : self._at + 1]

    def _take(self, text: str) -> bool:
        if not self._source.startswith(text, self._at):
            return False
        self._at += len(text)
        return True

    def _word(self, word: str) -> bool:
        """Take ``word`` where it stands alone."""
        after = self._source[self._at + len(word) : self._at + len(word) + 1]
        return not (after.isalnum() or after == "_") and self._take(word)

    def _need(self, text: str) -> None:
        self._blanks()
        if not self._take(text):
            found = self._source[self._at : self._at + 12] or "the end"
            raise self._wrong(f"expected {text!r}, found {found!r}")

    def _blanks(self) -> None:
        while self._next().isspace():
            self._at += 1

    def _wrong(self, why: str) -> UsageError:
        return UsageError("jsonpath.syntax", f"`{self._source}` is no JSONPath template: {why}")
