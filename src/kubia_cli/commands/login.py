"""`login`: the registry checks user and password, and they are kept where docker keeps them."""

from __future__ import annotations

from typing import Annotated

import typer

from kubia_cli.errors import UsageError
from kubia_cli.model.image import registry_host
from kubia_cli.output.prompt import ask
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked


def command(
    session: Session,
    host: Annotated[
        str, typer.Argument(metavar="[HOST]", help="The registry; Docker Hub if none.", show_default=False)
    ] = "",
    *,
    username: Annotated[str, typer.Option("--username", "-u", help="User name.", metavar="USER")] = "",
    password: Annotated[
        str, typer.Option("--password", "-p", help="Password or token; others can see it.", metavar="PASSWORD")
    ] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
) -> None:
    """Log in to a registry: for push, pull and the base images of builds.

    The login goes to the credential helper that Docker's config.json names, else into config.json. What is not given
    is asked for at a terminal.

    \b
    Examples:
      kubia login
      kubia login quay.io -u luksa --password-stdin < token
    """
    docker, registry = docker_asked(session), registry_host(host).registry
    if password and password_stdin:
        raise UsageError("login.password", "--password and --password-stdin are two passwords; give one")
    if password_stdin and not username:
        raise UsageError("login.user", "--password-stdin needs the user's name too: -u USER")
    if password:
        session.console.warning("a password on the command line can be seen by others; --password-stdin reads it")
    user = username or _typed(session, registry, "Username")
    secret = _from_stdin(session) if password_stdin else password or _typed(session, registry, "Password", secret=True)
    with session.stating("the logins are what they were"):
        place = docker.login(registry, user, secret)
    if not place.startswith("docker-credential-"):
        session.console.warning(f"the password is kept unencrypted in {place}; a credential helper keeps it safe")
    session.console.result("Login Succeeded")


def _from_stdin(session: Session) -> str:
    try:
        secret = session.stdin.read().decode().rstrip("\r\n")
    except UnicodeDecodeError:  # chained, it would hold the password
        raise UsageError("login.password", "the password on stdin is no UTF-8 text") from None
    if not secret:
        raise UsageError("login.password", "no password came on stdin")
    return secret


def _typed(session: Session, registry: str, what: str, *, secret: bool = False) -> str:
    if not session.stdin.isatty():
        fix = f"kubia login {registry} -u USER --password-stdin"
        raise UsageError("login.terminal", "user and password can be asked for at a terminal only", fix=fix)
    answer = ask(session.console, session.stdin, f"{what}: ", secret=secret)
    if not answer:
        raise UsageError("login.empty", f"no {what.lower()} was typed")
    return answer
