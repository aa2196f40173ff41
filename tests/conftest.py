"""Fixtures: the lab, a namespace for each test, and a shell to type in.

A part of the lab that cannot be had skips its tests, with the reason; under `--require` (in CI: all) it fails them.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.packages import find
from tests.lab.state import PARTS, State, cache_dir
from tests.shell import ROOT, Shell

Tool = Callable[..., str]

_lab = pytest.StashKey[State]()

#: The label by which a run's namespaces are known.
_RUN = "kubia.test/run"
_NAMESPACE = (
    '{{"apiVersion": "v1", "kind": "Namespace", "metadata": {{"name": "{name}", "labels": {{"'
    + _RUN
    + '": "{run}"}}}}}}'
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require",
        default=os.environ.get("KUBIA_REQUIRE", ""),
        metavar="PARTS",
        help=f"parts of the lab without which the run fails: all, or some of {','.join(PARTS)}",
    )


def pytest_configure() -> None:
    """Let Ctrl-C reach what is typed: a shell starts what it puts in the background with SIGINT ignored, and that is
    inherited, so that a run in the background of a script would try kubia without it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # as under nohup
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which engines were real."""
    lab = config.stash.get(_lab, None)
    if lab is None:
        terminalreporter.write_line("engines: none was needed")
        return
    for part in PARTS:
        reason = lab.unavailable.get(part)
        version = lab.versions.get("kubernetes" if part == "cluster" else part)
        if reason or not version:
            terminalreporter.write_line(f"engines: {part} absent: {reason or 'no test asked for it'}")
            continue
        whose = ", not the lab's own" if part == "docker" and not lab.own_engine else ""
        terminalreporter.write_line(f"engines: {part} real, {version}{whose}")


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest, run_id: str) -> Iterator[State]:
    """The lab, with the parts that the collected tests need; stopped at the end unless it ran before."""
    from tests.lab.bring_up import bring_up, is_up
    from tests.lab.tear_down import tear_down

    wanted = {part for part in PARTS for item in request.session.items if item.get_closest_marker(part)}
    ran_before = is_up()
    lab = bring_up([part for part in PARTS if part in wanted])
    request.config.stash[_lab] = lab
    yield lab
    if not ran_before:
        tear_down()
    elif lab.kubeconfig and not lab.unavailable.get("cluster"):
        ours = f"{_RUN}={run_id}"
        _tool(lab.kubectl, {"KUBECONFIG": lab.kubeconfig})("delete", "namespace", "-l", ours, "--timeout=100s")


@pytest.fixture(autouse=True)
def _needed_parts(request: pytest.FixtureRequest) -> None:
    """Skip, or fail where it is required, a test whose part of the lab cannot be had."""
    parts = [part for part in PARTS if request.node.get_closest_marker(part)]
    if not parts:
        return
    lab: State = request.getfixturevalue("lab")
    reasons = [f"{part}: {lab.unavailable[part]}" for part in parts if part in lab.unavailable]
    if request.node.get_closest_marker("own_engine") and not lab.own_engine and not reasons:
        reasons.append("it types fixed names, and this Docker engine is not the lab's own")
    if not reasons:
        return
    required = str(request.config.getoption("--require")).split(",")
    if "all" in required or any(part in required for part in parts):
        pytest.fail(f"required, but absent: {'; '.join(reasons)}", pytrace=False)
    pytest.skip("; ".join(reasons))


@pytest.fixture(scope="session")
def run_id() -> str:
    """A word of this run's own, for the names of what tests make."""
    return f"kt{uuid.uuid4().hex[:6]}"


@pytest.fixture(scope="session")
def registry(lab: State) -> str:
    """The registry's host and port."""
    return lab.registry


@pytest.fixture
def docker(lab: State) -> Tool:
    """Docker's own client, for a look from outside: ``docker("ps", "-q")`` or ``docker("ps -q")``; returns stdout."""
    return _tool(find("docker"), {"DOCKER_HOST": lab.docker_host})


@pytest.fixture
def kubectl(lab: State, namespace: str) -> Tool:
    """The real kubectl, in the test's namespace."""
    return _tool(lab.kubectl, {"KUBECONFIG": lab.kubeconfig}, "--namespace", namespace)


@pytest.fixture
def namespace(lab: State, run_id: str) -> Iterator[str]:
    """A namespace of the test's own, gone after it."""
    name = f"{run_id}-{uuid.uuid4().hex[:6]}"
    tool = _tool(lab.kubectl, {"KUBECONFIG": lab.kubeconfig})
    tool("create", "-f", "-", stdin=_NAMESPACE.format(name=name, run=run_id))
    # Pods need the namespace's default account, which a controller makes.
    tool("wait", "--for=create", "serviceaccount/default", "--namespace", name, "--timeout=30s")
    yield name
    tool("delete", "pods", "--all", "--now", "--wait=false", "--namespace", name)
    tool("delete", "namespace", name, "--wait=false")


