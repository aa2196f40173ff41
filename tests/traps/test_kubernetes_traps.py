"""The traps of the Kubernetes SDK (kubernetes 37.0.2), each one met on a real cluster: what kubia does, and beside it
what the bare SDK ought to do, which fails as long as the trap is there.
"""

from __future__ import annotations

import base64
import importlib
import inspect
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubia_cli.engines.kubernetes.api import KubeCluster, connect
from kubia_cli.engines.kubernetes.credentials import Credentials
from kubia_cli.engines.kubernetes.discovery import POD
from kubia_cli.engines.kubernetes.kubeconfig import load
from kubia_cli.engines.kubernetes.lean_transport import LeanTransport
from kubia_cli.engines.kubernetes.retry import Effect
from kubia_cli.engines.kubernetes.sdk_transport import SdkTransport
from kubia_cli.engines.kubernetes.server import ApiServer, Connect
from kubia_cli.errors import KubiaError, UnreachableError
from tests.cluster.pods import running
from tests.lab.certificates import certificate, key
from tests.lab.state import State
from tests.shell import Shell
from tests.traps.api_server import OwnServer, own_server

pytestmark = pytest.mark.cluster

#: The bare SDK, whose types are not followed.
kubernetes: Any = importlib.import_module("kubernetes")

Tool = Callable[..., str]
TOKEN = "t0p.secret.token"


def sdk_fails(reason: str) -> pytest.MarkDecorator:
    """The bare SDK's part of a trap: not strict, so that an SDK that mends it turns nothing red."""
    return pytest.mark.xfail(strict=False, reason=f"kubernetes SDK 37.0.2: {reason}")


def bare(kubeconfig: Path | str, **more: Any) -> Any:
    """The bare SDK's client of a kubeconfig."""

    return kubernetes.config.new_client_from_config(config_file=str(kubeconfig), **more)


def changed(file: Path, *, user: dict[str, Any] | None = None, **cluster: Any) -> Path:
    """Change a kubeconfig's user, and fields of its cluster; None takes a field away."""
    found = yaml.safe_load(file.read_text())
    if user is not None:
        found["users"][0]["user"] = user
    for name, value in cluster.items():
        field = name.replace("_", "-")
        found["clusters"][0]["cluster"].pop(field, None)
        if value is not None:
            found["clusters"][0]["cluster"][field] = value
    file.write_text(yaml.safe_dump(found))
    return file


def engine(kubeconfig: Path, namespace: str = "") -> KubeCluster:
    env = {**os.environ, "KUBECONFIG": str(kubeconfig), "XDG_CACHE_HOME": str(kubeconfig.parent)}
    return connect(env, namespace=namespace, on_warning=lambda _: None)


@pytest.fixture(params=["sdk", "lean"])
def open_server(request: pytest.FixtureRequest) -> Iterator[Callable[[Path], ApiServer]]:
    """Opens the server of a kubeconfig, by either transport."""
    opened: list[ApiServer] = []

    def make(kubeconfig: Path) -> ApiServer:
        access = load({"KUBECONFIG": str(kubeconfig)}).select()
        connects: dict[str, Connect] = {
            "sdk": lambda own: SdkTransport(access, {}, own),
            "lean": lambda own: LeanTransport(access, {}, own),
        }
        opened.append(ApiServer(access, Credentials(access, {}), connects[request.param], on_warning=print))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def own(lab: State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """An API server that may be stopped."""
    if not lab.own_cluster:
        pytest.skip("it needs the lab's own binaries and certificates")
    with own_server(tmp_path_factory.mktemp("own"), Path(lab.kubeconfig)) as server:
        yield server


def failing_plugin(folder: Path) -> dict[str, Any]:
    file = folder / "login-plugin"
    file.write_text("#!/bin/sh\necho log in first >&2\nexit 3\n")
    file.chmod(0o700)
    spec = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(file), "interactiveMode": "Never"}
    return {"exec": {**spec, "installHint": "see https://login.example"}}


