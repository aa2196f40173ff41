"""docker's -p, and the PORTS column."""

from __future__ import annotations

import pytest

from kubia_cli.errors import UsageError
from kubia_cli.model.ports import PublishedPort, as_bindings, parse_publish, shown_ports


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("8080:8080", [PublishedPort(8080, "tcp", "", "8080")]),
        ("80", [PublishedPort(80)]),
        ("53/udp", [PublishedPort(53, "udp")]),
        ("5353:53/UDP", [PublishedPort(53, "udp", "", "5353")]),
        ("127.0.0.1:8080:80", [PublishedPort(80, "tcp", "127.0.0.1", "8080")]),
        ("127.0.0.1::80", [PublishedPort(80, "tcp", "127.0.0.1", "")]),
        ("[::1]:8080:80", [PublishedPort(80, "tcp", "::1", "8080")]),
        ("0:80", [PublishedPort(80)]),
        ("8000-8001:80-81", [PublishedPort(80, host_port="8000"), PublishedPort(81, host_port="8001")]),
        ("9000-9010:80", [PublishedPort(80, host_port="9000-9010")]),
        ("80-81", [PublishedPort(80), PublishedPort(81)]),
    ],
)
def test_the_grammar_of_docker(text: str, ports: list[PublishedPort]) -> None:
    assert parse_publish(text) == ports


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the container's port is missing"),
        ("8080:", "the container's port is missing"),
        (":80", "nothing stands before the colon"),
        ("http", "the container's port `http` is no number from 1 to 65535"),
        ("70000:80", "the host's port `70000` is no number from 1 to 65535"),
        ("8080:0", "the container's port `0` is no number from 1 to 65535"),
        ("8080: 80", "the container's port ` 80` is no number from 1 to 65535"),
        ("8080:80/http", "`http` is no protocol"),
        ("localhost:8080:80", "`localhost` is no IP address"),
        ("81-80", "the container's port `81-80` ends before it begins"),
        ("8000-8002:80-81", "3 host ports cannot carry 2 container ports"),
        ("-80:80", "the host's port `` is no number from 1 to 65535"),
    ],
)
def test_what_is_wrong_is_named(text: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_publish(text)
    assert caught.value.code == "port.invalid"
    assert caught.value.message == f"`-p {text}`: {reason}; the form is [[IP:]HOST_PORT:]PORT[/tcp|udp|sctp]"
    assert caught.value.fix == "-p 8080:8080"


def test_bindings_of_one_container_port_stand_together() -> None:
    ports = [*parse_publish("8080:80"), *parse_publish("127.0.0.1:9090:80"), *parse_publish("53/udp")]
    assert as_bindings(ports) == {
        "80/tcp": [{"HostIp": "", "HostPort": "8080"}, {"HostIp": "127.0.0.1", "HostPort": "9090"}],
        "53/udp": [{"HostIp": "", "HostPort": ""}],
    }


def published(private: int, public: int = 0, ip: str = "", protocol: str = "tcp") -> dict[str, object]:
    port: dict[str, object] = {"PrivatePort": private, "Type": protocol}
    return {**port, "PublicPort": public, "IP": ip} if public else port


@pytest.mark.parametrize(
    ("ports", "shown"),
    [
        ([], ""),
        ([published(8080)], "8080/tcp"),
        (
            [published(8080, 8080, "0.0.0.0"), published(8080, 8080, "::")],
            "0.0.0.0:8080->8080/tcp, [::]:8080->8080/tcp",
        ),
        ([published(80, 8080, "127.0.0.1")], "127.0.0.1:8080->80/tcp"),
        ([published(9001), published(9000), published(9003)], "9000-9001/tcp, 9003/tcp"),
        ([published(n, n, "0.0.0.0") for n in (82, 80, 81)], "0.0.0.0:80-82->80-82/tcp"),
        ([published(53, protocol="udp"), published(53)], "53/udp, 53/tcp"),
    ],
)
def test_the_ports_column(ports: list[dict[str, object]], shown: str) -> None:
    assert shown_ports(ports) == shown
