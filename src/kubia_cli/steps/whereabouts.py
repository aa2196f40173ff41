"""Which engine a container or pod is on, when its name is all that was typed (DESIGN section 1, "Which engine")."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping
from threading import Thread

from kubia_cli.errors import DeniedError, KubiaError, NotFoundError, UnreachableError, UsageError
from kubia_cli.session import Session

#: Seconds that an engine gets; a verb that changes things rather waits than guesses.
PATIENCE = 5.0


def engine_of(session: Session, kind: str, name: str, *, kubernetes_meant: bool = False) -> str:
    """Return ``docker`` or ``kubernetes``. Raises UsageError when the name is on both, UnreachableError when one
    engine does not answer, so that it could be there too, and NotFoundError.
    """
    in_cluster = kubernetes_meant or kind not in ("", "container")
    if session.on == "docker" and in_cluster:
        raise UsageError(
            "on.contradiction", f"`{f'{kind}/' if kind else ''}{name}` is Kubernetes', and --on says docker"
        )
    if session.on:
        return session.on
    if kind == "container":
        return "docker"
    if in_cluster or session.kubernetes_meant:
        return "kubernetes"
    if not any(context.current for context in session.cluster_contexts.all()):
        return "docker"
    return _look_up(session, name)


def _look_up(session: Session, name: str) -> str:
    """Ask both engines at once which of them has the name."""
    answers = _ask(
        {
            "docker": lambda: session.docker.container(name),
            "kubernetes": lambda: session.cluster.get(session.cluster.kind("pods"), name),
        }
    )
    denied = answers["kubernetes"]
    if isinstance(denied, DeniedError) and isinstance(answers["docker"], NotFoundError):
        raise denied
    if isinstance(denied, DeniedError) and not isinstance(answers["docker"], KubiaError):
        session.console.note(f"{name}: on docker; a pod could not be asked for: {denied.message}")
        return "docker"
    for engine, answer in answers.items():
        if isinstance(answer, KubiaError) and not isinstance(answer, NotFoundError):
            other = "docker" if engine == "kubernetes" else "kubernetes"
            what = f"{engine} does not answer, and {name} could be there; say where it is with --on"
            fix = f"kubia --on {other} {shlex.join(session.line)}"
            raise UnreachableError("engine.silent", what, said=answer.message, fix=fix) from answer
    found = [engine for engine, answer in answers.items() if not isinstance(answer, KubiaError)]
    if len(found) == 2:
        what = f"{name} is a container and a pod; --on docker or --on kubernetes says which is meant"
        raise UsageError("name.ambiguous", what, fix=f"kubia --on docker {shlex.join(session.line)}")
    if not found:
        raise NotFoundError("name.not-found", f"no container and no pod {name}", fix="kubia ps -a")
    return found[0]


def _ask(questions: Mapping[str, Callable[[], object]]) -> dict[str, object]:
    """Return every engine's answer or error; one that takes longer than the others and PATIENCE is unreachable."""
    answers: dict[str, object] = {}

    def ask(engine: str, question: Callable[[], object]) -> None:
        try:
            answers[engine] = question()
        except KubiaError as error:
            answers[engine] = error

    threads = {
        engine: Thread(target=ask, args=(engine, question), daemon=True) for engine, question in questions.items()
    }
    for thread in threads.values():
        thread.start()
    until = time.monotonic() + PATIENCE
    for thread in threads.values():
        thread.join(max(0.0, until - time.monotonic()))
    silent = UnreachableError("engine.silent", f"no answer within {PATIENCE:.0f} s")
    return {engine: answers.get(engine, silent) for engine in questions}
