"""What the documents say is what is so."""

from __future__ import annotations

import re
from pathlib import Path

from kubia_cli import errors
from kubia_cli.cli import VERBS
from kubia_cli.errors import KubiaError

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def classes(base: type[KubiaError] = KubiaError) -> list[type[KubiaError]]:
    return [base, *(deeper for each in base.__subclasses__() for deeper in classes(each))]


def test_every_error_class_has_its_line_in_the_readme_s_table() -> None:
    listed = {
        int(code) for row in re.findall(r"^\| ([0-9 ]+) \|", README, re.M) for code in row.split()
    }  # several codes share a row
    ours = {each.exit_code for each in classes() if each.__module__ == errors.__name__}
    assert ours - listed == set()
    made_in_main = {0, 70, 126, 127, 129, 130, 141, 143}
    assert listed - ours == made_in_main


def test_the_error_tree_is_drawn_as_it_is() -> None:
    drawn = dict(re.findall(r"(\w+Error) +(\d+) ", errors.__doc__ or ""))
    assert drawn == {each.__name__: str(each.exit_code) for each in classes() if each.__module__ == errors.__name__}


def test_the_readme_names_every_verb() -> None:
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", README, flags=re.S))
    words = set(re.findall(r"[a-z-]+", " ".join(inline)))
    words |= set(re.findall(r"^\| ([a-z]+) \|", README, re.M))
    assert [verb.name for verb in VERBS if verb.name not in words] == []


def test_contributing_is_short_and_its_folders_are_there() -> None:
    assert len(CONTRIBUTING.splitlines()) <= 100
    tree = CONTRIBUTING.partition("```\n")[2].partition("```")[0]
    package, found = "", 0
    for line in tree.splitlines():
        indent, names = len(line) - len(line.lstrip()), re.findall(r"^\s*((?:\S+/ ?)+|\S+\.py)", line)[0].split()
        package = names[0] if not indent else package
        for name in names:
            assert (ROOT / (package if indent else "") / name).exists(), name
            found += 1
    assert found > 15


def test_every_make_target_is_phony_and_listed() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*## ", text, re.M))
    phony = set((re.search(r"^\.PHONY: (.*)$", text, re.M) or [""])[1].split())
    assert targets == phony
    assert {"install", "demo", "test", "check", "lab", "lab-down", "lab-env"} <= targets
