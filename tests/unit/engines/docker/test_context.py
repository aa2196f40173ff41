"""A build context: what is sent of a directory, and how."""

from __future__ import annotations

import io
import os
import socket
import stat
import tarfile
import tracemalloc
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kubia_cli.engines.docker.context.ignore import Matcher, read_rules
from kubia_cli.engines.docker.context.source import opened
from kubia_cli.engines.docker.context.tar import archive
from kubia_cli.engines.docker.context.walk import open_directory, survey, walk
from kubia_cli.errors import BuildError, LocalError


@pytest.fixture
def context(tmp_path: Path) -> Path:
    place = tmp_path / "context"
    place.mkdir()
    (place / "Dockerfile").write_text("FROM busybox\n")
    return place


def sent(directory: Path, rules: bytes = b"", added: Mapping[str, bytes] | None = None) -> dict[str, tarfile.TarInfo]:
    """The members of the archive that is sent of a directory."""
    top = open_directory(str(directory))
    try:
        content = b"".join(piece for piece, _ in archive(top, Matcher(read_rules(rules)), added or {}))
    finally:
        os.close(top)
    with tarfile.open(fileobj=io.BytesIO(content), errorlevel=2) as tar:
        return {member.name: member for member in tar}


def sent_as_docker_would(directory: Path, dockerfile: str = "") -> dict[str, bytes]:
    """The files of the archive, with what is added for the Dockerfile."""
    with opened(str(directory), dockerfile) as source:
        pieces = b"".join(piece for piece, _ in archive(source.top, source.matcher, source.added))
    with tarfile.open(fileobj=io.BytesIO(pieces)) as tar:
        return {member.name: file.read() for member in tar if (file := tar.extractfile(member))}


def test_every_kind_of_path(context: Path) -> None:
    (context / "src").mkdir()
    (context / "src/app.js").write_text("x" * 1000)
    (context / "src/app.js").chmod(0o755)
    os.utime(context / "src/app.js", (1, 1700000000))
    (context / "out").symlink_to("/etc/passwd")
    (context / "dangling").symlink_to("nowhere")
    os.mkfifo(context / "pipe")  # opening it would block for ever
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(context / "door"))
        members = sent(context)

    assert list(members) == ["Dockerfile", "dangling", "out", "pipe", "src", "src/app.js"]
    assert members["out"].issym()
    assert members["out"].linkname == "/etc/passwd"
    assert members["pipe"].isfifo()
    assert members["src"].isdir()
    app = members["src/app.js"]
    assert (app.size, app.mode, app.mtime, app.uid, app.gid, app.uname) == (1000, 0o755, 1700000000, 0, 0, "")


@pytest.mark.parametrize(
    "name", ["é.txt", "new\nline", "\x1b[31mred", "x" * 255, "🐳", "a" * 120 + "/" + "b" * 200, "caf\udce9"]
)
def test_names_arrive_as_they_are(context: Path, name: str) -> None:
    file = context / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"")

    assert name in sent(context)


def test_files_keep_their_bytes_across_pieces(context: Path) -> None:
    content = os.urandom(700_000)
    (context / "big").write_bytes(content)

    assert sent_as_docker_would(context)["big"] == content


def test_rules_leave_out_and_let_in(context: Path) -> None:
    (context / "a/b/c").mkdir(parents=True)
    for path in ("a/b/c/keep.py", "a/b/c/drop.txt", "a/drop.txt", "top.txt"):
        (context / path).write_text("")

    assert list(sent(context, b"*\n!**/*.py")) == ["a", "a/b", "a/b/c", "a/b/c/keep.py"]
    assert list(sent(context, b"a\n!a/b/c")) == [
        "Dockerfile",
        "a",
        "a/b",
        "a/b/c",
        "a/b/c/drop.txt",
        "a/b/c/keep.py",
        "top.txt",
    ]
    assert list(sent(context, b"a")) == ["Dockerfile", "top.txt"]


def test_what_is_left_out_is_not_opened(context: Path) -> None:
    (context / "locked").mkdir()
    top = open_directory(str(context))
    seen = walk(top, Matcher(read_rules(b"locked")))
    assert [entry.path for entry in seen] == ["Dockerfile"]
    os.close(top)


