"""What the words for kinds mean, who is asked for it, and what is kept of the answer."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines.kubernetes.discovery import FRESH, KEPT, Discovery, cache_file
from kubia_cli.errors import NotFoundError, UnreachableError, UsageError


def resource(kind: str, plural: str, *shorts: str, **more: Any) -> dict[str, Any]:
    said = {"resource": plural, "responseKind": {"kind": kind}, "scope": "Namespaced", "shortNames": list(shorts)}
    return {**said, "singularResource": kind.lower(), "verbs": ["get", "list"], **more}


CORE = {
    "versions": [{"version": "v1", "resources": [resource("Pod", "pods", "po"), resource("Event", "events", "ev")]}]
}
NEW, OLD = resource("Gateway", "gateways", "gtw"), resource("Gateway", "gateways", "gtw")
GROUPS = [
    {
        "metadata": {"name": "mesh.io"},
        "versions": [{"version": "v2", "resources": [NEW]}, {"version": "v1", "resources": [OLD]}],
    },
    {
        "metadata": {"name": "events.k8s.io"},
        "versions": [{"version": "v1", "resources": [resource("Event", "events", "ev")]}],
    },
    {
        "metadata": {"name": "edge.example"},
        "versions": [{"version": "v1", "resources": [resource("Gateway", "gateways", scope="Cluster")]}],
    },
]


class Server:
    """Answers discovery; ``clock`` is what time it is, in seconds."""

    def __init__(self, cache: Path, groups: list[dict[str, Any]] | None = None) -> None:
        self.asked: list[str] = []
        self.clock = time.time()
        self.groups = GROUPS if groups is None else groups
        self.cache = cache

    def fetch(self, path: str, accept: str) -> Mapping[str, Any]:
        self.asked.append(path)
        assert accept.startswith("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,")
        return {"kind": "APIGroupDiscoveryList", "items": [CORE] if path == "/api" else self.groups}

    def discovery(self) -> Discovery:
        return Discovery(self.fetch, self.cache, now=lambda: self.clock)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path / "kubia" / "discovery" / "server.json")


@pytest.mark.parametrize(
    "word", ["po", "pods", "Pod", "POD", "rc", "svc", "deploy", "no", "rs", "ns", "deployments.apps"]
)
def test_the_chapter_s_kinds_cost_nothing(server: Server, word: str) -> None:
    assert server.discovery().kind(word).version == "v1"
    assert server.asked == []


@pytest.mark.parametrize(
    ("word", "version"),
    [
        ("gtw", "mesh.io/v2"),
        ("gateway", "mesh.io/v2"),
        ("gateways.mesh.io", "mesh.io/v2"),
        ("gateways.v1.mesh.io", "mesh.io/v1"),
        ("gateways.edge", "edge.example/v1"),
        ("events", "v1"),
        ("events.events.k8s.io", "events.k8s.io/v1"),
    ],
)
def test_words(server: Server, word: str, version: str) -> None:
    assert server.discovery().kind(word).api_version == version


def test_each_kind_once_in_its_group_s_best_version(server: Server) -> None:
    found = [(kind.plural, kind.api_version) for kind in server.discovery().kinds()]
    assert found == [
        ("pods", "v1"),
        ("events", "v1"),
        ("gateways", "mesh.io/v2"),
        ("events", "events.k8s.io/v1"),
        ("gateways", "edge.example/v1"),
    ]


def test_manifests(server: Server) -> None:
    discovery = server.discovery()
    assert discovery.of_manifest({"apiVersion": "apps/v1", "kind": "Deployment"}).plural == "deployments"
    assert server.asked == []
    assert discovery.of_manifest({"apiVersion": "mesh.io/v1", "kind": "Gateway"}).version == "v1"
    with pytest.raises(NotFoundError, match=r'the server has no kind "Gateway" in "mesh\.io/v9"'):
        discovery.of_manifest({"apiVersion": "mesh.io/v9", "kind": "Gateway"})
    with pytest.raises(UsageError, match="the manifest has no apiVersion or no kind"):
        discovery.of_manifest({"kind": "Gateway"})


def test_what_is_kept_serves_the_next_run_and_is_ours_alone(server: Server) -> None:
    server.discovery().kind("gtw")
    assert server.asked == ["/api", "/apis"]
    server.clock = server.cache.stat().st_mtime
    assert server.discovery().kind("gtw").group == "mesh.io"
    assert server.asked == ["/api", "/apis"]
    modes = [
        stat.S_IMODE(path.stat().st_mode) for path in (server.cache, server.cache.parent, server.cache.parent.parent)
    ]
    assert modes == [0o600, 0o700, 0o700]


def test_what_is_kept_too_long_or_torn_is_asked_for(server: Server) -> None:
    server.discovery().kinds()
    server.clock = server.cache.stat().st_mtime + KEPT - 1
    server.discovery().kinds()
    assert len(server.asked) == 2
    server.clock += 2
    server.discovery().kinds()
    assert len(server.asked) == 4
    server.cache.write_text("[{]")
    server.clock = server.cache.stat().st_mtime
    server.discovery().kinds()
    assert len(server.asked) == 6


def test_a_new_kind_is_looked_for_beyond_what_is_kept(server: Server) -> None:
    server.groups = []
    server.discovery().kinds()
    discovery = server.discovery()
    server.groups = GROUPS
    server.clock = server.cache.stat().st_mtime
    assert discovery.kind("gtw").group == "mesh.io"
    with pytest.raises(NotFoundError) as caught:
        discovery.kind("gatewya")
    assert (caught.value.code, caught.value.fix) == ("kind.unknown", "kubia get gateway")
    assert len(server.asked) == 4
    server.clock += FRESH + 1
    with pytest.raises(NotFoundError):
        discovery.kind("gatewya")
    assert len(server.asked) == 6


def test_an_old_server_and_a_silent_group(tmp_path: Path) -> None:
    pods = {"name": "pods", "kind": "Pod", "namespaced": True, "verbs": ["get"], "shortNames": ["po"]}
    shows = {"name": "shows", "kind": "Show", "namespaced": True, "verbs": ["get"]}
    documents: dict[str, Mapping[str, Any]] = {
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/api/v1": {"groupVersion": "v1", "resources": [pods]},
        "/apis": {
            "groups": [
                {"versions": [{"groupVersion": "metrics/v1"}], "preferredVersion": {"groupVersion": "metrics/v1"}},
                {
                    "versions": [{"groupVersion": "tv/v1"}, {"groupVersion": "tv/v2"}],
                    "preferredVersion": {"groupVersion": "tv/v2"},
                },
            ]
        },
        "/apis/tv/v1": {"groupVersion": "tv/v1", "resources": [shows]},
        "/apis/tv/v2": {"groupVersion": "tv/v2", "resources": [shows, {"name": "shows/scale", "kind": "Scale"}]},
    }

    def fetch(path: str, _: str) -> Mapping[str, Any]:
        if path not in documents:
            raise UnreachableError("cluster.busy", "down")
        return documents[path]

    cache = tmp_path / "kubia" / "discovery" / "old.json"
    discovery = Discovery(fetch, cache)
    found = discovery.kind("shows")
    assert (found.api_version, found.scalable) == ("tv/v2", True)
    with pytest.raises(NotFoundError) as caught:
        discovery.kind("nodemetrics")
    assert caught.value.said == "no answer for metrics/v1"
    assert not cache.exists()  # it has a hole


def test_where_it_is_kept(tmp_path: Path) -> None:
    one = cache_file({"XDG_CACHE_HOME": str(tmp_path)}, "https://one.example:6443")
    assert one.parent == tmp_path / "kubia" / "discovery"
    assert cache_file({"XDG_CACHE_HOME": str(tmp_path)}, "https://two.example:6443") != one
    assert cache_file({"HOME": str(tmp_path)}, "https://one.example:6443").parent == tmp_path / ".cache/kubia/discovery"


def test_a_disk_that_cannot_be_written_costs_a_request(server: Server, tmp_path: Path) -> None:
    (tmp_path / "kubia").write_text(json.dumps("in the way"))
    assert server.discovery().kind("gtw").group == "mesh.io"
    assert server.discovery().kind("gtw").group == "mesh.io"
    assert server.asked == ["/api", "/apis"] * 2