BAD_NAMES = ("''", ".", "..", "a/b", "%2e%2e")
#: A path of names as they are, with or without a query.
WHOLE_NAMES = re.compile(r"(/[a-z0-9][a-z0-9.-]*)+(\?.*)?")
#: Each verb of the cluster, with the bad word where a name, a namespace or a part of a name may stand.
VERBS = (
    "delete pod {}",
    "delete pod/{}",
    "delete configmap kept {}",
    "delete pod kept -n {}",
    "get pod {}",
    "get pods -n {}",
    "get configmap kept {} -o json",
    "describe pod {}",
    "describe node {}",
    "scale deployment {} --replicas=1",
    "scale rc/{} --replicas=1",
    "expose deployment {} --port=80",
    "expose deployment kept --name={} --port=80",
    "run {} --image=busybox",
    "run kept --image=busybox --serviceaccount={}",
    "create deployment {} --image=busybox",
    "create namespace {}",
    "create configmap {}",
    "create secret generic {}",
    "inspect {}",
    "exec pod/{} -- true",
    "exec {} --on kubernetes -- true",
)


@pytest.fixture(scope="module")
def recorder() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server that has nothing, and writes down what it is asked; its address, and the methods and paths."""
    asked: list[tuple[str, str]] = []

    class Recorder(BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Callable[[], None]:
            if not name.startswith("do_"):
                raise AttributeError(name)
            asked.append((self.command, self.path))
            return lambda: self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("verb", VERBS)
def test_t01_no_name_rewrites_a_url(
    shell: Shell, kubeconfig: Path, recorder: tuple[str, list[tuple[str, str]]], verb: str
) -> None:
    address, asked = recorder
    changed(kubeconfig, server=address)
    asked.clear()
    typed = shell("; ".join(f"kubia {verb.format(bad)} >&2; echo $?" for bad in BAD_NAMES))
    assert "0" not in typed.lines, typed.stderr
    # Some other word of the line may be asked for, and what kinds there are: by whole names, and nothing is written.
    assert [each for each in asked if each[0] != "GET" or not WHOLE_NAMES.fullmatch(each[1])] == []
    assert [path for _, path in asked if "/a/" in path or path.endswith("/a")] == []
    if "kept" not in verb:
        assert typed.lines.count("2") >= len(BAD_NAMES) - 1, typed.stderr  # `a/b` may be a kind and a name


def test_t01_a_namespace_outlives_the_deletion_of_its_dots(shell: Shell, kubectl: Tool, namespace: str) -> None:
    kubectl("create configmap kept")
    for bad in BAD_NAMES:
        shell(f"kubia delete configmap {bad}", status=2)
        shell(f"kubia delete pod {bad}", status=2)
    assert kubectl("get configmap kept -o name") == "configmap/kept\n"
    assert kubectl("get", "namespace", namespace, "-o", "jsonpath={.status.phase}") == "Active"


@sdk_fails("an empty name deletes the collection (kubernetes-client/python#2291)")
def test_t01_bare_sdk(kubeconfig: Path, kubectl: Tool, namespace: str) -> None:
    kubectl("create configmap kept")
    with bare(kubeconfig) as client, pytest.raises((kubernetes.client.exceptions.OpenApiException, ValueError)):
        kubernetes.client.CoreV1Api(client).delete_namespaced_config_map("", namespace)
    assert kubectl("get configmap kept -o name") == "configmap/kept\n"


@pytest.fixture
def two_files(kubeconfig: Path, tmp_path: Path) -> str:
    """KUBECONFIG with the lab first, and a second file whose current context is a server that is not there."""
    second = tmp_path / "second"
    found = yaml.safe_load(kubeconfig.read_text())
    found["current-context"] = "elsewhere"
    found["contexts"] = [{"name": "elsewhere", "context": {"cluster": "elsewhere", "user": "nobody"}}]
    found["clusters"] = [{"name": "elsewhere", "cluster": {"server": "http://127.0.0.1:9"}}]
    found["users"] = [{"name": "nobody", "user": {}}]
    second.write_text(yaml.safe_dump(found))
    return f"{kubeconfig}:{second}"


def test_t02_first_kubeconfig_wins(shell: Shell, two_files: str, kubectl: Tool, namespace: str) -> None:
    shell("kubia create configmap here", env={"KUBECONFIG": two_files})
    assert kubectl("get configmap here -o name") == "configmap/here\n"
    told = shell("kubia context -o name", env={"KUBECONFIG": two_files, "DOCKER_HOST": ""}, status=None)
    assert "elsewhere" in told.stdout


@sdk_fails("the last file's current context wins")
def test_t02_bare_sdk(two_files: str, lab: State) -> None:
    with bare(two_files) as client:
        assert client.configuration.host == lab.api_server


def test_t03_a_failing_plugin_ends_the_command(shell: Shell, kubeconfig: Path, tmp_path: Path) -> None:
    changed(kubeconfig, user=failing_plugin(tmp_path))
    typed = shell("kubia get pods", status=4)
    assert typed.stdout == ""
    assert "error[plugin.failed]" in typed.stderr
    assert f"the credential plugin `{tmp_path}/login-plugin` of the user `kubia-lab` failed with exit code 3" in (
        typed.stderr
    )
    assert "log in first" in typed.stderr
    assert "see https://login.example" in typed.stderr


@sdk_fails("a failing plugin is logged, and the client goes on as nobody")
def test_t03_bare_sdk(kubeconfig: Path, tmp_path: Path) -> None:
    changed(kubeconfig, user=failing_plugin(tmp_path))
    with pytest.raises(kubernetes.config.ConfigException):
        bare(kubeconfig).close()


def test_t04_a_limit_is_kept_with_all_attempts(own: OwnServer, open_server: Callable[[Path], ApiServer]) -> None:
    server = open_server(own.kubeconfig)
    assert server.json("GET", "/version")["major"] == "1"
    for effect in (Effect.READ, Effect.ONCE):
        begun = time.monotonic()
        with own.stopped(), pytest.raises(KubiaError) as caught:
            server.json("PATCH", "/api/v1/namespaces/default", body={}, timeout=1.5, effect=effect)
        assert time.monotonic() - begun < 3
        assert caught.value.code == ("cluster.unknown-outcome" if effect is Effect.ONCE else "cluster.silent")


@sdk_fails("urllib3 asks three times more: a limit of 1 s takes 4 s")
def test_t04_bare_sdk(own: OwnServer) -> None:
    from urllib3.exceptions import HTTPError

    with bare(own.kubeconfig) as client, own.stopped():
        begun = time.monotonic()
        with pytest.raises(HTTPError):
            kubernetes.client.VersionApi(client).get_code(_request_timeout=1)
        assert time.monotonic() - begun < 2.5


def test_t05_a_silent_server_blocks_nobody(shell: Shell, own: OwnServer) -> None:
    with own.stopped():
        begun = time.monotonic()
        typed = shell("kubia get pods", status=10, env={"KUBECONFIG": str(own.kubeconfig)}, timeout=60)
        assert time.monotonic() - begun < 40
    assert typed.stdout == ""
    assert typed.stderr.startswith("error[cluster.silent]: ")


def test_t05_a_watch_ends_though_its_server_is_silent(own: OwnServer) -> None:
    kube = own.cluster()
    seen = []
    begun = time.monotonic()
    events = kube.watch(kube.kind("ns"), timeout=4)
    seen.append(next(events)["object"]["metadata"]["name"])  # what is there is listed; the watch comes after it
    with own.stopped(), pytest.raises(UnreachableError) as caught:
        seen.extend(event["object"]["metadata"]["name"] for event in events)
    assert caught.value.code == "cluster.silent"
    assert "default" in seen
    assert time.monotonic() - begun < 8


@sdk_fails("no call has a time limit unless it is given one")
def test_t05_bare_sdk(own: OwnServer) -> None:
    program = f"""
