"""An empty word, as an unset variable in quotes is one, never means everything: no engine hears of it."""

from __future__ import annotations

import pytest

from kubia_cli.errors import NotFoundError
from tests.unit.typed import kubia


class Asked:
    """An engine that must not be asked."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the engine was asked for {name}")


class NoContexts:
    """A configuration without contexts."""

    def all(self) -> list[object]:
        return []

    def use(self, name: str) -> None:
        raise NotFoundError("context.not-found", name)


@pytest.mark.parametrize("verb", ["delete", "get", "describe", "scale --replicas=1", "expose"])
@pytest.mark.parametrize("words", ["pod ''", "pod a ''", "pod/", "'' a", "pods, a", "''"])
def test_an_empty_kind_or_name(verb: str, words: str) -> None:
    done = kubia(f"{verb} {words}", cluster=Asked(), docker=Asked())
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] in (
        "error[name.invalid]: the name is empty",
        "error[name.invalid]: the kind is empty",
    )


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("delete pods -l ''", "error[target.name-missing]: which pods? give a name, -l SELECTOR or --all"),
        ("delete pods -l ' '", "error[delete.which]: the selector is empty: give -l a query, or say --all"),
        ("delete '' --all", "error[name.invalid]: the kind is empty"),
        ("delete image ''", "error[name.invalid]: the name is empty"),
        ("delete container/", "error[name.invalid]: the name is empty"),
        ("scale rc --replicas=1", "error[target.name-missing]: which rc? give a name"),
        ("context ''", 'error[context.not-found]: no context exists with the name ""'),
    ],
)
def test_what_else_is_empty(line: str, error: str) -> None:
    done = kubia(line, cluster=Asked(), docker=Asked(), cluster_contexts=NoContexts(), docker_contexts=NoContexts())
    assert (done.status != 0, done.stdout) == (True, "")
    assert error in done.stderr.splitlines()
