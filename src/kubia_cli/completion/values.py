"""What completes a value: one function for each name that the tree uses, found by that name.

``choices:a,b`` offers these, ``files`` and ``directories`` leave it to the shell (``files:yaml,json`` by extension).
The others ask a configuration or an engine.
"""

from __future__ import annotations

from kubia_cli.completion.offer import DEFAULT, FILTER_DIRECTORIES, FILTER_FILES, Offer, offered

TYPE_CHECKING = False  # `typing` costs a TAB 8 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Completer = Callable[["Ask"], Offer]


class Ask:
    """What a completer may know: the word so far, the arguments before it, the flags given, the environment."""

    __slots__ = ("env", "given", "prefix", "used", "verb")

    def __init__(
        self, prefix: str, given: list[str], verb: str, used: Mapping[str, list[str]], env: Mapping[str, str]
    ) -> None:
        self.prefix = prefix
        self.given = given
        self.verb = verb
        self.used = used
        self.env = env

    def value(self, flag: str) -> str:
        """The last value given to a flag, "" when none was."""
        return (self.used.get(flag) or [""])[-1]


def offer_values(name: str, ask: Ask) -> Offer:
    """Offer values by a completer's name; "" knows none."""
    what, _, details = name.partition(":")
    if not what:
        return Offer()
    if what == "choices":
        return offered([(choice, "") for choice in details.split(",")], ask.prefix)
    if what == "files":
        return (
            Offer([(ending, "") for ending in details.split(",")], FILTER_FILES)
            if details
            else Offer(directive=DEFAULT)
        )
    if what == "directories":
        return Offer(directive=FILTER_DIRECTORIES)
    if what in CONFIGURED:
        return CONFIGURED[what](ask)
    from kubia_cli.completion.named import COMPLETERS  # what asks an engine

    return COMPLETERS[what](ask)


def _contexts(ask: Ask) -> Offer:
    from kubia_cli.completion.configured import contexts

    found = [(each.name, each.cluster) for each in contexts(ask.env, ask.value("--kubeconfig"))]
    return offered(found, ask.prefix)


def _docker_contexts(ask: Ask) -> Offer:
    from kubia_cli.completion.configured import docker_contexts

    return offered(docker_contexts(ask.env), ask.prefix)


#: Those that read a configuration alone.
CONFIGURED: dict[str, Completer] = {"contexts": _contexts, "docker-contexts": _docker_contexts}
