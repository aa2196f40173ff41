"""Log in to a registry and out again: the registry checks the login, and it is kept where docker keeps it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from docker.errors import APIError
from requests.exceptions import ReadTimeout

from kubia_cli.engines.docker.config import config_file, read_config, write_config
from kubia_cli.engines.docker.connection import CONNECT
from kubia_cli.engines.docker.credentials import (
    HELPER_TIMEOUT,
    TOKEN_USER,
    Login,
    auths_of,
    helper_of,
    helper_said,
    keys_of,
)
from kubia_cli.engines.docker.errors import explanation, translated
from kubia_cli.engines.docker.images import REGISTRY_ANSWER, Images
from kubia_cli.engines.docker.registry import login_failure
from kubia_cli.errors import UnreachableError
from kubia_cli.model.image import ImageReference, registry_host

_UNCHANGED = "the logins are what they were"


class Logins(Images):
    """The calls for logins of ``engines.Docker``."""

    def login(self, host: str, user: str, password: str) -> str:
        """Check a login with the registry, asked through the engine, and keep it; returns where: a helper or a file.

        Raises DeniedError ``login.denied`` and UnreachableError ``registry.unreachable``; nothing is kept then.
        """
        named = registry_host(host)
        login = {"username": user, "password": password, "serveraddress": named.registry_auth_key}
        if token := self.check_login(named, login):
            login |= {"identitytoken": token, "password": ""}
        return store(self._connection.env, login)

    def logout(self, host: str) -> bool:
        """Forget a registry's login; False when there was none. The registry is not asked."""
        return erase(self._connection.env, registry_host(host).registry_auth_key)

    def check_login(self, named: ImageReference, login: Login) -> str:
        """Ask the registry of ``named`` whether a login is good; returns the identity token that it gives, or "".

        The engine passes on a refusal as a 500 with the registry's words in it (moby ``registry/auth.go``).
        """
        with translated(self.host):
            try:
                url, patience = self._api._url("/auth"), (CONNECT, REGISTRY_ANSWER)
                answer = self._api._post_json(url, data=login, timeout=patience)
                return str(self._api._result(answer, json=True).get("IdentityToken") or "")
            except APIError as error:
                raise login_failure(explanation(error), named.registry) from error
            except ReadTimeout as error:
                message = f"the registry {named.registry} gives no answer"
                raise UnreachableError("registry.unreachable", message) from error


def store(env: Mapping[str, str], login: Login, *, patience: float = HELPER_TIMEOUT) -> str:
    """Keep a login, with the registry's helper if config.json names one; returns the helper's or the file's name.

    With a helper the file keeps the bare name of the registry, as docker does (docker/cli ``native_store.go``).
    Raises DeniedError ``credentials.helper``, LocalError.
    """
    config, key = read_config(env), login["serveraddress"]
    token = login.get("identitytoken", "")
    helper = helper_of(config, key)
    entry = {}
    if helper:
        user, secret = (TOKEN_USER, token) if token else (login["username"], login["password"])
        sent = json.dumps({"ServerURL": key, "Username": user, "Secret": secret})
        helper_said(env, helper, "store", key, sent, patience)
    else:
        basic = f"{login['username']}:{login['password']}".encode()
        entry = {"auth": base64.b64encode(basic).decode(), **({"identitytoken": token} if token else {})}
    write_config(env, {**config, "auths": {**auths_of(config), key: entry}}, state=_UNCHANGED)
    return f"docker-credential-{helper}" if helper else str(config_file(env))


def erase(env: Mapping[str, str], key: str, *, patience: float = HELPER_TIMEOUT) -> bool:
    """Forget a login, in the registry's helper and in config.json; False when there was none in either."""
    config = read_config(env)
    helper, auths = helper_of(config, key), dict(auths_of(config))
    found = keys_of(auths, key)
    kept = False
    if helper:
        kept = helper_said(env, helper, "get", key, key, patience) is not None
        if kept:
            helper_said(env, helper, "erase", key, key, patience)
    for name in found:
        del auths[name]
    if found:
        write_config(env, {**config, "auths": auths}, state=_UNCHANGED)
    return kept or bool(found)