from kubernetes import client, config
config.load_kube_config({str(own.kubeconfig)!r})
try:
    client.VersionApi().get_code()
except Exception:
    pass
"""
    with own.stopped():
        subprocess.run([sys.executable, "-c", program], timeout=12, check=True)


@pytest.fixture
def unreachable(request: pytest.FixtureRequest, kubeconfig: Path, lab: State) -> Path:
    """A kubeconfig with which the lab's API server is there and cannot be talked to."""
    port = lab.api_server.rpartition(":")[2]
    return {
        "refused": lambda: changed(kubeconfig, server="https://127.0.0.1:9"),
        "no such host": lambda: changed(kubeconfig, server="https://nowhere.invalid"),
        "plain http": lambda: changed(kubeconfig, server=f"http://127.0.0.1:{port}"),
        "no such name": lambda: changed(kubeconfig, tls_server_name="other.example"),
        "unknown authority": lambda: changed(kubeconfig, certificate_authority_data=None),
    }[request.param]()


FAILURES = ("refused", "no such host", "plain http", "no such name", "unknown authority")


@pytest.mark.parametrize("unreachable", FAILURES, indirect=True)
def test_t06_each_failure_is_an_error_of_ours(unreachable: Path, open_server: Callable[[Path], ApiServer]) -> None:
    with pytest.raises(UnreachableError) as caught:
        open_server(unreachable).json("GET", "/version", timeout=5)
    assert "https://" in caught.value.message or "http://" in caught.value.message
    for leaked in ("urllib3", "HTTPSConnection", "_ssl.c", "Errno", "Max retries"):
        assert leaked not in str(caught.value.message)


