"""Which grammar a line of `run` and `exec` is in, and what is the program's (DESIGN section 1, "Grammar")."""

from __future__ import annotations

import shlex

import pytest

from kubia_cli.commands import exec as executing
from kubia_cli.commands import run, run_app, run_container
from kubia_cli.errors import UsageError


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ('busybox echo "Hello World"', "-- busybox echo 'Hello World'"),
        ("--name kubia-container -p 8080:8080 -d kubia", "--name kubia-container -p 8080:8080 -d -- kubia"),
        ("-it --rm node bash", "-it --rm -- node bash"),
        ("-p8080:8080 kubia", "-p8080:8080 -- kubia"),
        ("busybox ls -l --image=x", "-- busybox ls -l --image=x"),
        ("busybox -x", "-- busybox -x"),
        ("busybox -- -x", "-- busybox -- -x"),
        ("-- busybox echo", "-- busybox echo"),
        ("-e A=--image busybox", "-e A=--image -- busybox"),
        ("busybox sh -c 'kubia run a --image=b'", "-- busybox sh -c 'kubia run a --image=b'"),
        ("--help", "--help --"),
    ],
)
def test_docker_s_grammar(line: str, parsed: str) -> None:
    function, words = run.choose(shlex.split(line))
    assert function is run_container.command
    assert words == shlex.split(parsed)


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        (
            "kubia --image=luksa/kubia --port=8080 --generator=run/v1",
            "--image=luksa/kubia --port=8080 --generator=run/v1 -- kubia",
        ),
        ("kubia --image luksa/kubia --port 8080", "--image luksa/kubia --port 8080 -- kubia"),
        ("--image=luksa/kubia kubia --port=8080", "--image=luksa/kubia --port=8080 -- kubia"),
        ("kubia --image=busybox -- sh -c 'exit 3'", "--image=busybox -- kubia sh -c 'exit 3'"),
        ("kubia --image=busybox sleep -x", "--image=busybox -- kubia sleep -x"),
        ("kubia -n dev --image=busybox --dry-run", "-n dev --image=busybox --dry-run=client -- kubia"),
        ("kubia --image=busybox -- --dry-run", "--image=busybox -- kubia --dry-run"),
        ("kubia -it --rm --image=busybox -- sh", "-it --rm --image=busybox -- kubia sh"),
        ("kubia --image=x --help", "--image=x --help -- kubia"),
    ],
)
def test_kubectl_s_grammar(line: str, parsed: str) -> None:
    function, words = run.choose(shlex.split(line))
    assert function is run_app.command
    assert words == shlex.split(parsed)


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("-it kubia-container bash", "-it -- kubia-container bash"),
        ("kubia-container ls -l", "-- kubia-container ls -l"),
        ("-e A=1 -w /tmp c env", "-e A=1 -w /tmp -- c env"),
        ("pod/kubia -- ls -l", "-- pod/kubia ls -l"),
        ("kubia -it -n dev -c main -- sh", "-it -n dev -c main -- kubia sh"),
        ("-n dev kubia -it -- sh -c 'a -- b'", "-n dev -it -- kubia sh -c 'a -- b'"),
        ("c sh -c x -- y", "-- c sh -c x -- y"),
        ("--help", "--help --"),
    ],
)
def test_both_grammars_of_exec(line: str, parsed: str) -> None:
    function, words = executing.choose(shlex.split(line))
    assert function is executing.command
    assert words == shlex.split(parsed)


def test_options_behind_the_target_need_a_double_dash() -> None:
    with pytest.raises(UsageError) as caught:
        executing.choose(shlex.split("kubia-container -it bash"))
    assert caught.value.code == "exec.grammar"
    assert caught.value.fix == "kubia exec -it kubia-container bash"
