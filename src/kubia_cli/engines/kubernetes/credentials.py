"""Who we are to an API server: a token, a client certificate, a plugin's word. No key or token touches a disk.

Order as in client-go: a token or its file, then a name and password; a client certificate besides; a plugin only where
none of these is. The Python SDK writes keys below /tmp and leaves them there when it is killed.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from kubia_cli.engines.kubernetes.exec_plugin import ExecPlugin, PluginCredential
from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.errors import DeniedError, LocalError
from kubia_cli.model.secrets import remember, remember_variables

#: A plugin's credential is renewed this long before it expires.
LEEWAY = timedelta(seconds=10)
#: Letters of an impersonation key that stand for themselves in a header name (RFC 7230 token, without %).
_HEADER_SAFE = "!#$&'*+-.^_`|~"


@dataclass(frozen=True)
class ClientCertificate:
    """A client certificate and its key, each as PEM bytes."""

    certificate: bytes
    key: bytes


def _silent(_: str) -> None:
    """Tell nobody."""


class Credentials:
    """The credentials of one context's user, kept in memory; a plugin is run when they are first needed.

    ``show`` gets what a plugin writes to stderr, a line a call; ``now`` is the wall clock, since expiries are.
    """

    def __init__(
        self,
        access: ClusterAccess,
        env: Mapping[str, str],
        *,
        show: Callable[[str], None] = _silent,
        stdin_is_terminal: bool | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        plugin_time_limit: float = 0.0,
    ) -> None:
        self._user = access.user
        self._name = access.user_name
        self._now = now
        #: client-go shows no credentials to a server that speaks plain http.
        self._secure = access.server.startswith("https://")
        self._held: PluginCredential | None = None
        self._refuse_what_cannot_be()
        own = any(self._user.get(key) for key in ("token", "tokenFile", "username", "password", *_CERTIFICATES))
        self._plugin: ExecPlugin | None = None
        if self._user.get("exec") and not own:
            terminal = sys.stdin.isatty() if stdin_is_terminal is None else stdin_is_terminal
            variables = self._user["exec"].get("env") or ()
            remember_variables([f"{each.get('name')}={each.get('value')}" for each in variables])
            self._plugin = ExecPlugin(access, env, terminal, show, plugin_time_limit)

    def headers(self) -> list[tuple[str, str]]:
        """The headers that say who asks; a name may come several times (Impersonate-Group).

        DeniedError ``plugin.failed``; LocalError ``kubeconfig.unreadable`` for a token's file.
        """
        found = list(self._impersonation())
        if not self._secure:
            return found
        token = self._token()
        remember(token, self._user.get("password") or "")
        if token:
            found.append(("Authorization", f"Bearer {token}"))
        elif self._user.get("username") or self._user.get("password"):
            login = f"{self._user.get('username') or ''}:{self._user.get('password') or ''}"
            found.append(("Authorization", f"Basic {base64.b64encode(login.encode()).decode()}"))
        return found

    def certificate(self) -> ClientCertificate | None:
        """The client certificate, if there is one. LocalError ``kubeconfig.unreadable``."""
        if not self._secure:
            return None
        if self._plugin is not None:
            held = self._from_plugin(self._plugin)
            remember(held.key)
            return ClientCertificate(held.certificate.encode(), held.key.encode()) if held.certificate else None
        certificate = self._content("client-certificate")
        if not certificate:
            return None
        key = self._content("client-key")
        if not key:
            message = f"the user `{self._name}` has a client certificate and no client-key"
            raise LocalError("kubeconfig.incomplete", message)
        remember(key)
        return ClientCertificate(certificate, key)

    def refresh(self) -> bool:
        """After a 401: drop what a plugin or a token file gave. False when asking again would send the same."""
        self._held = None
        return self._plugin is not None or bool(self._user.get("tokenFile"))

    def _token(self) -> str:
        if self._plugin is not None:
            return self._from_plugin(self._plugin).token
        file = self._user.get("tokenFile") or ""
        if not file:
            return str(self._user.get("token") or "")
        token = _read(file, "token file").decode("utf-8", "replace").strip()
        if not token:
            raise LocalError("kubeconfig.unreadable", f"the token file {file} is empty")
        return token

    def _from_plugin(self, plugin: ExecPlugin) -> PluginCredential:
        held = self._held
        if held is None or (held.expires is not None and held.expires - LEEWAY <= self._now()):
            held = self._held = plugin.run()
        return held

    def _content(self, key: str) -> bytes:
        inline: bytes = self._user.get(f"{key}-data") or b""
        file = self._user.get(key) or ""
        return inline or (_read(file, key) if file else b"")

    def _impersonation(self) -> Iterator[tuple[str, str]]:
        """https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation"""
        if self._user.get("as"):
            yield "Impersonate-User", self._user["as"]
        if self._user.get("as-uid"):
            yield "Impersonate-Uid", self._user["as-uid"]
        for group in self._user.get("as-groups") or ():
            yield "Impersonate-Group", group
        for key, values in (self._user.get("as-user-extra") or {}).items():
            for value in values:
                yield f"Impersonate-Extra-{quote(key, safe=_HEADER_SAFE)}", value

    def _refuse_what_cannot_be(self) -> None:
        user = self._user
        if user.get("auth-provider"):
            kind = user["auth-provider"].get("name") or "unnamed"
            message = f"the user `{self._name}` logs in by the auth-provider `{kind}`, which Kubernetes removed in 1.26"
            raise DeniedError("auth-provider.legacy", message, fix=_WAY_OUT.get(kind, "use an exec credential plugin"))
        token = user.get("token") or user.get("tokenFile")
        if token and (user.get("username") or user.get("password")):
            raise LocalError("kubeconfig.incomplete", f"the user `{self._name}` has a token and a password; one may be")
        extra = any(user.get(key) for key in ("as-uid", "as-groups", "as-user-extra"))
        if extra and not user.get("as"):
            raise LocalError("kubeconfig.incomplete", f"the user `{self._name}` impersonates groups without `as`")


_CERTIFICATES = ("client-certificate", "client-certificate-data")
_WAY_OUT = {
    "gcp": "gcloud components install gke-gcloud-auth-plugin && gcloud container clusters get-credentials CLUSTER",
    "azure": "kubelogin convert-kubeconfig",
    "oidc": "kubectl oidc-login setup",
}


def tls_context(access: ClusterAccess, certificate: ClientCertificate | None) -> ssl.SSLContext:
    """Make the TLS side of all connections to a server: HTTP and websockets. LocalError for files that do not serve."""
    context = ssl.create_default_context() if not (access.ca_data or access.ca_file) else _trusting(access)
    # Clusters sign their own certificates, and many lack what RFC 5280 asks for beyond the chain; Python 3.13 began to
    # insist (kubernetes-client/python#2394), kubectl does not.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if access.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        _load(context, certificate)
    return context


def _trusting(access: ClusterAccess) -> ssl.SSLContext:
    where = access.ca_file or f"certificate-authority-data of the cluster `{access.cluster}`"
    data = access.ca_data or _read(access.ca_file, "certificate-authority")
    try:
        return ssl.create_default_context(cadata=data.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise LocalError("kubeconfig.certificate", f"no certificate can be read from {where}") from error


def _load(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    # OpenSSL takes keys by file name only, and asks on the terminal for an encrypted one's passphrase unless told "".
    try:
        with _unseen_file(certificate.certificate) as chain, _unseen_file(certificate.key) as key:
            context.load_cert_chain(chain, key, password=lambda: "")
    except ssl.SSLError as error:
        message = "the client certificate or its key cannot be read, is encrypted, or they do not belong together"
        raise LocalError("kubeconfig.certificate", message) from error


@contextlib.contextmanager
def _unseen_file(data: bytes) -> Iterator[str]:
    """Lend a file's name for bytes that must not reach a disk; where memory has no names, in a private directory."""
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        handle = os.memfd_create("kubia")  # closed on exec, so that no child inherits it
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            yield f"/proc/self/fd/{handle}"
        return
    directory = tempfile.mkdtemp(dir=os.environ.get("XDG_RUNTIME_DIR") or None)  # 0700
    try:
        name = Path(directory, "pem")
        name.touch(0o600)
        name.write_bytes(data)
        yield str(name)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _read(file: str, what: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise LocalError("kubeconfig.unreadable", f"cannot read the {what} {file}: {error.strerror}") from error
