"""Image references, by the grammar that Docker itself uses (github.com/distribution/reference, v0.6).

``busybox`` means ``docker.io/library/busybox``. Whether a tag was typed is kept: who typed none is told that ``latest``
was meant (CHAPTER D2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from kubia_cli.errors import UsageError

DOCKER_HUB = "docker.io"
DEFAULT_TAG = "latest"
#: Longest repository path and longest tag, in characters.
LONGEST_REPOSITORY = 255
LONGEST_TAG = 128

_HUB_ALIAS = "index.docker.io"
_HUB_LIBRARY = "library/"
#: Docker's config file keeps the Hub's login under the address that its first protocol had.
_HUB_AUTH_KEY = "https://index.docker.io/v1/"

_COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_TAG = rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,{LONGEST_TAG - 1}}}"
_DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = re.compile(
    f"(?:(?P<registry>{_DOMAIN})/)?(?P<repository>{_COMPONENT}(?:/{_COMPONENT})*)"
    f"(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?"
)
_IMAGE_ID = re.compile("[a-f0-9]{64}")
_DIGEST_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}


@dataclass(frozen=True)
class ImageReference:
    """A name for an image; ``tag`` and ``digest`` (sha256:…) are "" when absent.

    ``tag_given`` is False for a tag that was typed by nobody: none yet, or the default one.
    """

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""
    tag_given: bool = field(default=False, compare=False)

    @property
    def name(self) -> str:
        """``docker.io/library/busybox``: registry and repository."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository

    @property
    def familiar_name(self) -> str:
        """``busybox``: the name as Docker's own lists show it."""
        if self.registry != DOCKER_HUB:
            return self.name
        short = self.repository.removeprefix(_HUB_LIBRARY)
        return self.repository if "/" in short else short

    @property
    def familiar(self) -> str:
        """``busybox:1.36``: what a person types, with tag and digest as far as there are any."""
        return self.familiar_name + self._suffix

    def __str__(self) -> str:
        return self.name + self._suffix

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    @property
    def registry_auth_key(self) -> str:
        """The key under which Docker's config file and credential helpers keep this registry's login."""
        return _HUB_AUTH_KEY if self.registry == DOCKER_HUB else self.registry

    def with_default_tag(self) -> ImageReference:
        """The same reference, with ``latest`` where neither tag nor digest was given."""
        return self if self.tag or self.digest else replace(self, tag=DEFAULT_TAG)

    def at(self, digest: str) -> ImageReference:
        """The same repository pinned to ``digest`` (sha256:…), without a tag."""
        return replace(self, tag="", digest=digest, tag_given=False)


def parse(text: str) -> ImageReference:
    """Read a reference as ``docker`` does. Raises UsageError ``image.reference`` with what is wrong with it.

    Like distribution's ParseNormalizedNamed it refuses 64 hexadecimal digits, which would be an image ID.
    """
    if _IMAGE_ID.fullmatch(text):
        raise _refused(text, "it is an image ID, and a name is needed here")
    match = _matched(text)
    if match is None:
        raise _explained(text)
    found = match.groupdict(default="")
    if len(found["repository"]) > LONGEST_REPOSITORY:
        length = len(found["repository"])
        raise _refused(text, f"its repository name has {length} characters, at most {LONGEST_REPOSITORY} are allowed")
    if found["digest"]:
        _check_digest(text, found["digest"])
    return ImageReference(**found, tag_given=bool(found["tag"]))


def registry_host(text: str) -> ImageReference:
    """Read what ``login`` takes: HOST[:PORT], also as an address; "" is Docker Hub. Returns a reference on that host.

    Raises UsageError ``registry.host`` for a word that no reference could name as its registry.
    """
    host = text.removeprefix("https://").removeprefix("http://").partition("/")[0] or DOCKER_HUB
    try:
        named = parse(f"{host}/login")
    except UsageError as error:
        raise UsageError("registry.host", f"`{text}` is no registry: it is HOST or HOST:PORT") from error
    if named.repository not in ("login", f"{_HUB_LIBRARY}login"):
        message = f"`{text}` is no registry: a host has a dot or a port, or is localhost"
        raise UsageError("registry.host", message, fix="kubia login")
    return named


def _matched(text: str) -> re.Match[str] | None:
    registry, remainder = _split_registry(text)
    if _has_upper(remainder.partition(":")[0]):
        return None
    return _REFERENCE.fullmatch(f"{registry}/{remainder}")


