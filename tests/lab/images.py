"""The base images: `node` and `busybox` made from the machine's own programs, the pods' pause, and the sample app.

They are put straight into the registry, so that no engine's own images are touched.
"""

import gzip
import hashlib
import io
import json
import re
import shutil
import socket
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.lab import binaries, packages, processes, registry
from tests.lab.progress import say, step
from tests.lab.registry import Layer
from tests.lab.state import State, cache_dir

APP = Path(__file__).parents[2] / "app"
HUB = "registry-1.docker.io"

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PASSWD = "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"
_GROUP = "root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n"
# Debian's node reads parts of its own library from here; the builds of nodejs.org have them inside.
_NODE_SHARED = ("acorn", "acorn-walk", "busboy", "cjs-module-lexer", "streamsearch", "undici")


class _Rootfs:
    """A root file system in the making: a tar file whose bytes depend on its content only."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._buffer, mode="w")  # noqa: SIM115 - closed by `bytes`
        self._there: set[str] = set()

    def _parents(self, name: str) -> None:
        for parent in reversed(Path(name).parents):
            if parent.name:
                self.folder(str(parent))

    def folder(self, name: str, mode: int = 0o755, owner: int = 0) -> None:
        """A folder, once."""
        if name in self._there:
            return
        self._parents(name)
        self._there.add(name)
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, mode, owner, owner
        self._tar.addfile(entry)

    def file(self, name: str, content: bytes, mode: int = 0o644) -> None:
        """A file, once."""
        if name in self._there:
            return
        self._parents(name)
        self._there.add(name)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(content), mode
        self._tar.addfile(entry, io.BytesIO(content))

    def link(self, name: str, target: str) -> None:
        """A symbolic link, once."""
        if name in self._there:
            return
        self._parents(name)
        self._there.add(name)
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        self._tar.addfile(entry)

    def bytes(self) -> bytes:
        """The finished tar file."""
        self._tar.close()
        return self._buffer.getvalue()


def seed(lab: State) -> None:
    """Put `library/busybox` and `library/node` into the registry, unless Docker Hub itself answers.

    Raises UnavailableError.
    """
    if hub_answers():
        say("Docker Hub answers: node and busybox come from there")
        return
    packages.ensure(*packages.IMAGES)
    busybox = packages.find("busybox")
    registry.put_image(
        lab.registry,
        "library/busybox",
        ["latest"],
        _layer("busybox", [busybox], _busybox),
        {"Env": [_PATH], "Cmd": ["sh"]},
    )
    node = str(Path(packages.find("node")).resolve())
    said = processes.run([node, "--version"]).strip().removeprefix("v")
    tags = sorted({"latest", said.split(".")[0], *_tags_of_app()})
    with step(f"image node ({said})", quiet_below=1):
        config: dict[str, object] = {"Env": [_PATH, f"NODE_VERSION={said}"], "Cmd": ["node"]}
        registry.put_image(lab.registry, "library/node", tags, _layer("node", [node, busybox], _node), config)


def seed_pause(lab: State) -> None:
    """The image that holds a pod's namespaces."""
    program = binaries.path(binaries.PAUSE)
    config: dict[str, object] = {"Env": [_PATH], "Entrypoint": ["/pause"]}
    registry.put_image(lab.registry, "lab/pause", ["1"], _layer("pause", [program], _pause), config)


def seed_app(lab: State) -> None:
    """Build the sample app as the chapter's `luksa/kubia` and push it, so that the mirror serves it by that name.

    The base comes from the registry by its own address: no tag called `node` is made in the engine.
    """
    dockerfile = APP / "Dockerfile"
    if not dockerfile.exists():
        return
    text = dockerfile.read_text()
    if not hub_answers():
        text = re.sub(
            r"^(FROM\s+(?:--\S+\s+)*)(node(?::\S+)?)", rf"\1{lab.registry}/library/\2", text, flags=re.M | re.I
        )
    image = f"{lab.registry}/luksa/kubia"
    docker = [packages.find("docker"), "-H", lab.docker_host]
    with step("image luksa/kubia"):
        processes.run([*docker, "build", "-q", "-t", image, "-f", "-", str(APP)], text=text)
        processes.run([*docker, "push", "-q", image])
        processes.run([*docker, "rmi", "-f", image])


def hub_answers() -> bool:
    """Whether Docker Hub can be reached from here within 2 s."""
    with suppress(OSError), socket.create_connection((HUB, 443), timeout=2):
        return True
    return False


def _tags_of_app() -> Iterator[str]:
    """The tags of node that the sample app's Dockerfile builds from."""
    dockerfile = APP / "Dockerfile"
    if dockerfile.exists():
        yield from re.findall(r"^FROM\s+(?:--\S+\s+)*node:([\w.-]+)", dockerfile.read_text(), re.M | re.I)


def _layer(name: str, sources: list[str], fill: "Fill") -> Layer:
    """The layer that `fill` makes from `sources`, kept in the cache under what identifies them."""
    stamps = [(each, Path(each).stat().st_size, Path(each).stat().st_mtime_ns) for each in sources]
    own_text = Path(__file__).read_bytes()
    key = hashlib.sha256(json.dumps(stamps).encode() + own_text).hexdigest()[:16]
    folder = cache_dir() / "layers"
    path, note = folder / f"{name}-{key}.tar.gz", folder / f"{name}-{key}.json"
    if not note.exists():
        shutil.rmtree(folder / name, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        rootfs = _Rootfs()
        fill(rootfs, *sources)
        content = rootfs.bytes()
        path.write_bytes(gzip.compress(content, 1, mtime=0))
        digests = [hashlib.sha256(each).hexdigest() for each in (path.read_bytes(), content)]
        note.write_text(json.dumps([f"sha256:{each}" for each in digests]))
    digest, diff_id = json.loads(note.read_text())
    return Layer(path, digest, diff_id)
