"""build, push, pull, images, tag and commit: what they print, and what is said when it does not work."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Tool
from tests.docker.terminals import end
from tests.shell import Shell

pytestmark = [pytest.mark.docker, pytest.mark.registry]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A build context."""
    (tmp_path / "context").mkdir()
    return tmp_path / "context"


def test_every_flag_of_build(shell: Shell, docker: Tool, directory: Path, run_id: str) -> None:
    (directory / "Dockerfile.two").write_text(
        "FROM busybox AS first\nARG GIVEN\nARG OURS\nRUN echo $GIVEN $OURS > /said\n"
        "FROM busybox AS second\nRUN exit 1\n"
    )
    outcome = shell(
        f"kubia build -t {run_id}/flags:1 -t {run_id}/flags:2 -f context/Dockerfile.two --target first --no-cache "
        "--pull --build-arg GIVEN=here --build-arg OURS -l made=by-hand --platform linux/amd64 -q context",
        cwd=directory.parent,
        env={"OURS": "from-us"},
    )
    assert re.fullmatch("sha256:[0-9a-f]{64}\n", outcome.stdout)
    assert outcome.stderr == ""
    for tag in "12":
        assert docker("inspect", "-f", "{{.Id}} {{.Config.Labels.made}}", f"{run_id}/flags:{tag}") == (
            f"{outcome.stdout.strip()} by-hand\n"
        )
    assert shell(f"kubia run --rm {run_id}/flags:1 cat /said").stdout == "here from-us\n"


def test_build_without_a_tag_and_with_o(shell: Shell, directory: Path, run_id: str) -> None:
    (directory / "Dockerfile").write_text(f"FROM busybox\nLABEL run={run_id}\n")
    built = shell("kubia build -q", cwd=directory).stdout
    raw = json.loads(shell("kubia build -q -o json", cwd=directory).stdout)
    assert raw["Id"] == built.strip()
    assert shell(f"kubia build -q -t {run_id}/named -o name", cwd=directory).stdout == f"image/{run_id}/named:latest\n"


def test_a_step_that_fails_is_3_and_names_the_step(shell: Shell, docker: Tool, directory: Path, run_id: str) -> None:
    (directory / "Dockerfile").write_text("FROM busybox\nRUN echo almost; exit 4\n")
    outcome = shell(f"kubia build -t {run_id}/broken .", cwd=directory, status=3)
    assert outcome.stdout == ""
    assert "Step 2/2 : RUN echo almost; exit 4\nalmost\n" in outcome.stderr
    assert "error[build." in outcome.stderr
    assert "\n  state: nothing was tagged" in outcome.stderr
    assert docker(f"images -q {run_id}/broken") == ""


@pytest.mark.parametrize(
    ("dockerfile", "line", "status", "told"),
    [
        (None, "kubia build -t kubia .", 3, "Dockerfile"),
        ("FROM busybox\n", "kubia build -f Dockerfile.other .", 3, "Dockerfile.other"),
        ("FROM busybox # the base\n", "kubia build .", 3, "a comment cannot stand behind FROM"),
        ("FRM busybox\n", "kubia build .", 3, "FRM"),
        ("FROM busybox\nADD absent /\n", "kubia build .", 3, "absent"),
        (
            "FROM busybox\n",
            "kubia build nowhere",
            14,
            "error[build.context]: the build context `nowhere` does not exist",
        ),
        ("FROM busybox\n", "kubia build Dockerfile", 14, "fix: kubia build -f Dockerfile ."),
        ("FROM busybox\n", "kubia build https://github.com/luksa/kubia", 2, "error[build.context]: "),
        ("FROM busybox\n", "kubia build -t Kubia .", 2, "a repository name has no upper case"),
        ("FROM busybox\n", "kubia build --target absent .", 2, "absent"),
    ],
)
def test_what_cannot_be_built_is_named(
    shell: Shell, directory: Path, dockerfile: str | None, line: str, status: int, told: str
) -> None:
    if dockerfile is not None:
        (directory / "Dockerfile").write_text(dockerfile)
    outcome = shell(line, cwd=directory, status=status)
    assert outcome.stdout == ""
    assert told in outcome.stderr
    assert "error[" in outcome.stderr


def test_a_push_that_cannot_be(shell: Shell, registry: str, run_id: str) -> None:
    absent = shell(f"kubia push {registry}/{run_id}/absent:1", status=11)
    assert absent.stderr.endswith(
        f"error[image.not-found]: no image {registry}/{run_id}/absent:1 on this engine\n"
        f"  state: nothing was pushed: {registry}/{run_id}/absent:1 in the registry is what it was\n"
        f"  fix: kubia build -t {registry}/{run_id}/absent:1 .\n"
    )
    shell(f"kubia pull -q busybox && kubia tag busybox 127.0.0.1:1/{run_id}/closed")
    closed = shell(f"kubia push 127.0.0.1:1/{run_id}/closed", status=10)
    assert closed.stdout == ""
    assert "error[" in closed.stderr
    by_digest = shell(f"kubia push {registry}/x@sha256:{'0' * 64}", status=2)
    assert "a tag is pushed; the registry's answer is the digest" in by_digest.stderr


