"""Credential plugins, run by us: with a time limit, a strict reading, and no way on when they fail.

The protocol: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins.
The Python SDK goes on without credentials when a plugin fails; here the command ends with ``plugin.failed``.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.errors import DeniedError, LocalError

GROUP = "client.authentication.k8s.io"
VERSIONS = (f"{GROUP}/v1", f"{GROUP}/v1beta1")
#: Seconds that a plugin gets, and one that may ask the user something.
TIME_LIMIT, INTERACTIVE_TIME_LIMIT = 30.0, 300.0
#: Lines of a plugin's stderr that an error quotes.
QUOTED_LINES = 10


@dataclass(frozen=True)
class PluginCredential:
    """What a plugin handed out; ``expires`` is None when it did not say."""

    token: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    expires: datetime | None = None


@dataclass(frozen=True)
class ExecPlugin:
    """A user entry's ``exec``. ``show`` gets each line that the plugin writes to stderr, as it comes."""

    access: ClusterAccess
    env: Mapping[str, str]
    stdin_is_terminal: bool
    show: Callable[[str], None]
    time_limit: float = 0.0

    def run(self) -> PluginCredential:
        """Run the plugin once. DeniedError ``plugin.failed``; LocalError when the entry itself is wrong."""
        spec = self.access.user["exec"]
        version = self._version(spec)
        interactive = self._interactive(spec, version)
        env = {**self.env, **{pair.get("name", ""): pair.get("value", "") for pair in spec.get("env") or ()}}
        env["KUBERNETES_EXEC_INFO"] = json.dumps(self._information(spec, version, interactive))
        program = shutil.which(spec["command"], path=env.get("PATH"))
        if program is None:
            raise self._failed("is not installed", said=spec.get("installHint") or "")
        stdout = self._output([program, *(spec.get("args") or ())], env, interactive)
        return self._credential(stdout, version)

    @property
    def name(self) -> str:
        """The plugin's command as the kubeconfig has it."""
        return str(self.access.user["exec"].get("command") or "")

    def _version(self, spec: Mapping[str, Any]) -> str:
        version = spec.get("apiVersion") or ""
        if not spec.get("command"):
            raise LocalError("kubeconfig.incomplete", f"the exec of the user `{self.access.user_name}` has no command")
        if version not in VERSIONS:
            wanted = " or ".join(VERSIONS)
            raise self._failed(f"has the apiVersion `{version}` in the kubeconfig; kubia speaks {wanted}")
        return str(version)

    def _interactive(self, spec: Mapping[str, Any], version: str) -> bool:
        mode = spec.get("interactiveMode") or ("IfAvailable" if version.endswith("v1beta1") else "")
        if mode not in ("Never", "IfAvailable", "Always"):
            message = f"the exec of the user `{self.access.user_name}` needs an interactiveMode:"
            raise LocalError("kubeconfig.incomplete", f"{message} Never, IfAvailable or Always")
        if mode == "Always" and not self.stdin_is_terminal:
            raise self._failed("wants to ask something, and standard input is no terminal")
        return mode != "Never" and self.stdin_is_terminal

    def _information(self, spec: Mapping[str, Any], version: str, interactive: bool) -> dict[str, Any]:
        told: dict[str, Any] = {"interactive": interactive}
        if spec.get("provideClusterInfo"):
            access = self.access
            cluster: dict[str, object] = {
                "server": access.server,
                "tls-server-name": access.tls_server_name,
                "insecure-skip-tls-verify": access.insecure,
                "certificate-authority-data": base64.b64encode(_authority(access)).decode(),
                "proxy-url": access.proxy_url,
                "config": access.exec_config,
            }
            told["cluster"] = {key: value for key, value in cluster.items() if value}
        return {"kind": "ExecCredential", "apiVersion": version, "spec": told}

    def _output(self, command: Sequence[str], env: Mapping[str, str], interactive: bool) -> bytes:
        """Run the command and return its stdout. One that may ask has the terminal, stderr too, to itself."""
        try:
            process = subprocess.Popen(
                command,
                env=env,
                stdin=None if interactive else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=None if interactive else subprocess.PIPE,
                # Its own group, so that what the plugin started ends with it; who asks must stay in the terminal's.
                start_new_session=not interactive,
            )
        except OSError as error:
            raise self._failed(f"cannot be run: {error.strerror}") from error
        limit = self.time_limit or (INTERACTIVE_TIME_LIMIT if interactive else TIME_LIMIT)
        reader = _Reader(process, self.show)
        try:
            finished = reader.wait(limit)
        finally:
            reader.end(own_group=not interactive)
        said = "\n".join(reader.lines[-QUOTED_LINES:])
        if not finished:
            raise self._failed(f"did not answer within {limit:g} s", said=said)
        if process.returncode:
            reason = f"failed with exit code {process.returncode}"
            if process.returncode < 0:
                reason = f"was ended by signal {-process.returncode}"
            raise self._failed(reason, said=said)
        return bytes(reader.stdout)

    def _credential(self, stdout: bytes, version: str) -> PluginCredential:
        # What was printed may hold a token: none of it is quoted.
        try:
            raw = json.loads(stdout)
        except (ValueError, RecursionError):
            raise self._failed("printed something that is not JSON") from None
        if not isinstance(raw, dict) or raw.get("kind") != "ExecCredential":
            raise self._failed("printed JSON that is no ExecCredential")
        if raw.get("apiVersion") != version:
            raise self._failed(f"answered in another apiVersion than {version}, which the kubeconfig asks for")
        status = raw.get("status")
        if not isinstance(status, dict):
            raise self._failed("answered without a status")
        parts = [status.get(key) or "" for key in ("token", "clientCertificateData", "clientKeyData")]
        if not all(isinstance(part, str) for part in parts):
            raise self._failed("answered with a credential that is no text")
        token, certificate, key = parts
        if bool(certificate) != bool(key):
            raise self._failed("answered with a certificate or a key, not both")
        if not token and not certificate:
            raise self._failed("answered with neither a token nor a certificate and key")
        return PluginCredential(token, certificate, key, self._expiry(status.get("expirationTimestamp")))

    def _expiry(self, said: object) -> datetime | None:
        if not said:
            return None
        try:
            moment = datetime.fromisoformat(str(said))
        except ValueError:
            raise self._failed("answered with an expirationTimestamp that is no time") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def _failed(self, reason: str, *, said: str = "") -> DeniedError:
        message = f"the credential plugin `{self.name}` of the user `{self.access.user_name}` {reason}"
        hint = self.access.user["exec"].get("installHint") or ""
        told = "\n".join(dict.fromkeys(text.strip() for text in (said, hint) if text.strip()))
        return DeniedError("plugin.failed", message, said=told)


