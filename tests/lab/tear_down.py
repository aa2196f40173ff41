"""Taking the lab away: what runs of it, what is mounted, and what it changed on the machine."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from tests.lab import network, packages, processes, state
from tests.lab.errors import UnavailableError
from tests.lab.state import Daemon, State

# What the engines make at places that no setting moves; removed where it was not there before the lab.
FIXED_PATHS = (
    "/run/containerd",
    "/run/docker",
    "/etc/docker/key.json",
    "/var/lib/cni",
    "/var/lib/kubelet",
    "/var/log/containers",
    "/var/log/pods",
)

_CGROUPS = Path("/sys/fs/cgroup")


def tear_down() -> None:
    """Stop the lab and remove all it left, also after it was killed. Raises UnavailableError for what cannot go."""
    with state.locked():
        tear_down_locked()


def tear_down_locked() -> None:
    """The same, for who has the lock. The state file goes last, so that an interrupted `down` can be repeated."""
    directory = state.state_dir()
    lab = state.load() or _unrecorded(directory)
    _take_back(lab)
    _end_processes(list(lab.daemons.values()))
    _unmount(directory)
    _remove_cgroups()
    if lab.boot == state.boot_id():
        network.clean(lab.before, own_engine=lab.own_engine, own_cluster=lab.own_cluster)
        network.restore_sysctls(lab.before)
    for path in lab.before.absent_paths:
        _remove(Path(path))
    _remove(directory)


def _take_back(lab: State) -> None:
    """Remove the images that were lent to an engine that is not the lab's; one that a container uses now stays."""
    for image in lab.before.absent_images:
        with suppress(UnavailableError):
            processes.run([packages.find("docker"), "-H", lab.docker_host, "rmi", image])


def _unrecorded(directory: Path) -> State:
    """What a lab without a readable state file must have been."""
    return State(own_engine=(directory / "docker").exists(), own_cluster=(directory / "kubelet").exists())


def _end_processes(recorded: list[Daemon]) -> None:
    """End all that runs for the lab; a daemon may have started one more while it was looked for."""
    deadline = time.monotonic() + 30
    while pids := processes.lab_processes(recorded):
        processes.end(pids)
        if time.monotonic() > deadline:
            raise UnavailableError(f"processes of the lab do not end: {' '.join(map(str, pids))}")


def mounts_under(directory: Path, mountinfo: str) -> list[str]:
    """Mount points in and under `directory`, the innermost first; `mountinfo` as in proc(5)."""
    points = (line.split()[4].encode().decode("unicode_escape") for line in mountinfo.splitlines())
    return [each for each in reversed(list(points)) if Path(each).is_relative_to(directory)]


def _unmount(directory: Path) -> None:
    """Detach every mount under `directory`: what is removed next are files, and must never be somebody's volume."""
    source = Path("/proc/self/mountinfo")
    for _ in range(5):
        mounted = mounts_under(directory, source.read_text()) if source.exists() else []
        if not mounted:
            return
        for point in mounted:
            with suppress(UnavailableError):
                processes.run([packages.find("umount"), "-l", point])
    raise UnavailableError(f"still mounted: {' '.join(mounted)}")


def _remove_cgroups() -> None:
    """Remove the lab's cgroups; the kernel lets go of one a moment after its last process has ended."""
    ours = state.cgroup().strip("/")
    deadline = time.monotonic() + 5
    while tops := [each for each in (_CGROUPS / ours, *_CGROUPS.glob(f"*/{ours}")) if each.exists()]:
        for top in tops:
            for folder, _, _ in os.walk(top, topdown=False):
                with suppress(OSError):
                    Path(folder).rmdir()
        if time.monotonic() > deadline:
            raise UnavailableError(f"cgroups still in use: {' '.join(map(str, tops))}")
        time.sleep(0.02)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=False)
    else:
        path.unlink(missing_ok=True)
