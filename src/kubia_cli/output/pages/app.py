"""The picture of an app: service → endpoints → pods ← controller ← image (CHAPTER K9).

The same parts in boxes on a terminal and as plain text in a pipe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kubia_cli.model.manifest import IMAGE_ANNOTATION
from kubia_cli.model.resource import Resource
from kubia_cli.output.console import Console
from kubia_cli.output.pages.layout import Page, part
from kubia_cli.output.table import GAP, status_style
from kubia_cli.output.text import safe_line

Raw = Mapping[str, Any]

#: The columns of the server's own Table of pods that the picture shows.
_POD_COLUMNS = ("NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE")


@dataclass(frozen=True)
class Exposure:
    """A service, where it can be asked (not tried), and how many of its endpoints are ready."""

    service: Raw
    addresses: Sequence[str]
    ready: int
    endpoints: int


@dataclass(frozen=True)
class App:
    """What belongs together: services lead to pods, which a workload keeps; ``workload`` None for a pod on its own."""

    workload: Raw | None
    pods: Sequence[Raw] = ()
    pod_table: Raw = field(default_factory=dict)
    exposures: Sequence[Exposure] = ()


@dataclass(frozen=True)
class Part:
    """One box of the picture: a title, lines below it, a table; ``arrow`` leads on to the next one."""

    title: str
    lines: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    arrow: str = ""


def parts(app: App) -> list[Part]:
    """The picture from top to bottom."""
    found = [_service(exposure) for exposure in app.exposures]
    if not found and app.workload is not None:
        found.append(Part("no service", [f"kubia expose {_spoken(app.workload)} makes it reachable"], arrow="v"))
    found.append(_pods(app))
    if app.workload is not None:
        found.append(_workload(app.workload))
    if images := _images(app):
        found.append(Part("image", images))
    return found


def print_app(console: Console, app: App) -> None:
    """Draw the picture on stdout."""
    if console.rich_on(console.out):
        _draw(console, parts(app))
        return
    for each in parts(app):
        for line in _plain(each):
            console.result(line)


def _service(exposure: Exposure) -> Part:
    spec = exposure.service.get("spec") or {}
    lines = [f"{spec.get('type', '')}, {', '.join(map(_port, spec.get('ports') or ())) or 'no ports'}"]
    lines += [f"address: {address}" for address in exposure.addresses]
    if spec.get("type") == "LoadBalancer" and not part(exposure.service, "status", "loadBalancer", "ingress"):
        lines.append("load balancer: pending")
    lines.append(f"endpoints: {exposure.ready} of {exposure.endpoints} ready")
    return Part(_spoken(exposure.service), lines, arrow="v")


def _port(port: Raw) -> str:
    """``8080 -> pods' 8080, node port 30123``."""
    node = f", node port {port['nodePort']}" if port.get("nodePort") else ""
    protocol = "" if port.get("protocol", "TCP") == "TCP" else f"/{port['protocol']}"
    return f"port {port.get('port')}{protocol} -> {port.get('targetPort', port.get('port'))}{node}"


def _pods(app: App) -> Part:
    names = [str(column.get("name", "")).upper() for column in app.pod_table.get("columnDefinitions") or ()]
    places = [names.index(name) for name in _POD_COLUMNS if name in names]
    rows = [[str(row["cells"][place]) for place in places] for row in app.pod_table.get("rows") or ()]
    arrow = "^" if app.workload is not None else ""
    if not rows:
        return Part("no pods", arrow=arrow)
    return Part(f"{len(rows)} pod{'s' if len(rows) > 1 else ''}", (), [names[place] for place in places], rows, arrow)


def _workload(workload: Raw) -> Part:
    spec, status = workload.get("spec") or {}, workload.get("status") or {}
    if workload.get("kind") == "Job":
        counts = [("completions", spec.get("completions", 1)), ("succeeded", status.get("succeeded", 0))]
        counts.append(("failed", status.get("failed", 0)))
    elif workload.get("kind") == "DaemonSet":
        counts = [
            ("desired", status.get("desiredNumberScheduled", 0)),
            ("current", status.get("currentNumberScheduled", 0)),
            ("ready", status.get("numberReady", 0)),
        ]
    else:
        counts = [("desired", spec.get("replicas", 1)), ("current", status.get("replicas", 0))]
        counts.append(("ready", status.get("readyReplicas", 0)))
    return Part(_spoken(workload), [", ".join(f"{count} {name}" for name, count in counts)], arrow="^")


def _images(app: App) -> list[str]:
    """The images that the pods run, each with the digest that the node has."""
    typed = part(app.workload, "metadata", "annotations", IMAGE_ANNOTATION)
    template = part(app.workload, "spec", "template", "spec") or {}
    declared = [str(each.get("image")) for each in template.get("containers") or ()]
    running = [
        (str(part(pod, "spec", "containers")[place].get("image")), str(status.get("imageID") or ""))
        for pod in app.pods
        for place, status in enumerate(part(pod, "status", "containerStatuses") or ())
    ]
    lines = [f"as typed: {typed}"] if typed else []
    for image in dict.fromkeys([*declared, *(image for image, _ in running)]):
        digests = {identity.rpartition("@")[2] for each, identity in running if each == image and identity}
        unknown = [digest for digest in sorted(digests) if digest not in image]
        lines.append(" ".join([image, *unknown]))
    return lines


def _spoken(raw: Raw) -> str:
    return Resource.from_object(raw).spoken


def _plain(each: Part) -> list[str]:
    lines = [safe_line(each.title), *(f"  {safe_line(line)}" for line in each.lines)]
    if each.rows:
        page = Page()
        page.row(1, *each.columns)
        for row in each.rows:
            page.row(1, *row)
        lines += page.lines()
    return [*lines, *([f"  {each.arrow}"] if each.arrow else [])]


def _draw(console: Console, picture: Sequence[Part]) -> None:
    from rich.box import ROUNDED
    from rich.console import Console as Rich
    from rich.console import Group, RenderableType
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    screen = Rich(
        file=console.out,
        width=console.width(console.out),
        no_color=not console.colour_on(console.out),
        markup=False,
        emoji=False,
        highlight=False,
        safe_box=True,
    )
    for each in picture:
        content: list[RenderableType] = [Text(safe_line(line)) for line in each.lines]
        if each.rows:
            table = Table(box=None, padding=(0, len(GAP), 0, 0), header_style="bold")
            for column in each.columns:
                table.add_column(column, overflow="fold")
            for row in each.rows:
                cells = [safe_line(cell) for cell in row]
                table.add_row(*(Text(cell, style=status_style(cell)) for cell in cells))
            content.append(table)
        title = Text(safe_line(each.title), style="bold")
        screen.print(Panel(Group(*content), title=title, title_align="left", box=ROUNDED, expand=False))
        if each.arrow:
            screen.print(Text(f"    {each.arrow}"))
