"""Lines that are refused before any engine is asked, each with its code, sentence and exit code 2 or 14."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubia_cli.engines.docker.credentials import login_for
from kubia_cli.errors import LocalError
from kubia_cli.model.image import parse
from tests.unit.typed import kubia

WRONG = {
    "--frobnicate get pods": "error[option.unknown]: `--frobnicate` is no global option",
    "build --build-arg =2 .": "error[build.arg]: `--build-arg =2`: an argument needs a name before the =",
    "delete pod x --cascade=none": "error[delete.cascade]: `--cascade=none` is not one of ",
    "run kubia --image=x -e NOWHERE_SET": "error[env.unset]: `-e NOWHERE_SET`: NOWHERE_SET is not set here",
    "get pods -o jsonpath": "error[output.template]: `-o jsonpath` needs a template",
    "run kubia --image=x --port=80 --probe udp": "error[probe.invalid]: `--probe udp` is not one of ",
    "run kubia --image=x --image-pull-policy=At": "error[run.pull-policy]: `--image-pull-policy At` is no policy",
    "run kubia --image=x --restart=Never --kind rc": "error[run.restart]: a ReplicationController cannot have ",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line(line: str, tmp_path: Path) -> None:
    answer = kubia(line, env={"KUBECONFIG": str(tmp_path / "none"), "DOCKER_HOST": f"unix://{tmp_path}/no.sock"})
    assert (answer.status, answer.stdout) == (2, "")
    assert answer.stderr.startswith(WRONG[line]), answer.stderr


def test_a_docker_api_version_that_is_none(tmp_path: Path) -> None:
    answer = kubia("ps", env={"DOCKER_HOST": f"unix://{tmp_path}/no.sock", "DOCKER_API_VERSION": "new"})
    assert answer.status == 14
    assert answer.stderr.startswith("error[docker.api-version]: DOCKER_API_VERSION=new is no version such as ")


def test_a_login_that_is_not_base64_is_not_shown() -> None:
    env = {"DOCKER_AUTH_CONFIG": '{"auths": {"registry.example.com": {"auth": "hunter2!"}}}'}
    with pytest.raises(LocalError) as caught:
        login_for(env, parse("registry.example.com/a"))
    message = 'DOCKER_AUTH_CONFIG: auths["registry.example.com"].auth is not base64 of USER:PASSWORD'
    assert (caught.value.code, caught.value.message, caught.value.said) == ("docker-config.auth", message, "")


def test_a_kubeconfig_that_names_files_which_are_not_there(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(
        "{current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}], users: [{name: a, user: "
        "{client-certificate: no.crt, client-key: no.key}}], clusters: [{name: a, cluster: {server: 'https://[::1]:9'}}]}"
    )
    answer = kubia("get pods", env={"KUBECONFIG": str(file)})
    assert answer.status == 14
    what = f"cannot read the client-certificate {tmp_path}/no.crt: No such file or directory"
    assert answer.stderr.startswith(f"error[kubeconfig.unreadable]: {what}\n"), answer.stderr


def test_an_authority_that_is_no_certificate(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(
        "{current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: "
        "[{name: a, cluster: {server: 'https://[::1]:9', certificate-authority-data: bm9uZQ==}}]}"
    )
    answer = kubia("get pods", env={"KUBECONFIG": str(file)})
    what = "no certificate can be read from certificate-authority-data of the cluster `a`"
    assert (answer.status, answer.stderr) == (14, f"error[kubeconfig.certificate]: {what}\n")
