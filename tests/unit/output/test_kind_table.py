"""The server's Tables as kubectl prints them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kubia_cli.model.resource import Kind
from kubia_cli.output.console import Console
from kubia_cli.output.kind_table import KindTable, Look

DEPLOYMENT = Kind("Deployment", "deployments", "apps", "v1", singular="deployment")
NODE = Kind("Node", "nodes", "", "v1", namespaced=False)

COLUMNS = [
    {"name": "Name", "type": "string", "format": "name", "priority": 0},
    {"name": "Up-to-date", "type": "string", "format": "", "priority": 0},
    {"name": "Images", "type": "string", "format": "", "priority": 1},
]


def row(name: str, *cells: Any, **labels: str) -> dict[str, Any]:
    return {"cells": [name, *cells], "object": {"metadata": {"name": name, "namespace": "dev", "labels": labels}}}


ROWS = [row("kubia", 3, "luksa/kubia", app="kubia", tier="web"), row("db", 1, None)]


def shown(look: Look, *tables: dict[str, Any], kind: Kind = DEPLOYMENT) -> list[str]:
    out = io.StringIO()
    table = KindTable(Console(out, io.StringIO(), {}), kind, look)
    for each in tables or ({"columnDefinitions": COLUMNS, "rows": ROWS},):
        table.write(each)
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("look", "lines"),
    [
        (Look(), ["NAME    UP-TO-DATE", "kubia   3", "db      1"]),
        (Look(wide=True), ["NAME    UP-TO-DATE   IMAGES", "kubia   3            luksa/kubia", "db      1"]),
        (Look(headers=False), ["kubia   3", "db      1"]),
        (Look(namespaces=True), ["NAMESPACE   NAME    UP-TO-DATE", "dev         kubia   3", "dev         db      1"]),
        (
            Look(kinds=True),
            ["NAME                    UP-TO-DATE", "deployment.apps/kubia   3", "deployment.apps/db      1"],
        ),
        (
            Look(labels=True),
            [
                "NAME    UP-TO-DATE   LABELS",
                "kubia   3            app=kubia,tier=web",
                "db      1            <none>",
            ],
        ),
        (
            Look(label_columns=("tier", "example.com/team")),
            ["NAME    UP-TO-DATE   TIER   TEAM", "kubia   3            web", "db      1"],
        ),
    ],
)
def test_looks(look: Look, lines: list[str]) -> None:
    assert shown(look) == lines


def test_a_kind_without_namespaces_has_no_column_for_them() -> None:
    assert shown(Look(namespaces=True), kind=NODE)[0] == "NAME    UP-TO-DATE"


def test_no_rows_print_nothing_and_later_tables_need_no_columns() -> None:
    assert shown(Look(), {"columnDefinitions": COLUMNS, "rows": []}) == []
    first = {"columnDefinitions": COLUMNS, "rows": [ROWS[0]]}
    later = {"columnDefinitions": [], "rows": [ROWS[1]]}
    assert shown(Look(), first, later) == ["NAME    UP-TO-DATE", "kubia   3", "db      1"]


def test_cells_of_any_type() -> None:
    columns = [{"name": name, "type": kind, "priority": 0} for name, kind in (("Ok", "boolean"), ("Age", "date"))]
    since = (datetime.now(UTC) - timedelta(hours=5, minutes=7, seconds=10)).isoformat()
    rows = [{"cells": [True, since]}, {"cells": ["one\ntwo", "5d"], "object": None}, {"cells": [None]}]
    assert shown(Look(), {"columnDefinitions": columns, "rows": rows}) == [
        "OK       AGE",
        "true     5h7m",
        "one...   5d",
        "",
    ]


def test_a_time_that_the_server_shows_as_a_time_stays_one() -> None:
    columns = [{"name": "Created At", "type": "date", "priority": 0}]
    rows = [{"cells": ["2026-11-24T15:42:28Z"]}]
    assert shown(Look(), {"columnDefinitions": columns, "rows": rows}) == ["CREATED AT", "2026-11-24T15:42:28Z"]
