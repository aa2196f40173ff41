"""Bringing up what is missing of the lab."""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.lab import binaries, control_plane, engine, images, network, node, packages, processes, registry, state
from tests.lab.errors import UnavailableError
from tests.lab.progress import say
from tests.lab.state import PARTS, State
from tests.lab.tear_down import FIXED_PATHS, tear_down_locked

DOCKER, REGISTRY, CLUSTER = PARTS
REGISTRY_PORT = 5000

_DAEMONS = {
    DOCKER: (engine.DOCKERD,),
    REGISTRY: (registry.REGISTRY,),
    CLUSTER: (*control_plane.DAEMONS, *node.DAEMONS),
}
_one_containerd = threading.Lock()


def bring_up(parts: Iterable[str] = PARTS) -> State:
    """Start what does not run of `parts`, and the registry that the others need.

    What cannot be had does not raise: its reason is in the answer's `unavailable`, by part. A lab of which a daemon has
    ended, or whose start was cut off, is taken away and started anew.
    """
    wanted = set(parts)
    if wanted:
        wanted.add(REGISTRY)
    with state.locked():
        lab = running()
        if lab is None:
            tear_down_locked()
            lab = State()
        missing = [part for part in PARTS if part in wanted and not is_there(lab, part)]
        if missing:
            _start(lab, missing)
        return lab


def running() -> State | None:
    """The lab that runs: started since the machine was, to the end, and with all its daemons alive."""
    lab = state.load()
    if lab is None or lab.starting or lab.boot != state.boot_id():
        return None
    return lab if all(map(processes.is_alive, lab.daemons.values())) else None


def is_up() -> bool:
    """Whether a lab runs."""
    return running() is not None


def is_there(lab: State, part: str) -> bool:
    """Whether the part could be had."""
    proof = {DOCKER: lab.docker_host, REGISTRY: lab.registry, CLUSTER: lab.kubeconfig}[part]
    return bool(proof) and part not in lab.unavailable


def _start(lab: State, missing: list[str]) -> None:
    network.remember(lab.before)
    with state.changing(lab):
        lab.starting = True
        lab.before.absent_paths = lab.before.absent_paths or [each for each in FIXED_PATHS if not Path(each).exists()]
    if REGISTRY in missing:
        _attempt(lab, REGISTRY, _start_registry)
    # Side by side: cold, the cluster's programs take minutes to build, and the engine need not wait for them.
    with ThreadPoolExecutor(2) as pool:
        deeds = {DOCKER: _start_docker, CLUSTER: _start_cluster}
        begun = [pool.submit(_attempt, lab, part, deed) for part, deed in deeds.items() if part in missing]
        for each in begun:
            each.result()
    with state.changing(lab):
        lab.starting = False


def _attempt(lab: State, part: str, deed: Callable[[State], None]) -> None:
    """Do it; where that fails, note why and end what was started of the part."""
    lab.unavailable.pop(part, None)
    try:
        deed(lab)
    except (UnavailableError, OSError) as reason:
        processes.end_programs(_DAEMONS[part])
        with state.changing(lab):
            lab.unavailable[part] = str(reason)
            for name in _DAEMONS[part]:
                lab.daemons.pop(name, None)
        say(f"{part} cannot be had: {reason}")


def _start_registry(lab: State) -> None:
    packages.ensure(*packages.REGISTRY)
    registry.start(lab, network.free_port(REGISTRY_PORT))
    images.seed(lab)
    images.seed_app(lab)


def _start_docker(lab: State) -> None:
    if foreign := engine.foreign_host():
        say(f"using the Docker engine that runs at {foreign}")
        with state.changing(lab):
            lab.docker_host = foreign
            lab.versions[DOCKER] = engine.version(foreign) or ""
        images.lend(lab)
        return
    _only_root("a Docker engine")
    packages.ensure(*packages.DOCKER)
    with state.changing(lab):
        lab.own_engine = True
    _ensure_containerd(lab)
    engine.start_dockerd(lab)


def _start_cluster(lab: State) -> None:
    _only_root("a Kubernetes node")
    if REGISTRY in lab.unavailable:
        raise UnavailableError("its images need the registry")
    if (pid := processes.other_lab()) is not None:
        raise UnavailableError(f"another user's lab runs here (process {pid})")
    packages.ensure(*packages.KUBERNETES)
    binaries.ensure()
    with state.changing(lab):
        lab.own_cluster = True
    images.seed_pause(lab)
    _ensure_containerd(lab)
    control_plane.start(lab)
    node.start(lab)


def _ensure_containerd(lab: State) -> None:
    with _one_containerd:
        if engine.CONTAINERD not in lab.daemons:
            network.prepare()
            node.configure_containerd(lab.registry)
            engine.start_containerd(lab)


def _only_root(what: str) -> None:
    if os.geteuid() != 0:
        raise UnavailableError(f"only root can start {what}")
