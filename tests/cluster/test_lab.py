"""The lab itself: a second one, in a network of its own, is brought up, killed, brought up again and taken away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.lab import processes, state
from tests.lab.packages import find
from tests.lab.state import State
from tests.lab.tear_down import mounts_under
from tests.shell import ROOT

pytestmark = pytest.mark.cluster

#: Where the second lab keeps its things; the cache stays the first one's.
_UNSHARED = ("unshare", "--net", "--mount", "--propagation=private")


def test_a_killed_lab_comes_up_again_and_down_leaves_nothing(lab: State) -> None:
    if os.geteuid() != 0 or not lab.own_engine:
        pytest.skip("a lab in a network of its own needs root and docker.io")
    # Not pytest's own folder, whose name is too long for a socket's address.
    with TemporaryDirectory(prefix="kubia") as home:
        told = subprocess.run(
            [*_UNSHARED, sys.executable, "-m", "tests.cluster.test_lab"],
            cwd=ROOT,
            env={**os.environ, "XDG_STATE_HOME": home, "XDG_CACHE_HOME": str(state.cache_dir().parent)},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        left = list(Path(home).iterdir())
    assert told.returncode == 0, told.stderr
    life = json.loads(told.stdout)
    assert life["pod"] == "Running"
    assert life["killed"] > 8
    assert life["after"] == life["before"]
    assert left == []


def _life() -> dict[str, Any]:
    """What happens in the network of its own, told as JSON."""
    subprocess.run([find("ip"), "link", "set", "lo", "up"], check=True)
    before = _traces()
    _lab("up")
    _run_something()
    recorded = state.load()
    assert recorded is not None
    daemons = [each.pid for each in recorded.daemons.values()]
    processes.end(daemons)
    _lab("up")
    pod = _run_something()
    _lab("down")
    return {"before": before, "after": _traces(), "killed": len(daemons), "pod": pod}


def _lab(deed: str) -> None:
    subprocess.run([sys.executable, "-m", "tests.lab", deed], check=True, stdout=subprocess.DEVNULL)


def _run_something() -> str:
    """A container with a port, a volume and a network, and a pod: what daemons leave when they are killed."""
    lab = state.load()
    assert lab is not None
    docker = [find("docker"), "-H", lab.docker_host]
    subprocess.run([*docker, "network", "create", "net"], check=True, stdout=subprocess.DEVNULL)
    container = ["run", "-d", "--network", "net", "-p", "18080:80", "-v", "data:/data", "busybox", "sleep", "600"]
    subprocess.run([*docker, *container], check=True, stdout=subprocess.DEVNULL)
    kubectl = [lab.kubectl, "--kubeconfig", lab.kubeconfig]
    subprocess.run([*kubectl, "run", "app", "--image=luksa/kubia"], check=True, stdout=subprocess.DEVNULL)
    ready = [*kubectl, "wait", "--for=condition=ready", "pod/app", "--timeout=60s"]
    subprocess.run(ready, check=True, stdout=subprocess.DEVNULL)
    return subprocess.check_output([*kubectl, "get", "pod", "app", "-o", "jsonpath={.status.phase}"], text=True)


def _traces() -> dict[str, Any]:
    """What a lab could leave: links, rules, mounts, processes, cgroups, settings."""
    saved = "".join(
        subprocess.check_output([find(f"{family}-save")], text=True) for family in ("iptables", "ip6tables")
    )
    chains = [line.partition(" [")[0] for line in saved.splitlines() if line.startswith(":")]
    rules = [line for line in saved.splitlines() if line.startswith("-A")]
    links = json.loads(subprocess.check_output([find("ip"), "-j", "link", "show"]))
    settings = ("net/ipv4/ip_forward", "net/ipv4/conf/all/route_localnet", "vm/overcommit_memory", "kernel/panic")
    return {
        "rules": [*rules, *(each for each in chains if not each.endswith(" ACCEPT"))],
        "links": sorted(each["ifname"] for each in links),
        "mounts": mounts_under(state.state_dir(), Path("/proc/self/mountinfo").read_text()),
        "processes": processes.lab_processes([]),
        "cgroups": sorted(map(str, Path("/sys/fs/cgroup").glob(f"*{state.cgroup()}"))),
        "settings": {each: (Path("/proc/sys") / each).read_text() for each in settings},
    }


if __name__ == "__main__":
    print(json.dumps(_life()))
