"""What completes the names of things: objects of a cluster, containers and images of Docker's, ports and counts."""

from __future__ import annotations

from kubia_cli.completion import kinds
from kubia_cli.completion.cluster import Cluster
from kubia_cli.completion.live import Known
from kubia_cli.completion.offer import NO_FILES, NO_SPACE, Offer, offered

TYPE_CHECKING = False  # `typing` costs a TAB 8 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from kubia_cli.completion.docker import Docker
    from kubia_cli.completion.kinds import Kind
    from kubia_cli.completion.live import Rows
    from kubia_cli.completion.values import Ask

    Completer = Callable[[Ask], Offer]


def _docker(ask: Ask) -> Docker:
    from kubia_cli.completion.docker import Docker  # most lines mean a cluster

    return Docker(ask)


def _from(found: Known, ask: Ask, prefix: str | None = None, before: str = "") -> Offer:
    """Offer what is known and not yet on the line."""
    given = {word.removeprefix(before) for word in ask.given}
    left = [row for row in found.rows if row[0] not in given]
    offer = offered(left, ask.prefix if prefix is None else prefix, before)
    if found.why:
        offer.help.append(found.why)
    return offer


def _objects(ask: Ask, marks: str = "") -> Offer:
    """Complete ``KIND[,KIND] NAME…`` and ``KIND/NAME…``; ``marks`` says of which kinds."""
    cluster = Cluster(ask)
    if "/" in ask.prefix:
        word, _, prefix = ask.prefix.partition("/")
        return _names(ask, cluster, word, prefix, f"{word}/")
    if not ask.given:
        before, comma, prefix = ask.prefix.rpartition(",")
        return offered(_kind_rows(cluster, marks), prefix, before + comma)
    if "/" in ask.given[0]:
        offer = offered([(f"{name}/", text) for name, text in _kind_rows(cluster, marks)], ask.prefix)
        return Offer(offer.candidates, NO_FILES | NO_SPACE)
    return _names(ask, cluster, ask.given[0], ask.prefix, "")


def _kind_rows(cluster: Cluster, marks: str) -> list[tuple[str, str]]:
    found = kinds.built_in() if marks else cluster.kinds()
    return [(kind.plural, ", ".join(kind.shorts)) for kind in found if not marks or marks in kind.marks]


def _names(ask: Ask, cluster: Cluster, word: str, prefix: str, before: str) -> Offer:
    if "--all-namespaces" in ask.used:
        return Offer(help=["a name is read from one namespace, not from all of them"])
    offer = Offer()
    for each in word.split(","):
        kind = cluster.kind(each)
        if kind is not None:
            more = _from(cluster.names(kind), ask, prefix, before)
            offer.candidates += more.candidates
            offer.help += more.help
    return offer


def _anything(ask: Ask) -> Offer:
    """Complete what ``inspect`` takes: a bare name of either engine's, an image, or an object of a cluster."""
    what, slash, prefix = ask.prefix.partition("/")
    if slash and what in ("image", "container"):
        docker = _docker(ask)
        return _from(docker.images() if what == "image" else docker.containers()(), ask, prefix, f"{what}/")
    if slash or ask.given:
        return _objects(ask)
    return _both(ask, "deployments", "replicationcontrollers", "services")


def _place_of_a_program(ask: Ask) -> Offer:
    """Complete where ``exec`` can run something: a running container, or a pod."""
    return _objects(ask) if "/" in ask.prefix else _both(ask, "pods")


def _both(ask: Ask, *plurals: str) -> Offer:
    """Bare names of both engines', or of the one that the line means; both are asked at once."""
    on = ask.value("--on") or ask.env.get("KUBIA_ON", "")
    meant = on == "kubernetes" or any(ask.value(flag) for flag in ("--namespace", "--context", "--kubeconfig"))
    waiting = None if meant else _docker(ask).containers(running=ask.verb == "exec")
    found: Rows = []
    help: list[str] = []
    cluster = Cluster(ask)
    for plural in plurals if on != "docker" and cluster.configured else ():
        said = cluster.names(_built_in(plural))
        found += said.rows
        help = [said.why] if said.why else help
    if waiting is not None:
        said = waiting()
        found = said.rows + found
        help += [said.why] if said.why and not found else []
    offer = offered([row for row in dict(found).items() if row[0] not in ask.given], ask.prefix)
    offer.help = help
    return offer