@pytest.mark.parametrize("unreachable", FAILURES, indirect=True)
@sdk_fails("urllib3's own exceptions get out")
def test_t06_bare_sdk(unreachable: Path) -> None:
    with bare(unreachable) as client, pytest.raises(kubernetes.client.exceptions.OpenApiException):
        kubernetes.client.VersionApi(client).get_code(_request_timeout=2)


def test_t07_a_refused_secret_is_not_quoted(kubeconfig: Path, namespace: str) -> None:
    kube = engine(kubeconfig, namespace)
    made = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login"}, "stringData": {"pw": 12345678}}
    for deed in (kube.create, kube.apply):
        with pytest.raises(KubiaError) as caught:
            deed(made)
        assert "12345678" not in f"{caught.value.message}{caught.value.said}"


@sdk_fails("a ValidationError echoes the value")
def test_t07_bare_sdk() -> None:
    from pydantic import ValidationError

    with pytest.raises(ValidationError) as caught:
        kubernetes.client.V1Secret(string_data={"pw": 12345678})
    assert "12345678" not in str(caught.value)


def an_event(namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "old", "namespace": namespace},
        "involvedObject": {"kind": "Pod", "name": "kubia", "namespace": namespace},
        "reason": "Pulled",
        "message": "here",
        "type": "Normal",
    }


def test_t08_what_the_server_says_is_shown(shell: Shell, kubeconfig: Path, kubectl: Tool, namespace: str) -> None:
    kube = engine(kubeconfig, namespace)
    kube.create(an_event(namespace))
    assert "Pulled" in shell("kubia get events").stdout
    listed = json.loads(shell("kubia get events.events.k8s.io -o json").stdout)
    assert [event["eventTime"] for event in listed["items"]] == [None]
    kubectl("create deployment none --image=busybox --replicas=0")
    scaled = shell("kubia scale deployment none --replicas=1 --no-wait")
    assert "deployment.apps/none scaled" in scaled.stdout
    assert kubectl("get deployment none -o jsonpath={.spec.replicas}") == "1"


@sdk_fails("an event without an eventTime is a ValidationError")
def test_t08_bare_sdk_events(kubeconfig: Path, namespace: str) -> None:
    engine(kubeconfig, namespace).create(an_event(namespace))
    with bare(kubeconfig) as client:
        assert len(kubernetes.client.EventsV1Api(client).list_namespaced_event(namespace).items) == 1


