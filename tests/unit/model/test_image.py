"""Image references: distribution's grammar, docker's normal form, and words for what is wrong."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubia_cli.errors import UsageError
from kubia_cli.model.image import ImageReference, parse

CORPUS = Path(__file__).parents[1] / "engines/docker/oracle/corpus.json.gz"
DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "full", "familiar", "auth_key"),
    [
        ("busybox", "docker.io/library/busybox", "busybox", "https://index.docker.io/v1/"),
        ("luksa/kubia:1", "docker.io/luksa/kubia:1", "luksa/kubia:1", "https://index.docker.io/v1/"),
        ("index.docker.io/busybox", "docker.io/library/busybox", "busybox", "https://index.docker.io/v1/"),
        ("localhost:5000/kubia", "localhost:5000/kubia", "localhost:5000/kubia", "localhost:5000"),
        ("LOCALHOST:5000/x", "LOCALHOST:5000/x", "LOCALHOST:5000/x", "LOCALHOST:5000"),
        ("[::1]:5000/x:2", "[::1]:5000/x:2", "[::1]:5000/x:2", "[::1]:5000"),
        ("ghcr.io/a/b/c@" + DIGEST, "ghcr.io/a/b/c@" + DIGEST, "ghcr.io/a/b/c@" + DIGEST, "ghcr.io"),
        ("docker.io/library/a/b", "docker.io/library/a/b", "library/a/b", "https://index.docker.io/v1/"),
        ("localhost/kubia", "localhost/kubia", "localhost/kubia", "localhost"),
    ],
)
def test_docker_and_kubia_mean_the_same_image(text: str, full: str, familiar: str, auth_key: str) -> None:
    reference = parse(text)

    assert str(reference) == full
    assert reference.familiar == familiar
    assert reference.registry_auth_key == auth_key


def test_latest_is_filled_in_on_request_only_and_known_as_not_typed() -> None:
    bare = parse("kubia")

    assert (bare.tag, bare.tag_given) == ("", False)
    assert (bare.with_default_tag().tag, bare.with_default_tag().tag_given) == ("latest", False)
    assert parse("kubia:latest").tag_given
    assert parse("kubia:latest") == bare.with_default_tag()
    assert parse(f"kubia@{DIGEST}").with_default_tag().tag == ""


def test_pinning_drops_the_tag() -> None:
    assert parse("luksa/kubia:1").at(DIGEST) == ImageReference("docker.io", "luksa/kubia", digest=DIGEST)


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("", "an image reference is empty", "busybox:latest"),
        ("Kubia", "`Kubia` is no image reference: a repository name has no upper case", "kubia"),
        (
            "ghcr.io/Luksa/Kubia:V1",
            "`ghcr.io/Luksa/Kubia:V1` is no image reference: a repository name has no upper case",
            "ghcr.io/luksa/kubia:V1",
        ),
        ("kubia\n", "`kubia\n` is no image reference: it has a line break", "kubia"),
        ("ku bia", "`ku bia` is no image reference: it has a blank", "kubia"),
        (
            "k\u200bubia",
            "`k\u200bubia` is no image reference: it has a character that no reference has: U+200B",
            "kubia",
        ),
        ("kubia:", "`kubia:` is no image reference: nothing follows the colon where a tag belongs", "kubia:latest"),
        ("kubia:-1", "`kubia:-1` is no image reference: its tag begins with `-`", "kubia:latest"),
        ("kubia:a+b", "`kubia:a+b` is no image reference: its tag `a+b` has a `+`", "kubia:latest"),
        ("a//b", "`a//b` is no image reference: a part of its name is empty: there is a slash too many", ""),
        ("a___b", "`a___b` is no image reference: `a___b` has separators in a row; only - and __ may be repeated", ""),
        ("-a", "`-a` is no image reference: `-a` must begin and end with a letter or digit", ""),
        ("a%b", "`a%b` is no image reference: its name has a `%`", ""),
        ("a..b/c", "`a..b/c` is no image reference: `a..b` is no registry host", ""),
        (
            "kubia@sha256:12",
            "`kubia@sha256:12` is no image reference: "
            "what follows the @ must be a digest: sha256: and 64 digits of 0-9 and a-f",
            "",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text: str, message: str, fix: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(text)

    assert (refused.value.code, refused.value.message, refused.value.fix) == ("image.reference", message, fix)


def test_an_image_id_is_no_name_and_lengths_are_limited() -> None:
    with pytest.raises(UsageError, match="it is an image ID"):
        parse("a" * 64)
    with pytest.raises(UsageError, match="its repository name has 256 characters, at most 255"):
        parse("ghcr.io/" + "a" * 256)
    with pytest.raises(UsageError, match="its tag has 129 characters, at most 128"):
        parse("kubia:" + "1" * 129)
    with pytest.raises(UsageError, match="a sha256 digest has 64 digits of 0-9 and a-f, this one has 40"):
        parse("kubia@sha256:" + "a" * 40)
    with pytest.raises(UsageError, match="its digest has the algorithm `md5`"):
        parse("kubia@md5:" + "a" * 32)


def test_equal_to_distribution_reference() -> None:
    with gzip.open(CORPUS) as file:
        cases = json.load(file)["reference"]

    assert len(cases) > 3000
    assert [case for case in cases if _answer(case[0]) != case[1]] == []


def _answer(text: str) -> list[str] | None:
    try:
        reference = parse(text)
    except UsageError:
        return None
    return [reference.registry, reference.repository, reference.tag, reference.digest, reference.familiar_name]


@given(st.text(alphabet="ab.:/@-_A1 \n", max_size=30))
def test_what_is_accepted_reads_back_and_a_fix_is_always_good(text: str) -> None:
    fix = ""
    try:
        reference = parse(text)
    except UsageError as refused:
        fix = refused.fix
    else:
        assert parse(str(reference)) == parse(reference.familiar) == reference
    assert fix == "" or parse(fix)
