"""Live names on the real cluster: kubectl's own `__complete` is the oracle where it has the case."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cluster.looking import Kubectl, make_chapter
from tests.lab.state import State
from tests.shell import Shell

pytestmark = pytest.mark.cluster

#: What a press of TAB may not pay for once the kubeconfig is known.
HEAVY = {
    "dataclasses",
    "docker",
    "email",
    "http",
    "kubernetes",
    "pathlib",
    "pydantic",
    "rich",
    "typer",
    "typing",
    "yaml",
}
_LOADED = (
    "import os, sys; from kubia_cli import __main__; sys.argv[0] = 'kubia'\n"
    "def end(status): print(*sys.modules, file=sys.stderr); raise SystemExit\n"
    "os._exit = end; __main__.entry()"
)


def values(answer: str) -> list[str]:
    *lines, directive = answer.splitlines()
    assert directive[:1] == ":"
    return sorted(line.partition("\t")[0] for line in lines if not line.startswith("_activeHelp_ "))


#: Lines on which kubectl offers the same.
SAME = (
    "get pods ''",
    "get po ''",
    "get rc k",
    "get svc/k",
    "get deploy/web rs/w",
    "describe node ''",
    "describe ns default kube-s",
    "scale rc k",
    "get -n default svc ''",
    "get -n kube-s",
    "get --namespace=kube-s",
    "get --context ''",
    "--namespace=default get svc ''",
)


def test_names_are_kubectls(shell: Shell, kubectl: Kubectl, lab: State) -> None:
    make_chapter(kubectl)

    def oracle(line: str) -> list[str]:
        done = shell(f"{lab.kubectl} __completeNoDesc {line}")
        return values(done.stdout)

    for line in SAME:
        ours = values(shell(f"kubia __completeNoDesc {line}").stdout)
        assert ours == oracle(line), line
        assert ours, line
    for line in ("get stat", "get po,stat", "get no"):  # kubectl's kinds bear their API group
        ours = values(shell(f"kubia __completeNoDesc {line}").stdout)
        assert ours == [each.partition(".")[0] for each in oracle(line)]


def test_a_name_s_state_is_beside_it(shell: Shell, kubectl: Kubectl) -> None:
    make_chapter(kubectl)
    (line,) = [row for row in shell("kubia __complete get svc kubia-").lines if row[:1] != ":"]
    name, state = line.split("\t")
    assert name == "kubia-http"
    assert state.startswith("LoadBalancer · ")
    ports = shell("kubia __complete expose rc kubia --port ''").lines
    assert ports == ["8080\tkubia", ":4"]


def test_a_custom_kind_is_offered_and_its_objects(shell: Shell, kubectl: Kubectl) -> None:
    assert "customresourcedefinitions" in values(shell("kubia __complete get cust").stdout)
    assert values(shell("kubia __complete get apiservices v1.apps").stdout) == ["v1.apps"]


def test_names_load_no_sdk_yaml_or_typer(shell: Shell, kubectl: Kubectl) -> None:
    make_chapter(kubectl)
    shell("kubia __complete get pods ''")  # now the kubeconfig is known
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, "__complete", "get", "svc", ""],
        env=shell.env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert values(done.stdout) == ["kubia-http"]
    assert set(done.stderr.split()) & HEAVY == set()


def test_the_line_s_namespace_and_context_are_honoured(shell: Shell, kubectl: Kubectl) -> None:
    make_chapter(kubectl)
    assert values(shell("kubia -n default __complete get svc ''").stdout) == ["kubernetes"]
    assert values(shell("kubia __complete -n default get svc ''").stdout) == ["kubernetes"]
    assert values(shell("kubia __complete --context nowhere get svc ''").stdout) == []
    assert "kube-system" in values(shell("kubia __complete get -n kube-s").stdout)