def _split_registry(text: str) -> tuple[str, str]:
    """Tell ``host/path`` from ``namespace/path``: a host has a dot, a colon or a capital, or is localhost."""
    first, slash, rest = text.partition("/")
    if not slash:
        return DOCKER_HUB, _HUB_LIBRARY + text
    if first == _HUB_ALIAS:
        first = DOCKER_HUB
    elif first != "localhost" and not any(mark in first for mark in ".:") and not _has_upper(first):
        return DOCKER_HUB, text
    if first == DOCKER_HUB and "/" not in rest:
        return DOCKER_HUB, _HUB_LIBRARY + rest
    return first, rest


def _has_upper(text: str) -> bool:
    return text.lower() != text


def _check_digest(text: str, digest: str) -> None:
    algorithm, _, digits = digest.partition(":")
    wanted = _DIGEST_DIGITS.get(algorithm)
    if wanted is None:
        raise _refused(text, f"its digest has the algorithm `{algorithm}`; {', '.join(_DIGEST_DIGITS)} are known")
    if len(digits) != wanted or _has_upper(digits):
        raise _refused(text, f"a {algorithm} digest has {wanted} digits of 0-9 and a-f, this one has {len(digits)}")


def _explained(text: str) -> UsageError:
    """Find the first thing that is wrong with a reference that the grammar does not accept."""
    if not text:
        return UsageError("image.reference", "an image reference is empty", fix="busybox:latest")
    odd = next((character for character in text if not ("!" <= character <= "~")), None)
    if odd is not None:
        mended = "".join(character for character in text if "!" <= character <= "~")
        return _refused(text, f"it has a {_spoken(odd)}", mended)
    registry, remainder = _split_registry(text)
    named, at, digest = text.partition("@")
    if at and not re.fullmatch(_DIGEST, digest):
        return _refused(text, "what follows the @ must be a digest: sha256: and 64 digits of 0-9 and a-f")
    path, colon, tag = remainder.partition("@")[0].partition(":")
    if _has_upper(path):
        kept = len(text) - len(remainder.removeprefix(_HUB_LIBRARY)) if registry != DOCKER_HUB else 0
        lowered = text[:kept] + text[kept : kept + len(path)].lower() + text[kept + len(path) :]
        return _refused(text, "a repository name has no upper case", lowered)
    if colon and not re.fullmatch(_TAG, tag):
        return _refused(text, _wrong_with_tag(tag), f"{named.removesuffix(':' + tag)}:{DEFAULT_TAG}")
    if not re.fullmatch(_DOMAIN, registry):
        return _refused(text, f"`{registry}` is no registry host")
    for component in path.removeprefix(_HUB_LIBRARY).split("/"):
        if not re.fullmatch(_COMPONENT, component):
            return _refused(text, _wrong_with_component(component))
    return _refused(text, "it is not of the form [REGISTRY/]NAME[:TAG][@DIGEST]")


def _wrong_with_tag(tag: str) -> str:
    if not tag:
        return "nothing follows the colon where a tag belongs"
    if len(tag) > LONGEST_TAG:
        return f"its tag has {len(tag)} characters, at most {LONGEST_TAG} are allowed"
    if tag[0] in ".-":
        return f"its tag begins with `{tag[0]}`"
    odd = next(character for character in tag if not re.fullmatch("[A-Za-z0-9_.-]", character))
    return f"its tag `{tag}` has a `{odd}`"


def _wrong_with_component(component: str) -> str:
    if not component:
        return "a part of its name is empty: there is a slash too many"
    odd = next((character for character in component if not re.fullmatch("[a-z0-9._-]", character)), None)
    if odd is not None:
        return f"its name has a `{odd}`"
    if not (component[0].isalnum() and component[-1].isalnum()):
        return f"`{component}` must begin and end with a letter or digit"
    return f"`{component}` has separators in a row; only - and __ may be repeated"


def _spoken(character: str) -> str:
    if character.isspace():
        return "line break" if character in "\r\n" else "blank"
    return f"character that no reference has: U+{ord(character):04X}"


def _refused(text: str, reason: str, mended: str = "") -> UsageError:
    """Make the error; ``mended`` is offered only when it is a reference itself."""
    shown = text if len(text) <= 80 else f"{text[:77]}…"
    return UsageError(
        "image.reference", f"`{shown}` is no image reference: {reason}", fix=mended if _matched(mended) else ""
    )