@pytest.fixture
def kubeconfig(lab: State, namespace: str, tmp_path: Path) -> Path:
    """The lab's kubeconfig, with the test's namespace in its context."""
    file = tmp_path / "kubeconfig"
    file.write_text(Path(lab.kubeconfig).read_text())
    _tool(lab.kubectl, {"KUBECONFIG": str(file)})("config", "set-context", "--current", "--namespace", namespace)
    return file


@pytest.fixture
def shell(request: pytest.FixtureRequest, lab: State, tmp_path: Path) -> Iterator[Shell]:
    """A shell with the lab's engine and, for a test that needs the cluster, its kubeconfig."""
    yield from _shell(request, lab, tmp_path, "")


@pytest.fixture(params=["kubia", "k"])
def reader(request: pytest.FixtureRequest, lab: State, tmp_path: Path) -> Iterator[Shell]:
    """The shell of a reader of the chapter: once as it is printed, once with ``alias k=kubia``."""
    yield from _shell(request, lab, tmp_path, "" if request.param == "kubia" else request.param)


def _shell(request: pytest.FixtureRequest, lab: State, tmp_path: Path, alias: str) -> Iterator[Shell]:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    if lab.kubectl:
        # Behind the user's own: a machine may have none.
        path.append(str(Path(lab.kubectl).parent))
    env = {
        "PATH": os.pathsep.join(path),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "KUBECONFIG": str(tmp_path / "no-kubeconfig"),
        "DOCKER_BUILDKIT": "0",  # the same builder on every machine; tests of BuildKit say so
    }
    if lab.docker_host:
        env["DOCKER_HOST"] = lab.docker_host
    namespace = ""
    if request.node.get_closest_marker("cluster"):
        env["KUBECONFIG"] = str(request.getfixturevalue("kubeconfig"))
        namespace = request.getfixturevalue("namespace")
    typed = Shell(env, ROOT, alias, namespace)
    try:
        if request.node.get_closest_marker("docker"):
            with _engine_as_found(lab, request.getfixturevalue("run_id")):
                yield typed
        else:
            yield typed
    finally:
        typed.close()


@contextmanager
def _engine_as_found(lab: State, run_id: str) -> Iterator[None]:
    """Remove what the body makes in the engine.

    On the lab's own engine that is whatever was not there before: only one test at a time has the engine, also when
    several runs share the lab. On another's engine it is what bears the run's id.
    """
    docker = _tool(find("docker"), {"DOCKER_HOST": lab.docker_host})
    with (cache_dir() / "engine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = _in_the_engine(docker)
        try:
            yield
        finally:
            _restore(docker, before, "" if lab.own_engine else run_id)


def _in_the_engine(docker: Tool) -> dict[str, dict[str, str]]:
    """What there is in the engine, under the deed that removes it: what to call each by, and its names."""
    listed = {
        "rm -fv": docker("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}}"),
        "rmi -f": docker("images", "--format", "{{.Repository}}:{{.Tag}} {{.Repository}}"),
        "volume rm -f": docker("volume", "ls", "--format", "{{.Name}} {{.Name}}"),
        "network rm": docker("network", "ls", "--no-trunc", "--format", "{{.ID}} {{.Name}}"),
    }
    return {
        deed: dict(line.split(" ", 1) for line in lines.splitlines() if not line.startswith("<none>"))
        for deed, lines in listed.items()
    }


def _restore(docker: Tool, before: dict[str, dict[str, str]], mark: str) -> None:
    """Remove what was not there before and has `mark` in its names.

    A container with --rm may be going by itself at this moment, which docker calls an error: asking again settles it.
    """
    for _ in range(10):
        made = {
            deed: [each for each, names in now.items() if each not in before[deed] and mark in names]
            for deed, now in _in_the_engine(docker).items()
        }
        if not any(made.values()):
            return
        for deed, those in made.items():
            if those:
                docker(*deed.split(), *those, check=False)
    raise AssertionError(f"left behind: {made}")


def _tool(program: str, env: dict[str, str], *always: str) -> Tool:
    def run(*words: str, stdin: str | None = None, check: bool = True) -> str:
        typed = words[0].split() if len(words) == 1 else list(words)
        done = subprocess.run(
            [program, *always, *typed],
            env={**os.environ, **env},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0 or not check, f"{Path(program).name} {' '.join(typed)}: {done.stderr}"
        return done.stdout

    return run
