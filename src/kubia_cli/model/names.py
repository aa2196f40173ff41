"""Which names may be read and which may be made, by the rules of Kubernetes' own validation.

Sources: k8s.io/apimachinery ``pkg/api/validation/path`` for what may stand in a path (every name that is read), and
``pkg/util/validation`` for what an object, label, port or variable may be called (every name that is made). Each
function returns the name, or raises UsageError ``name.invalid`` with one sentence and, where one is near, a name that
would do.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kubia_cli.errors import UsageError

LONGEST_LABEL = 63
LONGEST_SUBDOMAIN = 253
LONGEST_PORT_NAME = 15
HIGHEST_PORT = 65535

_DNS_LABEL = re.compile("[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_DNS_1035_LABEL = re.compile("[a-z](?:[-a-z0-9]*[a-z0-9])?")
_DNS_SUBDOMAIN = re.compile(rf"{_DNS_LABEL.pattern}(?:\.{_DNS_LABEL.pattern})*")
_LABEL_WORD = re.compile("[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_PORT_NAME = re.compile("(?!.*--)(?=.*[a-z])[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
#: A name that slipped, as capitals and underscores do; what has other characters was meant for something else.
_SLIP = re.compile("[A-Za-z0-9_. -]+")
_ENV_NAME = re.compile("[ -<>-~]+")


def check_path_segment(name: str, what: str = "name") -> str:
    """Refuse what would change a URL: empty, ``.``, ``..``, or with ``/`` or ``%``.

    An unchecked ``..`` makes the request of a pod's deletion one of its namespace's; kubernetes-client/python#2291.
    """
    if not name:
        raise UsageError("name.invalid", f"the {what} is empty")
    if name in (".", ".."):
        raise UsageError("name.invalid", f"the {what} may not be `{name}`")
    for character in "/%":
        if character in name:
            raise UsageError("name.invalid", f"the {what} `{_cut(name)}` may not contain `{character}`")
    return name


def check_dns_label(name: str, what: str = "name") -> str:
    """RFC 1123 label, as for namespaces: at most 63 of a-z, 0-9 and -, with a letter or digit at both ends."""
    rule = "lower-case letters, digits and -, with a letter or digit at both ends"
    return _check(name, what, _DNS_LABEL, LONGEST_LABEL, rule, _as_label)


def check_dns_1035_label(name: str, what: str = "name") -> str:
    """RFC 1035 label, as for services: a DNS label that begins with a letter."""
    rule = "lower-case letters, digits and -, with a letter first and a letter or digit last"
    return _check(name, what, _DNS_1035_LABEL, LONGEST_LABEL, rule, _as_1035_label)


def check_dns_subdomain(name: str, what: str = "name") -> str:
    """RFC 1123 subdomain, as for most objects: at most 253 characters, labels parted by dots."""
    rule = "lower-case letters, digits, - and ., with a letter or digit at both ends of each part"
    return _check(name, what, _DNS_SUBDOMAIN, LONGEST_SUBDOMAIN, rule, _as_subdomain)


def check_label_value(value: str, what: str = "label value") -> str:
    """A label's value: empty, or at most 63 letters, digits, -, _ and . with a letter or digit at both ends."""
    rule = "letters, digits, -, _ and ., with a letter or digit at both ends"
    return value and _check(value, what, _LABEL_WORD, LONGEST_LABEL, rule, _as_label_word)


def check_label_key(key: str, what: str = "label") -> str:
    """A label's key: a word like a label's value, with or without a DNS subdomain and a slash before it."""
    prefix, slash, word = key.rpartition("/")
    if slash:
        check_dns_subdomain(prefix, f"prefix of the {what} `{_cut(key)}`")
    rule = "letters, digits, -, _ and ., with a letter or digit at both ends"
    _check(word, what, _LABEL_WORD, LONGEST_LABEL, rule, _as_label_word)
    return key


def check_port_name(name: str, what: str = "port name") -> str:
    """A port's name (IANA service name): at most 15 of a-z, 0-9 and single -, with a letter in it."""
    rule = "lower-case letters, digits and single -, with at least one letter and no - at either end"
    return _check(name, what, _PORT_NAME, LONGEST_PORT_NAME, rule, _as_port_name)


def check_port_number(text: str | int, what: str = "port") -> int:
    """A port's number, 1 to 65535, from digits."""
    digits = str(text)
    # int() would take " 80", "8_0" and Arabic digits, none of which a port is written in.
    if not re.fullmatch("[0-9]{1,9}", digits) or not 1 <= int(digits) <= HIGHEST_PORT:
        raise UsageError("name.invalid", f"the {what} `{_cut(digits)}` is no number from 1 to {HIGHEST_PORT}")
    return int(digits)


def check_env_name(name: str, what: str = "environment variable") -> str:
    """A variable's name: printable ASCII without ``=``, the rule of Kubernetes since 1.34 (KEP-4369)."""
    if not name:
        raise UsageError("name.invalid", f"the name of the {what} is empty")
    if not _ENV_NAME.fullmatch(name):
        message = f"the {what} `{_cut(name)}` may only have printable ASCII characters, and no ="
        raise UsageError("name.invalid", message)
    return name


def _check(name: str, what: str, pattern: re.Pattern[str], longest: int, rule: str, mend: Callable[[str], str]) -> str:
    if not name:
        raise UsageError("name.invalid", f"the {what} is empty")
    if len(name) <= longest and pattern.fullmatch(name):
        return name
    mended = mend(name)
    near = _SLIP.fullmatch(name) and len(mended) <= longest and pattern.fullmatch(mended)
    if len(name) > longest:
        message = f"the {what} `{_cut(name)}` has {len(name)} characters, at most {longest} are allowed"
    else:
        message = f"the {what} `{_cut(name)}` may only have {rule}"
    raise UsageError("name.invalid", f"{message}; `{mended}` would do" if near else message)


def _as_label(name: str) -> str:
    return re.sub("[^a-z0-9-]+", "-", name.lower())[:LONGEST_LABEL].strip("-")


def _as_1035_label(name: str) -> str:
    return _as_label(re.sub("^[^a-z]+", "", name.lower()))


def _as_subdomain(name: str) -> str:
    labels = (_as_label(part) for part in name.split("."))
    return ".".join(label for label in labels if label)[:LONGEST_SUBDOMAIN].strip("-.")


def _as_label_word(value: str) -> str:
    return re.sub("[^-A-Za-z0-9_.]+", "-", value)[:LONGEST_LABEL].strip("-_.")


def _as_port_name(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", name.lower())[:LONGEST_PORT_NAME].strip("-")


def _cut(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:77]}…"
