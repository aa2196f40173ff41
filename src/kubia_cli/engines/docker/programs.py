"""Programs in containers: start the main one, attach to it, run others beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from docker.errors import APIError

from kubia_cli.engines.docker.connection import ANSWER, CONNECT
from kubia_cli.engines.docker.containers import Containers
from kubia_cli.engines.docker.errors import Subject, explanation, refusal, translated
from kubia_cli.engines.docker.images import container_path
from kubia_cli.engines.docker.streams import NOT_EXECUTABLE, NOT_FOUND, ExecEnd, Hijacked, Wait, no_program
from kubia_cli.errors import ConflictError, ContainerStartError, KubiaError, NotFoundError
from kubia_cli.model.program import ProgramStream

_UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}
#: moby says so of a port that a container holds (``libnetwork/portallocator``), Linux of one that a program holds.
_PORT_TAKEN = re.compile("port is already allocated|address already in use")
_PORT = re.compile(r":(\d+)(?: failed:|: bind:)")
#: runc names the program that it could not run.
_PROGRAM = re.compile('exec: "([^"]*)"')


class Programs(Containers):
    """The calls of ``engines.Docker`` that run a program."""

    def start(self, container: str) -> None:
        """Start a created container.

        Raises ConflictError ``port.taken``, and ContainerStartError with status 126 or 127 when the program cannot be
        run: which it is, is the exit code that the engine gave the container.
        """
        with translated(self.host, "container", container):
            try:
                self._api.start(container_path(container))
            except APIError as error:
                raise self._start_failure(container, error) from error

    def _start_failure(self, container: str, error: APIError) -> KubiaError:
        status = error.response.status_code if error.response is not None else 0
        said = explanation(error)
        if status == 404 and "No such container" in said:
            return refusal(error, self.host, Subject("container", container))
        if _PORT_TAKEN.search(said):
            return self._port_taken(said)
        try:
            found = self.container(container)
        except NotFoundError:  # --rm: it has removed itself
            return _start_failure_by_text(said)
        if found["State"]["ExitCode"] in (NOT_EXECUTABLE, NOT_FOUND):
            return no_program(str(found["Path"]), str(found["Config"]["Image"]), int(found["State"]["ExitCode"]), said)
        return ContainerStartError("container.start", f"container {container} cannot be started", said=said)

    def _port_taken(self, said: str) -> ConflictError:
        found = _PORT.search(said)
        port = found[1] if found else ""
        what = f"port {port}" if port else "a port"
        for holder in self.containers(filters={"publish": [port]}) if port else ():
            name = holder["Names"][0].removeprefix("/")
            return ConflictError(
                "port.taken", f"{what} is taken by container {name}", said=said, fix=f"kubia stop {name}"
            )
        message = f"{what} is taken by another program on the engine's machine"
        return ConflictError("port.taken", message, said=said, fix=f"ss -ltnp 'sport = :{port}'" if port else "")

    def attach(self, container: str, *, stdin: bool = False, tty: bool = False, logs: bool = False) -> ProgramStream:
        """Attach to a container's main process; before ``start``, so that nothing is lost.

        The exit code comes from a wait that begins here, so that it is known of a container that removes itself too.
        """
        found = self.container(container)
        identity = str(found["Id"])
        condition = "not-running" if found["State"]["Running"] else "next-exit"
        if found["HostConfig"].get("AutoRemove"):
            condition = "removed"  # its name is free again when we tell its end
        wait = Wait(self._connection, identity, condition)
        params = {"stream": 1, "stdout": 1, "stderr": 1, "stdin": int(stdin), "logs": int(logs)}
        with translated(self.host, "container", container):
            response = self._hijack(self._api._url("/containers/{0}/attach", identity), params=params)
        return Hijacked(
            self._connection,
            response,
            tty=bool(found["Config"]["Tty"]) or tty,
            resize=lambda **size: self._api.resize(identity, **size),
            ending=wait,
        )

    def exec(
        self,
        container: str,
        command: Sequence[str],
        *,
        tty: bool = False,
        stdin: bool = False,
        user: str = "",
        workdir: str = "",
        env: Sequence[str] = (),
        privileged: bool = False,
    ) -> ProgramStream:
        """Run a command in a running container. ConflictError ``container.not-running``."""
        made = self._prepare(container, command, tty, stdin, user, workdir, env, privileged)
        with translated(self.host, "container", container, conflict="container.not-running"):
            response = self._hijack(self._api._url("/exec/{0}/start", made), json={"Tty": tty, "Detach": False})
        return Hijacked(
            self._connection,
            response,
            tty=tty,
            resize=lambda **size: self._api.exec_resize(made, **size),
            ending=ExecEnd(self._connection, made, container),
        )

    def exec_detached(
        self,
        container: str,
        command: Sequence[str],
        *,
        user: str = "",
        workdir: str = "",
        env: Sequence[str] = (),
        privileged: bool = False,
    ) -> None:
        """Run a command in a running container and do not wait for it."""
        made = self._prepare(container, command, False, False, user, workdir, env, privileged)
        with translated(self.host, "container", container, conflict="container.not-running"):
            try:
                self._api.exec_start(made, detach=True)
            except APIError as error:
                status = self._api.exec_inspect(made)["ExitCode"]
                if status in (NOT_EXECUTABLE, NOT_FOUND):
                    raise no_program(command[0], container, status, explanation(error)) from error
                raise

    def _prepare(
        self,
        container: str,
        command: Sequence[str],
        tty: bool,
        stdin: bool,
        user: str,
        workdir: str,
        env: Sequence[str],
        privileged: bool,
    ) -> str:
        with translated(self.host, "container", container, conflict="container.not-running"):
            made = self._api.exec_create(
                container_path(container),
                list(command),
                tty=tty,
                stdin=stdin,
                user=user,
                workdir=workdir or None,
                environment=list(env),
                privileged=privileged,
            )
        return str(made["Id"])

    def _hijack(self, url: str, **what: Any) -> Any:
        response = self._api._post(url, headers=dict(_UPGRADE), stream=True, timeout=(CONNECT, ANSWER), **what)
        self._api._raise_for_status(response)
        return response


def _start_failure_by_text(said: str) -> KubiaError:
    """Tell why a container that is gone did not start, by the words that docker's own client goes by (``run.go``)."""
    program = _PROGRAM.search(said)
    if program and re.search("executable file not found|no such file or directory", said):
        return no_program(program[1], "the image", NOT_FOUND, said)
    if program and re.search("permission denied|is a directory", said):
        return no_program(program[1], "the image", NOT_EXECUTABLE, said)
    return ContainerStartError("container.start", "the container cannot be started", said=said)
