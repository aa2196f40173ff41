"""Build, with BuildKit where docker-buildx is, else with the engine's classic builder; and the verdict.

An image is there when the engine that ``run`` uses says so, by its id: nothing that a build prints proves it.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from docker.auth import encode_header
from docker.errors import APIError

from kubia_cli.engines import BuildRequest, Event
from kubia_cli.engines.docker import buildkit, buildx, classic
from kubia_cli.engines.docker.connection import CONNECT
from kubia_cli.engines.docker.context.ignore import bytes_of
from kubia_cli.engines.docker.context.report import report
from kubia_cli.engines.docker.context.source import Source, opened
from kubia_cli.engines.docker.context.tar import archive
from kubia_cli.engines.docker.context.walk import survey
from kubia_cli.engines.docker.credentials import login_for
from kubia_cli.engines.docker.dockerfile import Dockerfile, read
from kubia_cli.engines.docker.errors import Subject, explanation, refusal, translated
from kubia_cli.engines.docker.images import Images
from kubia_cli.engines.docker.messages import error_of, messages
from kubia_cli.engines.docker.upload import upload
from kubia_cli.errors import BuildError, KubiaError, NotFoundError, UnknownOutcomeError, UsageError
from kubia_cli.model.events import Note

#: Seconds that a step may be silent.
SILENT_STEP = 3600.0
#: How many lines of docker-buildx that are no messages are kept for an error.
_KEPT = 50


class Builds(Images):
    """The calls for building of ``engines.Docker``."""

    _built = ""

    def build_context(self, request: BuildRequest) -> Sequence[tuple[str, int]]:
        """The paths that a COPY can see, with their bytes, sorted. Raises as ``build`` for the context."""
        with opened(request.directory, request.dockerfile) as source:
            return sorted(survey(source.top, source.rules).paths, key=lambda each: bytes_of(each[0]))

    def build(self, request: BuildRequest) -> Iterator[Event]:
        """Build; it has worked when the iterator ends: see ``built_image``. Yields what ``engines.Docker`` says.

        Raises BuildError for the Dockerfile and its steps, LocalError for the context, UsageError for a ``target`` that
        there is not, DeniedError, UnreachableError or NotFoundError for a base image.
        """
        self._built = ""
        program, reason = self._builder(request)
        with opened(request.directory, request.dockerfile) as source:
            dockerfile = read(source.text, source.shown, buildkit=bool(program))
            dockerfile.check_target(request.target)
            found = survey(source.top, source.rules if program else source.matcher)
            if told := report(found, dockerfile.asked_for(), source.ignore_file):
                yield told
            size = found.size
            del found  # its list of paths is long, and not needed any more
            if reason:
                yield Note(reason)
            if program:
                yield from self._with_buildkit(program, request, source, dockerfile, size)
            else:
                yield from self._with_classic(request, source, dockerfile, size)

    def built_image(self) -> str:
        """The id (sha256:…) of the image that the last build made; the digest of one that it pushed."""
        if not self._built:
            raise UnknownOutcomeError("build.no-image", "no build came to its end")
        return self._built

    def _builder(self, request: BuildRequest) -> tuple[str, str]:
        """The path of docker-buildx, "" for the classic builder; and a line that says what was chosen, if we chose."""
        classic_wanted = request.builder == "classic" or (
            request.builder == "auto" and self._connection.env.get("DOCKER_BUILDKIT") == "0"
        )
        program = "" if classic_wanted else buildx.find_program(self._connection.env)
        if request.builder == "buildx" and not program:
            fix = "kubia build --builder classic"
            raise UsageError("build.builder", f"there is no {buildx.PROGRAM} among docker's plugins", fix=fix)
        if not program and (option := _buildkit_option(request)):
            why = "this is the classic builder" if classic_wanted else f"there is no {buildx.PROGRAM} here"
            raise UsageError("build.builder", f"{option} needs BuildKit, and {why}")
        if request.builder != "auto" or classic_wanted:
            return program, ""
        chosen = f"BuildKit, by {program}" if program else f"the classic builder: there is no {buildx.PROGRAM} here"
        return program, f"Building with {chosen}"

    def _with_buildkit(
        self, program: str, request: BuildRequest, source: Source, dockerfile: Dockerfile, size: int
    ) -> Iterator[Event]:
        account = buildkit.Account(size)
        said: deque[str] = deque(maxlen=_KEPT)
        run = buildx.Run(program, request, source.file, self._connection.env)
        for line in run.lines():
            if isinstance(line, str):
                said.append(line)
            else:
                yield from account.events(line)
        yield from account.rest()
        if run.status:
            if not account.begun:  # it is no build that has failed
                buildx.check_version(program, self._connection.env)
                with translated(self.host):
                    self._api.version()
            raise buildkit.failure(account, "\n".join(said), dockerfile, source)
        made = [str(run.metadata[key]) for key in buildx.IDENTITIES if run.metadata.get(key)]
        self._built = self._digest_pushed(request, made) if request.push else self._loaded(request, made)

    def _loaded(self, request: BuildRequest, made: Sequence[str]) -> str:
        """The id of the image under each of its tags, or under its digest when it has none."""
        ids = set()
        for name in request.tags or made[:1]:
            try:
                ids.add(str(self.image(name)["Id"]))
            except NotFoundError as error:
                message = f"the build ended, and this engine has no image {name}"
                raise UnknownOutcomeError("build.no-image", message, state="nothing was tagged") from error
        if len(ids) != 1 or not ids <= set(made):
            raise UnknownOutcomeError("build.no-image", "the build ended, and its tags are not on the image it made")
        return ids.pop()

    def _digest_pushed(self, request: BuildRequest, made: Sequence[str]) -> str:
        """The digest that every tag has in its registry now."""
        for tag in request.tags:
            if self.distribution(tag) not in made:
                message = f"the build ended, and {tag} is not what it made in its registry"
                raise UnknownOutcomeError("build.no-image", message)
        return self.distribution(request.tags[0])

    def _with_classic(
        self, request: BuildRequest, source: Source, dockerfile: Dockerfile, size: int
    ) -> Iterator[Event]:
        progress = classic.Progress()
        post = partial(self._post_build, request, source, dockerfile)
        pieces = archive(source.top, source.matcher, source.added)
        with translated(self.host):
            try:
                response = yield from upload(post, pieces, size)
            except APIError as error:
                raise self._refused(error, dockerfile) from error
            for message in messages(response):
                if said := error_of(message):
                    yield from progress.rest()
                    raise classic.step_failure(said, message, progress, dockerfile, request, source)
                yield from progress.events(message)
        yield from progress.rest()
        if not progress.image:
            raise UnknownOutcomeError("build.no-image", "the build ended without an image", state="nothing was tagged")
        self.image(progress.image)
        for tag in request.tags:
            self.tag(progress.image, tag)
        self._built = progress.image

    def _post_build(self, request: BuildRequest, source: Source, dockerfile: Dockerfile, body: Iterator[bytes]) -> Any:
        params = {
            "dockerfile": source.dockerfile,
            "rm": 1,
            "forcerm": 1,
            "nocache": int(request.no_cache),
            "pull": int(request.pull),
            "target": request.target,
            "platform": request.platform,
            "buildargs": json.dumps(dict(request.build_args)) if request.build_args else "",
            "labels": json.dumps(dict(request.labels)) if request.labels else "",
        }
        headers = {"Content-Type": "application/x-tar", **self._logins(dockerfile, request)}
        response = self._api._post(
            self._api._url("/build"),
            data=body,
            params={name: value for name, value in params.items() if value != ""},
            headers=headers,
            stream=True,
            timeout=(CONNECT, SILENT_STEP),
        )
        self._api._raise_for_status(response)
        return response

    def _logins(self, dockerfile: Dockerfile, request: BuildRequest) -> dict[str, str]:
        """The logins for the registries that the Dockerfile names, and for no others."""
        logins = {}
        for reference in dockerfile.images(request.build_args).values():
            if login := login_for(self._connection.env, reference):
                logins[reference.registry_auth_key] = login
        return {"X-Registry-Config": encode_header(logins)} if logins else {}

    def _refused(self, error: APIError, dockerfile: Dockerfile) -> KubiaError:
        said = explanation(error)
        status = error.response.status_code if error.response is not None else 0
        if error_of_line := dockerfile.parse_error(said):
            return error_of_line
        if status == 400:
            return BuildError(
                "build.parse", f"{dockerfile.shown} cannot be built", said=said, state="nothing was built"
            )
        return refusal(error, self.host, Subject())


def _buildkit_option(request: BuildRequest) -> str:
    """The first option of a request that the classic builder has no answer to."""
    options = {
        "--secret": request.secrets,
        "--ssh": request.ssh,
        "--cache-from": request.cache_from,
        "--cache-to": request.cache_to,
        "--push": request.push,
        "--platform with several values": "," in request.platform,
    }
    return next((option for option, wanted in options.items() if wanted), "")
