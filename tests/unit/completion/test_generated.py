"""What is generated of the verbs' signatures is committed as it would be made now."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kubia_cli.cli import VERBS
from kubia_cli.completion import named, script, values, vocabulary
from kubia_cli.completion.tree import Tree
from scripts import completion as making

STALE = f"it is not what the verbs' signatures say now; run: {making.COMMAND}"
SCRIPTS = Path(script.__file__).parent / "scripts"


def test_the_tree_is_that_of_the_verbs() -> None:
    assert making.TREE.read_text(encoding="utf-8") == making.tree(), STALE


@pytest.mark.parametrize(("file", "text"), [(file.name, text) for file, text in making.committed().items()])
def test_completions_holds_what_the_command_prints(file: str, text: str) -> None:
    assert (making.ROOT / "completions" / file).read_text(encoding="utf-8") == text, STALE


def test_every_verb_is_in_the_tree_with_its_summary() -> None:
    assert Tree().verbs() == [(verb.name, verb.summary) for verb in VERBS]


def test_every_completer_that_is_named_is_there() -> None:
    spoken = {
        *vocabulary.FLAGS.values(),
        *(name.removeprefix("*") for row in vocabulary.ARGUMENTS.values() for name in row),
    }
    ours = {name for name in spoken if name and not name.startswith(("choices:", "files", "directories"))}
    assert ours == {*values.CONFIGURED, *named.COMPLETERS}


def test_the_vocabulary_speaks_of_verbs_and_flags_that_exist() -> None:
    tree = Tree()
    forms = {verb.name: tree.forms(verb.name) for verb in VERBS}
    flags = {flag.name for rows in forms.values() for form in rows for flag in form.flags}
    flags |= {flag.name for flag in tree.globals.flags}
    assert {words.split()[-1] for words in vocabulary.FLAGS} - flags == set()
    assert {words.split()[0] for words in vocabulary.FLAGS if " " in words} - set(forms) == set()
    assert set(vocabulary.ARGUMENTS) - set(forms) == set()


@pytest.mark.parametrize("shell", script.FILES)
def test_an_alias_is_served_in_every_shell(shell: str) -> None:
    plain, aliased = script.text(shell), script.text(shell, ["k", "kb"])
    added = [line for line in aliased.splitlines() if line not in plain.splitlines()]
    assert [line for line in added if " k" in line] != []
    assert [line for line in added if " kb" in line] != []
    assert "More names are served here" not in aliased
    assert aliased.count("kubia completion") == plain.count("kubia completion") - 1


def test_the_scripts_evaluate_nothing_that_was_typed() -> None:
    """The one eval is bash's, of a command whose name is checked and whose words are quoted."""
    code = {file.name: "\n".join(line.partition(" #")[0] for line in file.read_text().splitlines() if line[:1] != "#")
            for file in SCRIPTS.iterdir()}  # fmt: skip
    assert {name: text.count("eval ") for name, text in code.items()} == {
        "kubia.bash": 1, "_kubia": 0, "kubia.fish": 0, "kubia.ps1": 0,
    }  # fmt: skip
    assert 'eval "$line" 2>/dev/null </dev/null' in code["kubia.bash"]
    assert "Invoke-Expression" not in code["kubia.ps1"]


def test_bash_reads_its_script_without_a_complaint() -> None:
    done = subprocess.run(["bash", "-n", SCRIPTS / "kubia.bash"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
