"""The program docker-buildx: where it is, how it is asked, and that it ends when nobody listens any more.

The SDK knows no BuildKit (docker/docker-py#2230). It is run by itself, as docker would run it (docker/cli
``cli-plugins/manager``), with a metadata file for what it made. Values of build arguments are in its environment: a
command line can be read by every user of the machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kubia_cli.engines import BuildRequest
from kubia_cli.engines.docker.config import config_dir, read_config
from kubia_cli.errors import LocalError, UsageError

PROGRAM = "docker-buildx"
_IMAGE = "containerimage"
#: Where its metadata file has the id of the image: the config's digest, and the manifest's, which is the id where the
#: engine's store is containerd's.
IDENTITIES = (f"{_IMAGE}.config.digest", f"{_IMAGE}.digest")
#: The first release with --progress=rawjson.
OLDEST = (0, 13)
#: Seconds that it is given to end the build on the engine when it is told to stop.
_PARTING = 3.0
_SYSTEM = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)
#: What the program itself reads from its environment: an ARG of such a name cannot be given another value in it.
_ITS_OWN = re.compile(r"PATH|HOME|SSH_AUTH_SOCK|LD_.*|GO.*|DOCKER_.*|BUILDX_.*|BUILDKIT_.*|OTEL_.*")


def find_program(env: Mapping[str, str]) -> str:
    """The plugin's path, where docker looks for it: in the config's directories, then the system's; "" for none."""
    extra = read_config(env).get("cliPluginsExtraDirs")
    places = [*(str(each) for each in extra if each)] if isinstance(extra, list) else []
    for place in (*places, str(config_dir(env) / "cli-plugins"), *_SYSTEM):
        file = Path(place) / PROGRAM
        if file.is_file() and os.access(file, os.X_OK):
            return str(file)
    return ""


class Run:
    """One build by docker-buildx. ``lines`` tells what it says; then ``status`` and ``metadata`` are there."""

    def __init__(self, program: str, request: BuildRequest, dockerfile: Path, env: Mapping[str, str]) -> None:
        self.status = 0
        self.metadata: dict[str, Any] = {}
        self._program = program
        self._request = request
        self._dockerfile = dockerfile
        self._env = _environment(request, env)

    def lines(self) -> Iterator[dict[str, Any] | str]:
        """Yield its messages, and as text what is none. Raises LocalError when it cannot be run."""
        with tempfile.TemporaryDirectory(prefix="kubia-build-") as directory:
            metadata = Path(directory) / "metadata.json"
            try:
                process = subprocess.Popen(
                    [self._program, *arguments(self._request, self._dockerfile, metadata)],
                    env=self._env,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,  # a Ctrl-C is ours to pass on, once
                )
            except OSError as error:
                raise LocalError("buildx.broken", f"cannot run {self._program}: {error.strerror}") from error
            assert process.stderr is not None  # noqa: S101 (it is a pipe)
            try:
                for line in process.stderr:
                    yield _message(line)
                self.status = process.wait()
            finally:
                _end(process)
            with contextlib.suppress(FileNotFoundError):  # none after a failure
                self.metadata = json.loads(metadata.read_bytes())


def arguments(request: BuildRequest, dockerfile: Path, metadata: Path) -> list[str]:
    """The command line behind the program's name. It holds no value of a build argument."""
    several = "," in request.platform
    words = ["build", "--progress=rawjson", f"--metadata-file={metadata}", f"--file={dockerfile}"]
    words += [f"--tag={tag}" for tag in request.tags]
    words += [f"--build-arg={name}" for name in request.build_args]
    words += [f"--label={key}={value}" for key, value in request.labels.items()]
    named = {
        "--target": [request.target],
        "--platform": [request.platform],
        "--secret": request.secrets,
        "--ssh": request.ssh,
        "--cache-from": request.cache_from,
        "--cache-to": request.cache_to,
    }
    words += [f"{flag}={value}" for flag, values in named.items() for value in values if value]
    flags = {
        "--no-cache": request.no_cache,
        "--pull": request.pull,
        "--push": request.push,
        "--load": not request.push and not several,
    }
    return [*words, *(flag for flag, wanted in flags.items() if wanted), "--", str(Path(request.directory).resolve())]


def check_version(program: str, env: Mapping[str, str]) -> None:
    """Raise LocalError ``buildx.too-old``, or ``buildx.broken`` for a program that does not tell its version."""
    try:
        done = subprocess.run(
            [program, "version"], env=dict(env), capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LocalError("buildx.broken", f"{program} does not tell its version") from error
    found = re.search(r"\bv?(\d+)\.(\d+)\.\d+", done.stdout)
    if done.returncode or not found:
        fix = "kubia build --builder classic"
        raise LocalError("buildx.broken", f"{program} does not tell its version", said=done.stderr.strip(), fix=fix)
    if (int(found[1]), int(found[2])) < OLDEST:
        message = f"{program} is version {found[0]}; kubia needs {'.'.join(map(str, OLDEST))} or later"
        raise LocalError("buildx.too-old", message, state="nothing was built", fix="kubia build --builder classic")


def _environment(request: BuildRequest, env: Mapping[str, str]) -> dict[str, str]:
    """Raises UsageError ``build.arg`` for a name that the program itself obeys."""
    values = {name: value for name, value in request.build_args.items() if value is not None}
    for name, value in values.items():
        if _ITS_OWN.fullmatch(name) and env.get(name) != value:
            message = f"`--build-arg {name}=…`: docker-buildx itself obeys a variable of that name"
            raise UsageError("build.arg", message, fix="kubia build --builder classic")
    own = {"BUILDX_METADATA_PROVENANCE": "disabled"}  # it would copy the request into the metadata file
    absent = [name for name, value in request.build_args.items() if value is None]
    return {**{name: value for name, value in env.items() if name not in absent}, **own, **values}


def _message(line: bytes) -> dict[str, Any] | str:
    if line.startswith(b"{"):
        with contextlib.suppress(ValueError):
            message = json.loads(line)
            if isinstance(message, dict):
                return message
    return line.decode("utf-8", "backslashreplace").rstrip()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PARTING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stderr:
        process.stderr.close()
