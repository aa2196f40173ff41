"""An image brought from its registry, with its layers shown; the tag that is meant when none was typed."""

from __future__ import annotations

from kubia_cli.model import image as references
from kubia_cli.model.image import ImageReference
from kubia_cli.session import Session


def with_tag(session: Session, reference: ImageReference) -> ImageReference:
    """Return the reference with a tag; who typed none is told which one is meant (CHAPTER D2)."""
    if not reference.tag and not reference.digest:
        session.console.note(f"Using default tag: {references.DEFAULT_TAG}")
    return reference.with_default_tag()


def fetch(session: Session, reference: ImageReference, *, platform: str = "", timeout: float = 0) -> str:
    """Pull with progress; returns the digest (sha256:…) by which the registry knows the image, "" if it has none."""
    docker = session.docker
    session.follow(docker.pull(reference.familiar, platform=platform, timeout=timeout))
    digest = reference.digest or repo_digest(docker.image(reference.familiar), reference)
    if digest:
        session.console.note(f"Digest: {digest}")
    return digest


def repo_digest(raw: dict[str, object], reference: ImageReference) -> str:
    """Return the digest that the engine keeps for this repository of an image, "" when it was never there."""
    known = raw.get("RepoDigests")
    for entry in known if isinstance(known, list) else []:
        name, _, digest = str(entry).partition("@")
        if name == reference.familiar_name:
            return digest
    return ""
