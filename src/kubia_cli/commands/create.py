"""``create``: an object from a few words, as kubectl makes it: with kubectl's labels, and without waiting."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from kubia_cli.engines import Object
from kubia_cli.errors import UsageError
from kubia_cli.model import image as references
from kubia_cli.model import names
from kubia_cli.model.secrets import remember
from kubia_cli.options import DryRun, Output, fill_optional_values
from kubia_cli.output import printers
from kubia_cli.session import Session
from kubia_cli.steps.writing import check_dry_run, chosen_cluster, show_deed

#: What a key of a ConfigMap or Secret may have in it.
_KEY = re.compile("[-._a-zA-Z0-9]{1,253}")


def choose(words: list[str]) -> tuple[Callable[..., None], list[str]]:
    """Keep ``--`` as a word, since a program may stand behind it and nowhere else."""
    end = words.index("--") if "--" in words else len(words)
    program = ["--", *words[end:]] if end < len(words) else []
    return command, [*fill_optional_values(words[:end]), *program]


def command(
    session: Session,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KIND NAME [-- COMMAND]",
            help="deployment, namespace, configmap, or secret generic, and its name.",
            show_default=False,
        ),
    ] = None,
    *,
    image: Annotated[
        list[str] | None, typer.Option(help="A deployment's image; several make several containers.", metavar="IMAGE")
    ] = None,
    replicas: Annotated[int | None, typer.Option("--replicas", "-r", help="How many replicas.", metavar="N")] = None,
    port: Annotated[str, typer.Option(help="The port that a deployment's container listens on.", metavar="PORT")] = "",
    from_literal: Annotated[
        list[str] | None, typer.Option(help="A pair of a configmap or secret.", metavar="KEY=VALUE")
    ] = None,
    dry_run: DryRun = "none",
    output: Output = "",
) -> None:
    """Create an object: a deployment, a namespace, a configmap or a secret.

    \b
    Examples:
      kubia create deployment kubia --image=luksa/kubia --port=8080 --replicas=3
      kubia create deployment sleeper --image=busybox -- sleep 1000
      kubia create namespace dev
      kubia create secret generic login --from-literal=user=luksa
    """
    printers.check(output)
    mode = check_dry_run(dry_run)
    asked = _Asked.read(words or [], image or (), replicas, port, from_literal or ())
    manifest = _MAKERS[asked.kind](asked)
    if mode == "client":  # no cluster is needed to see what would be sent to one
        if asked.kind != "namespace" and session.settings.namespace:
            manifest["metadata"]["namespace"] = names.check_dns_label(session.settings.namespace, "namespace")
        made = manifest
    else:
        with session.stating("nothing was created"):
            made = chosen_cluster(session, otherwise="kubia context").create(manifest, dry_run=mode)
    show_deed(session, [made], output, deed="created", dry_run=mode)


@dataclass(frozen=True)
class _Asked:
    """What the line asks for, in kubectl's order of words."""

    kind: str
    name: str
    program: Sequence[str] = ()
    images: Sequence[str] = ()
    replicas: int = 1
    port: int | None = None
    pairs: Mapping[str, str] | None = None

    @classmethod
    def read(
        cls, words: list[str], images: Sequence[str], replicas: int | None, port: str, literals: Sequence[str]
    ) -> _Asked:
        end = words.index("--") if "--" in words else len(words)
        program = words[end + 1 :]
        kind, *rest = words[:end] or [""]
        kind = _KINDS.get(kind.lower(), "")
        if not kind:
            message = "name what to create: deployment, namespace, configmap, or secret generic"
            raise UsageError("create.kind", message, fix="kubia create deployment kubia --image=luksa/kubia")
        if kind == "secret":
            if rest[:1] != ["generic"]:
                raise UsageError(
                    "create.secret-type", "`create secret` makes generic secrets: put `generic` before its name"
                )
            rest = rest[1:]
        if len(rest) != 1:
            raise UsageError(
                "create.name", f"`create {kind}` needs one name, not {len(rest)}: {' '.join(rest) or 'none'}"
            )
        given = {"--image": images, "--replicas": replicas is not None, "--port": port, "--": program}
        for option, value in {**given, "--from-literal": literals}.items():
            if value and option not in _OPTIONS[kind]:
                raise UsageError("create.option", f"`{option}` is not for `create {kind}`")
        if replicas is not None and replicas < 0:
            raise UsageError("replicas.invalid", f"`--replicas={replicas}` is less than none")
        return cls(
            kind,
            rest[0],
            program,
            images,
            1 if replicas is None else replicas,
            names.check_port_number(port) if port else None,
            _pairs(literals),
        )


def _deployment(asked: _Asked) -> Object:
    name = names.check_dns_subdomain(asked.name)
    if not asked.images:
        raise UsageError(
            "create.image", "a deployment needs an image", fix=f"kubia create deployment {name} --image=luksa/kubia"
        )
    if len(asked.images) > 1 and asked.program:
        raise UsageError("create.program", "a program behind -- goes with one --image, not with several")
    labels = {"app": names.check_label_value(name)}
    containers: list[Object] = []
    for image in asked.images:
        container: Object = {"name": _container_name(image, containers), "image": image}
        if asked.program:
            container["command"] = list(asked.program)
        containers.append(container)
    if asked.port is not None:
        containers[0]["ports"] = [{"containerPort": asked.port}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": asked.replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }


def _namespace(asked: _Asked) -> Object:
    name = names.check_dns_label(asked.name, "namespace")
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def _config_map(asked: _Asked) -> Object:
    metadata = {"name": names.check_dns_subdomain(asked.name)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(asked.pairs or {})}


def _secret(asked: _Asked) -> Object:
    metadata = {"name": names.check_dns_subdomain(asked.name)}
    remember(*(asked.pairs or {}).values())
    data = {key: base64.b64encode(value.encode()).decode() for key, value in (asked.pairs or {}).items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": data}


_MAKERS = {"deployment": _deployment, "namespace": _namespace, "configmap": _config_map, "secret": _secret}
_OPTIONS: Mapping[str, Sequence[str]] = {
    "deployment": ("--image", "--replicas", "--port", "--"),
    "namespace": (),
    "configmap": ("--from-literal",),
    "secret": ("--from-literal",),
}
_KINDS = {"deploy": "deployment", "ns": "namespace", "cm": "configmap", **{kind: kind for kind in _MAKERS}}


def _container_name(image: str, others: Sequence[Object]) -> str:
    """The last part of the image's name, as kubectl calls the container; a number behind it when it is taken."""
    last = references.parse(image).repository.rpartition("/")[2]
    name = re.sub("[^a-z0-9]+", "-", last).strip("-")
    taken = {other["name"] for other in others}
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def _pairs(literals: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for literal in literals:
        key, equals, value = literal.partition("=")
        if not (key and equals):
            # The word itself may be a secret: it is not shown.
            raise UsageError("literal.invalid", "`--from-literal` needs KEY=VALUE", fix="--from-literal=user=luksa")
        if not _KEY.fullmatch(key) or key in (".", ".."):
            raise UsageError("literal.invalid", f"the key `{key}` may only have letters, digits, -, _ and .")
        if key in pairs:
            raise UsageError("literal.invalid", f"the key `{key}` is given twice")
        pairs[key] = value
    return pairs
