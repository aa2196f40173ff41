"""What each ``-o`` prints, byte for byte."""

from __future__ import annotations

import io
import json

import pytest
import yaml

from kubia_cli.errors import UsageError
from kubia_cli.model.resource import Resource
from kubia_cli.output.console import Console
from kubia_cli.output.printers import check, show, show_data

DEPLOYMENT = Resource.from_object(
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "kubia", "namespace": "default", "managedFields": [{"manager": "kubia"}]},
        "spec": {"replicas": 3},
    }
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(output: str, *resources: Resource, deed: str = "", listed: bool = False) -> str:
    out = io.StringIO()
    show(Console(out, io.StringIO(), {}), resources or [DEPLOYMENT], output, deed=deed, listed=listed)
    return out.getvalue()


def test_a_deed_is_the_name_and_what_was_done() -> None:
    assert printed("", deed="scaled") == "deployment.apps/kubia scaled\n"
    assert printed("", deed="created (dry run)") == "deployment.apps/kubia created (dry run)\n"


def test_name_is_the_name_alone() -> None:
    assert printed("name", deed="scaled") == "deployment.apps/kubia\n"


def test_json_is_the_object_without_the_servers_bookkeeping() -> None:
    assert printed("json") == (
        "{\n"
        '    "apiVersion": "apps/v1",\n'
        '    "kind": "Deployment",\n'
        '    "metadata": {\n'
        '        "name": "kubia",\n'
        '        "namespace": "default"\n'
        "    },\n"
        '    "spec": {\n'
        '        "replicas": 3\n'
        "    }\n"
        "}\n"
    )


def test_several_are_a_list_and_one_is_when_it_was_listed() -> None:
    assert json.loads(printed("json", listed=True))["kind"] == "List"
    assert [item["kind"] for item in json.loads(printed("json", DEPLOYMENT, DEPLOYMENT))["items"]] == ["Deployment"] * 2


def test_yaml_reads_back_as_the_object() -> None:
    text = printed("yaml")
    assert text.startswith("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: kubia\n")
    assert yaml.safe_load(text)["spec"] == {"replicas": 3}


def test_jsonpath_adds_no_newline() -> None:
    assert printed("jsonpath={.metadata.name}") == "kubia"


@pytest.mark.parametrize(
    "value", ["\x1b[31mred", "\u202etxt.exe", "two\nlines\n", "no", "1e3", "0x1F", "\x85", "ü", "a: b"]
)
@pytest.mark.parametrize("output", ["json", "yaml"])
def test_text_from_outside_reads_back_and_cannot_act_on_a_terminal(value: str, output: str) -> None:
    out = io.StringIO()
    show_data(Console(out, io.StringIO(), {}), {value: value}, output)
    text = out.getvalue()
    assert not set(text) & set("\x1b\u202e\x85")
    assert (json.loads(text) if output == "json" else yaml.safe_load(text)) == {value: value}


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_an_ascii_locale_still_gets_valid_text(output: str) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    show_data(Console(out, io.StringIO(), {}), {"name": "ü→"}, output)
    text = raw.getvalue().decode("ascii")
    assert (json.loads(text) if output == "json" else yaml.safe_load(text)) == {"name": "ü→"}


def test_a_template_is_exact_in_a_pipe_and_safe_on_a_terminal() -> None:
    data = {"name": "\x1b[2Jx"}
    pipe, terminal = io.StringIO(), Terminal()
    show_data(Console(pipe, io.StringIO(), {}), data, "jsonpath={.name}")
    show_data(Console(terminal, io.StringIO(), {}), data, "jsonpath={.name}")
    assert pipe.getvalue() == "\x1b[2Jx"
    assert terminal.getvalue() == "\\x1b[2Jx"


@pytest.mark.parametrize("output", ["xml", "JSON", "json=x", "jsonpath", "jsonpath=", "custom-columns=A:.b"])
def test_an_unknown_format_is_refused(output: str) -> None:
    with pytest.raises(UsageError):
        check(output)


def test_the_refusal_lists_what_the_verb_serves() -> None:
    with pytest.raises(UsageError) as caught:
        check("wide", allowed=("json", "yaml"))
    assert caught.value.message == "`-o wide` is not one of json, yaml"
