"""Names from a cluster: its kinds, the objects of a kind, what stands in one; of the context that the line means."""

from __future__ import annotations

from kubia_cli.completion import configured, kinds, live

TYPE_CHECKING = False  # `typing` costs a TAB 8 ms
if TYPE_CHECKING:
    from typing import Any

    from kubia_cli.completion.kinds import Kind
    from kubia_cli.completion.live import Known, Rows
    from kubia_cli.completion.values import Ask

_JSON = "application/json"
_TABLE = f"{_JSON};as=Table;g=meta.k8s.io;v=v1,{_JSON}"
#: How many names are asked for when nothing is typed yet, and when something is.
_FEW, _MANY = 500, 10000
#: Seconds that the list of a cluster's kinds is good for.
_KINDS = 300.0


class Cluster:
    """The API server that a line means; ``namespace`` is the line's, else the context's."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._access = configured.access(ask.env, ask.value("--kubeconfig"), ask.value("--context"))
        server = self._access.server if self._access else ""
        own = self._access.namespace if self._access else ""
        self.namespace = ask.value("--namespace") or own
        self.configured = self._access is not None
        self._key = "\n".join(
            [server, ask.value("--context"), ask.env.get("KUBECONFIG", ""), ask.value("--kubeconfig")]
        )

    def kinds(self) -> list[Kind]:
        """All kinds that it serves; those that every cluster has where it does not say."""
        said = (
            live.known(self._ask.env, f"kinds\n{self._key}", self._all_kinds, fresh=_KINDS) if self.configured else None
        )
        found = [kinds.Kind(*row.split("\t")) for row, _ in said.rows] if said else []
        return found or kinds.built_in()

    def kind(self, word: str) -> Kind | None:
        """The kind that a word means; asked for only where it is none of those that every cluster has."""
        return kinds.find(word, kinds.built_in()) or kinds.find(word, self.kinds())

    def names(self, kind: Kind) -> Known:
        """The names of a kind's objects, each with its state in the server's own columns."""
        limit = _MANY if self._ask.prefix else _FEW
        path = f"{self._path(kind)}?limit={limit}&includeObject=None"
        said = self._known(
            path, lambda: _named_rows(self._json(path, _TABLE), kind.plural), lambda: self._slow_names(kind)
        )
        if len(said.rows) == limit:
            said.why = said.why or f"these are the first {limit}; type more for the others"
        return said

    def read(self, kind: Kind, name: str, take: Any) -> Known:
        """What ``take`` makes of one object."""
        if not kinds.is_name(name):
            return live.Known([], "")
        path = f"{self._path(kind)}/{name}"
        return self._known(
            f"{path} {take.__name__}",
            lambda: take(self._json(path, _JSON)),
            lambda: take(self._slow_object(kind, name)),
        )

    def _known(self, what: str, plainly: Any, slowly: Any) -> Known:
        if not self.configured:
            return live.Known([], "")
        said = live.known(self._ask.env, f"{what}\n{self._key}", plainly if self._plain() else slowly)
        return live.Known(said.rows, f"the cluster {said.why}" if said.why else "")

    def _path(self, kind: Kind) -> str:
        root = f"/apis/{kind.api}" if "/" in kind.api else f"/api/{kind.api}"
        return f"{root}/namespaces/{self.namespace}/{kind.plural}" if kind.namespaced else f"{root}/{kind.plural}"

    def _json(self, path: str, accept: str) -> Any:
        import json

        from kubia_cli.completion import glance  # what is kept needs no connection

        return json.loads(glance.of_cluster(self._access, path, accept, live.PATIENCE)) if self._access else {}

    def _plain(self) -> bool:
        """Whether a plain request will do: no plugin to run, no proxy on the way."""
        proxies = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
        behind = any(self._ask.env.get(name) for name in proxies)
        return self._access is not None and self._access.places is not None and not behind

    def _engine(self) -> Any:
        """The engine itself: for exec plugins, proxies, and whatever else a plain request cannot do."""
        from kubia_cli.session import Session, Settings

        said = self._ask.value
        settings = Settings(said("--namespace"), said("--context"), said("--kubeconfig"))
        return Session(settings, env=self._ask.env).cluster

    def _all_kinds(self) -> Rows:
        if self._plain():
            self._json("/version", _JSON)  # where nothing answers, the engine would try for longer than a TAB waits
        found = sorted((each for each in self._engine().kinds() if "list" in each.verbs), key=lambda each: each.plural)
        rows = []
        for each in found:
            marks = ("n" if each.namespaced else "c") + ("s" if each.scalable else "")
            rows.append(("\t".join([each.plural, each.api_version, ",".join(each.short_names), marks]), ""))
        return rows

    def _slow_names(self, kind: Kind) -> Rows:
        engine = self._engine()
        return _named_rows(engine.table(engine.kind(kind.spoken)), kind.plural)

    def _slow_object(self, kind: Kind, name: str) -> Any:
        engine = self._engine()
        return engine.get(engine.kind(kind.spoken), name)


def _named_rows(table: Any, plural: str) -> Rows:
    if table.get("kind") != "Table":  # an old aggregated API has no Tables
        return [(each["metadata"]["name"], "") for each in table.get("items") or ()]
    columns = [(place, each["name"]) for place, each in enumerate(table["columnDefinitions"]) if not each["priority"]]
    rows = []
    for row in table.get("rows") or ():
        cells = {name: str(row["cells"][place]) for place, name in columns}
        rows.append((row["cells"][0], _state(cells, plural)))
    return rows


def _state(cells: dict[str, str], plural: str) -> str:
    """``Running 1/1 · 5m`` for a pod, ``3/3 · 5m`` for a deployment: a few words, the age last."""
    if plural == "pods":
        first = f"{cells.get('Status', '')} {cells.get('Ready', '')}"
    elif "Desired" in cells and "Ready" in cells:
        first = f"{cells['Ready']}/{cells['Desired']}"
    else:
        first = next((text for name, text in cells.items() if name not in ("Name", "Age") and text != "<none>"), "")
    return " · ".join(text for text in (first.strip(), cells.get("Age", "")) if text)
