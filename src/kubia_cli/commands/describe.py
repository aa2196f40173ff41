"""``describe``: an object on a page for a person, with what belongs to it and its events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import NotFoundError
from kubia_cli.model.resource import Kind, parse_targets
from kubia_cli.options import AllNamespaces, Selector
from kubia_cli.session import Session
from kubia_cli.steps.object_page import items, page
from kubia_cli.steps.reading import Failures, Scope, cluster_asked, kinds_of


def command(
    session: Session,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KIND [NAME]...",
            help="A kind, and names or what they begin with; or KIND/NAME.",
            show_default=False,
        ),
    ] = None,
    *,
    selector: Selector = "",
    all_namespaces: AllNamespaces = False,
) -> None:
    """Show objects on a page each: what they are, what belongs to them, their events.

    \b
    Examples:
      kubia describe pod kubia-2xqtn
      kubia describe pod kubia-
      kubia describe node
      kubia describe deploy/kubia svc/kubia-http
    """
    targets = parse_targets(words or [])
    scope = Scope(None if all_namespaces else "", selector)
    if any(target.name for target in targets):
        scope.refuse_names()
    cluster = cluster_asked(session)
    asked = [(kind, target.name) for target in targets for kind in kinds_of(cluster, target.kind)]
    failures = Failures()
    for kind, name in asked:
        with failures:
            for raw in _objects(cluster, kind, name, scope, by_prefix=len(asked) == 1):
                if failures.shown:
                    session.console.result("\n")
                for line in page(cluster, raw, datetime.now(UTC)):
                    session.console.result(line)
                failures.shown += 1
    if not failures.shown and not failures:
        scope.say_nothing_found(session, [kind for kind, _ in asked])
    failures.raise_any()


def _objects(cluster: Cluster, kind: Kind, name: str, scope: Scope, *, by_prefix: bool) -> Sequence[Object]:
    """The named object, those whose names begin so where none has the whole name, or all of the kind."""
    if not name:
        return items(cluster.list(kind, scope.namespace, labels=scope.labels))
    try:
        return [cluster.get(kind, name)]
    except NotFoundError:
        found = (
            [raw for raw in items(cluster.list(kind)) if raw["metadata"]["name"].startswith(name)] if by_prefix else []
        )
        if not found:
            raise
        return found
