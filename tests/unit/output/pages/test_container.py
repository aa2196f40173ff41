"""The pages of a container and of an image, whole, from the engine's JSON."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from kubia_cli.output.pages.container import container_page, shown_variables
from kubia_cli.output.pages.image import image_page, instruction

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def container(**state: Any) -> dict[str, Any]:
    """What /containers/kubia-container/json says, as far as a page shows it."""
    return {
        "Id": "cafe" * 16,
        "Name": "/kubia-container",
        "Created": "2026-11-24T11:54:58.123456789Z",
        "Path": "node",
        "Args": ["app.js", "--greet=hello world"],
        "Image": "sha256:" + "a" * 64,
        "RestartCount": 0,
        "State": {
            "Status": "running",
            "Running": True,
            "Pid": 4242,
            "ExitCode": 0,
            "Error": "",
            "StartedAt": "2026-11-24T11:55:00.123456789Z",
            "FinishedAt": "0001-01-01T00:00:00Z",
            **state,
        },
        "Config": {
            "Hostname": "cafecafecafe",
            "User": "1000",
            "Image": "kubia",
            "WorkingDir": "/",
            "Env": ["NODE_VERSION=20.20.2", "NPM_TOKEN=hunter2", "EMPTY="],
            "Labels": {"app": "kubia"},
        },
        "HostConfig": {
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
            "Memory": 67108864,
            "NanoCpus": 500000000,
            "Privileged": False,
        },
        "Mounts": [
            {"Type": "bind", "Source": "/srv/data", "Destination": "/data", "RW": False},
            {"Type": "volume", "Name": "cache", "Source": "/var/lib/…", "Destination": "/cache", "RW": True},
        ],
        "NetworkSettings": {
            "Ports": {
                "9090/tcp": None,
                "8080/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}],
            },
            "Networks": {"bridge": {"IPAddress": "172.17.0.2", "GlobalIPv6Address": ""}, "none": {"IPAddress": ""}},
        },
    }


PAGE = """\
Name:               kubia-container
ID:                 cafecafecafe
Image:              kubia
Image ID:           aaaaaaaaaaaa
Command:            node app.js '--greet=hello world'
Status:             Up 4 minutes
Created:            Tue, 24 Nov 2026 11:54:58 +0000
Started:            Tue, 24 Nov 2026 11:55:00 +0000
Process ID:         4242
Host name:          cafecafecafe
User:               1000
Working directory:  /
Ports:              0.0.0.0:8080 -> 8080/tcp
                    [::]:8080 -> 8080/tcp
                    9090/tcp (not published)
Networks:           bridge 172.17.0.2
                    none
Mounts:             /srv/data -> /data (ro, bind)
                    cache -> /cache (rw, volume)
Restart policy:     on-failure:3
Memory limit:       67.1MB
CPU limit:          0.5
Environment:        NODE_VERSION=20.20.2
                    NPM_TOKEN=***
                    EMPTY=
Labels:             app=kubia"""


def test_the_page_of_a_container_that_runs() -> None:
    assert container_page(container(), NOW) == PAGE.splitlines()


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"Paused": True}, "Up 4 minutes (Paused)"),
        ({"Restarting": True}, "Up 4 minutes (Restarting)"),
        (
            {"Running": False, "Status": "exited", "ExitCode": 137, "FinishedAt": "2026-11-24T10:00:00Z"},
            "Exited (137) 2 hours ago",
        ),
        (
            {
                "Running": False,
                "Status": "exited",
                "ExitCode": 137,
                "OOMKilled": True,
                "FinishedAt": "2026-11-24T11:59:30Z",
            },
            "Exited (137) 30 seconds ago, killed for its memory (OOM)",
        ),
        ({"Running": False, "Status": "created"}, "Created"),
    ],
)
def test_the_status_is_in_docker_s_words(state: dict[str, Any], status: str) -> None:
    lines = container_page(container(**state), NOW)
    assert [line.split(":", 1)[1].strip() for line in lines if line.startswith("Status:")] == [status]


def test_text_from_outside_cannot_act() -> None:
    raw = container()
    raw["Config"]["Labels"] = {"a": "\x1b[2J\nb"}
    assert container_page(raw, NOW)[-1] == "Labels:             a=\\x1b[2J\\nb"


def test_secrets_are_masked_by_their_names() -> None:
    assert shown_variables(["DB_PASSWORD=x", "API_KEY=y", "AUTH=", "PORT=8080", "ALONE"]) == [
        "DB_PASSWORD=***", "API_KEY=***", "AUTH=", "PORT=8080", "ALONE=",
    ]  # fmt: skip


IMAGE_PAGE = """\
Names:        kubia:latest
              luksa/kubia:latest
ID:           sha256:aaaa
Digests:      <none>
Created:      Tue, 24 Nov 2026 11:00:00 +0000
Size:         109MB
Platform:     linux/arm64/v8
Entrypoint:   node app.js
Ports:        8080/tcp
Environment:  NODE_VERSION=20
Labels:       <none>
Layers:       2, the base first
  SIZE        CREATED            INSTRUCTION
  ----        -------            -----------
  109MB       2 hours ago        ADD file:1f3a in /
  878B        About an hour ago  ADD file:c6aa in /app.js
  0B          About an hour ago  ENTRYPOINT ["node" "app.js"]"""


def test_the_page_of_an_image() -> None:
    raw = {
        "Id": "sha256:aaaa",
        "RepoTags": ["kubia:latest", "luksa/kubia:latest"],
        "RepoDigests": [],
        "Created": "2026-11-24T11:00:00Z",
        "Size": 109_000_878,
        "Os": "linux",
        "Architecture": "arm64",
        "Variant": "v8",
        "Config": {"Entrypoint": ["node", "app.js"], "ExposedPorts": {"8080/tcp": {}}, "Env": ["NODE_VERSION=20"]},
        "RootFS": {"Layers": ["sha256:1", "sha256:2"]},
    }
    built = int(NOW.timestamp()) - 3600
    history = [
        {"CreatedBy": '/bin/sh -c #(nop)  ENTRYPOINT ["node" "app.js"]', "Created": built, "Size": 0},
        {"CreatedBy": "/bin/sh -c #(nop) ADD file:c6aa in /app.js ", "Created": built, "Size": 878},
        {"CreatedBy": "/bin/sh -c #(nop) ADD file:1f3a in / ", "Created": built - 3600, "Size": 109_000_000},
    ]
    assert image_page(raw, history, NOW) == IMAGE_PAGE.splitlines()


@pytest.mark.parametrize(
    ("created_by", "shown"),
    [
        ('/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'),
        ("/bin/sh -c npm ci", "RUN npm ci"),
        ("RUN /bin/sh -c npm ci # buildkit", "RUN npm ci"),
        ("COPY app.js /app.js # buildkit", "COPY app.js /app.js"),
        ("", ""),
    ],
)
def test_the_instruction_of_a_layer(created_by: str, shown: str) -> None:
    assert instruction(created_by) == shown
