"""A program in a pod, over the channels of exec and attach: the protocol ``ProgramStream``.

The channels and what the last one says: k8s.io/apimachinery ``pkg/util/remotecommand/constants.go``.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from kubia_cli.engines.kubernetes.channels import V4, V5, Channels
from kubia_cli.engines.kubernetes.errors import Status, status_of, translate
from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.errors import ContainerStartError, NotFoundError, RefusedError, UnknownOutcomeError, UnreachableError

PROTOCOLS = (V5, V4)
#: Seconds that the pod's status may take to tell how its main process ended.
STATUS_TIMEOUT = 30.0
_STDIN, _STDOUT, _STDERR, _STATUS, _RESIZE = range(5)

#: What runtimes say of a program that cannot be run. No field tells it; docker's own CLI reads the text in the same way
#: (docker/cli ``cli/command/container/run.go``, toStatusError).
_NOT_FOUND = ("executable file not found", "no such file or directory")
_NOT_EXECUTABLE = ("permission denied", "is a directory", "exec format error")


class PodProgram:
    """A command that runs in a container, or the main process that we attached to.

    ``name`` is the program's, for messages; ``main_exit_code`` finds out the exit code of a main process, of which the
    server says only that it ended.
    """

    def __init__(
        self, channels: Channels, access: ClusterAccess, name: str, main_exit_code: Callable[[], int] | None = None
    ) -> None:
        self._channels = channels
        self._access = access
        self._name = name
        self._main_exit_code = main_exit_code
        self._said = b""

    def read(self) -> tuple[int, bytes] | None:
        """See ``ProgramStream``. UnreachableError when the connection breaks."""
        while (message := self._channels.receive()) is not None:
            channel, data = message
            if channel == _STATUS:
                self._said += data
            elif channel in (_STDOUT, _STDERR) and data:
                return channel, data
        return None

    def write(self, data: bytes) -> None:
        """See ``ProgramStream``; what a program that has ended will not read is dropped."""
        self._tell(lambda: self._channels.send(_STDIN, data))

    def close_stdin(self) -> None:
        """See ``ProgramStream``. RefusedError ``exec.stdin-open`` where the server cannot be told (before 1.30)."""
        if self._channels.protocol != V5:
            message = f"{self._access.spoken} cannot be told that the input has ended; Kubernetes 1.30 and later can"
            raise RefusedError("exec.stdin-open", message)
        self._tell(lambda: self._channels.end(_STDIN))

    def resize(self, columns: int, rows: int) -> None:
        """See ``ProgramStream``."""
        size = json.dumps({"Width": columns, "Height": rows}).encode()
        self._tell(lambda: self._channels.send(_RESIZE, size))

    def exit_code(self) -> int:
        """See ``ProgramStream``. ContainerStartError when the program could not be run: ``program.not-found`` (127),
        ``program.not-executable`` (126), or ``container.start`` where the runtime does not say why;
        UnreachableError when the connection ended without a word.
        """
        try:
            said = json.loads(self._said)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            message = f"the connection to {self._access.spoken} ended before the program did"
            raise UnreachableError("cluster.broken-off", message, state="the program may still run")
        if said.get("status") == "Success":
            return self._main_exit_code() if self._main_exit_code else 0
        code = _exit_code(said)
        if code is None:
            raise self._not_started(status_of(said))
        return code

    def close(self) -> None:
        """See ``ProgramStream``."""
        self._channels.close()

    def _tell(self, deed: Callable[[], object]) -> None:
        with contextlib.suppress(UnreachableError):  # ``read`` says what became of the connection
            deed()

    def _not_started(self, status: Status) -> ContainerStartError:
        said = status.message or str(translate(status, self._access))
        lower = said.lower()
        if any(word in lower for word in _NOT_FOUND):
            message = f"the container has no program `{self._name}`"
            return ContainerStartError("program.not-found", message, said=said, state="nothing was run", status=127)
        if any(word in lower for word in _NOT_EXECUTABLE):
            message = f"`{self._name}` cannot be executed in the container"
            return ContainerStartError(
                "program.not-executable", message, said=said, state="nothing was run", status=126
            )
        message = f"`{self._name}` could not be run in the container"
        return ContainerStartError("container.start", message, said=said)


def main_exit_code(changes: Iterable[dict[str, Any]], pod: str, container_id: str) -> int:
    """Return the exit code of a container from the changes of its pod; after a restart its id is another.

    NotFoundError ``object.not-found`` when the pod went before it said so, UnknownOutcomeError when it never does.
    """
    for change in changes:
        for status in container_statuses(change["object"]):
            for end in (status.get(which) or {} for which in ("state", "lastState")):
                terminated = end.get("terminated") or {}
                if terminated and terminated.get("containerID") == container_id:
                    return int(terminated.get("exitCode", 0))
        if change["type"] == "DELETED":
            raise NotFoundError("object.not-found", f"the pod {pod} is gone, and did not tell its program's exit code")
    message = f"the program in the pod {pod} has ended, and the pod does not tell its exit code"
    raise UnknownOutcomeError("pod.exit-unknown", message, state=f"see `kubia describe pod {pod}`")


def running_container(pod: dict[str, Any], container: str) -> str:
    """The id of a pod's container of that name, of its only one when the name is "", and "" before it has one."""
    statuses = container_statuses(pod) if container else (pod.get("status") or {}).get("containerStatuses") or ()
    found = [str(each.get("containerID") or "") for each in statuses if container in ("", each.get("name"))]
    return found[0] if len(found) == 1 else ""


def container_statuses(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """The statuses of a pod's containers, of all sorts."""
    status = pod.get("status") or {}
    sorts = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")
    return [each for sort in sorts for each in status.get(sort) or ()]


def _exit_code(said: dict[str, Any]) -> int | None:
    """The code of a Status with reason NonZeroExitCode, None when the program did not run to its end."""
    causes = (said.get("details") or {}).get("causes") or ()
    for cause in causes:
        if cause.get("reason") == "ExitCode" and str(cause.get("message", "")).isdigit():
            return int(cause["message"])
    return None
