"""What Debian and Ubuntu have as packages: installed when absent, and never left running as a service."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.errors import UnavailableError
from tests.lab.progress import say, step

# A file that shows that the package is there (any of these), and the package. Docker's client came apart from
# docker.io in Debian 13.
Need = tuple[tuple[str, ...], str]

DOCKER: tuple[Need, ...] = (
    (("/usr/sbin/dockerd", "/usr/bin/dockerd"), "docker.io"),
    (("/usr/bin/containerd",), "containerd"),
    (("/usr/bin/docker", "/usr/local/bin/docker"), "docker-cli"),
    (("/usr/sbin/iptables", "/sbin/iptables"), "iptables"),
    (("/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"), "iproute2"),
)
REGISTRY: tuple[Need, ...] = ((("/usr/bin/docker-registry",), "docker-registry"),)
IMAGES: tuple[Need, ...] = (
    (("/usr/bin/busybox", "/bin/busybox"), "busybox-static"),
    (("/bin/bash-static", "/usr/bin/bash-static"), "bash-static"),
    (("/usr/bin/node", "/usr/local/bin/node"), "nodejs"),
)
KUBERNETES: tuple[Need, ...] = (
    (("/usr/bin/etcd",), "etcd-server"),
    (("/usr/lib/cni/bridge", "/opt/cni/bin/bridge"), "containernetworking-plugins"),
    (("/usr/bin/openssl",), "openssl"),
)
# What the tests and the demo type besides kubia.
TOOLS: tuple[Need, ...] = (
    (("/usr/bin/curl", "/usr/local/bin/curl"), "curl"),
    (("/usr/bin/node", "/usr/local/bin/node"), "nodejs"),
)
GO: tuple[Need, ...] = (
    (("/etc/ssl/certs/ca-certificates.crt",), "ca-certificates"),
    # Debian's python3 has venv, but not the ensurepip that fills one.
    (("/usr/share/python-wheels", "/usr/lib/python3/dist-packages/ensurepip"), "python3-venv"),
)
#: What completion is tried in.
SHELLS: tuple[Need, ...] = (
    (("/usr/bin/zsh", "/bin/zsh"), "zsh"),
    (("/usr/bin/fish",), "fish"),
    (("/usr/share/bash-completion/bash_completion",), "bash-completion"),
    (("/usr/bin/shellcheck",), "shellcheck"),
)

_POLICY = Path("/usr/sbin/policy-rc.d")
_SERVICES = {
    "docker.io": ("docker.service", "docker.socket"),
    "containerd": ("containerd.service",),
    "docker-registry": ("docker-registry.service",),
    "etcd-server": ("etcd.service",),
}
_OUTSIDE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def find(program: str) -> str:
    """The path of a program, also where the user's PATH leaves out the system's folders.

    Raises UnavailableError.
    """
    found = shutil.which(program) or shutil.which(program, path=_OUTSIDE_PATH)
    if found is None:
        raise UnavailableError(f"{program} is not installed")
    return found


def missing(needs: Iterable[Need]) -> list[str]:
    """Packages of which no file is there."""
    return [package for files, package in needs if not any(Path(file).exists() for file in files)]


def ensure(*needs: Need) -> None:
    """Install what is absent, as root, by apt-get. Raises UnavailableError."""
    absent = missing(needs)
    if not absent:
        return
    names = " ".join(absent)
    if os.geteuid() != 0:
        raise UnavailableError(f"{names} not installed, and only root can install it")
    if shutil.which("apt-get") is None:
        raise UnavailableError(f"{names} not installed, and there is no apt-get here to install it")
    with step(f"apt-get install {names}"), _no_service_starts():
        if _apt_get("install", absent) is not None:
            _apt_get("update", [])
            known = [package for package in absent if _is_known(package)]
            complaint = _apt_get("install", known)
            if complaint is not None:
                raise UnavailableError(f"apt-get install {names}: {complaint}")
    _leave_disabled(absent)
    still = missing(needs)
    if still:
        raise UnavailableError(f"the packages {' '.join(still)} are not what they are on Debian and Ubuntu")


def _apt_get(deed: str, packages: list[str]) -> str | None:
    """None when it worked, else apt-get's last complaint."""
    # Somebody else may be installing at this moment.
    command = ["apt-get", deed, "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    if deed == "install":
        command += ["--no-install-recommends", *packages]
    done = subprocess.run(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode == 0:
        return None
    complaints = [line for line in done.stderr.splitlines() if line.startswith("E:")]
    return complaints[0] if complaints else f"exit {done.returncode}"


def _is_known(package: str) -> bool:
    done = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)
    return done.returncode == 0 and bool(done.stdout)


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Keep the packages' scripts from starting daemons, by the hook that invoke-rc.d(8) asks.

    A machine that has the hook already has its own opinion; it stays.
    """
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)


def _leave_disabled(installed: list[str]) -> None:
    """What was installed for the lab shall not come up with the machine and take the lab's ports."""
    services = [service for package in installed for service in _SERVICES.get(package, ())]
    if services and shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", "--quiet", *services], capture_output=True, check=False)
        say(f"left disabled at boot: {' '.join(services)}")