@sdk_fails("a scale of 0 has no replicas")
def test_t08_bare_sdk_scale(kubeconfig: Path, kubectl: Tool, namespace: str) -> None:
    kubectl("create deployment none --image=busybox --replicas=0")
    with bare(kubeconfig) as client:
        assert (
            kubernetes.client.AppsV1Api(client).read_namespaced_deployment_scale("none", namespace).spec.replicas == 0
        )


def killed(program: str, kubeconfig: Path, folder: Path) -> list[str]:
    """Run a program that is killed at its end; the names of what it leaves in its places for temporary files."""
    places = {name: str(folder) for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")}
    env = {**os.environ, **places, "KUBECONFIG": str(kubeconfig)}
    ends = "\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
    done = subprocess.run([sys.executable, "-c", program + ends], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    return [each.name for each in folder.iterdir()]


def test_t17_a_killed_run_leaves_no_key(kubeconfig: Path, tmp_path: Path) -> None:
    folder = tmp_path / "left"
    folder.mkdir()
    program = """
import os
from kubia_cli.engines.kubernetes.api import connect
kube = connect(os.environ, on_warning=print)
kube.version(), kube.table(kube.kind("ns"))
"""
    assert killed(program, kubeconfig, folder) == []


@sdk_fails("keys are written below /tmp, and removed only at a regular end")
def test_t17_bare_sdk(kubeconfig: Path, tmp_path: Path) -> None:
    folder = tmp_path / "left"
    folder.mkdir()
    program = "from kubernetes import client, config\nconfig.load_kube_config()\nclient.VersionApi().get_code()"
    assert killed(program, kubeconfig, folder) == []


def test_t18_a_kubeconfig_is_only_read(shell: Shell, kubeconfig: Path, token_plugin: dict[str, Any]) -> None:
    changed(kubeconfig, user=token_plugin)
    before = (kubeconfig.read_bytes(), kubeconfig.stat().st_mtime_ns, kubeconfig.stat().st_ino)
    shell("kubia get pods")
    shell("kubia create configmap made")
    assert (kubeconfig.read_bytes(), kubeconfig.stat().st_mtime_ns, kubeconfig.stat().st_ino) == before


@sdk_fails("persist_config is on unless it is turned off, and rewrites the file in place")
def test_t18_bare_sdk() -> None:
    assert inspect.signature(kubernetes.config.load_kube_config).parameters["persist_config"].default is False


@pytest.fixture
def token_plugin(kubectl: Tool, tmp_path: Path) -> dict[str, Any]:
    """A plugin that hands out a real token, of an account that may do all in the test's namespace."""
    kubectl("create serviceaccount plugged")
    kubectl("create rolebinding plugged --clusterrole=admin --serviceaccount=" + _namespaced(kubectl, "plugged"))
    word = kubectl("create token plugged").strip()
    said = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": word}}
    file = tmp_path / "token-plugin"
    file.write_text(f"#!/bin/sh\necho asked >>{tmp_path}/runs\necho '{json.dumps(said)}'\n")
    file.chmod(0o700)
    spec = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(file), "interactiveMode": "Never"}
    return {"exec": spec}


def _namespaced(kubectl: Tool, account: str) -> str:
    return kubectl("get", "sa", account, "-o", "jsonpath={.metadata.namespace}:{.metadata.name}")


@pytest.fixture
def identity_provider(lab: State) -> Iterator[tuple[str, list[str]]]:
    """A login page with a certificate of nobody whom this machine knows; its address, and what it was asked."""
    import ssl

    asked: list[str] = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate("api-server"), key("api-server"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def oidc(address: str) -> dict[str, Any]:
    def part(said: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")

    expired = f"{part({'alg': 'none'})}.{part({'exp': 1, 'pad': 'x'})}.c2ln"
    config = {"id-token": expired, "idp-issuer-url": address, "refresh-token": TOKEN, "client-secret": TOKEN}
    return {"auth-provider": {"name": "oidc", "config": {**config, "client-id": "kubia"}}}


def test_t19_a_legacy_login_is_refused_with_a_way_out(
    shell: Shell, kubeconfig: Path, identity_provider: tuple[str, list[str]]
) -> None:
    address, asked = identity_provider
    changed(kubeconfig, user=oidc(address))
    typed = shell("kubia get pods", status=4)
    assert typed.stderr == (
        "error[auth-provider.legacy]: the user `kubia-lab` logs in by the auth-provider `oidc`, "
        "which Kubernetes removed in 1.26\n"
        "  fix: kubectl oidc-login setup\n"
    )
    assert asked == []


@sdk_fails("without an authority of its own the login page's certificate is not checked")
def test_t19_bare_sdk(kubeconfig: Path, identity_provider: tuple[str, list[str]]) -> None:
    address, asked = identity_provider
    changed(kubeconfig, user=oidc(address))
    bare(kubeconfig, persist_config=False).close()
    assert asked == []


def test_t20_no_token_is_printed(shell: Shell, kubeconfig: Path, namespace: str) -> None:
    changed(kubeconfig, user={"token": TOKEN})
    typed = shell("kubia --verbose get pods", status=4)
    assert "error[cluster.unauthorized]" in typed.stderr
    assert TOKEN not in typed.stdout + typed.stderr
    served = engine(kubeconfig, namespace)
    with pytest.raises(KubiaError) as caught:
        served.list(POD)
    assert TOKEN not in repr(caught.value) + repr(vars(caught.value)) + repr(served._server.access)


@sdk_fails("debug=True prints the Authorization header")
def test_t20_bare_sdk(kubeconfig: Path, capfd: pytest.CaptureFixture[str]) -> None:
    changed(kubeconfig, user={"token": TOKEN})
    configuration = kubernetes.client.Configuration()
    kubernetes.config.load_kube_config(str(kubeconfig), client_configuration=configuration)
    configuration.debug = True
    try:
        with (
            kubernetes.client.ApiClient(configuration) as api,
            pytest.raises(kubernetes.client.exceptions.ApiException),
        ):
            kubernetes.client.CoreV1Api(api).list_namespace(_request_timeout=5)
    finally:
        configuration.debug = False
    captured = capfd.readouterr()
    assert TOKEN not in captured.out + captured.err


LOG = b"one\n\xff\x00\xfe\nlast, and no newline"
LOG_SCRIPT = r"printf 'one\n\377\000\376\nlast, and no newline'"


def test_t24_a_log_comes_to_its_last_byte(kubeconfig: Path, namespace: str) -> None:
    kube = engine(kubeconfig, namespace)
    running(kube, "binary", LOG_SCRIPT)
    assert b"".join(kube.logs("binary", follow=True)) == LOG
    assert b"".join(kube.logs("binary")) == LOG


@sdk_fails("a followed log loses its last line without a newline")
def test_t24_bare_sdk_follow(kubeconfig: Path, namespace: str) -> None:
    running(engine(kubeconfig, namespace), "text", r"printf 'one\nlast, and no newline'")
    with bare(kubeconfig) as client:
        read = kubernetes.client.CoreV1Api(client).read_namespaced_pod_log
        lines = list(kubernetes.watch.Watch().stream(read, name="text", namespace=namespace, _request_timeout=20))
    assert lines == ["one", "last, and no newline"]


@sdk_fails("a log that is no UTF-8 is a UnicodeDecodeError")
def test_t24_bare_sdk_binary(kubeconfig: Path, namespace: str) -> None:
    running(engine(kubeconfig, namespace), "binary", LOG_SCRIPT)
    with bare(kubeconfig) as client:
        assert "last, and no newline" in kubernetes.client.CoreV1Api(client).read_namespaced_pod_log(
            "binary", namespace
        )
