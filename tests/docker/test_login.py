"""`kubia login` and `logout` with a registry that wants a password, and the pushes and pulls between them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Tool
from tests.faults.registries import PASSWORD, USER, registry_with_passwords
from tests.shell import Shell

pytestmark = [pytest.mark.docker, pytest.mark.registry]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry_with_passwords(tmp_path_factory.mktemp("guarded")) as address:
        yield address


def test_login_push_pull_logout(shell: Shell, guarded: str, docker: Tool, run_id: str) -> None:
    name = f"{guarded}/{run_id}/app:1"
    file = Path(shell.env["HOME"]) / ".docker/config.json"
    shell(f"kubia pull -q busybox && kubia tag busybox {name}")

    refused = shell(f"kubia push {name}", status=4)
    assert refused.stderr.splitlines()[-1] == f"  fix: kubia login {guarded}"
    wrong = shell(f"kubia login {guarded} -u {USER} --password-stdin", stdin="no\n", status=4)
    assert wrong.stderr == (
        f"error[login.denied]: {guarded} refused the login\n"
        f'  said: "login attempt to http://{guarded}/v2/ failed with status: 401 Unauthorized"\n'
        "  state: the logins are what they were\n"
    )
    assert not file.exists()

    right = shell(f"kubia login {guarded} -u {USER} --password-stdin", stdin=f"{PASSWORD}\n")
    assert right.stdout == "Login Succeeded\n"
    kept = f"warning: the password is kept unencrypted in {file}; a credential helper keeps it safe\n"
    assert right.stderr == kept
    assert file.stat().st_mode & 0o777 == 0o600
    pushed = shell(f"kubia push {name}").stdout
    assert pushed.startswith(f"{guarded}/{run_id}/app@sha256:")
    docker("rmi", name)
    assert shell(f"kubia pull {name}").stdout == pushed

    assert shell(f"kubia logout {guarded}").stdout == f"Removed the login for {guarded}\n"
    assert json.loads(file.read_text()) == {"auths": {}}
    assert shell(f"kubia logout {guarded}").stdout == f"Not logged in to {guarded}\n"
    assert shell(f"kubia pull {name}", status=4).stderr.splitlines()[-1] == f"  fix: kubia login {guarded}"


def test_docker_and_kubia_read_each_other_s_logins(shell: Shell, guarded: str, run_id: str) -> None:
    name = f"{guarded}/{run_id}/both:1"
    shell(f"kubia pull -q busybox && kubia tag busybox {name}")

    shell(f"kubia login {guarded} -u {USER} -p {PASSWORD}")
    shell(f"docker push {name} && docker logout {guarded}")
    shell(f"kubia push {name}", status=4)
    shell(f"docker login {guarded} -u {USER} --password-stdin", stdin=PASSWORD)
    shell(f"kubia push {name} && kubia logout {guarded}")
    shell(f"docker push {name}", status=1)


def test_what_is_not_given_is_asked_for_without_echo(shell: Shell, guarded: str) -> None:
    typed = shell.spawn(f"kubia login {guarded}")
    typed.expect_exact("Username: ")
    typed.sendline(USER)
    typed.expect_exact("Password: ")
    typed.sendline(PASSWORD)
    typed.expect_exact("Login Succeeded")
    assert PASSWORD not in typed.before
    typed.wait()
    assert typed.exitstatus == 0

    empty = shell.spawn(f"kubia login {guarded} -u {USER}; stty -a")
    empty.expect_exact("Password: ")
    empty.sendline("")
    empty.expect_exact("error[login.empty]: no password was typed")
    empty.expect(" echo ")


def test_a_login_goes_to_the_helper_that_the_config_names(shell: Shell, guarded: str, tmp_path: Path) -> None:
    home = Path(shell.env["HOME"])
    (home / ".docker").mkdir()
    (home / ".docker/config.json").write_text('{"credsStore": "mine"}')
    helper = tmp_path / "docker-credential-mine"
    helper.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/deeds\n[ "$1" = store ] && cat > {tmp_path}/stored\ntrue\n')
    helper.chmod(0o755)
    path = {"PATH": f"{tmp_path}{os.pathsep}{shell.env['PATH']}"}

    login = shell(f"kubia login {guarded} -u {USER} --password-stdin", stdin=PASSWORD, env=path)
    assert (login.stdout, login.stderr) == ("Login Succeeded\n", "")
    stored = {"ServerURL": guarded, "Username": USER, "Secret": PASSWORD}
    assert json.loads((tmp_path / "stored").read_text()) == stored
    assert (tmp_path / "deeds").read_text() == "store\n"
    assert json.loads((home / ".docker/config.json").read_text()) == {"credsStore": "mine", "auths": {guarded: {}}}
