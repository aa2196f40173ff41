"""``get``: objects of any kind that the cluster serves, in the columns that its API server gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Annotated

import typer

from kubia_cli.engines import Cluster, Object
from kubia_cli.model.resource import Kind, Resource, parse_targets
from kubia_cli.options import AllNamespaces, Output, Selector
from kubia_cli.output import printers
from kubia_cli.output.kind_table import KindTable, Look
from kubia_cli.output.sorting import sort_path, sorted_by
from kubia_cli.session import Session
from kubia_cli.steps.get_watch import follow
from kubia_cli.steps.reading import Failures, Scope, cluster_asked, kinds_of


def command(
    session: Session,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="KIND [NAME]...", help="po, svc, rc, deploy or all; or KIND/NAME.", show_default=False),
    ] = None,
    *,
    output: Output = "",
    selector: Selector = "",
    field_selector: Annotated[str, typer.Option(help="Field query, as in status.phase=Running.", metavar="QUERY")] = "",
    all_namespaces: AllNamespaces = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on with a row for each change.")] = False,
    watch_only: Annotated[bool, typer.Option("--watch-only", help="Rows for changes only.")] = False,
    no_headers: Annotated[bool, typer.Option("--no-headers", help="Leave the header out.")] = False,
    show_labels: Annotated[bool, typer.Option("--show-labels", help="Add a column with all labels.")] = False,
    label_columns: Annotated[
        list[str] | None,
        typer.Option("--label-columns", "-L", help="Add a column with this label.", metavar="KEY", show_default=False),
    ] = None,
    sort_by: Annotated[
        str, typer.Option(help="Order by a field, as in .metadata.creationTimestamp.", metavar="JSONPATH")
    ] = "",
    ignore_not_found: Annotated[
        bool, typer.Option("--ignore-not-found", help="Say nothing of what is not there.")
    ] = False,
) -> None:
    """List objects of a kind, or show one.

    \b
    Examples:
      kubia get pods
      kubia get po -A -o wide
      kubia get rc,svc -l app=kubia
      kubia get deploy/kubia svc/kubia-http
      kubia get pods -w
    """
    printers.check(output)
    scope = Scope(None if all_namespaces else "", selector, field_selector, sort_by, ignore_not_found)
    look = Look(
        wide=output == "wide",
        headers=not no_headers,
        namespaces=all_namespaces,
        label_columns=tuple(key for word in label_columns or () for key in word.split(",") if key),
        labels=show_labels,
    )
    targets = parse_targets(words or [])
    if sort_by:
        sort_path(sort_by)
    if any(target.name for target in targets):
        scope.refuse_names()
    cluster = cluster_asked(session)
    asked = [(kind, target.name) for target in targets for kind in kinds_of(cluster, target.kind)]
    if watch or watch_only:
        follow(session, asked, scope, look, output, changes_only=watch_only)
    elif output in printers.HUMAN:
        print_tables(session, asked, scope, look)
    else:
        print_objects(session, asked, scope, output)


def print_tables(session: Session, asked: Sequence[tuple[Kind, str]], scope: Scope, look: Look) -> None:
    """Print each kind's rows under its header, and say so when there are none."""
    failures = Failures(ignore_not_found=scope.ignore_not_found)
    tables: list[tuple[Kind, Object]] = []
    for kind, name in asked:
        with failures:
            tables.append((kind, _table(session.cluster, kind, name, scope)))
    look = replace(look, kinds=len({kind for kind, _ in tables}) > 1)
    for kind, group in groupby(tables, key=itemgetter(0)):
        together = [table for _, table in group]
        rows = [row for table in together for row in table["rows"]]
        if rows and failures.shown and look.headers:
            session.console.result("")
        KindTable(session.console, kind, look).write({**together[0], "rows": rows})
        failures.shown += len(rows)
    if not failures.shown and not failures and not scope.ignore_not_found:
        scope.say_nothing_found(session, [kind for kind, _ in asked])
    failures.raise_any()


def print_objects(session: Session, asked: Sequence[tuple[Kind, str]], scope: Scope, output: str) -> None:
    """Print objects as ``-o`` says: the one that was named, else a List."""
    failures = Failures(ignore_not_found=scope.ignore_not_found)
    found: list[Object] = []
    for kind, name in asked:
        with failures:
            found += _objects(session.cluster, kind, name, scope)
    failures.shown = len(found)
    one_named = len(asked) == 1 and bool(asked[0][1])
    if found or not (one_named or failures):
        session.show([Resource.from_object(raw) for raw in found], output, listed=not one_named)
    failures.raise_any()


def _table(cluster: Cluster, kind: Kind, name: str, scope: Scope) -> Object:
    table = cluster.table(kind, scope.namespace, name=name, labels=scope.labels, fields=scope.fields)
    if scope.sort_by:
        order = {_uid(raw): place for place, raw in enumerate(_objects(cluster, kind, name, scope))}
        table["rows"].sort(key=lambda row: order.get(_uid(row["object"]), len(order)))
    return table


def _objects(cluster: Cluster, kind: Kind, name: str, scope: Scope) -> list[Object]:
    if name:
        return [cluster.get(kind, name, scope.namespace or "")]
    found: list[Object] = cluster.list(kind, scope.namespace, labels=scope.labels, fields=scope.fields)["items"]
    return sorted_by(sort_path(scope.sort_by), found) if scope.sort_by else found


def _uid(raw: Object) -> str:
    return str((raw.get("metadata") or {}).get("uid") or "")
