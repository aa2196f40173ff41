"""Section 2.1 of the chapter, row by row, typed as it is printed, with kubia and with its alias k."""

from __future__ import annotations

import re
import shutil
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Tool
from tests.docker.terminals import end
from tests.shell import ROOT, Shell

pytestmark = [pytest.mark.docker, pytest.mark.own_engine]

ID = re.compile("[0-9a-f]{64}\n")
IMAGE_ID = re.compile("sha256:[0-9a-f]{64}\n")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The reader's directory: app.js and Dockerfile of the sample app."""
    return Path(shutil.copytree(ROOT / "app", tmp_path / "app"))


@pytest.fixture
def built(reader: Shell, app: Path) -> Shell:
    """A reader who has built the image."""
    reader("kubia build -q -t kubia .", cwd=app)
    return reader


@pytest.fixture
def running(built: Shell) -> Shell:
    """A reader whose kubia-container runs."""
    built("kubia run --name kubia-container -p 8080:8080 -d kubia")
    return built


def curl(url: str) -> str:
    """Ask until it answers, for 5 seconds at most: the program listens a moment after its start."""
    until = time.monotonic() + 5
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.mark.registry
def test_d1_run_pulls_what_is_absent_and_runs_the_command(reader: Shell) -> None:
    reader("docker rmi -f busybox:latest", status=None)
    outcome = reader('kubia run busybox echo "Hello World"')
    assert outcome.stdout == "Hello World\n"
    lines = outcome.stderr.splitlines()
    assert lines[:3] == [
        "Using default tag: latest",
        "Unable to find image 'busybox:latest' locally",
        "latest: Pulling from library/busybox",
    ]
    assert all(re.fullmatch("[0-9a-f]{12}: (Pull complete|Already exists)", line) for line in lines[3:-1])
    assert re.fullmatch("Digest: sha256:[0-9a-f]{64}", lines[-1])
    again = reader('kubia run busybox echo "Hello World"')
    assert (again.stdout, again.stderr) == ("Hello World\n", "Using default tag: latest\n")


@pytest.mark.registry
def test_d2_a_tag_that_was_typed_is_not_spoken_of(reader: Shell) -> None:
    outcome = reader("kubia run busybox:latest true")
    assert "default tag" not in outcome.stderr
    assert reader("kubia run busybox true").stderr == "Using default tag: latest\n"


@pytest.mark.registry
def test_d4_build_shows_its_steps_and_tags_latest(reader: Shell, app: Path, docker: Tool) -> None:
    outcome = reader("kubia build -t kubia .", cwd=app)
    assert IMAGE_ID.fullmatch(outcome.stdout)
    assert outcome.stdout == docker("inspect", "-f", "{{.Id}}", "kubia:latest")
    steps = [line for line in outcome.stderr.splitlines() if line.startswith("Step ")]
    assert steps == [
        "Step 1/6 : FROM node",
        "Step 2/6 : ADD app.js /app.js",
        "Step 3/6 : WORKDIR /",
        "Step 4/6 : USER 1000",
        "Step 5/6 : EXPOSE 8080",
        'Step 6/6 : ENTRYPOINT ["node", "app.js"]',
    ]
    again = reader("kubia build -t kubia .", cwd=app)
    assert again.stdout == outcome.stdout
    assert again.stderr.count("=> cached") == 5


@pytest.mark.registry
def test_d3_d9_the_app_answers_with_the_name_of_its_host(built: Shell) -> None:
    outcome = built("kubia run --name kubia-container -p 8080:8080 -d kubia")
    assert ID.fullmatch(outcome.stdout)
    assert outcome.stderr == "Using default tag: latest\n"
    assert curl("http://localhost:8080") == f"You've hit {outcome.stdout[:12]}\n"


