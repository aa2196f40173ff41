"""`completion install` in a real shell: a new one completes, with nothing else typed, until `uninstall`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pexpect
import pytest

from tests.shell import ROOT
from tests.shells.terminal import Terminal

BASH_COMPLETION = "source /usr/share/bash-completion/bash_completion\n"
START = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}


def kubia(line: str, home: Path, env: dict[str, str], status: int = 0) -> subprocess.CompletedProcess[str]:
    own = {**env, "HOME": str(home)}
    done = subprocess.run(
        [ROOT / ".venv/bin/kubia", *line.split()], env=own, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done


@pytest.mark.parametrize(
    ("kind", "before", "written"),
    [
        ("bash", "", [".local/share/bash-completion/completions/kubia", ".local/share/bash-completion/completions/k"]),
        ("bash", BASH_COMPLETION,
         [".local/share/bash-completion/completions/kubia", ".local/share/bash-completion/completions/k"]),
        ("zsh", "", [".local/share/zsh/site-functions/_kubia"]),
        ("fish", "", [".config/fish/completions/kubia.fish", ".config/fish/completions/k.fish",
                      ".config/fish/functions/k.fish"]),
    ],
)  # fmt: skip
def test_install_and_uninstall(
    shells: None, kind: str, before: str, written: list[str], tmp_path: Path, env: dict[str, str]
) -> None:
    start = tmp_path / START[kind]
    start.parent.mkdir(parents=True, exist_ok=True)
    start.write_text(before)
    said = kubia(f"completion install --shell {kind} --alias k --yes", tmp_path, env)
    touched = [] if kind == "fish" else [START[kind]]
    assert said.stdout.splitlines() == [str(tmp_path / file) for file in (*written, *touched)]
    assert said.stderr.startswith(f"a new {kind} completes kubia; this one now: ")
    installed = start.read_text()
    assert installed.startswith(before)
    assert kubia(f"completion install --shell {kind} --alias k --yes", tmp_path, env).stderr == said.stderr
    assert start.read_text() == installed

    terminal = Terminal(kind, "", tmp_path, env)
    try:
        assert terminal.type("k sca")[0] == "k scale "
        assert terminal.type("kubia get -o y")[0] == "kubia get -o yaml "
    finally:
        terminal.close()

    start.write_text(installed)
    taken_away = kubia(f"completion uninstall --shell {kind} --yes", tmp_path, env)
    assert sorted(taken_away.stdout.splitlines()) == sorted(said.stdout.splitlines())
    assert not any((tmp_path / file).exists() for file in written)
    assert (start.read_text() if start.exists() else "") == before
    again = kubia(f"completion uninstall --shell {kind} --yes", tmp_path, env)
    assert (again.stdout, again.stderr) == ("", f"nothing of kubia's is installed for {kind}\n")


@pytest.mark.parametrize(
    ("kind", "before", "meaning"),
    [
        ("bash", "alias k=gcloud\n", "k is aliased to `gcloud'"),
        ("zsh", "alias k=gcloud\n", "k is an alias for gcloud"),
        ("fish", "alias k gcloud\n", "k is a function with definition"),
    ],
)
def test_a_name_that_is_something_already(
    shells: None, kind: str, before: str, meaning: str, tmp_path: Path, env: dict[str, str]
) -> None:
    start = tmp_path / START[kind]
    start.parent.mkdir(parents=True, exist_ok=True)
    start.write_text(before)
    refused = kubia(f"completion install --shell {kind} --alias k", tmp_path, env, status=12)
    assert refused.stdout == ""
    assert refused.stderr == (
        f'error[alias.taken]: `k` is something already in {kind}\n  said: "{meaning}"\n  state: nothing was written\n'
        f"  fix: kubia completion install --shell {kind} --alias k --yes\n"
    )
    assert start.read_text() == before
    agreed = kubia(f"completion install --shell {kind} --alias k --yes", tmp_path, env)
    assert f"{meaning}; it becomes an alias of kubia\n" in agreed.stderr
    terminal = Terminal(kind, "", tmp_path, env)
    try:
        assert terminal.type("k sca")[0] == "k scale "
    finally:
        terminal.close()


def test_it_finds_the_shell_asks_and_leaves_the_start_up_file_alone_without_a_yes(
    shells: None, tmp_path: Path, env: dict[str, str]
) -> None:
    (tmp_path / ".zshrc").write_text("# mine\n")
    child = pexpect.spawn(
        "zsh",
        ["-f", "-c", "kubia completion install; :"],
        env={**os.environ, **env, "HOME": str(tmp_path), "ZDOTDIR": str(tmp_path), "XDG_DATA_HOME": ""},
        encoding="utf-8",
        timeout=20,
    )
    child.expect(r"These lines are needed in \S*\.zshrc:")
    child.expect(r"Add them\? \[y/N\]")
    child.sendline("n")
    child.expect("by yourself")
    child.expect(pexpect.EOF)
    assert (tmp_path / ".zshrc").read_text() == "# mine\n"
    assert (tmp_path / ".local/share/zsh/site-functions/_kubia").exists()


def test_powershell_gets_a_file_and_a_line_in_its_profile(tmp_path: Path, env: dict[str, str]) -> None:
    said = kubia("completion install --shell pwsh --yes", tmp_path, env)
    folder = tmp_path / ".config/powershell"
    profile = folder / "Microsoft.PowerShell_profile.ps1"
    assert said.stdout.splitlines() == [str(folder / "kubia.ps1"), str(profile)]
    assert f'\n. "{folder / "kubia.ps1"}"\n' in profile.read_text()
    kubia("completion uninstall --shell powershell --yes", tmp_path, env)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("completion install --shell tcsh", "error[completion.shell]: `tcsh` is no shell that kubia has a script for"),
        ("completion install --shell bash --alias a;b", "error[completion.alias]: `a;b` cannot be an alias"),
        ("completion bash --alias $(x)", "error[completion.alias]: `$(x)` cannot be an alias"),
        ("completion tcsh", "error[completion.shell]: `tcsh` is no shell that kubia has a script for"),
        ("completion", "error[completion.shell]: which shell? none is named"),
    ],
)
def test_what_is_refused(line: str, error: str, tmp_path: Path, env: dict[str, str]) -> None:
    assert kubia(line, tmp_path, env, status=2).stderr.startswith(error)


def test_the_wheel_carries_the_scripts_where_shells_look(tmp_path: Path) -> None:
    words = [str(ROOT / ".venv/bin/python"), "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = subprocess.run(["python3", "-m", "zipfile", "-l", wheel], capture_output=True, text=True, check=True).stdout
    for name in (
        "bash-completion/completions/kubia",
        "zsh/site-functions/_kubia",
        "fish/vendor_completions.d/kubia.fish",
    ):
        assert f".data/data/share/{name}" in names
    for name in ("tree.tsv", "scripts/kubia.bash", "scripts/_kubia", "scripts/kubia.fish", "scripts/kubia.ps1"):
        assert f"kubia_cli/completion/{name}" in names
