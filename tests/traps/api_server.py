"""An API server of a test's own, which may be stopped and cut off: the lab's is everybody's."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kubia_cli.engines.kubernetes.api import KubeCluster, connect
from kubia_cli.errors import KubiaError
from tests.lab import binaries, packages, state
from tests.lab.certificates import certificate, key


@dataclass(frozen=True)
class OwnServer:
    """A real kube-apiserver on an etcd of its own; ``kubeconfig`` is its administrator's."""

    process: subprocess.Popen[bytes]
    kubeconfig: Path

    def cluster(self) -> KubeCluster:
        env = {**os.environ, "KUBECONFIG": str(self.kubeconfig), "XDG_CACHE_HOME": str(self.kubeconfig.parent)}
        return connect(env, on_warning=lambda _: None)

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """While the body runs the server says nothing: its kernel takes connections, and nobody answers them."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def own_server(folder: Path, admin: Path) -> Iterator[OwnServer]:
    """Start one below ``folder`` with the lab's certificates; ``admin`` is the kubeconfig of the lab's own."""
    client, peer, secure = _free_ports()
    etcd = [packages.find("etcd"), f"--data-dir={folder / 'etcd'}", "--unsafe-no-fsync", "--log-level=error"]
    etcd += [f"--listen-client-urls=http://127.0.0.1:{client}", f"--advertise-client-urls=http://127.0.0.1:{client}"]
    etcd += [f"--listen-peer-urls=http://127.0.0.1:{peer}", f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}"]
    etcd += [f"--initial-cluster=default=http://127.0.0.1:{peer}"]
    server = [
        binaries.path("kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{client}",
        "--bind-address=127.0.0.1",
        f"--secure-port={secure}",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.250.0.0/16",
        f"--client-ca-file={certificate('ca')}",
        f"--tls-cert-file={certificate('api-server')}",
        f"--tls-private-key-file={key('api-server')}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={certificate('accounts')}",
        f"--service-account-signing-key-file={key('accounts')}",
        "--authorization-mode=AlwaysAllow",
        "--disable-admission-plugins=ServiceAccount",
    ]
    kubeconfig = folder / "kubeconfig"
    address = _address(admin)
    kubeconfig.write_text(admin.read_text().replace(address, f"https://127.0.0.1:{secure}"))
    env = {**os.environ, "ETCD_UNSUPPORTED_ARCH": state.architecture()}
    with (folder / "log").open("wb") as log, contextlib.ExitStack() as ends:
        ends.enter_context(_running(etcd, env, log.fileno()))
        process = ends.enter_context(_running(server, env, log.fileno()))
        own = OwnServer(process, kubeconfig)
        until = time.monotonic() + 60
        while not _is_ready(own):
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < until, "the API server is not ready after 60 s"
            time.sleep(0.3)
        yield own


@contextlib.contextmanager
def _running(command: list[str], env: dict[str, str], log: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _is_ready(own: OwnServer) -> bool:
    kube = own.cluster()
    try:
        kube.get(kube.kind("ns"), "default")
    except KubiaError:
        return False
    finally:
        kube._server.close()
    return True


def _free_ports() -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        return [each.getsockname()[1] for each in sockets]


def _address(kubeconfig: Path) -> str:
    """The server's line of a kubeconfig that has one cluster."""
    lines = kubeconfig.read_text().splitlines()
    return next(line.partition("server:")[2].strip() for line in lines if "server:" in line)
