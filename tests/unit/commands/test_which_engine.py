"""--on, KUBIA_ON, -n and --context on verbs that have but one engine: refused, never dropped."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kubia_cli.errors import UnreachableError
from tests.unit.commands.test_listings import IMAGES, Engine
from tests.unit.memory_cluster import MemoryCluster
from tests.unit.typed import kubia

DOCKERS = ["ps", "images", "build .", "push x", "pull x", "tag x y", "commit x y", "stop x", "rm x"]


@pytest.mark.parametrize("line", [*DOCKERS, "version", "context", "get pods", "run x --image=y", "exec x ls"])
def test_an_engine_that_is_none(line: str) -> None:
    expected = "error[on.unknown]: `bogus` is no engine: --on takes docker or kubernetes\n"
    for done in (kubia(f"--on bogus {line}"), kubia(line, env={"KUBIA_ON": "bogus"})):
        assert (done.status, done.stdout, done.stderr) == (2, "", expected)


@pytest.mark.parametrize("line", DOCKERS)
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ("--on kubernetes", "this verb is Docker's, and --on says kubernetes"),
        ("-n dev", "this verb is Docker's, and -n is for a cluster: leave it out"),
        ("--context lab", "this verb is Docker's, and --context is for a cluster: leave it out"),
        ("--kubeconfig file", "this verb is Docker's, and --kubeconfig is for a cluster: leave it out"),
    ],
)
def test_a_cluster_on_a_verb_of_docker_s(line: str, options: str, error: str) -> None:
    done = kubia(f"{options} {line}", docker=Engine([]))
    assert (done.status, done.stdout) == (2, "")
    assert f"error[on.grammar]: {error}" in done.stderr.splitlines()


def test_kubia_on_decides_only_where_both_could_be_meant() -> None:
    done = kubia("images -q", docker=Engine(IMAGES[:1]), env={"KUBIA_ON": "kubernetes"})
    assert done.stdout == "aaaaaaaaaaaa\naaaaaaaaaaaa\n"


class OneContext:
    """A kubeconfig with a current context."""

    def all(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(current=True)]


class Silent:
    """An engine that cannot be reached."""

    def container(self, name: str) -> None:
        raise UnreachableError("docker.unreachable", f"no engine to ask for {name}")


def test_the_fix_of_an_engine_that_is_silent_has_the_whole_command() -> None:
    done = kubia("exec -i c ls 'a b'", docker=Silent(), cluster=MemoryCluster(), cluster_contexts=OneContext())
    assert done.stderr.splitlines()[-1] == "  fix: kubia --on kubernetes exec -i c ls 'a b'"
