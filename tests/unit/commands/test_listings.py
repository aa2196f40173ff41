"""images and ps: docker's columns and words, from the engine's JSON."""

from __future__ import annotations

import time
from typing import Any

from tests.unit.typed import kubia

DIGEST = "sha256:" + "d" * 64


class Engine:
    """The lists of an engine, with what was asked of it."""

    def __init__(self, listed: list[dict[str, Any]]) -> None:
        self._listed = listed
        self.asked: list[Any] = []

    def images(self, reference: str = "", **options: Any) -> list[dict[str, Any]]:
        self.asked.append((reference, options))
        return self._listed

    def containers(self, **options: Any) -> list[dict[str, Any]]:
        self.asked.append(options)
        return self._listed


def image(tags: list[str] | None, digests: list[str] | None = None, letter: str = "a") -> dict[str, Any]:
    created = int(time.time()) - 3 * 7 * 24 * 3600
    identity = f"sha256:{letter * 64}"
    return {"Id": identity, "RepoTags": tags, "RepoDigests": digests, "Created": created, "Size": 109_000_000}


IMAGES = [
    image(["kubia:latest", "luksa/kubia:2"], [f"luksa/kubia@{DIGEST}"]),
    image(None, [f"busybox@{DIGEST}"], "b"),
    image(["<none>:<none>"], ["<none>@<none>"], "c"),
    image(["127.0.0.1:5000/kubia:1"], [], "d"),
]


def test_images_in_the_classic_columns() -> None:
    assert kubia("images", docker=Engine(IMAGES)).stdout == (
        "REPOSITORY             TAG      IMAGE ID       CREATED       SIZE\n"
        "kubia                  latest   aaaaaaaaaaaa   3 weeks ago   109MB\n"
        "luksa/kubia            2        aaaaaaaaaaaa   3 weeks ago   109MB\n"
        "busybox                <none>   bbbbbbbbbbbb   3 weeks ago   109MB\n"
        "<none>                 <none>   cccccccccccc   3 weeks ago   109MB\n"
        "127.0.0.1:5000/kubia   1        dddddddddddd   3 weeks ago   109MB\n"
    )


def test_digests_stand_beside_the_repository_that_has_them() -> None:
    lines = kubia("images --digests", docker=Engine(IMAGES[:2])).stdout.splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["REPOSITORY", "TAG", "DIGEST", "IMAGE"],
        ["kubia", "latest", "<none>", "aaaaaaaaaaaa"],
        ["luksa/kubia", "2", DIGEST, "aaaaaaaaaaaa"],
        ["busybox", "<none>", DIGEST, "bbbbbbbbbbbb"],
    ]


def test_ids_and_names_for_scripts() -> None:
    assert kubia("images -q", docker=Engine(IMAGES[2:])).stdout == "cccccccccccc\ndddddddddddd\n"
    assert kubia("images -q --no-trunc", docker=Engine(IMAGES[3:])).stdout == f"sha256:{'d' * 64}\n"
    assert kubia("images -o name", docker=Engine(IMAGES)).stdout == (
        f"image/kubia:latest\nimage/sha256:{'b' * 64}\nimage/sha256:{'c' * 64}\nimage/127.0.0.1:5000/kubia:1\n"
    )
    assert kubia("images -o jsonpath={.items[*].RepoTags[0]}", docker=Engine(IMAGES[:1])).stdout == "kubia:latest"


def test_what_is_asked_of_the_engine() -> None:
    engine = Engine([])
    assert kubia("images -a -l app=kubia,tier kubia", docker=engine).stdout == (
        "REPOSITORY   TAG   IMAGE ID   CREATED   SIZE\n"
    )
    assert engine.asked == [("kubia", {"all": True, "labels": ["app=kubia", "tier"]})]
    engine = Engine([])
    kubia("ps -a -s -f status=exited -f status=dead -l app=kubia --latest", docker=engine)
    assert engine.asked == [
        {"all": True, "labels": ["app=kubia"], "size": True, "filters": {"status": ["exited", "dead"]}, "limit": 1}
    ]


def container(**fields: Any) -> dict[str, Any]:
    return {
        "Id": "e" * 64,
        "Names": ["/kubia-container"],
        "Image": "kubia",
        "ImageID": "sha256:" + "a" * 64,
        "Command": "node app.js",
        "Created": int(time.time()) - 300,
        "Status": "Up 5 minutes",
        "Ports": [{"IP": "0.0.0.0", "PrivatePort": 8080, "PublicPort": 8080, "Type": "tcp"}],
        **fields,
    }


def test_ps_in_docker_s_columns() -> None:
    engine = Engine(
        [
            container(),
            container(
                Id="f" * 64,
                Names=["/web/alias", "/web"],
                Image="sha256:" + "a" * 64,
                Command="sh -c 'echo \"a\" && sleep 60'",
                Status="Exited (0) 2 hours ago",
                Ports=[],
            ),
            container(Id="0" * 64, Names=["/pinned"], Image=f"luksa/kubia@{DIGEST}", Ports=[]),
        ]
    )
    assert kubia("ps", docker=engine).stdout == (
        "CONTAINER ID   IMAGE          COMMAND                    CREATED         "
        "STATUS                   PORTS                    NAMES\n"
        'eeeeeeeeeeee   kubia          "node app.js"              5 minutes ago   '
        "Up 5 minutes             0.0.0.0:8080->8080/tcp   kubia-container\n"
        'ffffffffffff   aaaaaaaaaaaa   "sh -c \'echo \\"a\\" && …"   5 minutes ago   '
        "Exited (0) 2 hours ago                            web\n"
        '000000000000   luksa/kubia    "node app.js"              5 minutes ago   '
        "Up 5 minutes                                      pinned\n"
    )
    assert kubia("ps -q", docker=engine).stdout == "eeeeeeeeeeee\nffffffffffff\n000000000000\n"
    assert kubia("ps -o name", docker=engine).stdout == "container/kubia-container\ncontainer/web\ncontainer/pinned\n"


def test_ps_wide_and_with_sizes() -> None:
    engine = Engine(
        [
            container(
                SizeRw=1200,
                SizeRootFs=109_000_000,
                NetworkSettings={"Networks": {"bridge": {}, "lan": {}}},
                Mounts=[{"Name": "data"}, {"Source": "/srv"}],
            )
        ]
    )
    lines = kubia("ps -s -o wide --no-trunc", docker=engine).stdout.splitlines()
    assert lines[0].endswith("   MOUNTS")
    assert lines[1].endswith("kubia-container   1.2kB (virtual 109MB)   bridge,lan   data,/srv")
    assert lines[1].startswith("e" * 64)


def test_a_filter_without_a_value() -> None:
    answer = kubia("ps -f status", docker=Engine([]))
    assert (answer.status, answer.stderr) == (
        2,
        "error[filter.invalid]: `--filter status` is not of the form KEY=VALUE\n  fix: -f status=exited\n",
    )
