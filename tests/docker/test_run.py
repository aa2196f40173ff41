"""`run` in docker's grammar: streams, exit codes, signals, and what is said when it does not work."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.conftest import Tool
from tests.docker.terminals import end
from tests.shell import Shell

pytestmark = [pytest.mark.docker, pytest.mark.registry]


def test_streams_and_exit_code_are_the_program_s(shell: Shell) -> None:
    outcome = shell("kubia run --rm -q busybox:latest sh -c 'echo out; echo err >&2; exit 3'", status=3)
    assert (outcome.stdout, outcome.stderr) == ("out\n", "err\n")


def test_stdin_of_any_size_goes_in_and_comes_back(shell: Shell, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(bytes(range(256)) * 40_000)
    shell(f"kubia run --rm -i -q busybox:latest cat < {sent} > {tmp_path}/back")
    assert (tmp_path / "back").read_bytes() == sent.read_bytes()


def test_many_flags_of_everyday(shell: Shell, docker: Tool, tmp_path: Path, run_id: str) -> None:
    (tmp_path / "app.env").write_text("FROM_FILE=1\nBOTH=file\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "note").write_text("mounted\n")
    outcome = shell(
        f"kubia run --rm --name {run_id}-flags --hostname web -u 1000:1000 -w /srv -e BOTH=word -e FROM_US "
        "--env-file app.env -v ./data:/srv/data:ro -v /scratch -l app=kubia --network none --memory 64m --cpus 0.5 "
        "--read-only --init --add-host db:10.0.0.1 --cap-drop ALL -q --entrypoint sh busybox:latest "
        "-c 'id -u; pwd; hostname; echo $FROM_FILE $BOTH $FROM_US; cat data/note; grep db /etc/hosts; ls /scratch'",
        cwd=tmp_path,
        env={"FROM_US": "ours"},
    )
    assert outcome.stdout == "1000\n/srv\nweb\n1 word ours\nmounted\n10.0.0.1\tdb\n"
    assert docker(f"ps -aq --filter name={run_id}-flags") == ""


@pytest.mark.parametrize(
    ("program", "status", "code"),
    [("nope", 127, "program.not-found"), ("/etc/passwd", 126, "program.not-executable")],
)
@pytest.mark.parametrize("options", ["", "--rm "])
def test_126_and_127_are_the_engine_s_word_on_the_program(
    shell: Shell, docker: Tool, run_id: str, options: str, program: str, status: int, code: str
) -> None:
    outcome = shell(f"kubia run {options}--name {run_id}-none -q busybox:latest {program}", status=status)
    assert outcome.stderr.startswith(f"error[{code}]: cannot run `{program}`: ")
    assert "\n  state: nothing runs" in outcome.stderr
    assert docker(f"ps -aq --filter name={run_id}-none") == ""


def test_125_is_our_own_failure_in_the_foreground_and_11_with_d(shell: Shell, registry: str) -> None:
    name = f"{registry}/kubia-tests/absent:1"
    outcome = shell(f"kubia run {name}", status=125)
    assert outcome.stderr.startswith(f"Unable to find image '{name}' locally\nerror[image.not-found]: ")
    assert "\n  state: nothing runs" in outcome.stderr
    assert shell(f"kubia run -d {name}", status=11).stdout == ""
    never = shell(f"kubia run -d --pull never {name}", status=11)
    assert never.stderr.startswith("error[image.not-found]: ")


def test_a_taken_name(shell: Shell, docker: Tool, run_id: str) -> None:
    shell(f"kubia run -d --name {run_id}-name -q busybox:latest sleep 60")
    outcome = shell(f"kubia run -d --name {run_id}-name -q busybox:latest sleep 60", status=12)
    assert outcome.stderr.startswith(f"error[name.taken]: the container name {run_id}-name is taken")
    assert outcome.stderr.endswith(f"\n  state: nothing runs\n  fix: kubia rm -f {run_id}-name\n")
    assert len(docker(f"ps -aq --filter name={run_id}-name").split()) == 1


def test_a_taken_port_names_its_holder_and_leaves_no_container(shell: Shell, docker: Tool, run_id: str) -> None:
    shell(f"kubia run -d --name {run_id}-holder -p 127.0.0.1:0:80 -q busybox:latest sleep 60")
    port = docker(f"port {run_id}-holder 80").strip().rpartition(":")[2]
    outcome = shell(f"kubia run -d --name {run_id}-late -p 127.0.0.1:{port}:80 -q busybox:latest sleep 60", status=12)
    assert outcome.stdout == ""
    assert outcome.stderr.startswith(f"error[port.taken]: port {port} is taken by container {run_id}-holder\n")
    assert outcome.stderr.endswith(f"\n  state: nothing runs\n  fix: kubia stop {run_id}-holder\n")
    assert docker(f"ps -aq --filter name={run_id}-late") == ""


def test_detached_and_dead_at_once_is_no_success(shell: Shell, run_id: str) -> None:
    outcome = shell(f"kubia run -d --name {run_id}-dead -q busybox:latest sh -c 'echo no config >&2; exit 3'", status=7)
    assert (outcome.stdout, outcome.stderr) == (
        "",
        f"error[run.ended]: {run_id}-dead ended at once, with exit code 3\n"
        '  said: "no config"\n'
        f"  state: container {run_id}-dead exists, exited\n"
        f"  fix: kubia rm -f {run_id}-dead\n",
    )
    gone = shell("kubia run -d --rm -q busybox:latest false", status=7)
    assert gone.stderr.startswith("error[run.ended]: ")
    assert gone.stderr.endswith("  state: nothing runs; the container is removed (--rm)\n")
    again = shell(f"kubia run -d --name {run_id}-again --restart always -q busybox:latest false", status=7)
    assert f"  state: container {run_id}-again exists, restarting\n" in again.stderr
    well = shell(f"kubia run -d --name {run_id}-well busybox:latest true")
    assert well.stderr == f"{run_id}-well has ended already, with exit code 0\n"


def test_no_daemon(shell: Shell) -> None:
    outcome = shell("kubia run -d busybox:latest", status=10, env={"DOCKER_HOST": "tcp://127.0.0.1:1"})
    assert outcome.stderr.startswith(
        "error[docker.unreachable]: cannot connect to the Docker daemon at tcp://127.0.0.1:1; is it running?\n"
    )
    assert "\n  state: nothing runs\n" in outcome.stderr
    attached = shell("kubia run busybox:latest", status=125, env={"DOCKER_HOST": "tcp://127.0.0.1:1"})
    assert attached.stderr == outcome.stderr


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "kubia run Busybox",
            "error[image.reference]: `Busybox` is no image reference: a repository name has no upper",
        ),
        ("kubia run -p 80:http busybox", "error[port.invalid]: `-p 80:http`: "),
        (
            "kubia run --pull often busybox",
            "error[pull.unknown]: `--pull often` is not one of missing, always, never\n",
        ),
        ("kubia run -it busybox sh", "error[terminal.missing]: "),
        ("kubia --on kubernetes run busybox echo", "error[run.grammar]: "),
        ("kubia run -m 1k -q busybox:latest", "error[docker.invalid]: "),
        ("kubia run --env-file nowhere busybox", "error[env.file]: cannot read the environment file nowhere\n"),
        ("kubia run", "error[usage]: missing argument"),
    ],
)
def test_what_is_refused_before_anything_runs(shell: Shell, line: str, message: str) -> None:
    outcome = shell(line, status=14 if "env.file" in message else 2)
    assert outcome.stdout == ""
    assert message in outcome.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_is_the_program_s_and_rm_removes(shell: Shell, docker: Tool, run_id: str, number: int) -> None:
    name = f"{run_id}-sig{number}"
    trap = f"trap 'echo got it; exit 9' {number}; echo ready; while :; do sleep 0.1; done"
    typed = shell.spawn(f'exec kubia run --rm --name {name} -q busybox:latest sh -c "{trap}"')
    typed.expect_exact("ready")
    typed.kill(number)
    typed.expect_exact("got it")
    end(typed, 9)
    wait_until_gone(docker, name)


def test_the_third_ctrl_c_kills(shell: Shell, docker: Tool, run_id: str) -> None:
    name = f"{run_id}-deaf"
    deaf = "trap '' INT; echo ready; while :; do sleep 0.1; done"
    typed = shell.spawn(f'exec kubia run --rm --name {name} -q busybox:latest sh -c "{deaf}"')
    typed.expect_exact("ready")
    for _ in range(3):
        time.sleep(0.2)
        typed.sendcontrol("c")
    end(typed, 137)
    wait_until_gone(docker, name)


def test_when_the_reader_of_its_output_goes_the_program_ends(shell: Shell, docker: Tool, run_id: str) -> None:
    outcome = shell(f"kubia run --rm --name {run_id}-yes -q busybox:latest yes | head -n 2; echo ${{PIPESTATUS[0]}}")
    assert outcome.lines == ["y", "y", "141"]
    wait_until_gone(docker, f"{run_id}-yes")


def wait_until_gone(docker: Tool, name: str) -> None:
    """--rm is the engine's deed, a moment after the end."""
    until = time.monotonic() + 10
    while docker(f"ps -aq --filter name={name}"):
        assert time.monotonic() < until, f"{name} is still there"
        time.sleep(0.1)


