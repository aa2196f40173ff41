"""What a typed line asks for: which verb, in which form, and whether a verb, a flag, a value or an argument comes next.

The rules are cobra's (``completions.go``), wider where it reads a line wrongly: ``-nfoo`` is a namespace here, flags
stand before the verb too, and a program's words are the program's (DESIGN section 1, "Grammar").
"""

from __future__ import annotations

from kubia_cli.completion.tree import Flag, Form, Tree

#: Flags that every verb has, and those that stand before a verb alone.
HELP = Flag(["--help", "-h"], "switch", "", "Show a verb's options and examples.")
VERSION = Flag(["--version"], "switch", "", "Show kubia's version.")


class Walk:
    """Words read from the left: arguments, the flags with their values, and the flag whose value comes next."""

    def __init__(self, words: list[str], flags: dict[str, Flag], *, verbatim: bool = False) -> None:
        self.arguments: list[str] = []
        self.used: dict[str, list[str]] = {}
        self.pending: Flag | None = None
        #: A ``--``, or a program's first word, was passed: no flag can follow.
        self.ended = False
        #: How many arguments stood before a ``--``; -1 when there is none.
        self.before_dashes = -1
        self._flags = flags
        for word in words:
            self._read(word)
            self.ended = self.ended or (verbatim and bool(self.arguments))

    def _read(self, word: str) -> None:
        if self.pending is not None:
            self.used[self.pending.name].append(word)
            self.pending = None
        elif self.ended or word[:1] != "-" or word == "-":
            self.arguments.append(word)
        elif word == "--":
            self.ended = True
            self.before_dashes = len(self.arguments)
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            self._use(self._flags.get(name), value if equals else None)
        else:
            self._read_letters(word)

    def _read_letters(self, word: str) -> None:
        """``-it``, ``-ndev``, ``-itn dev``: the first letter that takes a value takes the rest of the word."""
        for place, letter in enumerate(word[1:], start=1):
            flag = self._flags.get(f"-{letter}")
            if flag is not None and flag.takes in ("value", "values"):
                self._use(flag, word[place + 1 :].removeprefix("=") or None)
                return
            self._use(flag, None)

    def _use(self, flag: Flag | None, value: str | None) -> None:
        if flag is None:
            return
        values = self.used.setdefault(flag.name, [])
        if value is not None:
            values.append(value)
        elif flag.takes in ("value", "values"):
            self.pending = flag


class Line:
    """A line up to the word under the cursor. ``verb`` is "" while it is still to come."""

    def __init__(self, words: list[str], tree: Tree) -> None:
        self.tree = tree
        self.form = Form("", verbatim=False)
        self.form.flags = [*tree.globals.flags, HELP, VERSION]
        before = Walk(words, self.form.named(), verbatim=True)
        self.verb = before.arguments[0] if before.arguments else ""
        self.walk = before
        self.known = True
        self._behind: set[str] = set()
        if self.verb == "":
            return
        forms = tree.forms(self.verb)
        self.known = bool(forms) or self.verb == "help"
        rest = before.arguments[1:]
        own = _chosen(forms, rest) if forms else Form("", verbatim=False)
        shared = [flag for flag in tree.globals.flags if flag.name not in {flag.name for flag in own.flags}]
        self.form = Form(own.when, verbatim=own.verbatim)
        self.form.flags = [*own.flags, *shared, HELP]
        self.form.arguments = own.arguments
        self.form.exclusive = [*own.exclusive, *tree.globals.exclusive]
        self.walk = Walk(rest, self.form.named(), verbatim=own.verbatim)
        self._behind = set(self.walk.used)
        for name, values in before.used.items():
            self.walk.used[name] = values + self.walk.used.get(name, [])

    def value(self, flag: str) -> str:
        """The last value given to a flag, "" when none was."""
        return (self.walk.used.get(flag) or [""])[-1]

    def flags_left(self) -> list[Flag]:
        """The flags that may still be given: those used once are left out, and those that another one shuts out.

        One before the verb shuts nothing out: it may stand in an alias.
        """
        shut = {name for group in self.form.exclusive if self._behind & set(group) for name in group}
        gone = shut | set(self.walk.used)
        return [flag for flag in self.form.flags if flag.takes == "values" or flag.name not in gone]

    def glued(self, word: str) -> tuple[Flag, str] | None:
        """For ``--flag=val`` and ``-fval``: the flag, and the part of the word before its value."""
        flags = self.form.named()
        name, equals, _ = word.partition("=")
        if name.startswith("--"):
            flag = flags.get(name)
            return (flag, name + equals) if equals and flag else None
        for place, letter in enumerate(word[1:], start=1):
            flag = flags.get(f"-{letter}")
            if flag is None or place + 1 == len(word):
                return None
            if word[place + 1] == "=":
                return flag, word[: place + 2]
            if flag.takes in ("value", "values"):
                return flag, word[: place + 1]
        return None


def _chosen(forms: list[Form], words: list[str]) -> Form:
    """The form that the words mean, as far as they tell; several that they may mean, as one."""
    usual, *others = forms
    if not others:
        return usual
    together = _merged(forms)
    walk = Walk(words, together.named(), verbatim=any(form.verbatim for form in forms))
    if any(not form.when.startswith("-") and form.when for form in forms):
        first = walk.arguments[0] if walk.arguments else ""
        return next((form for form in forms if first and form.when == first), together if not first else usual)
    if not walk.arguments:
        return next((form for form in others if form.when in walk.used), together)
    behind = Walk(words[len(words) - len(walk.arguments) + 1 :], together.named(), verbatim=True)
    for form in others:
        undecided = not behind.arguments and behind.before_dashes < 0
        if form.when in walk.used or form.when in behind.used or undecided:
            return form
    return usual


def _merged(forms: list[Form]) -> Form:
    together = Form("", verbatim=any(form.verbatim for form in forms))
    named: dict[str, Flag] = {}
    for form in forms:
        named |= {flag.name: flag for flag in form.flags if flag.name not in named}
        together.exclusive += form.exclusive
    together.flags = list(named.values())
    together.arguments = forms[0].arguments
    return together
