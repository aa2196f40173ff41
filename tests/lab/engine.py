"""The Docker engine: the one that is there, or one of the lab's own."""

import http.client
import itertools
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from tests.lab import network, packages, processes, state
from tests.lab.errors import UnavailableError
from tests.lab.progress import step
from tests.lab.state import State

CONTAINERD = "containerd"
DOCKERD = "dockerd"


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def version(host: str) -> str | None:
    """The version of the daemon at `host` (`unix://…`, or what the docker client understands); None: no answer."""
    if not host.startswith("unix://"):
        try:
            docker = packages.find("docker")
            return processes.run([docker, "-H", host, "version", "-f", "{{.Server.Version}}"], seconds=15).strip()
        except UnavailableError:
            return None
    connection = _UnixConnection(host.removeprefix("unix://"))
    try:
        connection.request("GET", "/version")
        said: str = json.loads(connection.getresponse().read())["Version"]
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        return None
    else:
        return said
    finally:
        connection.close()


def own_host() -> str:
    """Where the lab's own daemon listens."""
    return f"unix://{state.state_dir() / 'docker.sock'}"


def containerd_socket() -> Path:
    """Where the lab's containerd listens, for dockerd and for the kubelet."""
    return state.state_dir() / "containerd.sock"


def foreign_host() -> str | None:
    """A daemon that answers here and that the lab did not start. Raises UnavailableError for one that does not answer.

    A second daemon in one network namespace remakes docker0 and the firewall chains under the first.
    """
    candidates = [os.environ.get("DOCKER_HOST", ""), "unix:///var/run/docker.sock"]
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        candidates.append(f"unix://{runtime}/docker.sock")
    silent = []
    for pid, hosts in _running_daemons():
        silent.append(pid)
        candidates += hosts
    for host in candidates:
        if host and host != own_host() and version(host) is not None:
            return host
    if silent:
        raise UnavailableError(f"a dockerd runs here (process {silent[0]}) but does not answer; not starting another")
    return None


def _running_daemons() -> Iterator[tuple[int, list[str]]]:
    """Foreign dockerds of this network namespace, and the addresses that their arguments name."""
    directory = state.state_dir()
    for pid, arguments in processes.all_processes():
        if not arguments or Path(arguments[0]).name != DOCKERD or processes.belongs_to_lab(arguments, directory):
            continue
        if not processes.in_this_network(pid):
            continue
        hosts = [value for flag, value in itertools.pairwise(arguments) if flag in ("-H", "--host")]
        hosts += [each.split("=", 1)[1] for each in arguments if each.startswith(("-H=", "--host="))]
        yield pid, hosts


def start_containerd(lab: State) -> None:
    """One containerd, for dockerd and for the kubelet. Raises UnavailableError."""
    directory = state.state_dir()
    config = directory / "containerd.toml"
    config.write_text(_containerd_config(directory, lab.registry))
    command = [packages.find(CONTAINERD), "--config", str(config)]
    daemon = processes.start(lab, CONTAINERD, command)
    processes.wait_until(containerd_socket().exists, 20, "containerd's socket", {CONTAINERD: daemon})


def _containerd_config(directory: Path, registry: str) -> str:
    cni = next((each for each in ("/usr/lib/cni", "/opt/cni/bin") if Path(each, "bridge").exists()), "/usr/lib/cni")
    return f"""\
version = 2
root = "{directory}/containerd"
state = "{directory}/containerd-run"

[grpc]
address = "{containerd_socket()}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{registry}/lab/pause:1"
# Without CAP_SYS_RESOURCE no score may be lowered: runc fails with "can't get final child's PID from pipe".
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
disable_apparmor = true

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{cni}"
conf_dir = "{directory}/cni"

[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "{directory}/certs.d"
"""


def start_dockerd(lab: State) -> None:
    """The lab's own daemon: data, sockets, addresses and cgroups of its own. Raises UnavailableError."""
    directory = state.state_dir()
    # A file of our own, so that the machine's /etc/docker/daemon.json is not read.
    config = directory / "daemon.json"
    config.write_text("{}\n")
    command = [
        packages.find(DOCKERD),
        f"--config-file={config}",
        f"--data-root={directory}/docker",
        f"--exec-root={directory}/docker-run",
        f"--pidfile={directory}/docker.pid",
        f"--host={own_host()}",
        f"--containerd={containerd_socket()}",
        *([f"--registry-mirror=http://{lab.registry}"] if lab.registry else []),
        f"--bip={network.CONTAINERS.removesuffix('0.0/16')}0.1/24",
        f"--default-address-pool=base={network.CONTAINERS},size=24",
        f"--cgroup-parent={state.cgroup()}",
        "--exec-opt=native.cgroupdriver=cgroupfs",
        "--shutdown-timeout=3",
    ]
    daemon = processes.start(lab, DOCKERD, command)
    with step("Docker engine"):
        processes.wait_until(lambda: version(own_host()) is not None, 60, "the Docker engine", {DOCKERD: daemon})
    with state.changing(lab):
        lab.docker_host = own_host()
        lab.versions["docker"] = version(own_host()) or ""
