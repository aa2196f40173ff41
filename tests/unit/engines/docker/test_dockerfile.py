"""Dockerfiles: what is found out before one is sent."""

from __future__ import annotations

import pytest

from kubia_cli.engines.docker.dockerfile import read
from kubia_cli.errors import BuildError, UsageError


def test_instructions_with_their_lines() -> None:
    dockerfile = read(
        b"\xef\xbb\xbf# syntax=docker/dockerfile:1\r\n\r\nFROM node:20 AS build\r\n"
        b"RUN echo a && \\\r\n  # so\r\n\r\n  echo b\r\n"
        b'ENTRYPOINT ["node", "app.js"]\n',
        "Dockerfile",
    )

    assert [(each.name, each.rest, each.line) for each in dockerfile.instructions] == [
        ("FROM", "node:20 AS build", 3),
        ("RUN", "echo a &&   echo b", 4),
        ("ENTRYPOINT", '["node", "app.js"]', 8),
    ]


def test_another_escape() -> None:
    dockerfile = read(b"# escape=`\nFROM a\nRUN dir `\n  c:\\\nUSER x\n", "Dockerfile")

    assert [each.rest for each in dockerfile.instructions] == ["a", "dir   c:\\", "x"]


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        (
            "FROM node # the base",
            "Dockerfile:1: a comment cannot stand behind FROM; it needs a line of its own",
            "FROM node",
        ),
        (
            "FROM node AS a #x",
            "Dockerfile:1: a comment cannot stand behind FROM; it needs a line of its own",
            "FROM node AS a",
        ),
        (
            'FROM node\n\nENTRYPOINT ["node", "app.js"]  # runs it',
            "Dockerfile:3: a comment cannot stand behind ENTRYPOINT; it needs a line of its own",
            'ENTRYPOINT ["node", "app.js"]',
        ),
        (
            "FROM a\nEXPOSE 8080 # http",
            "Dockerfile:2: a comment cannot stand behind EXPOSE; it needs a line of its own",
            "EXPOSE 8080",
        ),
    ],
)
def test_a_comment_behind_an_instruction_gives_the_mended_line(text: str, message: str, fix: str) -> None:
    with pytest.raises(BuildError) as caught:
        read(text.encode(), "Dockerfile")

    assert (caught.value.code, caught.value.message, caught.value.fix) == ("build.trailing-comment", message, fix)
    assert caught.value.said == text.splitlines()[-1]


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nENTRYPOINT node app.js # a shell takes it",
        'FROM a\nENTRYPOINT ["sh", "-c", "echo # no comment"]',
        "FROM a\nRUN echo a # a shell takes it",
        "FROM a\nLABEL x=#y",
        "FROM a\nRUN echo $((1 <<2))",
        'FROM a\nRUN echo "x <<EOF y"',
        "FROM a\nCOPY --from=b --chown=1:1 x y",
        "FROM a\nRUN echo --mount=type=cache",
    ],
)
def test_what_the_classic_builder_takes(text: str) -> None:
    assert read(text.encode(), "Dockerfile").instructions


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "FROM a\nRUN --mount=type=cache,target=/x npm ci",
            "D:2: --mount needs BuildKit, and this is the classic builder",
        ),
        ("FROM a\nCOPY --link a b", "D:2: --link needs BuildKit, and this is the classic builder"),
        ("FROM a\nADD --chmod=755 a b", "D:2: --chmod needs BuildKit, and this is the classic builder"),
        ("FROM a\nRUN <<EOF\nNONSENSE\nEOF", "D:2: a here-document needs BuildKit, and this is the classic builder"),
        ("FROM a\nCOPY <<'END' /x\nhi\nEND\n", "D:2: a here-document needs BuildKit, and this is the classic builder"),
        (
            "FROM --platform=$BUILDPLATFORM a",
            "D:1: a platform argument needs BuildKit, and this is the classic builder",
        ),
    ],
)
def test_what_only_buildkit_can_do(text: str, message: str) -> None:
    with pytest.raises(BuildError) as caught:
        read(text.encode(), "D")

    assert (caught.value.code, caught.value.message) == ("build.needs-buildkit", message)


def test_an_empty_one() -> None:
    with pytest.raises(BuildError, match="Dockerfile has no instruction"):
        read(b"# nothing\n\n", "Dockerfile")


def test_images_that_logins_are_needed_for() -> None:
    dockerfile = read(
        b"ARG TAG=20\nARG HOST\nFROM node:${TAG} AS build\nFROM scratch\nFROM ${HOST:-quay.io}/a/b\nFROM build\n"
        b"COPY --from=build x y\nCOPY --from=ghcr.io/c/d x y\nCOPY --from=0 x y\nFROM $NOBODY_KNOWS\n",
        "Dockerfile",
    )

    assert {number: image.familiar for number, image in dockerfile.images({}).items()} == {
        3: "node:20",
        5: "quay.io/a/b",
        8: "ghcr.io/c/d",
    }
    assert dockerfile.images({"TAG": "22", "HOST": "localhost:5000"})[5].familiar == "localhost:5000/a/b"


def test_a_stage_that_there_is_not() -> None:
    dockerfile = read(b"FROM a AS build\nFROM b AS Run\n", "Dockerfile")

    dockerfile.check_target("run")
    with pytest.raises(UsageError) as caught:
        dockerfile.check_target("zz")
    assert (caught.value.code, caught.value.message) == (
        "build.target",
        "Dockerfile has no stage `zz`: it has build, Run",
    )