def test_pull_prints_the_digest_and_knows_what_is_absent(shell: Shell, registry: str) -> None:
    outcome = shell("kubia pull busybox")
    assert re.fullmatch("busybox@sha256:[0-9a-f]{64}\n", outcome.stdout)
    assert outcome.stderr.startswith("Using default tag: latest\n")
    by_digest = shell(f"kubia pull -q {outcome.stdout.strip()}")
    assert (by_digest.stdout, by_digest.stderr) == (outcome.stdout, "")
    absent = shell(f"kubia pull {registry}/kubia-tests/absent:1", status=11)
    assert (absent.stdout, "\n  state: nothing was pulled" in absent.stderr) == ("", True)


def test_images_has_docker_s_columns_and_words(shell: Shell, docker: Tool, run_id: str) -> None:
    shell(f"kubia pull -q busybox && kubia tag busybox {run_id}/one")
    wanted = docker("images --no-trunc --digests").splitlines()[0].split()
    assert shell("kubia images --no-trunc --digests").lines[0].split() == wanted
    for options in ("", "--no-trunc ", "--digests "):
        ours = shell(f"kubia images {options}{run_id}/one").lines[1]
        theirs = docker(f"images {options}{run_id}/one").splitlines()[1]
        assert ours.split()[:3] == theirs.split()[:3]
        assert ours.split()[-1] == theirs.split()[-1]
    raw = json.loads(shell(f"kubia images -o json {run_id}/one").stdout)
    assert (raw["kind"], raw["items"][0]["RepoTags"][-1]) == ("List", f"{run_id}/one:latest")
    assert shell(f"kubia images {run_id}/none").lines == ["REPOSITORY   TAG   IMAGE ID   CREATED   SIZE"]


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        (
            "kubia tag kubia-tests-absent kubia:2",
            11,
            "error[image.not-found]: no image kubia-tests-absent on this engine",
        ),
        ("kubia tag busybox Kubia", 2, "error[image.reference]: "),
        ("kubia tag busybox", 2, "error[usage]: missing argument"),
        ("kubia commit kubia-tests-absent kubia:2", 11, "error[container.not-found]: no container kubia-tests-absent"),
        ("kubia commit x Kubia", 2, "error[image.reference]: "),
        ("kubia images -o table-please", 2, "error[output.unknown]: "),
        ("kubia pull kubia::2", 2, "error[image.reference]: "),
        ("kubia stop kubia-tests-absent", 11, "error[container.not-found]: no container kubia-tests-absent"),
        ("kubia rm kubia-tests-absent", 11, "error[container.not-found]: no container kubia-tests-absent"),
        ("kubia ps --filter status", 2, "error[filter.invalid]: "),
        ("kubia images --on kubernetes", 2, "error[on.grammar]: this verb is Docker's, and --on says kubernetes"),
        ("kubia --on kubernetes rm x", 2, "error[on.grammar]: this verb is Docker's, and --on says kubernetes"),
    ],
)
def test_bad_words(shell: Shell, line: str, status: int, told: str) -> None:
    outcome = shell(line, status=status)
    assert outcome.stdout == ""
    assert told in outcome.stderr


@pytest.mark.parametrize(
    "verb", ["build .", "push x", "pull x", "images", "ps", "tag a b", "commit a b", "stop a", "rm a"]
)
def test_no_daemon(shell: Shell, directory: Path, verb: str) -> None:
    (directory / "Dockerfile").write_text("FROM busybox\n")
    outcome = shell(f"kubia {verb}", cwd=directory, env={"DOCKER_HOST": "tcp://127.0.0.1:1"}, status=10)
    assert outcome.stdout == ""
    assert (
        "error[docker.unreachable]: cannot connect to the Docker daemon at tcp://127.0.0.1:1; is it running?\n"
        in outcome.stderr
    )


def test_several_containers_of_which_one_is_absent(shell: Shell, docker: Tool, run_id: str) -> None:
    shell(f"kubia run -d --name {run_id}-one -q busybox:latest sleep 60")
    running = shell(f"kubia rm {run_id}-one", status=12)
    assert running.stderr.startswith(f"error[container.running]: container {run_id}-one is running\n")
    outcome = shell(f"kubia stop -t 0 {run_id}-none {run_id}-one", status=15)
    assert (outcome.stdout, outcome.stderr) == (
        f"{run_id}-one\n",
        f"error[container.not-found]: no container {run_id}-none on this engine\n"
        f"  state: stopped: {run_id}-one\n"
        "  fix: kubia ps -a\n",
    )
    assert shell(f"kubia rm -f -o name {run_id}-one").stdout == f"container/{run_id}-one\n"
    assert docker(f"ps -aq --filter name={run_id}-one") == ""


def test_a_build_and_a_push_at_a_terminal_end_with_a_table(
    shell: Shell, directory: Path, registry: str, run_id: str
) -> None:
    (directory / "Dockerfile").write_text("FROM busybox\nRUN echo '[red]not markup[/red] :bug:'\n")
    name = f"{registry}/{run_id}/table:1"
    typed = shell.spawn(f"kubia build -t {name} {directory}", columns=150)
    typed.expect_exact("Step 2/2 : RUN echo '[red]not markup[/red] :bug:'")
    typed.expect_exact("[red]not markup[/red] :bug:")
    typed.expect("IMAGE.*ID.*SIZE.*STEPS REUSED")
    typed.expect_exact(name)
    end(typed, 0)
    typed = shell.spawn(f"kubia push {name}", columns=150)
    typed.expect("IMAGE.*LAYERS.*DIGEST")
    typed.expect_exact("sha256:")
    end(typed, 0)