def test_a_terminal_of_its_own(shell: Shell) -> None:
    typed = shell.spawn("kubia run --rm -it -q busybox:latest sh", rows=22, columns=77)
    typed.expect_exact("# ")
    typed.sendline("stty size")
    typed.expect_exact("22 77")
    typed.sendline("cat")
    typed.sendline("mirrored")
    typed.expect("mirrored\r\nmirrored\r\n")
    typed.sendcontrol("c")
    typed.sendline("exit 6")
    end(typed, 6)


def test_ctrl_p_ctrl_q_leaves_it_running_and_the_terminal_as_it_was(shell: Shell, docker: Tool, run_id: str) -> None:
    name = f"{run_id}-left"
    typed = shell.spawn(
        f"before=$(stty -g); kubia run -it --name {name} busybox:latest sh; "
        'echo "ended with $?"; [ "$before" = "$(stty -g)" ] && echo as it was'
    )
    typed.expect_exact("# ")
    typed.send("\x10\x11")
    typed.expect_exact(f"left running: {name}")
    typed.expect_exact("ended with 0")
    typed.expect_exact("as it was")
    assert docker(f"inspect -f {{{{.State.Running}}}} {name}") == "true\n"


def test_detached_with_a_table_at_a_terminal(shell: Shell, run_id: str) -> None:
    typed = shell.spawn(f"kubia run -d --name {run_id}-table busybox:latest sleep 60", columns=120)
    typed.expect("CONTAINER.*IMAGE.*STATUS.*PORTS")
    typed.expect_exact(f"{run_id}-table")
    end(typed, 0)
