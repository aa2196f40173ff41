"""Starting daemons, knowing them again, and ending them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from tests.lab import state
from tests.lab.errors import UnavailableError
from tests.lab.state import Daemon, State

NODE = "kubia-lab"

# The programs that may belong to the lab. An editor or a pager on one of its files has the path in its arguments too.
PROGRAMS = (
    "containerd",
    "containerd-shim",
    "containerd-shim-runc-v1",
    "containerd-shim-runc-v2",
    "docker-registry",
    "dockerd",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubelet",
    "runc",
)

_PROC = Path("/proc")


def started_at(pid: int) -> int | None:
    """When process `pid` began, in clock ticks since boot (proc(5), field 22); None when it is gone or a zombie.

    A zombie whose other threads still end holds its ports until they have.
    """
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    threads = int(fields[17])
    return None if fields[0] == "X" or (fields[0] == "Z" and threads <= 1) else int(fields[19])


def is_alive(daemon: Daemon) -> bool:
    """Whether this very process still runs, not another one with its id."""
    return started_at(daemon.pid) == daemon.started


def log_of(name: str) -> Path:
    """Where the daemon called `name` writes."""
    return state.state_dir() / "logs" / f"{name}.log"


def start(lab: State, name: str, command: list[str], environment: Mapping[str, str] | None = None) -> Daemon:
    """Start `command` in a session of its own, log to a file, and record it in the state."""
    log = log_of(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            env={**os.environ, **(environment or {})},
        )
    began = started_at(process.pid)
    daemon = Daemon(process.pid, began if began is not None else 0)
    with state.changing(lab):
        lab.daemons[name] = daemon
    return daemon


def last_words(name: str) -> str:
    """The last line that the daemon called `name` logged."""
    try:
        lines = log_of(name).read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "(it logged nothing)"


def wait_until(ready: Callable[[], bool], seconds: float, what: str, daemons: Mapping[str, Daemon]) -> None:
    """Wait until `ready()`, at most `seconds`.

    Raises UnavailableError when the time is over or one of `daemons` has ended, with that daemon's last line.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        for name, daemon in daemons.items():
            if not is_alive(daemon):
                raise UnavailableError(f"{name} ended: {last_words(name)}")
        if time.monotonic() > deadline:
            raise UnavailableError(f"{what} did not come within {seconds:.0f} s; see {log_of('*')}")
        time.sleep(0.05)


def run(command: list[str], *, seconds: float = 120, text: str | None = None) -> str:
    """Run a short command; its standard output. Raises UnavailableError with its last line of complaint."""
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=seconds, check=False, errors="replace"
        )
    except FileNotFoundError:
        raise UnavailableError(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"{command[0]} took more than {seconds:.0f} s") from None
    if done.returncode != 0:
        complaint = (done.stderr or done.stdout).strip().splitlines()
        raise UnavailableError(f"{' '.join(command[:3])}: {complaint[-1] if complaint else f'exit {done.returncode}'}")
    return done.stdout


def all_processes() -> Iterator[tuple[int, list[str]]]:
    """Id and arguments of every process that can be read."""
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
        except OSError:
            continue
        yield int(entry.name), arguments


def _in_lab_cgroup(pid: int) -> bool:
    try:
        lines = (_PROC / str(pid) / "cgroup").read_text().splitlines()
    except OSError:
        return False
    return any(line.split(":", 2)[2].startswith(state.cgroup() + "/") for line in lines)


def belongs_to_lab(arguments: list[str], directory: Path) -> bool:
    """Whether these are the arguments of one of the lab's daemons or shims: a program told of our directory."""
    return (
        bool(arguments)
        and Path(arguments[0]).name in PROGRAMS
        and any(f"{directory}/" in argument for argument in arguments[1:])
    )


def other_lab() -> int | None:
    """A kubelet that another user's lab runs in this network namespace: its addresses are the same as ours."""
    directory = state.state_dir()
    for pid, arguments in all_processes():
        if not arguments or Path(arguments[0]).name != "kubelet" or belongs_to_lab(arguments, directory):
            continue
        if f"--hostname-override={NODE}" in arguments and in_this_network(pid):
            return pid
    return None


def in_this_network(pid: int) -> bool:
    """Whether the process is in our network namespace; True where that cannot be told."""
    try:
        return (_PROC / "self/ns/net").stat().st_ino == (_PROC / str(pid) / "ns/net").stat().st_ino
    except OSError:
        return started_at(pid) is not None


def lab_processes(recorded: Iterable[Daemon]) -> list[int]:
    """Ids of everything that runs for the lab: daemons, what outlived them, and the containers' own processes."""
    directory = state.state_dir()
    ours = {daemon.pid for daemon in recorded if is_alive(daemon)}
    for pid, arguments in all_processes():
        if belongs_to_lab(arguments, directory) or _in_lab_cgroup(pid):
            ours.add(pid)
    return sorted(pid for pid in ours if started_at(pid) is not None)


def end_programs(names: Collection[str]) -> None:
    """End the lab's daemons that are one of these programs."""
    directory = state.state_dir()
    end(
        pid
        for pid, arguments in all_processes()
        if belongs_to_lab(arguments, directory) and Path(arguments[0]).name in names
    )


def end(pids: Iterable[int], seconds: float = 10) -> None:
    """Kill these processes and wait until they are gone.

    Nothing is asked to end gracefully: all their data is thrown away with them.
    """
    waiting = set(pids)
    for pid in waiting:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + seconds
    while waiting and time.monotonic() < deadline:
        for pid in waiting:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                continue
        waiting = {pid for pid in waiting if started_at(pid) is not None}
        time.sleep(0.01)
