"""The page of any object that has none of its own: metadata, spec, status, events, and never a Secret's values."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kubia_cli.output.pages.events import write_events
from kubia_cli.output.pages.layout import NONE, Page, part

Raw = Mapping[str, Any]

_WORDS = re.compile("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_ACRONYMS = ("API", "URL", "UID", "IP", "ID")
#: Fields whose keys are somebody's own names, and stay as they are.
_NAMED_BY_USERS = ("data", "binaryData", "matchLabels", "nodeSelector")
#: Shown on top, or the server's bookkeeping.
_METADATA_LEFT_OUT = ("name", "namespace", "labels", "annotations", "managedFields")


def object_page(raw: Raw, events: Sequence[Raw] | None, now: datetime) -> list[str]:
    """Return the lines of an object's page, every field of it that is set, in order of their names."""
    page = Page()
    metadata = raw.get("metadata") or {}
    page.field(0, "Name", metadata.get("name"))
    page.field(0, "Namespace", metadata.get("namespace"))
    page.labels(0, "Labels", metadata.get("labels"))
    page.annotations(0, "Annotations", metadata.get("annotations"))
    rest = {key: value for key, value in metadata.items() if key not in _METADATA_LEFT_OUT}
    content = {**(_sizes(raw) if raw.get("kind") == "Secret" else raw), "metadata": rest}
    _write(page, 0, content)
    write_events(page, events, now)
    return page.lines()


def label_of(field: str) -> str:
    """``clusterIPs`` as a label: ``Cluster IPs``. A name that is no camel case stays as it is."""
    if not field.isalpha():
        return field
    words = (word.upper() if word.upper() in _ACRONYMS else word[:1].upper() + word[1:] for word in _WORDS.split(field))
    return " ".join(words)


def _write(page: Page, level: int, content: Raw, *, as_named: bool = False) -> None:
    for key, value in sorted(content.items()):
        label = key if as_named else label_of(key)
        if isinstance(value, Mapping) and value:
            page.row(level, f"{label}:")
            _write(page, level + 1, value, as_named=key in _NAMED_BY_USERS)
        elif isinstance(value, list) and value:
            page.row(level, f"{label}:")
            for item in value:
                if isinstance(item, Mapping):
                    _write(page, level + 1, item)
                else:
                    page.row(level + 1, item)
        elif isinstance(value, str) and "\n" in value.rstrip("\n"):
            page.row(level, f"{label}:")
            for line in value.rstrip("\n").split("\n"):
                page.row(level + 1, line)
        else:
            page.field(level, label, NONE if value in (None, {}, []) else value)


def _sizes(secret: Raw) -> Raw:
    """A Secret with the size of each value in its place."""
    encoded = {key: _size(value) for key, value in (part(secret, "data") or {}).items()}
    plain = {key: f"{len(str(value).encode())} bytes" for key, value in (part(secret, "stringData") or {}).items()}
    return {key: value for key, value in secret.items() if key != "stringData"} | {"data": {**encoded, **plain}}


def _size(encoded: object) -> str:
    try:
        return f"{len(base64.b64decode(str(encoded)))} bytes"
    except ValueError:
        return "<no base64>"
