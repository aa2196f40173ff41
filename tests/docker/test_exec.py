"""`exec` in a container: streams, exit codes, a terminal, and what is said when it does not work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Tool
from tests.docker.terminals import end
from tests.shell import Shell

pytestmark = [pytest.mark.docker, pytest.mark.registry]


@pytest.fixture
def box(shell: Shell, run_id: str) -> Iterator[str]:
    """A container that runs."""
    name = f"{run_id}-box"
    shell(f"kubia run -d --name {name} --no-wait -q busybox:latest sleep 600")
    yield name
    shell(f"kubia rm -f {name}", status=None)


def test_streams_exit_code_and_flags(shell: Shell, box: str, tmp_path: Path) -> None:
    outcome = shell(f"kubia exec {box} sh -c 'echo out; echo err >&2; exit 3'", status=3)
    assert (outcome.stdout, outcome.stderr) == ("out\n", "err\n")
    (tmp_path / "vars").write_text("FILE=1\n")
    flags = (
        f"kubia exec -u 1000 -w /tmp -e WORD=2 --env-file {tmp_path}/vars {box} sh -c 'id -u; pwd; echo $FILE $WORD'"
    )
    assert shell(flags).stdout == "1000\n/tmp\n1 2\n"
    assert shell(f"kubia exec {box} -- echo behind a dash").stdout == "behind a dash\n"
    assert shell(f"kubia exec container/{box} echo by its kind").stdout == "by its kind\n"


def test_large_input_comes_back_whole(shell: Shell, box: str, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(bytes(range(256)) * 40_000)
    shell(f"kubia exec -i {box} cat < {sent} > {tmp_path}/back")
    assert (tmp_path / "back").read_bytes() == sent.read_bytes()


def test_detached(shell: Shell, box: str) -> None:
    assert shell(f"kubia exec -d {box} sh -c 'echo done > /tmp/mark'").stdout == ""
    assert shell(f"kubia exec {box} sh -c 'until cat /tmp/mark; do sleep 0.1; done' 2> /dev/null").stdout == "done\n"


def test_a_terminal_and_the_way_back(shell: Shell, box: str) -> None:
    typed = shell.spawn(
        f'before=$(stty -g); kubia exec -it {box} sh; echo "ended with $?"; '
        '[ "$before" = "$(stty -g)" ] && echo as it was',
        rows=19,
        columns=91,
    )
    typed.expect_exact("# ")
    typed.sendline("stty size")
    typed.expect_exact("19 91")
    typed.sendline("sleep 100")
    time.sleep(0.5)
    typed.sendcontrol("c")
    typed.sendline("exit 7")
    typed.expect_exact("ended with 7")
    typed.expect_exact("as it was")
    end(typed, 0)


@pytest.mark.parametrize("number", [15, 1])
def test_the_terminal_is_as_it_was_after_a_signal(shell: Shell, box: str, number: int) -> None:
    typed = shell.spawn(
        f"before=$(stty -g); (sleep 2; pkill -{number} -P $$ -f 'exec -it {box}') & "
        f'kubia exec -it {box} sh; echo "ended with $?"; '
        '[ "$before" = "$(stty -g)" ] && echo as it was'
    )
    typed.expect_exact(f"ended with {128 + number}")
    typed.expect_exact("as it was")
    end(typed, 0)


def test_what_does_not_work(shell: Shell, docker: Tool, box: str, run_id: str) -> None:
    absent = shell(f"kubia exec {run_id}-none true", status=125)
    assert absent.stderr.startswith(f"error[container.not-found]: no container {run_id}-none on this engine\n")
    shell(f"kubia run -d --name {run_id}-stopped -q busybox:latest true")
    stopped = shell(f"kubia exec {run_id}-stopped true", status=125)
    assert stopped.stderr.startswith(f"error[container.not-running]: container {run_id}-stopped is not running\n")
    for line in (f"kubia exec {box}", f"kubia exec {box} -it sh", f"kubia exec -it {box} sh"):
        assert shell(line, status=2).stderr.startswith("error[")
    assert shell(f"kubia exec {box} nope", status=None).status in (126, 127)
    no_daemon = shell(f"kubia exec {box} true", env={"DOCKER_HOST": "tcp://127.0.0.1:1"}, status=125)
    assert no_daemon.stderr.startswith("error[docker.unreachable]: ")
    contradiction = shell(f"kubia exec --on docker -c main {box} true", status=2)
    assert contradiction.stderr.startswith("error[on.contradiction]: ")