@pytest.mark.registry
def test_d7_images(built: Shell, docker: Tool) -> None:
    ours, theirs = built("kubia images").stdout, docker("images")
    assert ours.splitlines()[0].split() == ["REPOSITORY", "TAG", "IMAGE", "ID", "CREATED", "SIZE"]
    assert sorted(row for row in columns(ours) if row[0] == "kubia") == sorted(
        row for row in columns(theirs) if row[0] == "kubia"
    )
    assert built("kubia images -q kubia:latest").stdout == docker("images -q kubia:latest")
    assert built("kubia images -o name kubia:latest").stdout == "image/kubia:latest\n"


@pytest.mark.registry
def test_d8_an_image_by_hand(built: Shell, docker: Tool) -> None:
    built("kubia run --name kubia-by-hand --entrypoint sh kubia -c 'echo changed > /tmp/changed'")
    outcome = built("kubia commit kubia-by-hand kubia:by-hand")
    assert outcome.stdout == docker("inspect", "-f", "{{.Id}}", "kubia:by-hand")
    assert built("kubia run --rm --entrypoint cat kubia:by-hand /tmp/changed").stdout == "changed\n"


@pytest.mark.registry
def test_d10_ps_says_what_docker_says(running: Shell, docker: Tool) -> None:
    assert columns(running("kubia ps").stdout) == columns(docker("ps"))
    running("kubia stop kubia-container")
    assert running("kubia ps --filter name=kubia-container").lines == [
        "CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES"
    ]
    assert columns(running("kubia ps -a").stdout) == columns(docker("ps -a"))


def columns(table: str) -> list[list[str]]:
    """The cells of a table, whatever its columns' widths; ages may tick between two calls.

    Docker's client writes ``[::]:8080`` since 24, and ``:::8080`` before.
    """
    table = re.sub(r":::(?=\d)", "[::]:", table)
    lines = re.sub(r"(About a minute|Less than a second|\d+ (second|minute)s?)( ago)?", "AGE", table).splitlines()
    return [re.split(" {3,}", line.strip()) for line in lines]


@pytest.mark.registry
def test_d11_inspect(running: Shell, docker: Tool) -> None:
    page = running("kubia inspect kubia-container").stdout
    assert re.search("^Name: +kubia-container$", page, re.MULTILINE)
    assert re.search("^Status: +Up ", page, re.MULTILINE)
    assert "0.0.0.0:8080 -> 8080/tcp" in page
    raw = running("kubia inspect kubia-container -o jsonpath='{.Id}'").stdout
    assert raw == docker("inspect", "-f", "{{.Id}}", "kubia-container").strip()


@pytest.mark.registry
def test_d6_the_layers_of_an_image(built: Shell) -> None:
    page = built("kubia inspect image/kubia").stdout
    assert re.search("^(Names:)? +kubia:latest$", page, re.MULTILINE)
    assert re.search(r"^ +\d+B +.* ago +ADD file:[0-9a-f]+ in /app\.js$", page, re.MULTILINE)
    assert page.rstrip().endswith('ENTRYPOINT ["node" "app.js"]')


@pytest.mark.registry
def test_d12_a_terminal_in_the_container(running: Shell) -> None:
    typed = running.spawn("kubia exec -it kubia-container bash", rows=31, columns=101)
    typed.expect_exact("$ ")
    typed.sendline("stty size; tty")
    typed.expect_exact("31 101\r\n/dev/pts/")
    typed.sendline("sleep 60")
    time.sleep(0.5)
    typed.sendcontrol("c")
    typed.expect_exact("^C")
    typed.sendline("echo st$((1))ll here")
    typed.expect_exact("st1ll here")
    typed.setwinsize(33, 111)
    typed.sendline("sleep 0.5; stty size")
    typed.expect_exact("33 111")
    typed.sendline("exit 5")
    end(typed, 5)


@pytest.mark.registry
def test_d14_stop_and_rm(running: Shell, docker: Tool) -> None:
    assert running("kubia stop kubia-container").stdout == "kubia-container\n"
    assert docker("ps -q --filter name=kubia-container") == ""
    assert running("kubia rm kubia-container").stdout == "kubia-container\n"
    assert docker("ps -aq --filter name=kubia-container") == ""


