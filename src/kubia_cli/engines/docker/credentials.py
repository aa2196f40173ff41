"""The login for one registry, from where ``docker login`` puts it.

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
_TOKEN_USER = "<token>"  # noqa: S105 (the user name that marks a token)

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
    helper = _helper(config, key)
    if helper and (login := _from_helper(env, helper, key, patience)):
        return login
    return _from_auths(config, key, str(config_file(env)))


def _helper(config: Mapping[str, Any], key: str) -> str:
    own = config.get("credHelpers")
    if isinstance(own, dict) and key in own:
        return str(own[key] or "")
    return str(config.get("credsStore") or "")


def _from_auths(config: Mapping[str, Any], key: str, where: str) -> Login:
    auths = config.get("auths")
    if not isinstance(auths, dict):
        return {}
    found = key if key in auths else next((name for name in auths if _host(name) == _host(key)), None)
    entry = auths.get(found) if found is not None else None
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


def _from_helper(env: Mapping[str, str], helper: str, key: str, patience: float) -> Login:
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run(
            [program, "get"],
            input=key.encode(),
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
    if done.returncode:
        if _NOT_FOUND in done.stdout:
            return {}
        raise _failed(program, f"failed with exit code {done.returncode}", key)
    try:
        answer = json.loads(done.stdout)
        user, secret = str(answer["Username"]), str(answer["Secret"])
    except (ValueError, KeyError, TypeError):
        raise _failed(program, "gave an answer that is no login", key) from None
    if user == _TOKEN_USER:
        return {"identitytoken": secret, "serveraddress": key}
    return {"username": user, "password": secret, "serveraddress": key} if user or secret else {}


def _failed(program: str, reason: str, key: str) -> DeniedError:
    message = f"no login for {_host(key)}: the credential helper {program} {reason}"
    return DeniedError("credentials.helper", message, fix=f"docker login {_host(key)}")
