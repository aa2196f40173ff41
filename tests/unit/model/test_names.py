"""Names: what may stand in a path, and what an object may be called."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubia_cli.errors import UsageError
from kubia_cli.model import names

Check = Callable[[str], object]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "%2e%2e", "a%", "/"])
def test_what_would_change_a_url_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        names.check_path_segment(name)

    assert refused.value.code == "name.invalid"


@pytest.mark.parametrize("name", ["a", "...", "system:node:x", "A B", "a.b", "\u00e9"])
def test_other_names_may_be_read(name: str) -> None:
    assert names.check_path_segment(name) == name


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (
            names.check_dns_label,
            ["a", "1", "a-b", "a" * 63],
            ["", "-a", "a-", "A", "a.b", "a_b", "a" * 64, "a\n", "\u0661"],
        ),
        (names.check_dns_1035_label, ["a", "a1", "a-b"], ["1a", "-a", "a-", "A", "a.b", "a\n"]),
        (names.check_dns_subdomain, ["a", "a.b-c.1", "a" * 253], ["", ".a", "a.", "a..b", "a.-b", "A", "a" * 254]),
        (names.check_label_value, ["", "a", "A_b.c-1", "1" * 63], ["_a", "a.", "a b", "a/b", "1" * 64, "a\n"]),
        (names.check_label_key, ["app", "a.b/App_1", "kubia.dev/build"], ["", "/", "a/", "/a", "A/b", "a/b/c", "a=b"]),
        (names.check_port_name, ["http", "p-1", "8a"], ["", "80", "a--b", "-a", "a-", "HTTP", "a" * 16]),
        (names.check_env_name, ["A", "a.b-c", "1", "A B", "~"], ["", "A=B", "A\n", "\u00e9", "A\tB"]),
    ],
)
def test_rules(check: Check, good: list[str], bad: list[str]) -> None:
    for name in good:
        assert check(name) == name
    for name in bad:
        with pytest.raises(UsageError) as refused:
            check(name)
        assert refused.value.code == "name.invalid"


def test_port_numbers() -> None:
    assert names.check_port_number("8080") == names.check_port_number(8080) == 8080
    for text in ("0", "65536", "-1", " 80", "8_0", "80.0", "\u0668\u0660", "", "9" * 40, 0):
        with pytest.raises(UsageError, match="is no number from 1 to 65535"):
            names.check_port_number(text)


DNS_1035 = "lower-case letters, digits and -, with a letter first and a letter or digit last"


@pytest.mark.parametrize(
    ("check", "name", "message"),
    [
        (
            names.check_dns_1035_label,
            "1_My.App",
            "the name `1_My.App` may only have lower-case letters, digits and -, "
            "with a letter first and a letter or digit last; `my-app` would do",
        ),
        (
            names.check_dns_label,
            "x" * 70,
            f"the name `{'x' * 70}` has 70 characters, at most 63 are allowed; `{'x' * 63}` would do",
        ),
        (names.check_path_segment, "a/b", "the name `a/b` may not contain `/`"),
        (names.check_dns_1035_label, "%2e", f"the name `%2e` may only have {DNS_1035}"),
        (names.check_dns_1035_label, "$(echo x)", f"the name `$(echo x)` may only have {DNS_1035}"),
        (names.check_dns_1035_label, "42", f"the name `42` may only have {DNS_1035}"),
        (
            names.check_env_name,
            "MY\u2013VAR",
            "the environment variable `MY\u2013VAR` may only have printable ASCII characters, and no =",
        ),
    ],
)
def test_words_and_a_name_that_would_do(check: Check, name: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        check(name)
    assert (refused.value.message, refused.value.fix) == (message, "")


CHECKS = [
    names.check_dns_label,
    names.check_dns_1035_label,
    names.check_dns_subdomain,
    names.check_label_value,
    names.check_port_name,
    names.check_env_name,
]


@settings(max_examples=60)
@given(st.text(max_size=80), st.sampled_from(CHECKS))
def test_a_mended_name_obeys_the_rule_it_mends(name: str, check: Check) -> None:
    would_do = None
    try:
        check(name)
    except UsageError as refused:
        would_do = re.search("; `([^`]*)` would do$", refused.message)
    assert would_do is None or check(would_do[1]) == would_do[1]