@pytest.mark.registry
def test_d15_a_second_name(built: Shell, docker: Tool) -> None:
    built("docker rmi -f luksa/kubia", status=None)
    outcome = built("kubia tag kubia luksa/kubia")
    assert (outcome.stdout, outcome.stderr) == ("luksa/kubia:latest\n", "Using default tag: latest\n")
    assert docker("images -q luksa/kubia:latest") == docker("images -q kubia:latest")


@pytest.mark.registry
def test_d16_push_ends_with_the_digest(built: Shell, registry: str, docker: Tool, run_id: str) -> None:
    name = f"{registry}/{run_id}/kubia"
    built(f"kubia tag kubia {name}")
    outcome = built(f"kubia push {name}")
    assert re.fullmatch(f"{name}@sha256:[0-9a-f]{{64}}\n", outcome.stdout)
    digest = outcome.stdout.strip().partition("@")[2]
    assert manifest_digest(registry, f"{run_id}/kubia") == digest
    lines = outcome.stderr.splitlines()
    assert lines[:2] == ["Using default tag: latest", f"The push refers to repository [{name}]"]
    assert lines[-1] == f"latest: digest: {digest}"
    again = built(f"kubia push {name}")
    assert again.stdout == outcome.stdout
    assert "Layer already exists" in again.stderr
    docker("rmi", name)
    assert built(f"kubia pull {name}").stdout == outcome.stdout


def manifest_digest(registry: str, repository: str) -> str:
    """What the registry itself says."""
    request = urllib.request.Request(
        f"http://{registry}/v2/{repository}/manifests/latest",
        method="HEAD",
        headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.headers["Docker-Content-Digest"])


@pytest.fixture
def another_machine(reader: Shell) -> Iterator[Shell]:
    """A reader with no DOCKER_HOST, who reaches the engine by a docker context."""
    host = reader.env.pop("DOCKER_HOST")
    reader(f"docker context create far --docker host={host}")
    yield reader
    reader.env["DOCKER_HOST"] = host


@pytest.mark.registry
def test_d17_on_another_machine_by_context_and_by_docker_host(another_machine: Shell, docker: Tool) -> None:
    first = another_machine("kubia --docker-context far run -p 8080:8080 -d luksa/kubia")
    assert curl("http://localhost:8080") == f"You've hit {first.stdout[:12]}\n"
    another_machine(f"kubia --docker-context far rm -f {first.stdout[:12]}")
    another_machine("docker context use far")
    second = another_machine("kubia run -p 8080:8080 -d luksa/kubia")
    assert curl("http://localhost:8080") == f"You've hit {second.stdout[:12]}\n"
    assert docker("ps -q --no-trunc").split()[0] == second.stdout.strip()


def test_s1_what_notes_make_of_a_command(reader: Shell, tmp_path: Path) -> None:
    dash = reader("kubia run kubia —image=luksa/kubia —port=8080", status=2)
    assert dash.stderr == (
        "error[typography.dash]: `—image=luksa/kubia` begins with em dash — (U+2014), not with two hyphens\n"
        "  fix: kubia run kubia --image=luksa/kubia --port=8080\n"
    )
    quotes = reader("kubia run busybox echo “Hello World”", status=2)
    assert quotes.stderr == (
        "error[typography.quote]: `“Hello` has a curly quote “ (U+201C), which no shell reads as a quote\n"
        '  fix: kubia run busybox echo "Hello World"\n'
    )
    verb = reader("kubia biuld -t kubia .", status=2)
    assert verb.stderr == "error[verb.unknown]: `biuld` is no verb of kubia's\n  fix: kubia build -t kubia .\n"
    (tmp_path / "Dockerfile").write_text('FROM busybox # the base\nENTRYPOINT ["sh"] # a shell\n')
    comment = reader("kubia build -t kubia .", status=3, cwd=tmp_path)
    assert comment.stderr == (
        "Using default tag: latest\n"
        "error[build.trailing-comment]: Dockerfile:1: a comment cannot stand behind FROM; it needs a line of its own\n"
        '  said: "FROM busybox # the base"\n'
        "  state: nothing was sent\n"
        "  fix: FROM busybox\n"
    )
