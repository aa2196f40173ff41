"""`inspect`: what there is, for a person to read; on either engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Annotated

import typer

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import KubiaError, LocalError, NotFoundError, UnreachableError, UsageError
from kubia_cli.model.resource import Resource
from kubia_cli.options import Output
from kubia_cli.output import printers
from kubia_cli.output.pages.app import print_app
from kubia_cli.output.pages.container import container_page
from kubia_cli.output.pages.image import image_page
from kubia_cli.session import Session
from kubia_cli.steps.app_picture import DRAWN, apps_of, find_by_name
from kubia_cli.steps.object_page import page

#: Seconds that the other engine is given once one has answered (DESIGN section 1).
PATIENCE = 1.0

_DOCKER, _KUBERNETES = "docker", "kubernetes"
_DOCKER_KINDS = ("image", "container")


@dataclass(frozen=True)
class Found:
    """What bears a name: an ``image``, a ``container``, or ``objects`` of a cluster; with the engine's own JSON."""

    what: str
    name: str
    objects: Sequence[Object]


def command(
    session: Session,
    words: Annotated[
        list[str],
        typer.Argument(metavar="NAME...|KIND NAME...|KIND/NAME...", help="What to look at.", show_default=False),
    ],
    *,
    output: Output = "",
) -> None:
    """Show an app and how its parts belong together, a container, or an image.

    A NAME alone is looked for on both engines. -o json, yaml and jsonpath give the engine's own object.

    \b
    Examples:
      kubia inspect kubia
      kubia inspect rc/kubia
      kubia inspect image/luksa/kubia
      kubia inspect kubia-container -o jsonpath={.NetworkSettings.IPAddress}
    """
    printers.check(output)
    found = [each for question in _questions(session, words) for each in question()]
    if output in printers.HUMAN:
        for number, each in enumerate(found):
            if number:
                session.console.result("")
            _print(session, each)
        return
    session.show([_resource(each, raw) for each in found for raw in each.objects], output)


def _questions(session: Session, words: Sequence[str]) -> list[Callable[[], list[Found]]]:
    """What to look for: KIND/NAME, KIND NAME..., or names alone."""
    first, *rest = words
    bare = not any("/" in word for word in words)
    if rest and bare and (first in _DOCKER_KINDS or _is_kind(session, first)):
        return [_typed_question(session, first, name) for name in rest]
    questions = []
    for word in words:
        kind, slash, name = word.partition("/")
        if slash and (kind in _DOCKER_KINDS or _is_kind(session, kind)):
            questions.append(_typed_question(session, kind, name))
        elif slash:  # luksa/kubia: no kind of the cluster, so an image
            questions.append(_typed_question(session, "image", word))
        else:
            questions.append(_bare_question(session, word))
    return questions


def _is_kind(session: Session, word: str) -> bool:
    """Whether the word is a kind of the cluster's; where no cluster is configured, or none can be, none is."""
    if session.on == _DOCKER:
        return False
    try:
        session.cluster.kind(word)
    except NotFoundError:
        return False
    except LocalError:  # a broken kubeconfig: it is told where the cluster is asked for what is named
        return False
    except UnreachableError as error:
        if error.code == "cluster.none":
            return False
        raise
    return True


def _typed_question(session: Session, kind: str, name: str) -> Callable[[], list[Found]]:
    if kind == "container":
        return lambda: [Found("container", name, [session.docker.container(name)])]
    if kind == "image":
        return lambda: [Found("image", name, [session.docker.image(name)])]

    def ask() -> list[Found]:
        cluster = session.cluster
        known = cluster.kind(kind)
        raw = {"apiVersion": known.api_version, "kind": known.name, **cluster.get(known, name)}
        return [Found("objects", name, [raw])]

    return ask


def _bare_question(session: Session, name: str) -> Callable[[], list[Found]]:
    if session.on == _DOCKER:
        return lambda: [_on_docker(session, name)]
    if session.kubernetes_meant:
        return lambda: [_on_cluster(session, name)]
    return lambda: [_on_either(session, name)]


def _on_docker(session: Session, name: str) -> Found:
    """The container of that name, else the image."""
    try:
        return Found("container", name, [session.docker.container(name)])
    except NotFoundError:
        pass
    try:
        return Found("image", name, [session.docker.image(name)])
    except NotFoundError as error:
        raise NotFoundError("name.not-found", f"no container and no image {name} on Docker") from error


