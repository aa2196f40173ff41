"""``version``: kubia's own, and those of the engines that answer within a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing import TimeoutError as NoAnswerError
from multiprocessing.pool import AsyncResult, ThreadPool
from typing import Any

from kubia_cli import __version__
from kubia_cli.errors import KubiaError
from kubia_cli.options import Output
from kubia_cli.output import printers
from kubia_cli.output.table import print_table
from kubia_cli.session import ENGINES, Session

FORMATS = ("json", "yaml", "jsonpath=TEMPLATE")

#: How long an engine is waited for, in seconds; both are asked at once.
PATIENCE = 3.0

Found = dict[str, str]


def command(session: Session, *, output: Output = "") -> None:
    """Show kubia's version, the Docker engine's and the Kubernetes server's; --on asks only one of them.

    \b
    Examples:
      kubia version
      kubia version -o json
    """
    printers.check(output, FORMATS)
    engines = ask({engine: _OPENERS[engine] for engine in ENGINES if session.on in ("", engine)}, session)
    if output:
        printers.show_data(session.console, {"kubia": {"version": __version__}, **engines}, output)
        return
    rows = [["kubia", __version__, "", ""]]
    for engine, found in engines.items():
        if "error" in found:
            session.console.warning(f"{engine}: {found['error']}")
        else:
            rows.append([engine, found["version"], found.get("apiVersion", ""), found["endpoint"]])
    print_table(session.console, ("NAME", "VERSION", "API", "ENDPOINT"), rows)


def ask(openers: dict[str, Callable[[Session], Callable[[], Found]]], session: Session) -> dict[str, Found]:
    """Ask all at once; what fails or takes longer than ``PATIENCE`` is told as ``error``."""
    answers: dict[str, Found] = {}
    asked: dict[str, AsyncResult[Found]] = {}
    end = time.monotonic() + PATIENCE
    # Its threads are daemons: one that still waits for an engine does not keep the process from ending.
    with ThreadPool(len(ENGINES)) as pool:
        for engine, opener in openers.items():
            # Engines are opened here, one by one: two threads that import the same SDK see halves of its modules.
            try:
                asked[engine] = pool.apply_async(opener(session))
            except KubiaError as error:
                answers[engine] = {"error": error.message}
        for engine, answer in asked.items():
            try:
                answers[engine] = answer.get(max(0.0, end - time.monotonic()))
            except NoAnswerError:
                answers[engine] = {"error": f"no answer within {PATIENCE:g} s"}
            except KubiaError as error:
                answers[engine] = {"error": error.message}
    return {engine: answers[engine] for engine in openers}


def _docker(session: Session) -> Callable[[], Found]:
    docker = session.docker

    def version() -> Found:
        raw: dict[str, Any] = docker.version()
        minimum = {"minApiVersion": raw["MinAPIVersion"]} if raw.get("MinAPIVersion") else {}
        answered = {"version": raw.get("Version", ""), "apiVersion": raw.get("ApiVersion", ""), **minimum}
        return {**answered, "endpoint": docker.host}

    return version


def _kubernetes(session: Session) -> Callable[[], Found]:
    cluster = session.cluster

    def version() -> Found:
        found = {"version": cluster.version().get("gitVersion", ""), "endpoint": cluster.server}
        return {**found, "context": cluster.context}

    return version


_OPENERS = {"docker": _docker, "kubernetes": _kubernetes}
