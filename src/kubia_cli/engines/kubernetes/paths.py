"""Where API paths are built: the only place, and every segment is checked here.

An empty name turns one object's deletion into its collection's, and ``..`` into its namespace's
(kubernetes-client/python#2291, seen on a real server); no request is made from a name that did not pass here.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from kubia_cli.errors import UsageError
from kubia_cli.model import names
from kubia_cli.model.resource import Kind


def api_path(
    group: str,
    version: str,
    plural: str,
    *,
    namespace: str | None = None,
    name: str | None = None,
    subresource: str | None = None,
) -> str:
    """Build ``/apis/apps/v1/namespaces/dev/deployments/kubia/scale``; ``group`` is "" for the core API.

    ``namespace`` None is no namespace (all of them, or a kind of the whole cluster), ``name`` None the collection. ""
    is never a way to leave one out: UsageError ``name.invalid``, as for ``.``, ``..`` and what has ``/`` or ``%``.
    """
    if subresource is not None and name is None:
        raise ValueError("a subresource belongs to a named object")
    segments = ["apis", _segment(group, "API group")] if group else ["api"]
    segments.append(_segment(version, "API version"))
    if namespace is not None:
        segments += ["namespaces", _segment(namespace, "namespace")]
    segments.append(_segment(plural, "resource type"))
    if name is not None:
        segments.append(_segment(name, "name"))
    if subresource is not None:
        segments.append(_segment(subresource, "subresource"))
    return "/" + "/".join(segments)


def kind_path(
    kind: Kind, *, namespace: str | None = None, name: str | None = None, subresource: str | None = None
) -> str:
    """Build the path of a kind's collection or object; a namespace is left out for a kind that has none.

    ``namespace`` None means all namespaces, which only a collection has. UsageError ``name.invalid``.
    """
    if kind.namespaced and namespace is None and name is not None:
        raise ValueError(f"one {kind.name} is read from its namespace")
    inside = namespace if kind.namespaced else None
    return api_path(kind.group, kind.version, kind.plural, namespace=inside, name=name, subresource=subresource)


def guard(path: str) -> str:
    """Return ``path`` when no server and no client library can fold it into another one; UsageError otherwise.

    The last look before a request, also at paths that a server named: no segment is empty, ``.`` or ``..``, not even
    behind a percent sign.
    """
    if not path.startswith("/") or "?" in path or "#" in path:
        raise UsageError("name.invalid", f"`{path}` is no API path")
    for segment in path[1:].split("/"):
        names.check_path_segment(unquote(segment), "path segment")
    return path


def _segment(value: str, what: str) -> str:
    return quote(names.check_path_segment(value, what), safe=":")