def _on_cluster(session: Session, name: str) -> Found:
    objects = find_by_name(session.cluster, name)
    if not objects:
        namespace = session.cluster.namespace
        raise NotFoundError("name.not-found", f"no app, workload, pod or service {name} in namespace {namespace}")
    return Found("objects", name, objects)


def _on_either(session: Session, name: str) -> Found:
    """Ask both engines at once. An image counts only when nothing else has the name."""
    answers = _ask({_DOCKER: lambda: _on_docker(session, name), _KUBERNETES: lambda: _on_cluster(session, name)})
    found = {engine: answer for engine, answer in answers.items() if isinstance(answer, Found)}
    if len(found) == 2 and found[_DOCKER].what == "container":
        message = f"{name} is a container and on the cluster; say which: kubia inspect container/{name}, or --on"
        raise UsageError("name.ambiguous", message, fix=f"kubia --on kubernetes inspect {name}")
    silent = [engine for engine in (_DOCKER, _KUBERNETES) if _is_silent(answers.get(engine))]
    if not found:
        raise _nowhere(name, answers, silent)
    for engine in silent:
        error = answers.get(engine)
        if isinstance(error, KubiaError) and not isinstance(error, UnreachableError):
            why = f"{engine} was not asked: {error.message}"
        else:
            why = f"{engine} does not answer"
        session.console.note(f"{why}: this is from the other engine alone")
    engine = _KUBERNETES if _KUBERNETES in found else _DOCKER
    where = ""
    if engine == _KUBERNETES:
        where = f", context {session.cluster.context}, namespace {session.cluster.namespace}"
    session.console.note(f"{name}: on {engine}{where}")
    return found[engine]


def _is_silent(answer: Found | KubiaError | None) -> bool:
    """Whether an engine that should be there did not answer; a cluster that nobody configured is not missed."""
    if isinstance(answer, KubiaError):
        return not isinstance(answer, NotFoundError) and answer.code != "cluster.none"
    return answer is None


def _nowhere(name: str, answers: Mapping[str, Found | KubiaError], silent: Sequence[str]) -> KubiaError:
    for engine in silent:
        error = answers.get(engine)
        if isinstance(error, KubiaError):
            return error
    both = [str(answer.message) for answer in answers.values() if isinstance(answer, NotFoundError)]
    return NotFoundError("name.not-found", "; ".join(both) or f"nothing is named {name}", fix="kubia get all")


def _ask(questions: Mapping[str, Callable[[], Found]]) -> dict[str, Found | KubiaError]:
    """Ask all at once. When one has found it, the others get a second more; else each gets its own time."""
    queue: SimpleQueue[tuple[str, Found | KubiaError]] = SimpleQueue()

    def ask(engine: str, question: Callable[[], Found]) -> None:
        try:
            queue.put((engine, question()))
        except KubiaError as error:
            queue.put((engine, error))

    for engine, question in questions.items():
        Thread(target=ask, args=(engine, question), daemon=True).start()
    answers: dict[str, Found | KubiaError] = {}
    while len(answers) < len(questions):
        found = any(isinstance(answer, Found) for answer in answers.values())
        try:
            engine, answer = queue.get(timeout=PATIENCE if found else None)
        except Empty:
            break
        answers[engine] = answer
    return answers


def _print(session: Session, found: Found) -> None:
    now = datetime.now(UTC)
    if found.what == "container":
        _lines(session, container_page(found.objects[0], now))
    elif found.what == "image":
        _lines(session, image_page(found.objects[0], session.docker.history(found.name), now))
    else:
        _print_objects(session, session.cluster, found.objects)


def _print_objects(session: Session, cluster: Cluster, objects: Sequence[Object]) -> None:
    """Draw the app that the objects belong to; what has no pods has describe's page."""
    drawn = [raw for raw in objects if raw["kind"] in DRAWN]
    for number, app in enumerate(apps_of(cluster, drawn) if drawn else ()):
        if number:
            session.console.result("")
        print_app(session.console, app)
    for raw in objects:
        if raw["kind"] not in DRAWN:
            _lines(session, page(cluster, raw, datetime.now(UTC)))


def _lines(session: Session, lines: Sequence[str]) -> None:
    for line in lines:
        session.console.result(line)


def _resource(found: Found, raw: Object) -> Resource:
    if found.what == "objects":
        return Resource.from_object(raw)
    name = str(raw.get("Name") or found.name).removeprefix("/")
    return Resource(found.what.capitalize(), name, raw=raw)
