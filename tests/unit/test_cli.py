"""The command line before any verb: help, globals in front, words that a shell user pastes."""

from __future__ import annotations

import pytest

from kubia_cli import __version__, cli
from kubia_cli.cli import VERBS, find_verb, split_globals
from kubia_cli.errors import UsageError
from kubia_cli.session import Settings
from tests.unit.typed import kubia


def test_the_help_begins_with_the_six_verbs_and_knows_every_verb() -> None:
    answer = kubia("--help")
    assert answer.status == 0
    assert answer.stderr == ""
    lines = answer.stdout.splitlines()
    first = lines.index("The six verbs:") + 1
    assert [line.split()[0] for line in lines[first : first + 6]] == [
        "build", "push", "run", "expose", "scale", "inspect",
    ]  # fmt: skip
    assert all(any(line.startswith(f"  {verb.name} ") for line in lines) for verb in VERBS)


@pytest.mark.parametrize("line", ["", "-h", "help", "--help"])
def test_no_words_and_every_spelling_of_help_are_one(line: str) -> None:
    assert kubia(line).stdout == cli.root_help()


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_verb_has_help_with_an_example(verb: str) -> None:
    answer = kubia(f"{verb} --help")
    assert (answer.status, answer.stderr) == (0, "")
    assert f"Usage: kubia {verb}" in answer.stdout
    assert f"kubia {verb}" in answer.stdout.partition("Usage:")[2].partition("\n")[2]
    assert kubia(f"help {verb}").stdout == answer.stdout


def test_version() -> None:
    assert kubia("--version").stdout == f"kubia {__version__}\n"


@pytest.mark.parametrize(
    ("words", "settings", "rest"),
    [
        (["-n", "dev", "get", "pods"], Settings(namespace="dev"), ["get", "pods"]),
        (["-ndev", "get"], Settings(namespace="dev"), ["get"]),
        (["--namespace=dev", "get", "-n", "x"], Settings(namespace="dev"), ["get", "-n", "x"]),
        (["--context", "a", "--on=docker", "ps"], Settings(context="a", on="docker"), ["ps"]),
        (["--verbose", "ps"], Settings(verbose=True), ["ps"]),
        (["run", "-n", "x"], Settings(), ["run", "-n", "x"]),
    ],
)
def test_global_options_before_the_verb(words: list[str], settings: Settings, rest: list[str]) -> None:
    assert split_globals(words, Settings()) == (settings, rest)


def test_a_global_option_without_its_value() -> None:
    answer = kubia("--context")
    assert (answer.status, answer.stderr) == (2, "error[option.value-missing]: `--context` needs a value\n")


@pytest.mark.parametrize(
    ("word", "fix"),
    [("expsoe", "kubia expose rc kubia"), ("zzz", "kubia --help"), ("describ", "kubia describe rc kubia")],
)
def test_an_unknown_verb_prints_the_mended_command(word: str, fix: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_verb(word, [word, "rc", "kubia"])
    assert caught.value.fix == fix


def test_a_long_dash_is_named_and_mended() -> None:
    answer = kubia("run kubia —image=luksa/kubia —port=8080")
    assert answer.status == 2
    assert answer.stdout == ""
    assert answer.stderr == (
        "error[typography.dash]: `—image=luksa/kubia` begins with em dash — (U+2014), not with two hyphens\n"
        "  fix: kubia run kubia --image=luksa/kubia --port=8080\n"
    )


def test_an_unknown_option_is_a_usage_error_that_points_to_the_help() -> None:
    answer = kubia("images --nonsense")
    assert answer.status == 2
    assert answer.stderr == "error[usage]: no such option: --nonsense\n  fix: kubia images --help\n"


def test_an_unknown_engine() -> None:
    answer = kubia("--on podman scale rc kubia --replicas 3")
    assert answer.status == 2
    assert answer.stderr.startswith("error[on.unknown]: `podman` is no engine")