def _built_in(plural: str) -> Kind:
    return next(kind for kind in kinds.built_in() if kind.plural == plural)


def _namespaces(ask: Ask) -> Offer:
    from kubia_cli.completion.configured import contexts

    found = Cluster(ask).names(_built_in("namespaces"))
    named = [each.namespace for each in contexts(ask.env, ask.value("--kubeconfig")) if each.namespace]
    rows = dict.fromkeys(["default", *named], "") if not found.rows else {}
    return _from(Known(sorted((rows | dict(found.rows)).items()), found.why), ask)


def _all_contexts(ask: Ask) -> Offer:
    from kubia_cli.completion.configured import contexts, docker_contexts

    rows = [(each.name, each.cluster) for each in contexts(ask.env, ask.value("--kubeconfig"))]
    if ask.prefix.startswith("docker"):
        rows += [(f"docker/{name}", endpoint) for name, endpoint in docker_contexts(ask.env)]
    return offered(rows, ask.prefix)


def _pod_containers(ask: Ask) -> Offer:
    kind, _, name = (ask.given or [""])[0].rpartition("/")
    if kind not in ("", "pod", "po", "pods"):
        return Offer()
    return _from(Cluster(ask).read(_built_in("pods"), name, _containers_of), ask)


def _containers_of(pod: Any) -> Rows:
    spec = pod["spec"]
    return [
        (each["name"], each["image"].partition("@")[0])
        for each in (*(spec.get("initContainers") or ()), *spec["containers"])
    ]


def _target(ask: Ask) -> tuple[Kind | None, str]:
    """The object that the arguments name."""
    words = "/".join(ask.given[:2]) if ask.given and "/" not in ask.given[0] else (ask.given or [""])[0]
    word, _, name = words.partition("/")
    return Cluster(ask).kind(word) if word and name else None, name


def _ports(ask: Ask) -> Offer:
    """Complete the ports that an app has: its containers' or service's; of an app to come, its image's."""
    if ask.value("--image"):
        return _from(_docker(ask).exposed_ports(ask.value("--image")), ask)
    kind, name = _target(ask)
    return _from(Cluster(ask).read(kind, name, _ports_of), ask) if kind else Offer()


def _ports_of(found: Any) -> Rows:
    spec = found["spec"]
    if "containers" not in spec:
        spec = (spec.get("template") or {}).get("spec") or spec
    ports = [(each["containerPort"], each.get("name") or holder["name"])
             for holder in spec.get("containers") or () for each in holder.get("ports") or ()]  # fmt: skip
    ports += [(each["port"], each.get("name") or "") for each in spec.get("ports") or ()]
    return [(str(port), text) for port, text in ports]


def _replicas(ask: Ask) -> Offer:
    kind, name = _target(ask)
    return _from(Cluster(ask).read(kind, name, _replicas_of), ask) if kind and kind.namespaced else Offer()


def _replicas_of(found: Any) -> Rows:
    asked = found["spec"].get("replicas", 1)
    return [(str(asked), f"as many as now, {found['status'].get('readyReplicas', 0)} ready")]


COMPLETERS: dict[str, Completer] = {
    "all-contexts": _all_contexts,
    "anything": _anything,
    "containers": lambda ask: _from(_docker(ask).containers()(), ask),
    "exposable": lambda ask: _objects(ask, "e"),
    "images": lambda ask: _from(_docker(ask).images(), ask),
    "namespaces": _namespaces,
    "networks": lambda ask: _from(_docker(ask).networks(), ask),
    "objects": _objects,
    "place-of-a-program": _place_of_a_program,
    "pod-containers": _pod_containers,
    "ports": _ports,
    "replicas": _replicas,
    "running": lambda ask: _from(_docker(ask).containers(running=True)(), ask),
    "scalable": lambda ask: _objects(ask, "s"),
}
