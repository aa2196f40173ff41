"""Fixtures: a home with a kubeconfig and files to complete, and one terminal for each way to load the script."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.errors import UnavailableError
from tests.lab.packages import SHELLS, ensure
from tests.shell import ROOT
from tests.shells.terminal import Terminal

#: How the script comes into each shell; by a name that says so.
LOADED = {
    "bash": "source <(kubia completion bash --alias k)",
    "bash with bash-completion": (
        "source /usr/share/bash-completion/bash_completion\nsource <(kubia completion bash --alias k)"
    ),
    "zsh": "source <(kubia completion zsh --alias k)",
    "fish": "kubia completion fish --alias k | source",
}
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: kind-dev
contexts:
- {name: kind-dev, context: {cluster: dev, user: me, namespace: team-a}}
- {name: "arn:aws:eks:eu-west-1:123:cluster/prod", context: {cluster: dev, user: me}}
- {name: admin@stage, context: {cluster: dev, user: me}}
- {name: my context, context: {cluster: dev, user: me}}
clusters:
- {name: dev, cluster: {server: "https://127.0.0.1:1"}}
users:
- {name: me, user: {token: none}}
"""

Open = Callable[[str, str], Terminal]


@pytest.fixture(scope="session")
def shells(request: pytest.FixtureRequest) -> None:
    """The shells are installed; without them their tests are skipped, or fail where everything is required."""
    try:
        ensure(*SHELLS)
    except UnavailableError as error:
        if request.config.getoption("--require") == "all":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with what the cases name."""
    home = tmp_path_factory.mktemp("home")
    (home / "config.yaml").write_text(KUBECONFIG)
    (home / "Dockerfile.prod").touch()
    (home / "context").mkdir()
    (home / "context/env.list").touch()
    return home


@pytest.fixture(scope="session")
def env(home: Path) -> dict[str, str]:
    """kubia on PATH, and the kubeconfig of the cases."""
    return {"PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}", "KUBECONFIG": str(home / "config.yaml")}


@pytest.fixture(scope="session")
def opened(shells: None, home: Path, env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Open a shell that is set up by some lines, or return the one that is open."""
    found: dict[tuple[str, str], Terminal] = {}

    def opened(kind: str, setup: str) -> Terminal:
        if (kind, setup) not in found:
            own = tmp_path_factory.mktemp("start")
            found[kind, setup] = Terminal(kind, f"cd {home}\n{setup}", own, env)
        return found[kind, setup]

    yield opened
    for terminal in found.values():
        terminal.close()
