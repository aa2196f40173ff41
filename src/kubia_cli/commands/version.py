"""``version``: kubia's own, and those of the engines that answer within a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing import TimeoutError as NoAnswerError
from multiprocessing.pool import ThreadPool
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
    asking = {"docker": lambda: _docker(session), "kubernetes": lambda: _kubernetes(session)}
    engines = ask({engine: asking[engine] for engine in ENGINES if session.on in ("", engine)})
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


def ask(questions: dict[str, Callable[[], Found]]) -> dict[str, Found]:
    """Ask all at once; what fails or takes longer than ``PATIENCE`` is told as ``error``."""
    answers: dict[str, Found] = {}
    end = time.monotonic() + PATIENCE
    # Its threads are daemons: one that still waits for an engine does not keep the process from ending.
    with ThreadPool(max(1, len(questions))) as pool:
        asked = {engine: pool.apply_async(question) for engine, question in questions.items()}
        for engine, answer in asked.items():
            try:
                answers[engine] = answer.get(max(0.0, end - time.monotonic()))
            except NoAnswerError:
                answers[engine] = {"error": f"no answer within {PATIENCE:g} s"}
            except KubiaError as error:
                answers[engine] = {"error": error.message}
    return answers


def _docker(session: Session) -> Found:
    docker = session.docker
    raw: dict[str, Any] = docker.version()
    minimum = {"minApiVersion": raw["MinAPIVersion"]} if raw.get("MinAPIVersion") else {}
    answered = {"version": raw.get("Version", ""), "apiVersion": raw.get("ApiVersion", ""), **minimum}
    return {**answered, "endpoint": docker.host}


def _kubernetes(session: Session) -> Found:
    cluster = session.cluster
    found = {"version": cluster.version().get("gitVersion", ""), "endpoint": cluster.server}
    return {**found, "context": cluster.context}
