"""The page of an image: its names, how it runs, and its layers with the instruction that made each."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kubia_cli.model.size import human_age, human_size
from kubia_cli.output.pages.container import shown_variables
from kubia_cli.output.pages.layout import Page, when

Raw = Mapping[str, Any]

#: How the builders write an instruction into an image: the classic one, and BuildKit.
_NO_COMMAND = re.compile(r"^/bin/sh -c #\(nop\) *")
_SHELL = re.compile("^/bin/sh -c ")
_BUILDKIT = re.compile(" # buildkit$")


def image_page(raw: Raw, history: Sequence[Raw], now: datetime) -> list[str]:
    """Return the lines of an image's page; ``history`` is the engine's, the newest layer first."""
    page = Page()
    config = raw.get("Config") or {}
    page.values(0, "Names", raw.get("RepoTags") or ())
    page.field(0, "ID", raw.get("Id"))
    page.values(0, "Digests", raw.get("RepoDigests") or ())
    page.field(0, "Created", when(raw.get("Created")))
    page.field(0, "Size", human_size(raw.get("Size") or 0))
    page.field(0, "Platform", "/".join(word for word in map(raw.get, ("Os", "Architecture", "Variant")) if word))
    page.known(0, "Author", raw.get("Author"))
    page.known(0, "Comment", raw.get("Comment"))
    page.known(0, "Entrypoint", shlex.join(config.get("Entrypoint") or ()))
    page.known(0, "Command", shlex.join(config.get("Cmd") or ()))
    page.known(0, "User", config.get("User"))
    page.known(0, "Working directory", config.get("WorkingDir"))
    page.values(0, "Ports", list(config.get("ExposedPorts") or ()))
    page.values(0, "Environment", shown_variables(config.get("Env")))
    page.labels(0, "Labels", config.get("Labels"))
    page.field(0, "Layers", f"{len((raw.get('RootFS') or {}).get('Layers') or ())}, the base first")
    rows = [
        [human_size(layer.get("Size") or 0), _age(layer, now), instruction(str(layer.get("CreatedBy") or ""))]
        for layer in reversed(history)
    ]
    page.table(1, ["SIZE", "CREATED", "INSTRUCTION"], rows)
    return page.lines()


def instruction(created_by: str) -> str:
    """Return the Dockerfile instruction that a builder noted for a layer: ``ADD file:5f3a… in /app.js``."""
    written, of_the_builder = _NO_COMMAND.subn("", created_by)
    if of_the_builder:
        return " ".join(written.split())
    command, shell = _SHELL.subn("RUN ", _BUILDKIT.sub("", created_by))
    return command if shell else command.replace("RUN /bin/sh -c ", "RUN ", 1)


def _age(layer: Raw, now: datetime) -> str:
    return human_age(max(0.0, now.timestamp() - float(layer.get("Created") or 0)))
