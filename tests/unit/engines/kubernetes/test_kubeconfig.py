"""Several kubeconfig files merged as kubectl merges them: the first that has a name wins (reliability trap: the SDK's
last one does, and so acts on another cluster)."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from textwrap import dedent

import pytest

from kubia_cli.engines.kubernetes.kubeconfig import Kubeconfig, load
from kubia_cli.errors import KubiaError, LocalError, NotFoundError, UnreachableError

FIRST = """\
    apiVersion: v1
    kind: Config
    current-context: production
    contexts:
    - {name: production, context: {cluster: east, user: admin, namespace: shop}}
    clusters:
    - {name: east, cluster: {server: "https://east.example:6443/", certificate-authority: ca.pem}}
    users:
    - {name: admin, user: {token: first}}
"""
SECOND = """\
    apiVersion: v1
    kind: Config
    current-context: lab
    contexts:
    - {name: production, context: {cluster: west, user: other}}
    - {name: lab, context: {cluster: west, user: admin}}
    clusters:
    - {name: west, cluster: {server: "http://127.0.0.1:8001"}}
    users:
    - {name: admin, user: {token: second}}
"""


def files(directory: Path, *texts: str) -> str:
    """Write kubeconfig files and return what KUBECONFIG holds for them."""
    paths = []
    for number, text in enumerate(texts):
        path = directory / f"config{number}"
        path.write_text(dedent(text))
        paths.append(str(path))
    return os.pathsep.join(paths)


def loaded(directory: Path, *texts: str) -> Kubeconfig:
    return load({"KUBECONFIG": files(directory, *texts)})


def test_the_first_file_wins_a_whole_entry_and_the_current_context(tmp_path: Path) -> None:
    access = loaded(tmp_path, FIRST, SECOND).select()
    assert (access.context, access.server, access.namespace) == ("production", "https://east.example:6443", "shop")
    assert access.user == {"token": "first"}
    assert access.ca_file == str(tmp_path / "ca.pem")


def test_what_only_a_later_file_has_is_there_too(tmp_path: Path) -> None:
    access = loaded(tmp_path, FIRST, SECOND).select("lab")
    assert (access.cluster, access.server, access.namespace) == ("west", "http://127.0.0.1:8001", "default")
    assert access.user == {"token": "first"}


def test_the_other_way_round_the_other_wins(tmp_path: Path) -> None:
    config = loaded(tmp_path, SECOND, FIRST)
    assert config.current_context == "lab"
    with pytest.raises(LocalError, match="names the user `other`, which no kubeconfig file has"):
        config.select("production")


def test_absent_files_are_skipped_but_not_an_explicit_one(tmp_path: Path) -> None:
    both = f"{tmp_path}/absent{os.pathsep}{files(tmp_path, FIRST)}"
    assert load({"KUBECONFIG": both}).current_context == "production"
    with pytest.raises(LocalError) as caught:
        load({"KUBECONFIG": both}, explicit=f"{tmp_path}/absent")
    assert caught.value.code == "kubeconfig.missing"


def test_an_empty_kubeconfig_variable_means_the_home_s_file(tmp_path: Path) -> None:
    home = tmp_path / ".kube"
    home.mkdir()
    (home / "config").write_text(dedent(FIRST))
    assert load({"KUBECONFIG": "", "HOME": str(tmp_path)}).current_context == "production"


def test_data_in_the_file_is_decoded_and_wins_over_a_file_s_name(tmp_path: Path) -> None:
    data = base64.b64encode(b"pem").decode()
    text = FIRST.replace(
        "certificate-authority: ca.pem", f"certificate-authority: x, certificate-authority-data: {data}"
    )
    access = loaded(tmp_path, text).select()
    assert (access.ca_data, access.ca_file) == (b"pem", "")


def test_no_context_and_no_cluster(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError) as nothing:
        load({"KUBECONFIG": f"{tmp_path}/absent"}).select()
    assert nothing.value.code == "cluster.none"
    with pytest.raises(NotFoundError) as unknown:
        loaded(tmp_path, FIRST).select("staging")
    assert unknown.value.state == "contexts: production"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("contexts: [\ntoken: hunter2\n", "line "),
        ("- a list\n", "config0"),
        ("users:\n- name: a\n  user: {token: [hunter2]}\n", "line 3"),
        ("kind: Pod\n", "is no kubeconfig"),
        ("a: 'hunter2\n", "is no YAML"),
    ],
)
def test_a_broken_file_is_named_with_its_line_and_never_quoted(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(KubiaError) as caught:
        loaded(tmp_path, text)
    assert caught.value.code == "kubeconfig.invalid"
    assert said in caught.value.message
    assert "hunter2" not in caught.value.message + caught.value.said


def test_switching_writes_the_first_file_and_keeps_its_comments(tmp_path: Path) -> None:
    text = "# mine\n" + dedent(SECOND) + "# the end\n"
    variable = files(tmp_path, text, FIRST)
    first = tmp_path / "config0"
    first.chmod(0o640)
    written = load({"KUBECONFIG": variable}).use_context("production")
    assert written == str(first)
    assert first.read_text() == text.replace("current-context: lab", "current-context: production")
    assert first.stat().st_mode & 0o777 == 0o640
    assert load({"KUBECONFIG": variable}).current_context == "production"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config0", "config1"]


def test_switching_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    files(tmp_path, SECOND)
    link = tmp_path / "link"
    link.symlink_to("config0")
    load({"KUBECONFIG": str(link)}, explicit=str(link))
    config = load({"KUBECONFIG": str(link)})
    config.use_context("production")
    assert link.is_symlink()
    assert "current-context: production" in (tmp_path / "config0").read_text()


def test_switching_waits_for_nobody_who_never_lets_go(tmp_path: Path) -> None:
    variable = files(tmp_path, SECOND)
    (tmp_path / "config0.lock").touch()
    with pytest.raises(KubiaError) as caught:
        load({"KUBECONFIG": variable}).use_context("production")
    assert caught.value.code == "kubeconfig.locked"
    assert "current-context: lab" in (tmp_path / "config0").read_text()


def test_switching_to_an_unknown_context_changes_nothing(tmp_path: Path) -> None:
    variable = files(tmp_path, SECOND)
    with pytest.raises(NotFoundError):
        load({"KUBECONFIG": variable}).use_context("staging")
    assert (tmp_path / "config0").read_text() == dedent(SECOND)
