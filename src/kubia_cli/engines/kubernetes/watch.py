"""Watching: one iterator over as many connections as it takes, from the version where the last one ended.

https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes. The SDK's own watch drops
half lines, and hangs on a server that has fallen silent.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kubia_cli.engines.kubernetes.errors import not_kubernetes, status_of, translate
from kubia_cli.engines.kubernetes.pages import TABLE, as_table, whole_list, whole_table
from kubia_cli.engines.kubernetes.server import CALL_TIMEOUT, ApiServer
from kubia_cli.errors import UnreachableError
from kubia_cli.model.resource import Kind

#: The longest that one connection is asked to last, in seconds; after it the next one goes on.
CONNECTION = 300.0
#: The least seconds from one connection's begin to the next one's, so that a server that ends each at once is left in
#: peace; and the least that are left for another one.
PAUSE = 1.0


def watch(
    server: ApiServer,
    path: str,
    query: dict[str, str],
    kind: Kind,
    *,
    table: bool = False,
    version: str = "",
    timeout: float = 60,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[dict[str, Any]]:
    """Yield ``{"type", "object"}`` for ``timeout`` seconds, or up to 2 s less (math.inf: until the caller stops).

    A connection that ends or breaks is followed by another, from the last version seen. Without ``version`` what is
    there is told first, as ADDED: listed by us, since an API server on an etcd before 3.5 tells it to no watch that
    wants bookmarks. Bookmarks are not yielded. ExpiredError when the version is forgotten; UnreachableError when no new
    connection can be made.
    """
    end = now() + timeout
    if not version:
        found = whole_table(server, path, query) if table else whole_list(server, path, query, kind)
        version = _version(found)
        yield from ({"type": "ADDED", "object": each} for each in _one_by_one(found))
    while (left := end - now()) > 0:
        lifetime = min(left, CONNECTION)
        asked = {**query, "watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": str(math.ceil(lifetime))}
        asked["resourceVersion"] = version
        began = now()
        opened = server.stream(
            path,
            query=asked,
            accept=TABLE if table else "application/json",
            timeout=min(CALL_TIMEOUT, left),
            read_timeout=None,  # a watch may be quiet for as long as it lasts
            lifetime=lifetime,
        )
        with opened as stream:
            try:
                for event in _events(server, stream):
                    if table:
                        event["object"] = as_table(event["object"])
                    version = _version(event["object"]) or version
                    if event["type"] != "BOOKMARK":
                        yield event
            except UnreachableError as error:
                if error.code != "cluster.broken-off":
                    raise
        rest = PAUSE - (now() - began)
        if end - now() < max(rest, 0) + PAUSE:
            return  # too short for another connection: its time would be over before it stands
        sleep(max(rest, 0))


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield whole lines without their ends; what follows the last newline was cut off, and is dropped."""
    waiting: list[bytes] = []
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for line in whole:
            yield b"".join([*waiting, line])
            waiting = []
        if rest:
            waiting.append(rest)


def _events(server: ApiServer, pieces: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines(pieces):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict) or not isinstance(event.get("object"), dict) or "type" not in event:
            raise not_kubernetes(server.access, "lines that are no watch events", line)
        if event["type"] == "ERROR":
            raise translate(status_of(event["object"]), server.access)
        yield event


def _one_by_one(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A list's objects; a Table's rows, each as a Table."""
    if found.get("kind") == "Table":
        yield from ({**found, "rows": [row]} for row in found["rows"])
    else:
        yield from found["items"]


def _version(found: dict[str, Any]) -> str:
    """The version of an object or list, or of a Table's only row."""
    rows = found["rows"] if found.get("kind") == "Table" else ()
    carriers = [found, *(row.get("object") or {} for row in rows)]
    versions = [str((each.get("metadata") or {}).get("resourceVersion") or "") for each in carriers]
    return next(filter(None, versions), "")
