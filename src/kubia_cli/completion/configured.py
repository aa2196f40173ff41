"""What the kubeconfig says, from a private copy: names, servers and certificate authorities.

Reading YAML costs a TAB 30 ms; so what was read is kept, with the files' stamps, until one of them changes. Of a secret
only the place in its file is kept, and it is read there again when it is used.
"""

from __future__ import annotations

import os

from kubia_cli.completion import kept

TYPE_CHECKING = False  # `typing` costs a TAB 8 ms
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: Goes up when what is kept changes its form.
_FORM = 2
#: The parts of a user's entry that a plain request can use; with any other the engine asks (``live``).
_PLAIN = ("token", "tokenFile", "client-certificate", "client-key", "client-certificate-data", "client-key-data")


class Named:
    """A context's names."""

    __slots__ = ("cluster", "current", "name", "namespace")

    def __init__(self, name: str, cluster: str, namespace: str, current: bool) -> None:
        self.name = name
        self.cluster = cluster
        self.namespace = namespace
        self.current = current


class Access:
    """How a context's API server is reached; ``places`` has where each of its secrets stands, None: by no plain way."""

    __slots__ = ("authority", "authority_file", "insecure", "namespace", "places", "server", "server_name")

    def __init__(
        self,
        server: str,
        namespace: str,
        authority: bytes,
        authority_file: str,
        server_name: str,
        insecure: bool,
        places: dict[str, tuple[str, int, int]] | None,
    ) -> None:
        self.server = server
        self.namespace = namespace
        self.authority = authority
        self.authority_file = authority_file
        self.server_name = server_name
        self.insecure = insecure
        self.places = places

    def secret(self, name: str) -> bytes:
        """Read a secret where it stands; empty when the user has none of that name. OSError."""
        file, start, length = (self.places or {}).get(name, ("", 0, 0))
        if not file:
            return b""
        with open(file, "rb") as opened:
            opened.seek(start)
            return opened.read(length if length else -1)


def contexts(env: Mapping[str, str], file: str = "") -> list[Named]:
    """The contexts of ``file``, else of KUBECONFIG's files, else of ~/.kube/config, in order of name.

    Raises KubiaError for a file that is no kubeconfig.
    """
    return [Named(*row) for row in _known(env, file)[0]]


def access(env: Mapping[str, str], file: str = "", context: str = "") -> Access | None:
    """The API server that a context means, "" the current one; None when there is no such context."""
    names, accesses = _known(env, file)
    chosen = context or next((row[0] for row in names if row[3]), "")
    return Access(*accesses[chosen]) if chosen in accesses else None


def docker_contexts(env: Mapping[str, str]) -> list[tuple[str, str]]:
    """Docker's contexts with their endpoints, in order of name."""
    from kubia_cli.session import Session  # few requests are for these

    return [(each.name, each.endpoint) for each in Session(env=env).docker_contexts.all()]


def _known(env: Mapping[str, str], file: str) -> tuple[list[tuple[Any, ...]], dict[str, tuple[Any, ...]]]:
    files = [file] if file else env.get("KUBECONFIG", "").split(os.pathsep)
    if files == [""]:
        files = [os.path.join(env.get("HOME", ""), ".kube", "config")]
    stamps = tuple(kept.stamp(each) for each in files)
    place = kept.file_for(env, "kubeconfig", os.pathsep.join(files))
    found = kept.load(place)
    if not (isinstance(found, tuple) and found[:2] == (_FORM, stamps)):
        found = (_FORM, stamps, *_read(env, file, files))
        kept.keep(place, found)
    return found[2], found[3]


def _read(
    env: Mapping[str, str], file: str, files: list[str]
) -> tuple[list[tuple[Any, ...]], dict[str, tuple[Any, ...]]]:
    from kubia_cli.engines.kubernetes import kubeconfig  # loads YAML: only when a file has changed
    from kubia_cli.errors import KubiaError

    config = kubeconfig.load(env, file)
    names = [
        (name, each.cluster, each.namespace, name == config.current_context) for name, each in config.contexts.items()
    ]
    texts = {each: _bytes(each) for each in files}
    accesses = {}
    for name in config.contexts:
        try:
            found = config.select(name)
        except KubiaError:  # it names a cluster or user that no file has
            continue
        places = None if found.proxy_url else _places(found.user, texts)
        accesses[name] = (
            found.server, found.namespace, found.ca_data, found.ca_file, found.tls_server_name, found.insecure, places
        )  # fmt: skip
    return sorted(names), accesses


def _places(user: Mapping[str, Any], texts: Mapping[str, bytes]) -> dict[str, tuple[str, int, int]] | None:
    """Where the secrets of a user stand, as (file, start, length), length 0 for a whole file; None: not plainly."""
    import base64

    found = {}
    for name, value in user.items():
        if not value:
            continue
        if name not in _PLAIN:
            return None
        if name in ("token", "client-certificate-data", "client-key-data"):
            text = value.encode() if name == "token" else base64.b64encode(value)
            file = next((each for each, whole in texts.items() if text in whole), "")
            if not file:  # it stands there in several lines, or with escapes
                return None
            found[name] = (os.path.abspath(file), texts[file].index(text), len(text))
        else:
            found[name] = (value, 0, 0)
    return found


def _bytes(file: str) -> bytes:
    try:
        with open(file, "rb") as opened:
            return opened.read()
    except OSError:
        return b""
