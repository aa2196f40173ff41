"""Where the lab keeps its things, and the one file that says what runs."""

import fcntl
import hashlib
import json
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

PARTS = ("docker", "registry", "cluster")

# A socket's address holds 108 bytes, the closing NUL included: unix(7), sun_path.
SOCKET_PATH_LIMIT = 107
_LONGEST_SOCKET = "docker-run/libnetwork/0123456789ab.sock"


def cache_dir() -> Path:
    """What may be kept for the next start: binaries and image layers."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kubia-lab"


def state_dir() -> Path:
    """What `down` removes: data, sockets, logs. Under /run where the usual place is too long for a socket's address."""
    usual = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "kubia-lab"
    if len(os.fsencode(usual / _LONGEST_SOCKET)) <= SOCKET_PATH_LIMIT:
        return usual
    return Path("/run") / f"kubia-lab-{os.getuid()}"


def cgroup() -> str:
    """The cgroup of all that runs in containers and pods, by which it is known; another user's lab has another."""
    return f"/kubia-lab-{hashlib.sha256(os.fsencode(state_dir())).hexdigest()[:8]}"


def architecture() -> str:
    """The machine's architecture as Go and container images name it."""
    machine = platform.machine()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def boot_id() -> str:
    """Changes with every start of the machine, so that a process id from before is not believed."""
    source = Path("/proc/sys/kernel/random/boot_id")
    return source.read_text().strip() if source.exists() else ""


@dataclass
class Daemon:
    """A process that the lab started: its id and, since ids are used again, when it began (clock ticks since boot)."""

    pid: int
    started: int


@dataclass
class Before:
    """What the lab changes on the machine, as it was before."""

    sysctls: dict[str, str] = field(default_factory=dict)
    forward_policies: dict[str, str] = field(default_factory=dict)
    absent_images: list[str] = field(default_factory=list)
    absent_paths: list[str] = field(default_factory=list)


@dataclass
class State:
    """What runs now. Saved after each change, so that a killed lab can still be cleaned up."""

    boot: str = field(default_factory=boot_id)
    docker_host: str = ""
    starting: bool = False
    own_engine: bool = False
    own_cluster: bool = False
    registry: str = ""
    api_server: str = ""
    kubeconfig: str = ""
    kubectl: str = ""
    daemons: dict[str, Daemon] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    unavailable: dict[str, str] = field(default_factory=dict)
    before: Before = field(default_factory=Before)


_one_at_a_time = threading.Lock()


def _file() -> Path:
    return state_dir() / "state.json"


@contextmanager
def changing(state: State) -> Iterator[None]:
    """Change the state in the body; after it the file is written, in one piece."""
    with _one_at_a_time:
        yield
        target = _file()
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = target.with_suffix(".new")
        draft.write_text(json.dumps(asdict(state), indent=2) + "\n")
        draft.replace(target)


def load() -> State | None:
    """The saved state, or None where no lab was started or its file was cut off.

    Fields of another version of this file are left out: the lab may have been started from another checkout.
    """
    try:
        saved = json.loads(_file().read_text())
        saved["daemons"] = {name: Daemon(**daemon) for name, daemon in saved["daemons"].items()}
        saved["before"] = Before(**saved["before"])
        return State(**{each.name: saved[each.name] for each in fields(State) if each.name in saved})
    except (OSError, ValueError, TypeError, KeyError):
        return None


@contextmanager
def locked() -> Iterator[None]:
    """One `up` or `down` at a time; a second one waits. The lock is where `down` removes nothing."""
    lock = cache_dir() / "lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