class _Reader:
    """Reads a plugin's two streams in threads, so that a full pipe or a silent plugin blocks nobody."""

    def __init__(self, process: subprocess.Popen[bytes], show: Callable[[str], None]) -> None:
        self._process = process
        self._show = show
        self.stdout = bytearray()
        self.lines: list[str] = []
        streams = ((process.stdout, self._read_stdout), (process.stderr, self._read_stderr))
        self._threads = [threading.Thread(target=read, args=(pipe,), daemon=True) for pipe, read in streams if pipe]
        for thread in self._threads:
            thread.start()

    def wait(self, limit: float) -> bool:
        """Wait for the end of the plugin and of its stdout, for at most ``limit`` seconds."""
        try:
            self._process.wait(limit)
        except subprocess.TimeoutExpired:
            return False
        for thread in self._threads:
            thread.join(1.0)  # a grandchild may hold the pipe open; the answer is there by then
        return True

    def end(self, *, own_group: bool) -> None:
        """End the plugin if it runs still, with all that it started when it has a group of its own."""
        if self._process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            if own_group:
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()

    def _read_stdout(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self.stdout += line

    def _read_stderr(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                text = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
                self.lines.append(text)
                self._show(text)


def _authority(access: ClusterAccess) -> bytes:
    if access.ca_data or not access.ca_file:
        return access.ca_data
    try:
        return Path(access.ca_file).read_bytes()
    except OSError as error:
        message = f"cannot read the certificate-authority {access.ca_file}: {error.strerror}"
        raise LocalError("kubeconfig.unreadable", message) from error
