"""Real registries on loopback: open, and behind a password."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.packages import find

#: The one who may log in, and an htpasswd line that says so.
USER, PASSWORD = "reader", "pass-word"
_HTPASSWD = f"{USER}:$2b$04$0OieT2cYvk5Gr3guQfHvseDA4BhUzeTaPuXqZ25.WqySMBj4kl8DO\n"


@contextmanager
def registry_at(place: Path, auth: str = "") -> Iterator[str]:
    """Run a registry that keeps its blobs in ``place``; yields its host and port. ``auth`` is its lines for logins."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    config = place / "registry.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {place}/data}}}}\n"
        f"http: {{addr: '{address}'}}\n{auth}"
    )
    with subprocess.Popen(
        [find("docker-registry"), "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as serving:
        try:
            until = time.monotonic() + 20
            while not listens(address):
                assert time.monotonic() < until, "the registry does not answer"
                time.sleep(0.05)
            yield address
        finally:
            serving.terminate()


def listens(address: str) -> bool:
    """Whether something takes connections at ``host:port``."""
    host, _, port = address.partition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


@contextmanager
def registry_with_passwords(place: Path) -> Iterator[str]:
    """A registry that wants the login of USER."""
    (place / "htpasswd").write_text(_HTPASSWD)
    with registry_at(place, f"auth: {{htpasswd: {{realm: here, path: {place}/htpasswd}}}}\n") as address:
        yield address
