"""The registry on loopback, and putting images into it without an engine."""

import hashlib
import http.client
import json
from dataclasses import dataclass
from pathlib import Path

from tests.lab import packages, processes, state
from tests.lab.errors import UnavailableError
from tests.lab.progress import step
from tests.lab.state import State, architecture

REGISTRY = "docker-registry"

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


@dataclass(frozen=True)
class Layer:
    """A layer as it is stored: a gzipped tar file, and the digest of the tar inside it."""

    path: Path
    digest: str
    diff_id: str


def start(lab: State, port: int) -> None:
    """Serve on 127.0.0.1:`port`, with deleting allowed. Raises UnavailableError."""
    directory = state.state_dir()
    config = directory / "registry.yml"
    config.write_text(f"""\
version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {directory}/registry}}
  delete: {{enabled: true}}
http: {{addr: "127.0.0.1:{port}"}}
""")
    address = f"127.0.0.1:{port}"
    daemon = processes.start(lab, REGISTRY, [packages.find(REGISTRY), "serve", str(config)])
    with step("registry"):
        processes.wait_until(lambda: answers(address), 20, "the registry", {REGISTRY: daemon})
    said = processes.run([packages.find(REGISTRY), "--version"])
    with state.changing(lab):
        lab.registry = address
        lab.versions["registry"] = said.split()[-1].removeprefix("v").partition("+")[0]


def answers(address: str) -> bool:
    """Whether a registry answers at `address`."""
    try:
        return _ask(address, "GET", "/v2/")[0] == http.HTTPStatus.OK
    except OSError:
        return False


def has(address: str, repository: str, tag: str) -> bool:
    """Whether the registry knows the tag."""
    status, _ = _ask(address, "HEAD", f"/v2/{repository}/manifests/{tag}", headers={"Accept": _MANIFEST})
    return status == http.HTTPStatus.OK


def put_image(address: str, repository: str, tags: list[str], layers: list[Layer], config: dict[str, object]) -> None:
    """Store an image under `tags`. Raises UnavailableError when the registry refuses."""
    described = json.dumps(
        {
            "architecture": architecture(),
            "os": "linux",
            "created": "2024-01-01T00:00:00Z",
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": [each.diff_id for each in layers]},
            "history": [{"created": "2024-01-01T00:00:00Z", "created_by": "kubia's lab"} for _ in layers],
        }
    ).encode()
    config_digest = "sha256:" + hashlib.sha256(described).hexdigest()
    for each in layers:
        _put_blob(address, repository, each.digest, each.path.read_bytes())
    _put_blob(address, repository, config_digest, described)
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": _CONFIG, "size": len(described), "digest": config_digest},
            "layers": [
                {"mediaType": _LAYER, "size": each.path.stat().st_size, "digest": each.digest} for each in layers
            ],
        }
    ).encode()
    for tag in tags:
        path = f"/v2/{repository}/manifests/{tag}"
        status, _ = _ask(address, "PUT", path, manifest, {"Content-Type": _MANIFEST})
        if status != http.HTTPStatus.CREATED:
            raise UnavailableError(f"the registry refused {repository}:{tag}: HTTP {status}")


def _put_blob(address: str, repository: str, digest: str, content: bytes) -> None:
    if _ask(address, "HEAD", f"/v2/{repository}/blobs/{digest}")[0] == http.HTTPStatus.OK:
        return
    status, location = _ask(address, "POST", f"/v2/{repository}/blobs/uploads/")
    if status != http.HTTPStatus.ACCEPTED:
        raise UnavailableError(f"the registry refused an upload to {repository}: HTTP {status}")
    path = location.removeprefix(f"http://{address}")
    path += ("&" if "?" in path else "?") + f"digest={digest}"
    status, _ = _ask(address, "PUT", path, content, {"Content-Type": "application/octet-stream"})
    if status != http.HTTPStatus.CREATED:
        raise UnavailableError(f"the registry refused {digest} of {repository}: HTTP {status}")


def _ask(
    address: str, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """One request; the status and the Location that came with it."""
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request(method, path, body or None, {"Content-Length": str(len(body)), **(headers or {})})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location", "")
    except http.client.HTTPException as problem:
        raise OSError(str(problem)) from problem
    finally:
        connection.close()
