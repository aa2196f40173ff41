"""The login for one registry, from where a login puts it: ``kubia login``, ``docker login``.

In docker's order: DOCKER_AUTH_CONFIG, the registry's own credential helper, the common helper, config.json's ``auths``
(docker/cli ``config/configfile/file.go``). No other registry's helper is asked, and what a helper prints is not shown.
"""

from __future__ import annotations

import base64
import binascii
import json
import subprocess
from collections.abc import Mapping
from typing import Any

from kubia_cli.engines.docker.config import config_file, parse_json, read_config
from kubia_cli.errors import DeniedError, LocalError
from kubia_cli.model import secrets
from kubia_cli.model.image import ImageReference

#: Seconds that a credential helper may take.
HELPER_TIMEOUT = 15.0
_INVALID = "docker-config.auth"
#: What helpers print, and docker looks for, when they have no login (its ``credentials/error.go``).
_NOT_FOUND = b"credentials not found in native keychain"
#: The user under which helpers keep an identity token.
TOKEN_USER = "<token>"  # noqa: S105 (the user name that marks a token)

Login = dict[str, str]


def login_for(env: Mapping[str, str], reference: ImageReference, *, patience: float = HELPER_TIMEOUT) -> Login:
    """The login for a reference's registry as the engine takes it; {} when there is none.

    ``patience`` is how long a helper may take, in seconds.

    Raises DeniedError ``credentials.helper`` for a helper that fails, LocalError for a config that is not right.
    """
    login = _found(env, reference.registry_auth_key, patience)
    secrets.remember(*(login.get(part, "") for part in ("password", "identitytoken", "registrytoken")))
    return login


def _found(env: Mapping[str, str], key: str, patience: float) -> Login:
    given = env.get("DOCKER_AUTH_CONFIG", "")
    if given:
        said = parse_json(given.encode(), "DOCKER_AUTH_CONFIG", _INVALID)
        if login := _from_auths(said, key, "DOCKER_AUTH_CONFIG"):
            return login
    config = read_config(env)
    helper = helper_of(config, key)
    if helper and (login := _from_helper(env, helper, key, patience)):
        return login
    return _from_auths(config, key, str(config_file(env)))


def helper_of(config: Mapping[str, Any], key: str) -> str:
    """The helper that keeps a registry's login, as ``docker-credential-…`` names it; "" for config.json itself."""
    own = config.get("credHelpers")
    if isinstance(own, dict) and key in own:
        return str(own[key] or "")
    return str(config.get("credsStore") or "")


def auths_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """The logins that config.json itself keeps, by registry."""
    auths = config.get("auths")
    return auths if isinstance(auths, dict) else {}


def keys_of(auths: Mapping[str, Any], key: str) -> list[str]:
    """The keys under which ``auths`` has a registry, which may be whole addresses; the exact one first."""
    return sorted((name for name in auths if _host(name) == _host(key)), key=lambda name: name != key)


def _from_auths(config: Mapping[str, Any], key: str, where: str) -> Login:
    auths = auths_of(config)
    found = next(iter(keys_of(auths, key)), "")
    entry = auths.get(found)
    if not isinstance(entry, dict):
        return {}
    login = {
        name: str(entry[name]) for name in ("username", "password", "identitytoken", "registrytoken") if entry.get(name)
    }
    if entry.get("auth"):
        login["username"], login["password"] = _decoded(str(entry["auth"]), f'{where}: auths["{found}"].auth')
    return {**login, "serveraddress": key} if login else {}


def _decoded(auth: str, where: str) -> tuple[str, str]:
    try:
        user, colon, password = base64.b64decode(auth, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):  # chained, it would show the value
        raise LocalError(_INVALID, f"{where} is not base64 of USER:PASSWORD") from None
    if not colon:
        raise LocalError(_INVALID, f"{where} is not base64 of USER:PASSWORD")
    return user, password.rstrip("\0")


def _host(name: str) -> str:
    """The host of a key of ``auths``, which may be a whole address."""
    return name.removeprefix("https://").removeprefix("http://").partition("/")[0]


def helper_said(env: Mapping[str, str], helper: str, deed: str, key: str, sent: str, patience: float) -> bytes | None:
    """What ``docker-credential-HELPER DEED`` prints on getting ``sent``; None when it has no login for ``key``.

    Raises DeniedError ``credentials.helper`` without what it printed, which may hold a password.
    """
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run(
            [program, deed],
            input=sent.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(env),
            timeout=patience,
            check=False,
        )
    except FileNotFoundError:
        raise _failed(program, "is not installed, and config.json names it", key) from None
    except subprocess.TimeoutExpired:
        raise _failed(program, f"gave no answer within {patience:.0f} s", key) from None
    except OSError as error:
        raise _failed(program, f"cannot be run: {error.strerror}", key) from None
    if not done.returncode:
        return done.stdout
    if _NOT_FOUND in done.stdout:
        return None
    raise _failed(program, f"failed with exit code {done.returncode}", key)


def _from_helper(env: Mapping[str, str], helper: str, key: str, patience: float) -> Login:
    said = helper_said(env, helper, "get", key, key, patience)
    if said is None:
        return {}
    try:
        answer = json.loads(said)
        user, secret = str(answer["Username"]), str(answer["Secret"])
    except (ValueError, KeyError, TypeError):
        raise _failed(f"docker-credential-{helper}", "gave an answer that is no login", key) from None
    if user == TOKEN_USER:
        return {"identitytoken": secret, "serveraddress": key}
    return {"username": user, "password": secret, "serveraddress": key} if user or secret else {}


def _failed(program: str, reason: str, key: str) -> DeniedError:
    message = f"no login for {_host(key)}: the credential helper {program} {reason}"
    return DeniedError("credentials.helper", message, fix=f"kubia login {_host(key)}")
