"""The cases of completion: what is typed, the keys pressed, and what comes of it, in every shell alike.

``{name}`` is kubia, or an alias of it. A shell quotes in its own way: where that differs, the buffer is given by shell.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A line, and the buffer that one TAB makes of it; or what two TABs list, and what they do not."""

    line: str
    buffer: str | dict[str, str] | None = None
    lists: tuple[str, ...] = ()
    not_listed: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.line.replace("{name}", "kubia")

    def expected(self, shell: str) -> str | None:
        """The buffer that this shell shall have."""
        return self.buffer.get(shell, self.buffer[""]) if isinstance(self.buffer, dict) else self.buffer


def inserts(line: str, buffer: str, **by_shell: str) -> Case:
    """One TAB behind ``line`` makes ``buffer`` of it."""
    named = {"": f"{{name}} {buffer}", **{shell: f"{{name}} {text}" for shell, text in by_shell.items()}}
    return Case(f"{{name}} {line}", named)


def lists(line: str, present: str, absent: str = "") -> Case:
    """Two TABs behind ``line`` list the words of ``present``, and none of ``absent``."""
    return Case(f"{{name}} {line}", None, tuple(present.split()), tuple(absent.split()))


def stays(line: str) -> Case:
    """One TAB behind ``line`` changes nothing."""
    return inserts(line, line)


STATIC = [
    # verbs
    inserts("sca", "scale "),
    inserts("-n dev sca", "-n dev scale "),
    inserts("--namespace=dev sca", "--namespace=dev scale "),
    inserts("-ndev --verbose sca", "-ndev --verbose scale "),
    inserts("cl", "cluster-info "),
    lists("ex", "expose exec", "get scale"),
    lists("", "build push run expose scale inspect get completion", "__complete"),
    inserts("help sca", "help scale "),
    stays("nosuch "),
    stays("nosuch verb"),
    # flags
    inserts("get --show", "get --show-labels "),
    stays("get --show-labels --show"),
    inserts("get --label-columns a --label-c", "get --label-columns a --label-columns "),
    lists("get --watch", "--watch --watch-only"),
    stays("get --watch --watch"),
    lists("get -", "--output -o --selector -l --namespace -n --all-namespaces -A --help", "--publish"),
    inserts("get --no", "get --no-headers "),
    stays("-n dev get --names"),
    stays("get -n dev --all-n"),
    inserts("-n dev get --all-n", "-n dev get --all-namespaces "),
    stays("get -- --show"),
    lists("--ver", "--verbose --version"),
    inserts("rm --for", "rm --force "),
    # values of choices
    inserts("get -o y", "get -o yaml "),
    inserts("get --output y", "get --output yaml "),
    inserts("get --output=y", "get --output=yaml "),
    inserts("get -o=y", "get -o=yaml "),
    inserts("get -oy", "get -oyaml "),
    inserts("get -wo y", "get -wo yaml "),
    lists("get -o ", "wide name json yaml jsonpath="),
    inserts("get -o jsonp", "get -o jsonpath="),
    inserts("--on k", "--on kubernetes "),
    inserts("--on=k", "--on=kubernetes "),
    inserts("scale --dry-run=s", "scale --dry-run=server "),
    inserts("scale --dry-r", "scale --dry-run "),
    inserts("run --pull al", "run --pull always "),
    inserts("run kubia --image=x --restart On", "run kubia --image=x --restart OnFailure "),
    inserts("expose --type=N", "expose --type=NodePort "),
    inserts("completion f", "completion fish "),
    stays("completion fish "),
    # what belongs to a program is the program's
    stays("run busybox ls --im"),
    stays("run busybox -- --im"),
    inserts("run kubia --image-", "run kubia --image-pull-policy "),
    inserts("run --publish-", "run --publish-all "),
    stays("exec pod/x -- ls --det"),
    inserts("exec pod/x --det", "exec pod/x --detach "),
    stays("create deployment "),
    # files and directories
    inserts("build cont", "build context/"),
    stays("build Docker"),
    inserts("build -f Docker", "build -f Dockerfile.prod "),
    inserts("build --file=Docker", "build --file=Dockerfile.prod "),
    inserts("--kubeconfig conf", "--kubeconfig config.yaml "),
    inserts("run --env-file context/e", "run --env-file context/env.list "),
    # kinds
    inserts("get stat", "get statefulsets "),
    inserts("get po,stat", "get po,statefulsets "),
    lists("scale ", "deployments replicasets statefulsets", "pods services"),
    lists("expose replica", "replicasets replicationcontrollers", "namespaces"),
    # the kubeconfig: colons, blanks, quotes
    inserts("--context k", "--context kind-dev "),
    inserts("--context=k", "--context=kind-dev "),
    inserts("--context arn", r"--context arn:aws:eks:eu-west-1:123:cluster/prod ",
            zsh=r"--context arn:aws:eks:eu-west-1:123:cluster/prod "),
    inserts("--context arn:aws:e", "--context arn:aws:eks:eu-west-1:123:cluster/prod "),
    inserts("--context=arn:aws:e", "--context=arn:aws:eks:eu-west-1:123:cluster/prod "),
    inserts("--context admin@s", "--context admin@stage "),
    inserts("--context my", r"--context my\ context "),
    inserts(r"--context my\ c", r"--context my\ context "),
    inserts("--context 'my c", "--context 'my context' "),
    inserts('--context "my c', '--context "my context" '),
    inserts("context ki", "context kind-dev "),
    inserts("get -n team-", "get -n team-a "),
    inserts("get -nteam-", "get -nteam-a "),
    inserts("get --namespace=team-", "get --namespace=team-a "),
    inserts("--docker-context def", "--docker-context default "),
    # what is typed is never evaluated
    stays("get $(touch evaluated) "),
    stays("get `touch evaluated` "),
    inserts('-n "$(touch evaluated)" sca', '-n "$(touch evaluated)" scale '),
    inserts("-n 'dev;touch evaluated' sca", "-n 'dev;touch evaluated' scale "),
    inserts("-n $HOME get stat", "-n $HOME get statefulsets "),
]  # fmt: skip
