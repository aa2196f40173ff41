"""Completion as kubectl's: the shell calls the hidden ``kubia __complete``, kubia answers in cobra's wire form.

It is asked at every press of TAB. So what stands on that way imports next to nothing: no dataclasses, enum, re, typing,
let alone Typer or an SDK. A test reads ``sys.modules``.
"""

from __future__ import annotations

#: The hidden verbs, with and without descriptions; cobra's names.
REQUESTS = ("__complete", "__completeNoDesc")


def may_answer(words: list[str]) -> bool:
    """Whether this line may be ours: a request, also behind global options (``alias kn='kubia -n dev'``), or
    ``completion SHELL``.
    """
    first = words[0] if words else ""
    return first == "completion" or first in REQUESTS or (first[:1] == "-" and any(word in words for word in REQUESTS))
