"""What ``-o`` means: the one place that turns objects into text on stdout.

A verb checks its ``-o`` with ``check`` before it asks any server, and hands objects over with ``Session.show``.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping, Sequence
from typing import Any

from kubia_cli.errors import UsageError
from kubia_cli.model.resource import Resource
from kubia_cli.output.console import Console
from kubia_cli.output.jsonpath import JSONPath
from kubia_cli.output.text import UNSAFE, safe

HUMAN = ("", "wide")
FORMATS = ("wide", "name", "json", "yaml", "jsonpath=TEMPLATE")

_JSONPATH = "jsonpath="


def check(output: str, allowed: Sequence[str] = FORMATS) -> None:
    """Raise UsageError when ``-o`` asks for a format that the verb does not serve, or for a broken template."""
    kind, equals, template = output.partition("=")
    if kind == "jsonpath" and any(served.startswith(_JSONPATH) for served in allowed):
        if not template:
            raise UsageError("output.template", "`-o jsonpath` needs a template", fix="-o jsonpath='{.metadata.name}'")
        JSONPath(template)
    elif output and (equals or output not in allowed):
        raise UsageError("output.unknown", f"`-o {output}` is not one of {', '.join(allowed)}")


def show(
    console: Console,
    resources: Sequence[Resource],
    output: str,
    *,
    deed: str = "",
    listed: bool = False,
) -> None:
    """Print resources as ``output`` says; the human form is the name, with the deed behind it."""
    check(output)
    if output in HUMAN or output == "name":
        for resource in resources:
            console.result(safe(f"{resource.spoken} {deed}" if deed and output in HUMAN else resource.spoken))
        return
    objects = [_presentable(resource.raw) for resource in resources]
    show_data(console, objects[0] if len(objects) == 1 and not listed else as_list(objects), output)


def show_data(console: Console, data: Any, output: str) -> None:
    """Print plain data as json, yaml or by a JSONPath template.

    Characters that could act on a terminal are written as escapes of the format; a template's text, which scripts
    compare, is made safe only where a terminal shows it.
    """
    if output.startswith(_JSONPATH):
        text = JSONPath(output.removeprefix(_JSONPATH)).render(data)
        console.result(safe(text, limit=len(text)) if console.out.isatty() else text, end="")
    elif output == "yaml":
        console.result(_yaml(data, unicode=_is_utf8(console)), end="")
    else:
        text = json.dumps(data, indent=4, sort_keys=True, ensure_ascii=not _is_utf8(console))
        console.result(_escaped(text))


def as_list(objects: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return objects as kubectl's List, the form in which ``-o json`` and ``-o yaml`` print several."""
    return {"apiVersion": "v1", "items": list(objects), "kind": "List", "metadata": {"resourceVersion": ""}}


def _presentable(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out ``managedFields``, as kubectl does: it is the server's bookkeeping, longer than the object."""
    metadata = raw.get("metadata")
    if not isinstance(metadata, dict) or "managedFields" not in metadata:
        return raw
    return {**raw, "metadata": {key: value for key, value in metadata.items() if key != "managedFields"}}


def _is_utf8(console: Console) -> bool:
    return codecs.lookup(getattr(console.out, "encoding", None) or "utf-8").name == "utf-8"


def _escaped(text: str) -> str:
    """Write unsafe characters as JSON's and YAML's escape; both know this one inside double quotes."""
    return UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _yaml(data: Any, *, unicode: bool) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Block style, several lines as a literal block, unsafe text in double quotes, where escapes are read."""

        def ignore_aliases(self, _data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = '"' if UNSAFE.search(value) else "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    dumped: str = yaml.dump(data, Dumper=Dumper, sort_keys=True, allow_unicode=unicode, width=float("inf"))
    return _escaped(dumped)
