"""Lists and Tables of any length: asked for in pages, and folded into one.

https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks and, for Tables,
https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
"""

from __future__ import annotations

from typing import Any

from kubia_cli.engines.kubernetes.server import ApiServer
from kubia_cli.errors import ExpiredError
from kubia_cli.model.resource import Kind

#: Objects in one answer; kubectl's number.
PAGE = 500
#: Like kubectl: the server's Table, else plain JSON from what serves none.
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

#: The columns that kubectl shows of what no server made a Table of.
_PLAIN_COLUMNS = [
    {"name": "Name", "type": "string", "format": "name", "description": "", "priority": 0},
    {"name": "Age", "type": "date", "format": "", "description": "", "priority": 0},
]


def whole_list(server: ApiServer, path: str, query: dict[str, str], kind: Kind) -> dict[str, Any]:
    """Return the whole list at ``path``; each item has its apiVersion and kind, which servers leave out."""
    found = _folded(server, path, query, "application/json")
    items = [{"apiVersion": kind.api_version, "kind": kind.name, **item} for item in found.get("items") or ()]
    return {**found, "items": items}


def whole_table(server: ApiServer, path: str, query: dict[str, str]) -> dict[str, Any]:
    """Return the server's Table of the whole list at ``path``, or one of names and ages where it makes none."""
    return as_table(_folded(server, path, query, TABLE))


def single_table(server: ApiServer, path: str) -> dict[str, Any]:
    """Return the server's Table of the object at ``path``, or one of its name and age where it makes none."""
    return as_table(server.json("GET", path, accept=TABLE))


def as_table(answer: dict[str, Any]) -> dict[str, Any]:
    """Return ``answer`` when it is a Table, else a Table of names and creation times."""
    if answer.get("kind") == "Table":
        return {**answer, "columnDefinitions": answer.get("columnDefinitions") or [], "rows": answer.get("rows") or []}
    objects = answer.get("items") or [] if answer.get("kind", "").endswith("List") else [answer]
    rows = [{"cells": _plain_cells(each), "object": each} for each in objects]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": answer.get("metadata") or {},
        "columnDefinitions": _PLAIN_COLUMNS,
        "rows": rows,
    }


def _plain_cells(each: dict[str, Any]) -> list[Any]:
    metadata = each.get("metadata") or {}
    return [metadata.get("name", ""), metadata.get("creationTimestamp")]


def _folded(server: ApiServer, path: str, query: dict[str, str], accept: str) -> dict[str, Any]:
    """Return the first page with all pages' items. Pages are of one moment; when the server has forgotten that moment
    before the last page, the list is asked for anew and whole, as client-go's pager does.
    """
    answer = server.json("GET", path, query={**query, "limit": str(PAGE)}, accept=accept)
    found, token = answer, _continue(answer)
    while token:
        try:
            answer = server.json("GET", path, query={**query, "limit": str(PAGE), "continue": token}, accept=accept)
        except ExpiredError:
            return server.json("GET", path, query=query, accept=accept)
        field = "rows" if answer.get("kind") == "Table" else "items"
        found[field] = [*(found.get(field) or ()), *(answer.get(field) or ())]
        token = _continue(answer)
    for passing in ("continue", "remainingItemCount"):
        (found.get("metadata") or {}).pop(passing, None)
    return found


def _continue(answer: dict[str, Any]) -> str:
    return str((answer.get("metadata") or {}).get("continue") or "")
