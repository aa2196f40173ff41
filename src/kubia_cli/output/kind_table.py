"""The API server's own Tables as kubectl prints them: which columns, the namespace, the kind, the labels.

https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from kubia_cli.model.age import age, parse_time
from kubia_cli.model.resource import Kind
from kubia_cli.output.console import Console
from kubia_cli.output.table import TableWriter

NONE = "<none>"


@dataclass(frozen=True)
class Look:
    """What the reader asked to see: ``namespaces`` first, ``kinds`` before names, labels as columns or all in one."""

    wide: bool = False
    headers: bool = True
    namespaces: bool = False
    kinds: bool = False
    label_columns: tuple[str, ...] = ()
    labels: bool = False


class KindTable:
    """Writes Tables of one kind under one header; in a watch only the first Table defines the columns."""

    def __init__(self, console: Console, kind: Kind, look: Look) -> None:
        self._console = console
        self._kind = kind
        self._look = look
        self._columns: list[Mapping[str, Any]] = []
        self._writer: TableWriter | None = None

    def write(self, table: Mapping[str, Any]) -> None:
        """Write a Table's rows; nothing, and no header, when it has none."""
        self._columns = self._columns or list(table.get("columnDefinitions") or ())
        rows = table.get("rows") or ()
        if not rows:
            return
        if self._writer is None:
            names = [column["name"].upper() for column in self._shown()]
            wide = [column["name"].upper() for column in self._shown() if column.get("priority")]
            before = ["NAMESPACE"] if self._has_namespace else []
            after = [key.rpartition("/")[2].upper() for key in self._look.label_columns]
            after += ["LABELS"] if self._look.labels else []
            columns = [*before, *names, *after]
            self._writer = TableWriter(self._console, columns, wide=wide, headers=self._look.headers)
        self._writer.write([self._cells(row) for row in rows])

    @property
    def _has_namespace(self) -> bool:
        return self._look.namespaces and self._kind.namespaced

    def _shown(self) -> list[Mapping[str, Any]]:
        return [column for column in self._columns if self._look.wide or not column.get("priority")]

    def _cells(self, row: Mapping[str, Any]) -> Sequence[object]:
        metadata = (row.get("object") or {}).get("metadata") or {}
        cells: list[object] = [metadata.get("namespace", "")] if self._has_namespace else []
        given = list(row.get("cells") or ())[: len(self._columns)]
        for column, cell in zip_longest(self._columns, given):  # a server may give too few or too many
            if self._look.wide or not column.get("priority"):
                cells.append(self._cell(column, cell))
        labels = metadata.get("labels") or {}
        cells += [labels.get(key, "") for key in self._look.label_columns]
        if self._look.labels:
            cells.append(",".join(f"{key}={value}" for key, value in sorted(labels.items())) or NONE)
        return cells

    def _cell(self, column: Mapping[str, Any], cell: object) -> object:
        if column.get("format") == "name" and self._look.kinds:
            return f"{self._kind.spoken}/{cell}"
        if column["name"] == "Age" and isinstance(cell, str) and parse_time(cell):
            return age(cell, datetime.now(UTC))  # of what no server made a Table of; theirs are spans already
        if isinstance(cell, bool):
            return str(cell).lower()
        if isinstance(cell, str) and (first := cell.splitlines()[:1]) and first != [cell]:
            return f"{first[0]}..."
        return cell
