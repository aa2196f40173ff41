"""What no message shows: remembered values in every spelling, and what is secret by its form."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubia_cli.model import secrets

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nq83vEjRWeJA=\n-----END RSA PRIVATE KEY-----"


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    secrets.forget()
    yield
    secrets.forget()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abc123def", "Authorization: Bearer ***"),
        ("{'Proxy-Authorization': 'Basic dTpw'}", "{'Proxy-Authorization': 'Basic ***'}"),
        ("X-Registry-Auth: eyJ1c2VybmFtZSI6", "X-Registry-Auth: ***"),
        ("sent bearer eyJhbGciOi.J9-x_y", "sent bearer ***"),
        ("cannot reach http://luksa:s3cret@proxy:3128/", "cannot reach http://luksa:***@proxy:3128/"),
        (f"key is\n{PEM}\nthere", "key is\n***\nthere"),
        ("-----BEGIN PRIVATE KEY-----\\nMIIE", "***"),
        ("--build-arg NPM_TOKEN=abc", "--build-arg NPM_TOKEN=***"),
        ('{"identitytoken": "abc", "user": "luksa"}', '{"identitytoken": "***", "user": "luksa"}'),
        # What only sounds like one stays readable.
        ("no basic auth credentials", "no basic auth credentials"),
        ('secrets "db" is forbidden: User "dev" cannot get', 'secrets "db" is forbidden: User "dev" cannot get'),
        ("the token file /run/token is empty", "the token file /run/token is empty"),
        ("docker login --password-stdin", "docker login --password-stdin"),
        ("https://10.0.0.1:6443 (context prod)", "https://10.0.0.1:6443 (context prod)"),
        ("-----BEGIN CERTIFICATE-----\nMIIB", "-----BEGIN CERTIFICATE-----\nMIIB"),
    ],
)  # fmt: skip
def test_secret_by_its_form(text: str, shown: str) -> None:
    assert secrets.redacted(text) == shown


def test_a_remembered_value_is_hidden_in_every_spelling() -> None:
    value = "p@ss wörd/1"
    secrets.remember(value)
    for spelling in (value, quote(value, safe=""), base64.b64encode(value.encode()).decode()):
        assert secrets.redacted(f"it is {spelling}!") == "it is ***!"


def test_each_line_of_a_remembered_text_is_hidden() -> None:
    secrets.remember(PEM.encode())
    assert secrets.redacted("q83vEjRWeJA= and MIIEpAIBAAKCAQEA") == "*** and ***"


def test_short_values_are_words() -> None:
    secrets.remember("dev", "")
    assert secrets.redacted("namespace dev") == "namespace dev"


def test_variables_are_secret_by_their_names() -> None:
    secrets.remember_variables(
        ["DB_PASSWORD=hunter-one", "MODE=production", "AWS_SECRET_ACCESS_KEY=hunter-two", "API_KEY"]
    )
    assert secrets.redacted("hunter-one production hunter-two") == "*** production ***"


@given(st.lists(st.text(min_size=6, alphabet=st.characters(exclude_categories=["Zs", "Cc", "Zl", "Zp"]))), st.text())
def test_no_remembered_value_is_left(values: list[str], around: str) -> None:
    secrets.forget()
    secrets.remember(*values)
    text = secrets.redacted(around.join(values))
    assert [value for value in values if value in text and set(value) - {"*"}] == []


def test_help_does_not_pay_for_it() -> None:
    code = "import sys; from kubia_cli.__main__ import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"base64", "docker", "kubernetes", "rich"} & set(done.stderr.split()) == set()
