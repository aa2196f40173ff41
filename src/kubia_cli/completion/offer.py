"""What is offered at the cursor: candidates, words to the reader, and what the shell shall do with them."""

from __future__ import annotations

#: cobra's directives (``ShellCompDirective``): bits of the number that ends an answer.
DEFAULT, ERROR, NO_SPACE, NO_FILES, FILTER_FILES, FILTER_DIRECTORIES, KEEP_ORDER = 0, 1, 2, 4, 8, 16, 32


class Offer:
    """Candidates as (value, description), active help, and the directive."""

    __slots__ = ("candidates", "directive", "help")

    def __init__(
        self,
        candidates: list[tuple[str, str]] | None = None,
        directive: int = NO_FILES,
        help: list[str] | None = None,
    ) -> None:
        self.candidates = candidates or []
        self.directive = directive
        self.help = help or []


def offered(pairs: list[tuple[str, str]], prefix: str, before: str = "") -> Offer:
    """Offer the pairs whose value begins with ``prefix``, ``before`` put in front of each.

    No space follows where every value ends in what begins another word: ``jsonpath=``, ``pod/``.
    """
    found = [(before + value, text) for value, text in pairs if value.startswith(prefix)]
    unfinished = bool(found) and all(value[-1:] in "=/:" for value, _ in found)
    return Offer(found, NO_FILES | NO_SPACE if unfinished else NO_FILES)
