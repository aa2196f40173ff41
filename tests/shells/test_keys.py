"""Every case in every shell, for kubia and for k: keys pressed at a real terminal."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.shell import ROOT
from tests.shells.cases import STATIC, Case
from tests.shells.conftest import LOADED, Open
from tests.shells.terminal import Terminal


def typed(terminal: Terminal, case: Case, name: str) -> None:
    """Type a case and hold what comes of it against what shall come of it."""
    line = case.line.replace("{name}", name)
    if case.buffer is not None:
        buffer, _ = terminal.type(line)
        assert buffer == str(case.expected(terminal.kind)).replace("{name}", name)
    else:
        _, wrote = terminal.type(line, "\t\t")
        listed = wrote.replace(line, " ")  # the line itself is written, too
        shown = set(re.split(r"[\s…]+", listed))
        assert set(case.lists) - shown == set(), wrote
        assert set(case.not_listed) & shown == set(), wrote


@pytest.mark.parametrize("name", ["kubia", "k"])
@pytest.mark.parametrize("case", STATIC, ids=str)
@pytest.mark.parametrize("loaded", LOADED)
def test_a_press_of_tab(opened: Open, loaded: str, case: Case, name: str, home: Path) -> None:
    typed(opened(loaded.split()[0], LOADED[loaded]), case, name)
    assert not (home / "evaluated").exists()


@pytest.mark.parametrize(
    ("kind", "setup"),
    [
        ("bash", "source <(kubia completion bash); alias k=kubia; complete -o default -F __start_kubia k"),
        ("bash", 'source <(kubia completion bash); k() { kubia "$@"; }; complete -o default -F __start_kubia k'),
        ("bash", "set -u; source <(kubia completion bash --alias k)"),
        ("bash", "IFS=x; shopt -s failglob; source <(kubia completion bash --alias k)"),
        ("zsh", "source <(kubia completion zsh); alias k=kubia"),
        ("zsh", "setopt complete_aliases; source <(kubia completion zsh); alias k=kubia; compdef __start_kubia k"),
        ("fish", "kubia completion fish | source; alias k=kubia"),
        ("fish", "kubia completion fish | source; function k; kubia $argv; end; complete -c k -w kubia"),
    ],
)
def test_an_alias_as_it_is_documented(opened: Open, kind: str, setup: str) -> None:
    terminal = opened(kind, setup)
    assert terminal.type("k sca")[0] == "k scale "
    assert terminal.type("k get -o y")[0] == "k get -o yaml "


@pytest.mark.parametrize(
    ("kind", "setup"),
    [
        ("bash", "source <(kubia completion bash); alias kn='kubia -n dev'; complete -o default -F __start_kubia kn"),
        ("zsh", "source <(kubia completion zsh); alias kn='kubia -n dev'"),
        ("fish", "kubia completion fish | source; alias kn='kubia -n dev'"),
    ],
)
def test_an_alias_with_arguments(opened: Open, kind: str, setup: str) -> None:
    terminal = opened(kind, setup)
    assert terminal.type("kn sca")[0] == "kn scale "
    assert terminal.type("kn get --names")[0] == "kn get --names"


def test_a_name_that_is_taken_stays_what_it_is(opened: Open) -> None:
    terminal = opened("bash", "alias k=ls; source <(kubia completion bash --alias k)")
    assert "k='ls'" in terminal.type("alias k", "\n")[1]


def test_shellcheck_passes_the_script_for_bash(shells: None) -> None:
    done = subprocess.run(["shellcheck", ROOT / "completions/kubia.bash"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(("kind", "file"), [("zsh", "_kubia"), ("fish", "kubia.fish")])
def test_the_shells_read_their_scripts(shells: None, kind: str, file: str) -> None:
    done = subprocess.run([kind, "-n", ROOT / "completions" / file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
