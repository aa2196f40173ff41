"""The registry of error codes holds what the sources raise, its examples are sentences of theirs, each has a test."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kubia_cli import errors
from kubia_cli.rollout.verdict import RULES
from scripts import errors as making
from scripts.errors import registry

ROOT = Path(__file__).parents[2]
SOURCES = [ast.parse(file.read_text(encoding="utf-8")) for file in sorted((ROOT / "src").rglob("*.py"))]

#: A word of the shape of a code, and the ends that make such a word the name of a file or host.
SHAPE = re.compile(r"[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*")
NO_CODES = re.compile(
    r".*\.(json|pem|io|bash|fish|ps1|zsh|tsv|sock|yaml|yml|md|internal)|metadata\..*|type\..*|status\..*"
)
#: Raised by options.py for whatever Typer says of a line.
ONE_WORD = "usage"
#: Codes whose test is still to be written; the list may only become shorter.
UNTESTED = {
    "app.containers", "build.failed", "completion.unreadable", "completion.unwritable", "container.start",
    "context.device", "context.empty", "context.unreadable", "docker-config.unwritable", "docker-context.invalid",
    "docker.conflict", "exec.no-pod", "exec.no-selector", "image.in-use", "kubeconfig.unwritable",
    "manifest.kind-missing", "pod.exit-unknown", "proxy.unsupported", "rc.old-pods",
}  # fmt: skip


def carried(tree: ast.AST) -> Iterator[ast.Constant]:
    """String constants of a tree, docstrings and text pieces of f-strings left out."""
    skipped = set()
    for node in ast.walk(tree):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node.value] if isinstance(node, ast.Expr) else []
        skipped |= {id(part) for part in parts}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node


def raised() -> set[str]:
    words = {node.value for tree in SOURCES for node in carried(tree) if isinstance(node.value, str)}
    return {word for word in words if word == ONE_WORD or (SHAPE.fullmatch(word) and not NO_CODES.fullmatch(word))}


@cache
def calls() -> list[tuple[type[errors.KubiaError], ast.Call, ast.AST]]:
    """Every call of an error's class, with the class and the function that it stands in."""
    found: list[tuple[type[errors.KubiaError], ast.Call, ast.AST]] = []
    for tree in SOURCES:
        inside = {id(node): function for function in ast.walk(tree) if isinstance(function, ast.FunctionDef)
                  for node in ast.walk(function)}  # fmt: skip
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            kind = getattr(errors, node.func.id, None)
            if isinstance(kind, type) and issubclass(kind, errors.KubiaError):
                found.append((kind, node, inside.get(id(node), tree)))
    return found


def assigned(name: ast.expr, function: ast.AST) -> list[ast.expr]:
    """What a name is given in a function; what is no name is itself."""
    if not isinstance(name, ast.Name):
        return [name]
    return [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name.id for target in node.targets)
    ]


@cache
def sentences() -> dict[str, set[str]]:
    """The messages of each code as patterns, where they stand in the call or are assigned in its function."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, call, function in calls():
        names = {node.value for code in assigned(call.args[0], function) for node in carried(code)}
        texts = {pattern(text) for text in assigned(call.args[1], function)} if call.args[1:] else set()
        for name in names:
            found[str(name)] |= texts or {".*"}
    for rule in RULES:
        found[rule.code].add(".*: " + re.sub(r"\\{\w+\\}", ".*", re.escape(rule.sentence)))
    return found


def pattern(text: ast.expr) -> str:
    if isinstance(text, ast.Constant):
        return re.escape(str(text.value))
    if isinstance(text, ast.JoinedStr):
        return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in text.values)
    return ".*"


def test_every_code_that_is_raised_is_registered_and_no_other() -> None:
    assert sorted(raised()) == [code.name for code in registry()]


def test_a_code_is_written_out_where_it_is_raised() -> None:
    assert [ast.unparse(call) for _, call, _ in calls() if isinstance(call.args[0], ast.JoinedStr)] == []


def test_the_exit_codes_are_those_of_the_classes() -> None:
    said: dict[str, set[object]] = defaultdict(set)
    for kind, call, _ in calls():
        status = next((word.value for word in call.keywords if word.arg == "status"), None)
        if isinstance(call.args[0], ast.Constant):
            said[str(call.args[0].value)].add(getattr(status, "value", kind.exit_code))
    registered: dict[str, set[object]] = {code.name: set(code.exits) for code in registry()}
    assert {name: exits for name, exits in said.items() if registered[name] != exits} == {}


def test_the_examples_are_sentences_of_the_sources() -> None:
    for code in registry():
        patterns = sentences().get(code.name, {".*"})
        assert any(re.fullmatch(each, code.example, re.S) for each in patterns), (code, patterns)


def test_each_code_has_a_test() -> None:
    """A code stands in a test as it is raised, or in the first line of the whole error."""
    ours = Path(__file__)
    text = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py") if file != ours)
    missing = {code.name for code in registry() if not re.search(rf"(?<![\w.-]){re.escape(code.name)}(?![\w-])", text)}
    assert missing == UNTESTED


def test_the_page_is_made_of_the_registry() -> None:
    assert making.PAGE.read_text(encoding="utf-8") == making.page(), f"it is not the registry's; run: {making.COMMAND}"
