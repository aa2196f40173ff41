"""``get --watch``: what there is, and then a row or an object for each change, until a signal ends it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import ExpiredError, UsageError
from kubia_cli.model.resource import Kind, Resource
from kubia_cli.output import printers
from kubia_cli.output.kind_table import KindTable, Look
from kubia_cli.session import Session
from kubia_cli.steps.reading import Scope


def follow(
    session: Session,
    asked: Sequence[tuple[Kind, str]],
    scope: Scope,
    look: Look,
    output: str,
    *,
    changes_only: bool,
) -> None:
    """Show what there is, unless ``changes_only``, and each change from then on."""
    if len(asked) != 1:
        raise UsageError("watch.several", "--watch follows one kind, or one object of it")
    kind, name = asked[0]
    changes = _Changes(session.cluster, kind, name, scope, as_table=output in printers.HUMAN)
    first = changes.since_last_list()
    if name and not first["rows" if changes.as_table else "items"] and not scope.ignore_not_found:
        session.cluster.get(kind, name)  # says in the server's words that there is none
    table = KindTable(session.console, kind, look)
    for answer in changes.endless(first, changes_only=changes_only):
        if changes.as_table:
            table.write(answer)
        else:
            for raw in answer.get("items", [answer]):
                session.show([Resource.from_object(raw)], output)
        session.console.check_written()


class _Changes:
    """One kind, or one object of it, listed and watched; ``as_table`` as the server's Tables."""

    def __init__(self, cluster: Cluster, kind: Kind, name: str, scope: Scope, *, as_table: bool) -> None:
        self.as_table = as_table
        self._cluster = cluster
        self._kind = kind
        self._namespace = scope.namespace
        self._labels = scope.labels
        self._fields = ",".join(filter(None, (scope.fields, f"metadata.name={name}" if name else "")))
        self._seen: dict[str, str] = {}
        self._version = ""

    def endless(self, first: Object, *, changes_only: bool) -> Iterator[Object]:
        """Yield the first list, empty with ``changes_only``, then each change.

        When the server has forgotten the version that the watch stands at, a new list tells what changed meanwhile.
        """
        key = "rows" if self.as_table else "items"
        yield {**first, key: []} if changes_only else first
        while True:
            try:
                yield from self._watch()
            except ExpiredError:
                yield self.since_last_list()

    def since_last_list(self) -> Object:
        """List, and return of it what has another version than when it was last seen."""
        ask = self._cluster.table if self.as_table else self._cluster.list
        answer = ask(self._kind, self._namespace, labels=self._labels, fields=self._fields)
        key = "rows" if self.as_table else "items"
        changed = [piece for piece in answer[key] if self._is_news(piece)]
        self._version = str((answer.get("metadata") or {}).get("resourceVersion") or "")
        return {**answer, key: changed}

    def _watch(self) -> Iterator[Object]:
        events = self._cluster.watch(
            self._kind,
            self._namespace,
            labels=self._labels,
            fields=self._fields,
            version=self._version,
            timeout=math.inf,
            as_table=self.as_table,
        )
        for event in events:
            answer = event["object"]
            for piece in answer["rows"] if self.as_table else [answer]:
                self._is_news(piece)
            yield answer

    def _is_news(self, piece: Any) -> bool:
        """Whether an object or a Table's row was not seen in this version; it is from now on."""
        metadata = ((piece.get("object") or {}) if self.as_table else piece).get("metadata") or {}
        uid, version = str(metadata.get("uid")), str(metadata.get("resourceVersion"))
        before, self._seen[uid] = self._seen.get(uid), version
        return before != version
