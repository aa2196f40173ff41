"""The base images: `node` and `busybox` made from the machine's own programs, the pods' pause, and the sample app.

They are put straight into the registry, so that no engine's own images are touched.
"""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from tests.lab import binaries, packages, processes, registry, rootfs, state
from tests.lab.progress import say, step
from tests.lab.registry import Layer
from tests.lab.rootfs import Rootfs
from tests.lab.state import State

APP = Path(__file__).parents[2] / "app"
HUB = "registry-1.docker.io"

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PASSWD = "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"
_GROUP = "root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n"
# Debian's node reads parts of its own library from here; the builds of nodejs.org have them inside.
_NODE_SHARED = ("acorn", "acorn-walk", "busboy", "cjs-module-lexer", "streamsearch", "undici")


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
        [_busybox(busybox)],
        {"Env": [_PATH], "Cmd": ["sh"]},
    )
    node = str(Path(packages.find("node")).resolve())
    said = processes.run([node, "--version"]).strip().removeprefix("v")
    tags = sorted({"latest", said.split(".")[0], *_tags_of_app()})
    with step(f"image node ({said})", quiet_below=1):
        config: dict[str, object] = {"Env": [_PATH, f"NODE_VERSION={said}"], "Cmd": ["node"]}
        registry.put_image(lab.registry, "library/node", tags, [_node(node, busybox)], config)


def seed_pause(lab: State) -> None:
    """The image that holds a pod's namespaces."""
    program = binaries.path(binaries.PAUSE)
    config: dict[str, object] = {"Env": [_PATH], "Entrypoint": ["/pause"]}
    layer = _layer("pause", [program], lambda root: root.program("pause", program))
    registry.put_image(lab.registry, "lab/pause", ["1"], [layer], config)


def seed_app(lab: State) -> None:
    """The sample app, as its Dockerfile says, so that the mirror serves the chapter's `luksa/kubia`."""
    packages.ensure(*packages.IMAGES)
    busybox, node = packages.find("busybox"), str(Path(packages.find("node")).resolve())
    program = APP / "app.js"
    app = _layer("app", [str(program)], lambda root: root.file("app.js", program.read_bytes()))
    config: dict[str, object] = {
        "Env": [_PATH],
        "User": "1000",
        "WorkingDir": "/",
        "ExposedPorts": {"8080/tcp": {}},
        "Entrypoint": ["node", "app.js"],
    }
    registry.put_image(lab.registry, "luksa/kubia", ["latest"], [_node(node, busybox), app], config)


def lend(lab: State) -> None:
    """Give an engine that is not the lab's the base images that it lacks and cannot pull; `down` takes them back."""
    if hub_answers():
        return
    docker = [packages.find("docker"), "-H", lab.docker_host]
    for name in ("busybox", "node"):
        if processes.run([*docker, "images", "-q", name]).strip():
            continue
        source = f"{lab.registry}/library/{name}"
        with state.changing(lab):
            lab.before.absent_images += [f"{name}:latest", source]
        processes.run([*docker, "pull", "-q", source])
        processes.run([*docker, "tag", source, f"{name}:latest"])


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


def _busybox(busybox: str) -> Layer:
    """busybox as the only program, with a link for each of its commands."""

    def fill(root: Rootfs) -> None:
        _accounts(root)
        _commands(root, busybox)

    return _layer("busybox", [busybox], fill)


def _node(node: str, busybox: str) -> Layer:
    """node where the official image has it, a real bash, and busybox for the rest."""
    bash = packages.find("bash-static")

    def fill(root: Rootfs) -> None:
        _accounts(root)
        root.folder("home/node", owner=1000)
        root.program("usr/local/bin/node", node)
        root.program("bin/bash", bash)
        for name in _NODE_SHARED:
            root.tree(f"/usr/share/nodejs/{name}")
        _commands(root, busybox)

    return _layer("node", [node, bash, busybox], fill)


def _accounts(root: Rootfs) -> None:
    root.file("etc/passwd", _PASSWD.encode())
    root.file("etc/group", _GROUP.encode())
    root.folder("root", 0o700)
    root.folder("tmp", 0o1777)


def _commands(root: Rootfs, busybox: str) -> None:
    root.program("bin/busybox", busybox)
    for command in processes.run([busybox, "--list"]).split():
        root.link(f"bin/{command}", "busybox")


def _layer(name: str, sources: list[str], fill: Callable[[Rootfs], None]) -> Layer:
    return rootfs.layer(name, sources, fill, Path(__file__))
