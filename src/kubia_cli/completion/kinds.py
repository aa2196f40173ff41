"""The kinds that every cluster serves, known without asking one, and which kind a word means.

Each with its API version, its short name, and marks: ``n`` namespaced, ``c`` of the cluster, ``s`` scalable, ``e`` can
be exposed. From the API server's own discovery (``kubectl api-resources``).
"""

from __future__ import annotations

_BUILT_IN = """\
configmaps v1 cm n
cronjobs batch/v1 cj n
daemonsets apps/v1 ds n
deployments apps/v1 deploy nse
endpoints v1 ep n
events v1 ev n
horizontalpodautoscalers autoscaling/v2 hpa n
ingresses networking.k8s.io/v1 ing n
jobs batch/v1 - n
namespaces v1 ns c
networkpolicies networking.k8s.io/v1 netpol n
nodes v1 no c
persistentvolumeclaims v1 pvc n
persistentvolumes v1 pv c
pods v1 po ne
replicasets apps/v1 rs nse
replicationcontrollers v1 rc nse
secrets v1 - n
serviceaccounts v1 sa n
services v1 svc ne
statefulsets apps/v1 sts ns
storageclasses storage.k8s.io/v1 sc c
"""


class Kind:
    """A kind: ``plural`` as paths have it, ``api`` its group and version, ``shorts`` its short names."""

    __slots__ = ("api", "marks", "plural", "shorts")

    def __init__(self, plural: str, api: str, shorts: str, marks: str) -> None:
        self.plural = plural
        self.api = api
        self.shorts = [name for name in shorts.split(",") if name not in ("", "-")]
        self.marks = marks

    @property
    def namespaced(self) -> bool:
        """Whether its objects stand in namespaces."""
        return "n" in self.marks

    @property
    def spoken(self) -> str:
        """Its name that means no other kind: ``pods``, ``deployments.apps``."""
        group, slash, _ = self.api.partition("/")
        return f"{self.plural}.{group}" if slash else self.plural

    def answers_to(self, word: str) -> bool:
        """Whether a user may call it that: plural, singular, short name, ``plural.group``."""
        plural = self.plural
        singulars = {plural.removesuffix("s"), plural.removesuffix("es")}
        if plural.endswith("ies"):
            singulars.add(plural.removesuffix("ies") + "y")
        return word in {plural, self.spoken, *self.shorts, *singulars}


def built_in() -> list[Kind]:
    """The kinds that every cluster serves, in order of name."""
    return [Kind(*line.split(" ")) for line in _BUILT_IN.splitlines()]


def find(word: str, among: list[Kind]) -> Kind | None:
    """The first kind that a word means."""
    return next((kind for kind in among if kind.answers_to(word.lower())), None)


def is_name(text: str) -> bool:
    """Whether a text can stand in a path as an object's name."""
    return bool(text) and text[0].isalnum() and all(letter.isalnum() or letter in "-.:_" for letter in text)
