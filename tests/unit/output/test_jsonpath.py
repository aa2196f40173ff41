"""kubectl's JSONPath: each line is a template and the text that `kubectl get -o jsonpath=…` prints for it."""

from __future__ import annotations

import pytest

from kubia_cli.errors import NotFoundError, UsageError
from kubia_cli.output.jsonpath import JSONPath

PODS = {
    "kind": "List",
    "items": [
        {
            "metadata": {"name": "kubia-a", "labels": {"app": "kubia", "app.kubernetes.io/name": "kubia"}},
            "spec": {"containers": [{"name": "main", "image": "luksa/kubia"}], "paused": False},
            "status": {"phase": "Running", "restarts": 3, "podIP": None},
        },
        {
            "metadata": {"name": "kubia-b", "labels": {"app": "other"}},
            "spec": {"containers": [{"name": "main", "image": "x"}, {"name": "side", "image": "y"}]},
            "status": {"phase": "Pending", "restarts": 0},
        },
    ],
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{.kind}", "List"),
        ("{$.kind}", "List"),
        ("{@.kind}", "List"),
        (".kind", "List"),
        ("{.items[*].metadata.name}", "kubia-a kubia-b"),
        ("{.items[0].metadata.name}", "kubia-a"),
        ("{.items[-1].metadata.name}", "kubia-b"),
        ("{.items[-1:].metadata.name}", "kubia-b"),
        ("{.items[0:1].metadata.name}", "kubia-a"),
        ("{.items[::2].metadata.name}", "kubia-a"),
        ("{.items[0,1].metadata.name}", "kubia-a kubia-b"),
        ("{.items[0]['kind','status'].phase}", "Running"),
        ("{.items[*]['metadata.name', 'status.phase']}", "kubia-a kubia-b Running Pending"),
        ("{.items[0].metadata.labels.app\\.kubernetes\\.io/name}", "kubia"),
        ("{.items[0].metadata.labels['app\\.kubernetes\\.io/name']}", "kubia"),
        ("{.items[0].metadata.labels['app.kubernetes.io/name']}", "kubia"),
        ("{.items[0].spec.paused}", "false"),
        ("{.items[0].status.podIP}", "null"),
        ("{.items[0].status.nothing}", ""),
        ("{.items[0].spec.containers[0]}", '{"image":"luksa/kubia","name":"main"}'),
        ("{.items[0].metadata.labels.*}", "kubia kubia"),
        ("{..name}", "kubia-a main kubia-b main side"),
        ("{..containers[*].image}", "luksa/kubia x y"),
        ('{.items[?(@.status.phase=="Running")].metadata.name}', "kubia-a"),
        ("{.items[?(@.status.phase!='Running')].metadata.name}", "kubia-b"),
        ("{.items[?(@.status.restarts > 1)].metadata.name}", "kubia-a"),
        ("{.items[?(@.status.restarts<=0)].metadata.name}", "kubia-b"),
        ("{.items[?(@.spec.paused==false)].metadata.name}", "kubia-a"),
        ("{.items[?(@.spec.paused)].metadata.name}", "kubia-a"),
        ("{.items[?(@.metadata.labels['app']==\"other\")].metadata.name}", "kubia-b"),
        ('{range .items[*]}{.metadata.name}{"\\t"}{.status.phase}{"\\n"}{end}', "kubia-a\tRunning\nkubia-b\tPending\n"),
        (
            "{range .items[*]}{.metadata.name}:{range .spec.containers[*]} {.name}{end};{end}",
            "kubia-a: main;kubia-b: main side;",
        ),
        ("names are {.items[*].metadata.name}!", "names are kubia-a kubia-b!"),
        ("{ .kind }", "List"),
        ("{range .nothing[*]}x{end}", ""),
        ("plain text", "plain text"),
    ],
)
def test_prints_what_kubectl_prints(template: str, text: str) -> None:
    assert JSONPath(template).render(PODS) == text


@pytest.mark.parametrize(
    "template",
    [
        "{.items",
        "{.items[}",
        "{.items[a]}",
        "{range .items[*]}{.x}",
        "{end}",
        '{"open}',
        '{"\\q"}',
        "{.items[?(@.a=~'x')]}",
        "{.items[?(@.a=='x' && @.b=='y')]}",
        "{.items[?(@.a=='x']}",
        "{.items[::0]}",
        "{.a | length}",
        "{.items[0].}x{",
    ],
)
def test_what_it_does_not_know_is_refused_before_anything_is_asked(template: str) -> None:
    with pytest.raises(UsageError) as caught:
        JSONPath(template)
    assert caught.value.code == "jsonpath.syntax"
    assert template in caught.value.message


def test_an_index_outside_the_list_is_not_found() -> None:
    with pytest.raises(NotFoundError) as caught:
        JSONPath("{.items[2].metadata.name}").render(PODS)
    assert (caught.value.code, caught.value.message) == ("jsonpath.index", "no element [2] in a list of 2")


def test_text_and_number_cannot_be_ordered() -> None:
    with pytest.raises(UsageError) as caught:
        JSONPath("{.items[?(@.status.phase>1)]}").render(PODS)
    assert caught.value.code == "jsonpath.filter"


def test_values_are_for_sorting() -> None:
    assert JSONPath("{.items[*].status.restarts}").values(PODS) == [3, 0]
