"""What is offered for a line: the protocol's answer, word by word. Nothing here asks an engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubia_cli.completion.complete import complete
from kubia_cli.completion.offer import Offer
from kubia_cli.completion.protocol import written

KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: kind-dev
contexts:
- {name: kind-dev, context: {cluster: dev, user: me, namespace: team-a}}
- {name: "arn:aws:eks:eu-west-1:123:cluster/prod", context: {cluster: prod, user: me}}
- {name: my context, context: {cluster: dev, user: me, namespace: team-b}}
clusters:
- {name: dev, cluster: {server: "https://127.0.0.1:1"}}
- {name: prod, cluster: {server: "https://127.0.0.1:1"}}
users:
- {name: me, user: {token: hunter2}}
"""


@pytest.fixture(autouse=True)
def _configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text(KUBECONFIG)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'no-engine'}")


def offered(line: str) -> str:
    """The values offered at the end of ``line`` and the directive, in one line; the last word is the current one."""
    *before, current = line.split(" ")
    offer = complete([word for word in before if word], current)
    return " ".join([*(value.replace(" ", "_") for value, _ in offer.candidates), f":{offer.directive}"])


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        # verbs
        ("sc", "scale :4"),
        ("-n dev sc", "scale :4"),
        ("--verbose -ndev sc", "scale :4"),
        ("nosuch ", ":4"),
        ("help ex", "expose exec :4"),
        ("help exec ", ":4"),
        ("--help ", ":4"),
        ("get --help ", ":4"),
        # flags
        ("get --show", "--show-labels :4"),
        ("get --show-labels --show", ":4"),
        ("get --label-columns a --label-c", "--label-columns :4"),
        ("-n dev get --names", ":4"),
        ("get -n dev --all-n", ":4"),
        ("-n dev get --all-n", "--all-namespaces :4"),
        ("get -w --watch", ":4"),
        ("get -", "--all-namespaces -A --context --docker-context --field-selector --help -h --ignore-not-found "
         "--kubeconfig --label-columns -L --namespace -n --no-headers --on --output -o --selector -l --show-labels "
         "--sort-by --verbose --watch -w --watch-only :4"),
        ("get pods -- --sh", ":4"),
        ("commit --no-p", "--no-pause :4"),
        ("--ver", "--verbose --version :4"),
        # values
        ("get -o j", "json jsonpath= :4"),
        ("get -o jsonp", "jsonpath= :6"),
        ("get --output=j", "json jsonpath= :4"),
        ("get -oj", "-ojson -ojsonpath= :4"),
        ("get -o=j", "json jsonpath= :4"),
        ("get -wo j", "json jsonpath= :4"),
        ("get -woy", "-woyaml :4"),
        ("get -o", "-o :4"),
        ("get --watch=", "true false :4"),
        ("--on ", "docker kubernetes :4"),
        ("--on=k", "kubernetes :4"),
        ("scale --dry-run=", "none client server :4"),
        ("scale --dry-run=s", "server :4"),
        ("run -p ", ":4"),
        ("run --pull ", "missing always never :4"),
        ("run kubia --image=x --restart ", "Always OnFailure Never :4"),
        ("completion ", "bash zsh fish powershell install uninstall :4"),
        ("completion bash ", ":4"),
        ("completion bash --al", "--alias :4"),
        ("completion install --y", "--yes :4"),
        ("completion uninstall --al", ":4"),
        ("completion install --shell f", "fish :4"),
        # files and directories are the shell's
        ("build ", ":16"),
        ("build . ", ":4"),
        ("build -f ", ":0"),
        ("build --file=x", ":0"),
        ("run -v ", ":16"),
        ("--kubeconfig ", ":0"),
        # grammars
        ("run --im", "--image --image-pull-policy :4"),
        ("run kubia --im", "--image --image-pull-policy :4"),
        ("run kubia --image=x --pub", ":4"),
        ("run --pub", "--publish --publish-all :4"),
        ("run busybox ls --im", ":4"),
        ("run busybox -- --im", ":4"),
        ("run --rm busybox ls -", ":4"),
        ("exec pod/x -c ", ":4"),
        ("exec pod/x --det", "--detach :4"),
        ("exec pod/x -- ls --det", ":4"),
        ("exec pod/x ls --det", ":4"),
        # kinds
        ("get stat", "statefulsets :4"),
        ("get po,stat", "po,statefulsets :4"),
        ("scale ", "deployments replicasets replicationcontrollers statefulsets :4"),
        ("expose re", "replicasets replicationcontrollers :4"),
        # the kubeconfig
        ("--context k", "kind-dev :4"),
        ("get --context=arn:", "arn:aws:eks:eu-west-1:123:cluster/prod :4"),
        ("--context my", "my_context :4"),
        ("get -n te", "team-a team-b :4"),
        ("get -nte", "-nteam-a -nteam-b :4"),
        ("exec -itn tea", "team-a team-b :4"),
        ("--docker-context d", "default :4"),
    ],
)  # fmt: skip
def test_what_is_offered(line: str, answer: str) -> None:
    assert offered(line) == answer


def test_where_nothing_can_be_offered_the_flag_s_own_help_is_said() -> None:
    offer = complete(["run", "-p"], "")
    assert offer.help == ["--publish: Publish a port: [[IP:]HOST_PORT:]PORT[/PROTOCOL]."]


def test_the_wire_form() -> None:
    offer = Offer([("a", "first\nsecond"), ("b", ""), ("a", "again"), ("c\n:0", "bad"), ("d", "tab\there")], 6, ["say"])
    assert written(offer, "") == "_activeHelp_ say\na\tfirst\nb\nd\ttab here\n:6\n"
    assert written(offer, "", described=False, helped=False) == "a\nb\nd\n:6\n"
