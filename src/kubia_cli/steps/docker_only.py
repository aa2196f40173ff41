"""Docker's own verbs: a cluster has no images to build or list, and no containers outside of pods."""

from __future__ import annotations

from kubia_cli.engines import Docker
from kubia_cli.errors import UsageError
from kubia_cli.session import Session

#: What only a cluster has, by its field in the settings, as it is typed.
_OF_CLUSTERS = {"namespace": "-n", "context": "--context", "kubeconfig": "--kubeconfig"}


def docker_asked(session: Session) -> Docker:
    """The engine of a verb that only Docker has. UsageError when the line says Kubernetes, or names a part of one.

    KUBIA_ON decides where both engines could be meant, so that who lives on a cluster can still build and push.
    """
    if session.settings.on == "kubernetes":
        message = "this verb is Docker's, and --on says kubernetes"
        raise UsageError("on.grammar", message, fix="kubia get pods")
    for field, option in _OF_CLUSTERS.items():
        if getattr(session.settings, field):
            raise UsageError("on.grammar", f"this verb is Docker's, and {option} is for a cluster: leave it out")
    return session.docker
