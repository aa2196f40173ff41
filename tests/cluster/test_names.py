"""The names that kubia makes obey the real API server's rules, no more and no less: both judge the same strings."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kubia_cli.engines.kubernetes.api import KubeCluster
from kubia_cli.engines.kubernetes.transport import Request
from kubia_cli.errors import UsageError
from kubia_cli.model import names

pytestmark = pytest.mark.cluster

#: Generated strings, each one judged by every rule; and those by which more kinds' names are judged.
COUNT, COUNT_OF_MORE = 2000, 400

_ALPHABETS = (
    "ab",
    "a1-",
    "a.b-",
    "aB_.-1",
    "a/b.",
    "0123456789",
    "a=b ~!",
    "a\tb\n\u00e9\u0661\u200b\x7f",
    "A-",
    "%.a",
)
_EDGES = (
    "", ".", "..", "a/b", "%2e%2e", "-a", "a-", "a--b", "1", "1a", "a.b", "a..b", ".a", "a.", "a_b", "A", "80", "8a",
    "a/", "/a", "a/b/c", "A/b", "a.b/C", "a b", "a=b", "=", " ", "a\n", "\n", "\u0661", "\u00e9", "~", "a" * 15,
    "a" * 16, "a" * 63, "a" * 64, "a" * 253, "a" * 254, "a." * 126 + "a", "a" * 253 + "/b", "a" * 254 + "/b",
    "a/" + "b" * 63, "a/" + "b" * 64, "1" * 63, "\x00", "\u2013x", "xn--a", "a.-b", "a-.b",
)  # fmt: skip

#: A rule of ours, and the field in which the server names what breaks it.
_OF_DEPLOYMENT = {
    names.check_dns_subdomain: "metadata.name",
    names.check_label_value: "metadata.labels",
    names.check_label_key: "spec.template.labels",
    names.check_port_name: "spec.template.spec.containers[0].ports[0].name",
    names.check_env_name: "spec.template.spec.containers[0].env[0].name",
}
_OF_SERVICE = {
    names.check_dns_1035_label: "metadata.name",
    names.check_port_name: "spec.ports[0].targetPort",
    names.check_label_value: "spec.selector",
}
_OF_NAMESPACE = {names.check_dns_label: "metadata.name"}
#: The other kinds that kubia makes.
_MORE = {
    "ConfigMap": ("v1", "configmaps"),
    "Secret": ("v1", "secrets"),
    "ServiceAccount": ("v1", "serviceaccounts"),
    "Pod": ("v1", "pods"),
    "ReplicationController": ("v1", "replicationcontrollers"),
    "Job": ("batch/v1", "jobs"),
}

Check = Callable[[str], object]
_POD_SPEC: dict[str, Any] = {"restartPolicy": "Never", "containers": [{"name": "a", "image": "a"}]}


def strings(count: int) -> list[str]:
    """The edges, and strings of few characters, in which every rule is met and broken often; always the same ones."""
    generator = random.Random(20)

    def made() -> Iterator[str]:
        yield from _EDGES
        while True:
            length = generator.choice((2, 3, 4, 5, 8, 14, 16, 62, 63, 64, 253, 254))
            yield "".join(generator.choices(generator.choice(_ALPHABETS), k=length))

    found: dict[str, None] = {}
    for each in made():
        found[each] = None
        if len(found) == count:
            break
    return list(found)


def deployment(text: str) -> dict[str, Any]:
    container = {
        "name": "a",
        "image": "a",
        "env": [{"name": text, "value": ""}],
        "ports": [{"containerPort": 1, "name": text}],
    }
    template = {"metadata": {"labels": {"app": "a", text: "a"}}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": {"app": "a"}}, "template": template}
    metadata = {"name": text, "labels": {"value": text}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def service(text: str) -> dict[str, Any]:
    spec = {"ports": [{"port": 1, "targetPort": text}], "selector": {"app": text}}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": text}, "spec": spec}


def namespace(text: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": text}}


def of_kind(kind: str, text: str) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": "a"}}, "spec": _POD_SPEC}
    specs = {
        "Pod": _POD_SPEC,
        "Job": {"template": template},
        "ReplicationController": {"template": {**template, "spec": {**_POD_SPEC, "restartPolicy": "Always"}}},
    }
    made = {"apiVersion": _MORE[kind][0], "kind": kind, "metadata": {"name": text}}
    return {**made, "spec": specs[kind]} if kind in specs else made


class Judge:
    """The API server, asked what it would say; nothing is made."""

    def __init__(self, place: KubeCluster) -> None:
        self._transport = place._lean._opened()
        self._inside = f"/namespaces/{place.namespace}"

    def faults(self, plural: str, made: dict[str, Any]) -> set[str]:
        """The fields in which the server finds fault; none when it would take the object."""
        version = made["apiVersion"]
        inside = "" if plural == "namespaces" else self._inside
        path = f"/{'apis' if '/' in version else 'api'}/{version}{inside}/{plural}"
        answer = self._transport.request(Request("POST", path, {"dryRun": "All"}, made), 30)
        if answer.status == 201:
            return set()
        status = json.loads(answer.body)
        assert (answer.status, status["reason"]) == (422, "Invalid"), status
        return {cause["field"] for cause in status["details"]["causes"]}


@pytest.fixture(scope="module")
def judge(place: KubeCluster) -> Judge:
    return Judge(place)


def differing(check: Check, texts: list[str], theirs: list[bool]) -> list[str]:
    """The strings that one of both accepts and the other does not."""
    ours = [accepted(check, text) for text in texts]
    assert len(texts) // 25 < sum(ours) < len(texts) - len(texts) // 25  # neither answer is the only one
    differ = [text for text, mine, its in zip(texts, ours, theirs, strict=True) if mine != its]
    # To the server an empty port name is none, which no rule is asked about.
    return [text for text in differ if text or check is not names.check_port_name]


def accepted(check: Check, text: str) -> bool:
    try:
        check(text)
    except UsageError:
        return False
    return True


@pytest.mark.parametrize(
    ("plural", "make", "rules"),
    [
        ("deployments", deployment, _OF_DEPLOYMENT),
        ("services", service, _OF_SERVICE),
        ("namespaces", namespace, _OF_NAMESPACE),
    ],
    ids=["deployments", "services", "namespaces"],
)
def test_each_rule_is_the_servers(
    judge: Judge, plural: str, make: Callable[[str], dict[str, Any]], rules: dict[Check, str]
) -> None:
    texts = strings(COUNT)
    assert len(texts) == COUNT
    with ThreadPoolExecutor(8) as pool:
        faults = list(pool.map(lambda text: judge.faults(plural, make(text)), texts))
    for check, field in rules.items():
        differ = differing(check, texts, [field not in found for found in faults])
        assert differ == [], f"{check.__name__} and {field}"


def test_the_other_kinds_that_are_made_are_named_by_the_same_rule(judge: Judge) -> None:
    texts = strings(COUNT_OF_MORE)
    for kind, (_, plural) in _MORE.items():
        with ThreadPoolExecutor(8) as pool:
            faults = list(pool.map(lambda text, to=plural, of=kind: judge.faults(to, of_kind(of, text)), texts))
        differ = differing(names.check_dns_subdomain, texts, ["metadata.name" not in found for found in faults])
        assert differ == [], kind


def test_ports_are_the_servers(judge: Judge) -> None:
    generator = random.Random(20)
    edges = [-1, 0, 1, 80, 65534, 65535, 65536, 65537, 2**31 - 1]
    numbers = list(dict.fromkeys([*edges, *(generator.randint(-70000, 140000) for _ in range(2 * COUNT))]))[:COUNT]
    made = deployment("a")
    made["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"containerPort": number} for number in numbers]
    faults = judge.faults("deployments", made)
    fields = [f"spec.template.spec.containers[0].ports[{index}].containerPort" for index in range(len(numbers))]
    theirs = [field not in faults for field in fields]
    assert len(numbers) == COUNT
    assert differing(lambda text: names.check_port_number(int(text)), [str(each) for each in numbers], theirs) == []
