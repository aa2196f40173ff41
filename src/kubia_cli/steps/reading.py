"""What get and describe share: what is asked for, the kinds that a word means, and failures that wait for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kubia_cli.engines import Cluster
from kubia_cli.errors import DeniedError, KubiaError, NotFoundError, PartialError, UsageError
from kubia_cli.model.resource import Kind
from kubia_cli.session import Session

#: The one category that is asked for by every reader; others come from the cluster's own kinds.
ALL = "all"


@dataclass(frozen=True)
class Scope:
    """Which objects are meant; ``namespace`` "" is the context's own, None all of them."""

    namespace: str | None = ""
    labels: str = ""
    fields: str = ""
    sort_by: str = ""
    ignore_not_found: bool = False

    def refuse_names(self) -> None:
        """Raise UsageError when there is something beside which a name makes no sense."""
        if self.namespace is None:
            raise UsageError("target.name-everywhere", "a name is read from one namespace, not from all of them")
        if self.labels or self.fields:
            raise UsageError("target.name-and-selector", "give names or a selector, not both")
        if self.sort_by:
            raise UsageError("target.name-and-order", "--sort-by orders a list; names are shown as they are given")

    def say_nothing_found(self, session: Session, kinds: Sequence[Kind]) -> None:
        """Say in kubectl's words that there is nothing of ``kinds``; it is no error."""
        one_namespace = self.namespace is not None and all(kind.namespaced for kind in kinds)
        where = f" in {session.cluster.namespace} namespace." if one_namespace else ""
        session.console.note(f"No resources found{where}")


def cluster_asked(session: Session) -> Cluster:
    """The cluster of a verb that only a cluster has. UsageError when Docker was asked for."""
    if session.on == "docker":
        message = "this verb reads a cluster, and --on or KUBIA_ON says docker"
        raise UsageError("on.grammar", message, fix="kubia ps -a")
    return session.cluster


def kinds_of(cluster: Cluster, word: str) -> Sequence[Kind]:
    """The kinds that a word means: one, or all of a category such as ``all``. NotFoundError ``kind.unknown``."""
    if word != ALL:
        try:
            return [cluster.kind(word)]
        except NotFoundError:
            if found := _category(cluster, word):
                return found
            raise
    return _category(cluster, word)


def _category(cluster: Cluster, word: str) -> list[Kind]:
    return [kind for kind in cluster.kinds() if word in kind.categories and "list" in kind.verbs]


class Failures:
    """Used in ``with`` around each read: what is absent or forbidden is kept, and the rest goes on.

    ``shown`` counts what could be read. What ends all of it, as a server that cannot be reached, is not caught.
    """

    def __init__(self, *, ignore_not_found: bool = False) -> None:
        self._ignore_not_found = ignore_not_found
        self._errors: list[KubiaError] = []
        self.shown = 0

    def __bool__(self) -> bool:
        return bool(self._errors)

    def __enter__(self) -> Failures:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, NotFoundError | DeniedError):
            return False
        if not (isinstance(error, NotFoundError) and self._ignore_not_found):
            self._errors.append(error)
        return True

    def raise_any(self) -> None:
        """Raise the one error; several of one class, where nothing was shown, as one of it; else PartialError."""
        messages = list(dict.fromkeys(error.message for error in self._errors))
        if not messages:
            return
        first, *rest = self._errors
        if len(messages) == 1:
            raise first
        if not self.shown and all(error.code == first.code for error in rest):
            raise type(first)(first.code, "; ".join(messages))
        raise PartialError(
            "read.partial", f"{len(messages)} of what was asked for cannot be shown: {'; '.join(messages)}"
        )
