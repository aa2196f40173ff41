"""`build` with both builders: the same files, the same words, the engine's own image."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.conftest import Tool
from tests.lab.errors import UnavailableError
from tests.lab.plugins import ensure_buildx
from tests.shell import Shell

pytestmark = [pytest.mark.docker, pytest.mark.registry]

RULES = "# ours\n*.log\n!keep.log\n**/secret\n!src/app/x/secret/pub\nnode_modules\n!**/*.py\nbr[^2]\n/rooted\n"
PATHS = (
    "a.log", "keep.log", "src/b.log", "src/app/x/secret/key", "src/app/x/secret/pub", "node_modules/m/index.js",
    "node_modules/m/setup.py", "br1", "br2", "rooted", "src/rooted", "with blank", "é.txt",
)  # fmt: skip


@pytest.fixture(scope="session")
def buildx(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Docker config that has the plugin."""
    try:
        program = ensure_buildx()
    except UnavailableError as reason:
        if request.config.getoption("--require"):
            pytest.fail(f"required, but absent: docker-buildx: {reason}", pytrace=False)
        pytest.skip(f"docker-buildx: {reason}")
    plugins = tmp_path_factory.mktemp("docker-config") / "cli-plugins"
    plugins.mkdir()
    (plugins / "docker-buildx").symlink_to(program)
    return plugins.parent


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    directory = tmp_path / "tree"
    for path in PATHS:
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(path)
    (directory / ".dockerignore").write_text(RULES)
    (directory / "link").symlink_to("nowhere")
    (directory / "empty").mkdir()
    (directory / "Dockerfile").write_text("FROM busybox\nCOPY . /ctx\n")
    return directory


@pytest.mark.parametrize("builder", ["classic", "buildx"])
def test_each_builder_receives_what_the_dry_run_lists(
    shell: Shell, buildx: Path, tree: Path, run_id: str, builder: str, docker: Tool
) -> None:
    env = {"DOCKER_CONFIG": str(buildx)}
    place = shlex.quote(str(tree))
    listed = shell(f"kubia build --dry-run=client -o name {place}", env=env).lines
    assert (
        "node_modules/m/setup.py" in listed
    )  # BuildKit's rule: an exception with a glob reaches below what is ignored
    assert "src/app/x/secret/key" not in listed

    name = f"{run_id}-{builder}:1"
    built = shell(f"kubia build --builder {builder} -t {name} {place}", env=env)
    assert built.stdout == docker("inspect", "-f", "{{.Id}}", name)
    found = docker("run", "--rm", name, "sh", "-c", "cd /ctx && find . -mindepth 1")
    assert sorted((line.removeprefix("./") for line in found.splitlines()), key=str.encode) == listed


def test_buildkit_is_chosen_where_its_plugin_is_and_told_once(
    shell: Shell, buildx: Path, tree: Path, run_id: str, tmp_path: Path
) -> None:
    (tmp_path / "hush").write_text("hush\n")
    (tree / "Dockerfile").write_text(
        "FROM busybox\nARG WORD\nRUN --mount=type=secret,id=x cat /run/secrets/x | wc -c && test $WORD = two\n"
    )
    line = f"kubia build --no-cache -t {run_id}:bk --build-arg WORD=two --secret id=x,src={tmp_path}/hush {tree}"
    outcome = shell(line, env={"DOCKER_CONFIG": str(buildx), "DOCKER_BUILDKIT": "1"})
    said = outcome.stderr.splitlines()
    assert said[0] == f"Building with BuildKit, by {buildx}/cli-plugins/docker-buildx"
    assert "5" in said


def test_a_step_that_fails_under_buildkit(shell: Shell, buildx: Path, tree: Path) -> None:
    (tree / "Dockerfile").write_text("FROM busybox\n\nRUN seq 30; exit 7\n")
    outcome = shell(f"kubia build --builder buildx {tree}", status=3, env={"DOCKER_CONFIG": str(buildx)})
    error = outcome.stderr[outcome.stderr.index("error[") :].splitlines()
    assert error[0] == "error[build.step]: Dockerfile:3: step 2 of 2 ended with exit code 7: RUN seq 30; exit 7"
    assert [each.strip() for each in error[2:22]] == [str(number) for number in range(11, 31)]


def test_what_is_large_and_what_looks_like_a_secret_is_named(shell: Shell, tree: Path) -> None:
    (tree / ".env").write_text("TOKEN=x")
    (tree / "data").mkdir()
    with (tree / "data/dump").open("wb") as out:
        out.truncate(101_000_000)
    (tree / "Dockerfile").write_text("FROM busybox\nCOPY br2 /\n")
    said = shell(f"kubia build --builder classic {tree}").stderr.splitlines()
    assert said[0].startswith("The build context is large: 101MB in ")
    assert said[1] == "    101MB  data/dump"
    at = said.index("These look like secrets and are sent too: .env")
    assert said[at + 1 : at + 4] == ["Lines in .dockerignore that would keep them out:", "  data/dump", "  **/.env"]
