"""Following a workload until it runs as asked, until it is clear that it will not, or until the time is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import KubiaError, TimedOutError, UnhealthyError
from kubia_cli.model.duration import spoken
from kubia_cli.model.events import Stage
from kubia_cli.model.manifest import EVENT, POD
from kubia_cli.model.resource import Kind
from kubia_cli.model.selector import pod_query
from kubia_cli.rollout.doorbell import Deadline, Doorbell, Watched
from kubia_cli.rollout.snapshot import Snapshot, events_of, is_ready, take
from kubia_cli.rollout.stages import Stages, needs_events
from kubia_cli.rollout.verdict import Patience, Rule, Symptom, at_deadline, symptoms

#: How many of a container's last lines are the evidence of a crash.
LAST_LINES = 10


class Rollout:
    """One workload on its way to ``until``. ``events`` is to be drained; ``snapshot`` is the last look."""

    def __init__(
        self,
        cluster: Cluster,
        kind: Kind,
        name: str,
        namespace: str,
        deadline: Deadline,
        *,
        until: Callable[[Snapshot], bool] = lambda snapshot: snapshot.done,
    ) -> None:
        self._cluster = cluster
        self._name = name
        self._namespace = namespace
        self._deadline = deadline
        self._kind = kind
        self._until = until
        self.snapshot = take(cluster, kind, name, namespace)

    def events(self) -> Iterator[Stage]:
        """Yield the stages until everything is as asked.

        UnhealthyError with the pod's own reason when waiting is in vain, TimedOutError when the deadline passes and
        nothing is known to be wrong.
        """
        stages, patience = Stages(lambda: self._deadline.elapsed), Patience()
        yield stages.accepted(self.snapshot)
        with Doorbell(self._cluster, self._watched()) as bell:
            while True:
                yield from stages.of(self.snapshot, self._pull_events())
                if self._until(self.snapshot):
                    if self.snapshot.done:
                        yield stages.finished(self.snapshot)
                    return
                found = symptoms(self.snapshot)
                hopeless = patience.exhausted(found, self._deadline.elapsed)
                if hopeless is None and self._deadline.passed:
                    hopeless = at_deadline(found)
                    if hopeless is None:
                        raise self._late()
                if hopeless is not None:
                    raise self._unhealthy(*hopeless)
                bell.wait(self._deadline)
                self.snapshot = take(self._cluster, self._kind, self._name, self._namespace)

    @property
    def state(self) -> str:
        """What is so now, as an error's ``state`` says it."""
        snapshot = self.snapshot
        if self._kind.name == "Job":
            return f"{snapshot.spoken} is there and not complete"
        new = sum(map(is_ready, snapshot.pods))
        if self._kind.name == "Deployment" and snapshot.ready > new:
            state = f"{snapshot.spoken} is there, {new} of {snapshot.wanted} new pods ready"
            return f"{state}; still serving as before: {snapshot.ready - new}"
        return f"{snapshot.spoken} is there, {snapshot.ready} of {snapshot.wanted} pods ready"

    def _watched(self) -> Sequence[Watched]:
        itself = Watched(self._kind, self._namespace, fields=f"metadata.name={self._name}")
        query = pod_query(self.snapshot.workload)
        if self._kind.name == "Pod" or not query:
            return [itself]
        return [
            itself,
            Watched(POD, self._namespace, labels=query),
            Watched(EVENT, self._namespace, fields="involvedObject.kind=Pod"),
        ]

    def _pull_events(self) -> Sequence[Object]:
        return events_of(self._cluster, self._namespace, "Pod") if needs_events(self.snapshot) else ()

    def _unhealthy(self, rule: Rule, symptom: Symptom) -> UnhealthyError:
        kind, _, name = symptom.subject.partition("/")
        said = self._last_words(name, symptom) if rule.logs else ""
        fix = f"kubia describe {kind} {name}"
        return UnhealthyError(rule.code, rule.explain(symptom), said=said or symptom.text, state=self.state, fix=fix)

    def _late(self) -> TimedOutError:
        """The deadline has passed and no rule knows why; the last warning of a pod that is not ready is quoted."""
        message = f"{self.snapshot.spoken} is not ready after {spoken(self._deadline.seconds)}"
        unready = [pod["metadata"]["name"] for pod in self.snapshot.pods if not is_ready(pod)]
        said = ""
        for pod in unready[:1]:
            said = self._last_warning(pod)
        fix = f"kubia describe pod {unready[0]}" if unready else ""
        state = f"{self.state}; the cluster goes on"
        return TimedOutError("rollout.timeout", message, said=said, state=state, fix=fix)

    def _last_warning(self, pod: str) -> str:
        try:
            events = events_of(self._cluster, self._namespace, "Pod", pod)
        except KubiaError:  # as with its log
            return ""
        return next((str(each.get("message") or "") for each in events[::-1] if each.get("type") == "Warning"), "")

    def _last_words(self, pod: str, symptom: Symptom) -> str:
        try:
            pieces = self._cluster.logs(
                pod,
                self._namespace,
                container=symptom.container,
                tail=LAST_LINES,
                previous=symptom.reason == "CrashLoopBackOff",
            )
            return b"".join(pieces).decode("utf-8", "backslashreplace")
        except KubiaError:  # evidence that cannot be had must not hide the verdict
            return ""
