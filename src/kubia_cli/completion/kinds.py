"""The kinds that every cluster serves, known without asking one: plural, API group, short name, and letters.

``n`` namespaced, ``c`` of the cluster, ``s`` scalable, ``e`` can be exposed. From the API server's own discovery
(``kubectl api-resources``).
"""

from __future__ import annotations

_BUILT_IN = """\
configmaps	cm	n
cronjobs.batch	cj	n
daemonsets.apps	ds	n
deployments.apps	deploy	nse
endpoints	ep	n
events	ev	n
horizontalpodautoscalers.autoscaling	hpa	n
ingresses.networking.k8s.io	ing	n
jobs.batch		n
namespaces	ns	c
networkpolicies.networking.k8s.io	netpol	n
nodes	no	c
persistentvolumeclaims	pvc	n
persistentvolumes	pv	c
pods	po	ne
replicasets.apps	rs	nse
replicationcontrollers	rc	nse
secrets		n
serviceaccounts	sa	n
services	svc	ne
statefulsets.apps	sts	ns
storageclasses.storage.k8s.io	sc	c
"""


def known(letter: str = "") -> list[tuple[str, str]]:
    """Each built-in kind as it is asked for (``deployments``) with its short name as the description; with a letter,
    those that it marks.
    """
    rows = [line.split("\t") for line in _BUILT_IN.splitlines()]
    return [(plural.partition(".")[0], short) for plural, short, marks in rows if letter in marks]
