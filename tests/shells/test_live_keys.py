"""Names from the real cluster and engine, by keys pressed in every shell, for kubia and for k."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.looking import make_chapter
from tests.shell import Shell
from tests.shells.cases import Case, inserts, lists, stays
from tests.shells.conftest import LOADED
from tests.shells.terminal import Terminal
from tests.shells.test_keys import typed

Tool = Callable[..., str]


def on_the_cluster(pod: str, others: str) -> list[Case]:
    """The cases, for the one pod of a deployment and the pods of a controller."""
    return [
        inserts("get pod web-", f"get pod {pod} "),
        inserts("get po/web-", f"get po/{pod} "),
        inserts("get deploy,rc we", "get deploy,rc web "),
        lists("get pods ", f"{pod} {others}"),
        lists("describe pod ", f"{pod} {others}"),
        lists(f"delete pod {pod} kubia-", others),
        stays(f"delete pod {pod} web-"),
        inserts("get rc ku", "get rc kubia "),
        stays("get rc kubia "),
        inserts("delete rc/kubia svc/", "delete rc/kubia svc/kubia-http "),
        inserts("describe no kubia-l", "describe no kubia-lab "),
        inserts("get -n kube-sy", "get -n kube-system "),
        inserts("-n default get svc ", "-n default get svc kubernetes "),
        inserts("get svc -n default ", "get svc -n default kubernetes "),
        inserts("get customresourced", "get customresourcedefinitions "),
        inserts("get apiservices v1.app", "get apiservices v1.apps "),
        inserts("scale rc ku", "scale rc kubia "),
        inserts("scale rc kubia --replicas=", "scale rc kubia --replicas=2 "),
        inserts("scale rc kubia --replicas ", "scale rc kubia --replicas 2 "),
        inserts("expose rc kubia --port ", "expose rc kubia --port 8080 "),
        inserts("exec pod/web-", f"exec pod/{pod} "),
        inserts("--on kubernetes exec web-", f"--on kubernetes exec {pod} "),
        inserts(f"exec pod/{pod} -c ", f"exec pod/{pod} -c kubia "),
    ]


def on_docker(mark: str) -> list[Case]:
    """The cases, for a container and an image whose names begin with ``mark``."""
    return [
        inserts(f"--on docker exec {mark}", f"--on docker exec {mark}-box "),
        inserts(f"exec {mark}", f"exec {mark}-box "),
        inserts(f"rm {mark}", f"rm {mark}-box "),
        stays(f"rm {mark}-box {mark}"),
        inserts(f"commit {mark}-b", f"commit {mark}-box "),
        stays(f"stop {mark}-n"),
        inserts(f"push {mark}/", f"push {mark}/app:1 "),
        inserts(f"push {mark}/app:", f"push {mark}/app:1 "),
        inserts(f"run kubia --image={mark}", f"run kubia --image={mark}/app:1 "),
        inserts(f"inspect image/{mark}", f"inspect image/{mark}/app:1 "),
        inserts(f"inspect container/{mark}", f"inspect container/{mark}-box "),
        inserts("run --network bri", "run --network bridge "),
    ]


@pytest.fixture
def terminal(request: pytest.FixtureRequest, shells: None, shell: Shell, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(request.param.split()[0], LOADED[request.param], tmp_path / "home", shell.env)
    yield terminal
    terminal.close()


@pytest.mark.cluster
@pytest.mark.parametrize("terminal", LOADED, indirect=True)
def test_names_from_the_cluster(terminal: Terminal, kubectl: Tool) -> None:
    make_chapter(kubectl)
    pod = kubectl("get pods -l app=web -o jsonpath={.items[0].metadata.name}")
    others = kubectl("get pods -l run=kubia -o jsonpath={.items[*].metadata.name}")
    for case in on_the_cluster(pod, others):
        for name in ("kubia", "k"):
            typed(terminal, case, name)


@pytest.mark.docker
@pytest.mark.parametrize("terminal", LOADED, indirect=True)
def test_names_from_docker(terminal: Terminal, docker: Tool, run_id: str) -> None:
    docker(f"tag busybox {run_id}/app:1")
    docker(f"run -d --name {run_id}-box busybox sleep 1000")
    for case in on_docker(run_id):
        for name in ("kubia", "k"):
            typed(terminal, case, name)
