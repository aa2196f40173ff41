"""Ignore rules: moby's own answers, pair by pair."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from kubia_cli.engines.docker.context.ignore import Matcher, Rule, literal_rule, read_rules, text_of
from kubia_cli.errors import LocalError

CORPUS = Path(__file__).parent / "oracle/corpus.json.gz"


def raw(latin1: str) -> bytes:
    return latin1.encode("latin-1")


def answers(rules: str, paths: list[str]) -> str:
    """What the oracle says: a letter a path, or why the file as a whole is refused."""
    try:
        read = read_rules(raw(rules))
    except LocalError:
        return "unreadable"
    try:
        matcher = Matcher(read)
    except LocalError:
        return "refused"
    return "".join(letter(matcher, text_of(raw(path))) for path in paths)


def letter(matcher: Matcher, path: str) -> str:
    try:
        return "1" if matcher.ignores(path) else "0"
    except LocalError:
        return "E"


def test_every_answer_is_mobys() -> None:
    corpus = json.loads(gzip.decompress(CORPUS.read_bytes()))["ignore"]
    wrong = [
        (rules, paths, expected, found)
        for rules, paths, expected in corpus
        if (found := answers(rules, paths)) != expected
    ]

    assert len(corpus) > 1500
    assert wrong == []


def test_a_malformed_rule_is_named_with_its_line() -> None:
    with pytest.raises(LocalError) as caught:
        Matcher(read_rules(b"node_modules\n\nbr[\n"))

    assert caught.value.code == "dockerignore.invalid"
    assert caught.value.message == (
        ".dockerignore:3: `br[` is no pattern: a [ without its ], or a backslash at the end"
    )


def test_a_literal_rule_means_one_path_only() -> None:
    matcher = Matcher([*read_rules(b"**"), literal_rule("a b/[x]*.txt", exception=True)])

    assert not matcher.ignores("a b/[x]*.txt")
    assert matcher.ignores("a b/x1.txt")


@pytest.mark.parametrize(
    ("rules", "directory", "pruned"),
    [
        (b"node_modules", "node_modules", True),
        (b"*\n!src/main.py", "src", False),
        (b"*\n!src/main.py", "docs", True),
        (b"*\n!**/*.py", "docs", False),  # BuildKit's rule: it may match below
    ],
)
def test_a_directory_is_left_out_as_a_whole_only_when_nothing_in_it_can_return(
    rules: bytes, directory: str, pruned: bool
) -> None:
    assert Matcher(read_rules(rules)).prunes(directory) is pruned


def test_the_rule_that_keeps_a_path_out_is_known() -> None:
    matcher = Matcher(read_rules(b"# ours\n*.js\n!keep.js\n\nsrc\n"))

    assert matcher.rule_against("app.js") == Rule("*.js", 2)
    assert matcher.rule_against("src/deep/x") == Rule("src", 5)
    assert matcher.rule_against("keep.js") is None
