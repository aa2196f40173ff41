"""kubia against docker and kubectl, in one run on the lab: `make bench` prints one table.

Each pair does the same job to the same end, one after the other and taking turns, so that both meet the same machine.
What counts is the ratio of the medians; the seconds are this machine's.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.bring_up import bring_up
from tests.lab.packages import find

ROOT = Path(__file__).parent.parent
KUBIA = str(Path(sys.executable).parent / "kubia")
NAMESPACE = "kubia-bench"

Commands = Sequence[Sequence[str]]


@dataclass
class Job:
    """One line of the table: what kubia types, and what is typed instead; ``before`` makes each round's ground."""

    name: str
    kubia: Commands
    peers: dict[str, Commands]
    rounds: int = 20
    before: Callable[[], None] = lambda: None
    seconds: dict[str, list[float]] = field(default_factory=dict)


def main() -> None:
    lab = bring_up(("docker", "registry", "cluster"))
    docker, kubectl = find("docker"), lab.kubectl
    os.environ.update(DOCKER_HOST=lab.docker_host, KUBECONFIG=lab.kubeconfig)
    _quietly([kubectl, "create", "namespace", NAMESPACE])
    try:
        for job in _jobs(docker, kubectl, lab.registry):
            _measure(job)
            _print(job)
    finally:
        _quietly([kubectl, "delete", "namespace", NAMESPACE])
        _quietly([docker, "rmi", "-f", f"{lab.registry}/bench/kubia", f"{lab.registry}/bench/peer"])


def _jobs(docker: str, kubectl: str, registry: str) -> list[Job]:
    in_namespace = ["-n", NAMESPACE]
    image, peer_image = f"{registry}/bench/kubia", f"{registry}/bench/peer"

    def three_pods() -> None:
        if not _output([kubectl, *in_namespace, "get", "deployment", "three", "--ignore-not-found", "-o", "name"]):
            _run([kubectl, *in_namespace, "create", "deployment", "three", "--image=luksa/kubia", "--replicas=3"])
            _run([kubectl, *in_namespace, "rollout", "status", "deployment/three"])

    def nothing_runs() -> None:
        _quietly([kubectl, *in_namespace, "delete", "deployment", "kubia", "peer", "three", "--wait"])
        _quietly([docker, "rmi", "-f", image, peer_image])

    return [
        Job("--help", [[KUBIA, "--help"]], {"docker": [[docker, "--help"]], "kubectl": [[kubectl, "--help"]]}),
        Job(
            "get pods (3 pods)",
            [[KUBIA, *in_namespace, "get", "pods"]],
            {"kubectl": [[kubectl, *in_namespace, "get", "pods"]]},
            before=three_pods,
        ),
        Job(
            "build + push + run + wait",
            [
                [KUBIA, "build", "-q", "-t", image, "app"],
                [KUBIA, "push", image],
                [KUBIA, *in_namespace, "run", "kubia", f"--image={image}", "--port=8080"],
            ],
            {
                "docker + kubectl": [
                    [docker, "build", "-q", "-t", peer_image, "app"],
                    [docker, "push", peer_image],
                    [kubectl, *in_namespace, "create", "deployment", "peer", f"--image={peer_image}", "--port=8080"],
                    [kubectl, *in_namespace, "rollout", "status", "deployment/peer"],
                ]
            },
            rounds=5,
            before=nothing_runs,
        ),
    ]


def _measure(job: Job) -> None:
    for each in range(job.rounds + 1):
        for name, commands in {"kubia": job.kubia, **job.peers}.items():
            job.before()
            begun = time.perf_counter()
            for command in commands:
                _run(command)
            if each:  # the first round only warms the caches
                job.seconds.setdefault(name, []).append(time.perf_counter() - begun)


def _print(job: Job) -> None:
    medians = {name: statistics.median(seconds) for name, seconds in job.seconds.items()}
    for name in job.peers:
        ratio = medians["kubia"] / medians[name]
        print(
            f"{job.name:<28}kubia {medians['kubia']:.3f} s   {name} {medians[name]:.3f} s   ratio {ratio:.2f}",
            flush=True,
        )


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _quietly(command: Sequence[str]) -> None:
    subprocess.run(command, capture_output=True, check=False)


if __name__ == "__main__":
    main()