def test_a_directory_that_becomes_a_link_meanwhile_leads_nowhere(context: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("s3cret")
    (context / "dir").mkdir()
    top = open_directory(str(context))
    entries = walk(top, Matcher([]))
    assert next(entries).path == "Dockerfile"
    assert next(entries).path == "dir"
    (context / "dir").rmdir()
    (context / "dir").symlink_to(secret)

    with pytest.raises(LocalError, match="dir changed while it was being sent"):
        list(entries)
    os.close(top)


def test_a_file_that_becomes_a_link_meanwhile_is_not_followed(context: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    (context / "file").write_text("")
    (context / "Dockerfile").write_bytes(bytes(600_000))  # more than a piece, so that the walk pauses before `file`
    top = open_directory(str(context))
    pieces = archive(top, Matcher([]), {})
    next(pieces)
    (context / "file").unlink()
    (context / "file").symlink_to(tmp_path / "secret")

    content = b"".join(piece for piece, _ in pieces)
    assert b"s3cret" not in content
    os.close(top)


@pytest.mark.parametrize("change", ["grows", "shrinks", "is touched"])
def test_a_file_that_changes_while_it_is_read_is_an_error(context: Path, change: str) -> None:
    file = context / "Dockerfile"
    file.write_bytes(bytes(2_000_000))
    top = open_directory(str(context))
    pieces = archive(top, Matcher([]), {})
    next(pieces)
    if change == "grows":
        with file.open("ab") as out:
            out.write(b"more")
    elif change == "shrinks":
        os.truncate(file, 1000)
    else:
        os.utime(file, (1, 1))

    with pytest.raises(LocalError) as caught:
        list(pieces)
    assert (caught.value.code, caught.value.message) == (
        "context.changed",
        "Dockerfile changed while it was being sent",
    )
    os.close(top)


def test_memory_stays_flat_however_large_the_context(context: Path) -> None:
    for number in range(200):
        (context / f"d{number}").mkdir()
        for other in range(10):
            (context / f"d{number}/f{other}").write_bytes(b"x" * 100)
    with (context / "sparse").open("wb") as out:
        out.truncate(200_000_000)
    top = open_directory(str(context))
    matcher = Matcher([])
    tracemalloc.start()
    size = survey(top, matcher).size
    total = sum(len(piece) for piece, _ in archive(top, matcher, {}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    os.close(top)

    assert size == 200_000_000 + 2000 * 100 + len("FROM busybox\n")
    assert total > size
    assert peak < 4_000_000


def test_the_bytes_sent_add_up_to_the_survey(context: Path) -> None:
    (context / "a").write_bytes(b"x" * 300_000)
    top = open_directory(str(context))
    counts = [count for _, count in archive(top, Matcher([]), {})]
    assert counts[-1] == survey(top, Matcher([])).size
    os.close(top)


@pytest.fixture
def as_another_user() -> Iterator[None]:
    """Root can read everything, so these tests let go of it for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_everything_unreadable_is_listed_before_anything_is_sent(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    context = tmp_path / "context"
    (context / "dir").mkdir(parents=True)
    (context / "file").write_text("")
    (context / "dir").chmod(0)
    (context / "file").chmod(0)
    for above in [context, *context.parents][:-2]:
        above.chmod(above.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    top = open_directory(str(context))
    request.getfixturevalue("as_another_user")

    with pytest.raises(LocalError) as caught:
        survey(top, Matcher([]))
    assert caught.value.message == "the build context has what cannot be read: dir, file"
    assert caught.value.fix == "echo dir >> .dockerignore"
    survey(top, Matcher(read_rules(b"dir\nfile")))
    os.close(top)


def test_the_dockerfile_is_sent_even_when_it_is_ignored(context: Path) -> None:
    (context / ".dockerignore").write_text("*\n")
    (context / "other").write_text("")

    assert list(sent_as_docker_would(context)) == [".dockerignore", "Dockerfile"]


def test_a_dockerfile_has_rules_of_its_own(context: Path) -> None:
    (context / ".dockerignore").write_text("a.txt\n")
    (context / "docker").mkdir()
    (context / "docker/prod").write_text("FROM busybox\n")
    (context / "docker/prod.dockerignore").write_text("b.txt\n")
    for name in ("a.txt", "b.txt"):
        (context / name).write_text("")

    assert "a.txt" not in sent_as_docker_would(context)
    of_its_own = sent_as_docker_would(context, str(context / "docker/prod"))
    assert "b.txt" not in of_its_own
    assert "a.txt" in of_its_own


@pytest.mark.parametrize(
    ("ignored", "becomes"),
    [(None, "{name}\n.dockerignore\n"), ("a.txt\n", "a.txt\n\n{name}\n")],
)
def test_a_dockerfile_from_outside_is_sent_under_a_name_that_stays_out_of_the_image(
    context: Path, tmp_path: Path, ignored: str | None, becomes: str
) -> None:
    outside = tmp_path / "elsewhere"
    outside.write_text("FROM node\n")
    if ignored is not None:
        (context / ".dockerignore").write_text(ignored)

    with opened(str(context), str(outside)) as source:
        name = source.dockerfile
    files = sent_as_docker_would(context, str(outside))
    assert name.startswith(".dockerfile.")
    assert files[name] == b"FROM node\n"
    assert files[".dockerignore"].decode() == becomes.format(name=name)
    assert files["Dockerfile"] == b"FROM busybox\n"


def test_a_linked_dockerfile_is_the_file_that_it_leads_to(context: Path) -> None:
    (context / "prod").write_text("FROM node\n")
    (context / "Dockerfile").unlink()
    (context / "Dockerfile").symlink_to("prod")

    with opened(str(context)) as source:
        assert (source.dockerfile, source.text) == ("prod", b"FROM node\n")


def test_what_is_missing(tmp_path: Path, context: Path) -> None:
    (context / "Dockerfile").unlink()
    with pytest.raises(BuildError) as caught, opened(str(context)):
        pass
    assert (caught.value.code, caught.value.message) == (
        "build.dockerfile-missing",
        f"there is no file {context}/Dockerfile",
    )

    with pytest.raises(LocalError, match=f"there is no directory {tmp_path}/none"), opened(f"{tmp_path}/none"):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError, match="is no directory: a build takes the directory"), opened(f"{tmp_path}/file"):
        pass
