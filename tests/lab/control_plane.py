"""etcd, the API server, the controllers and the scheduler."""

import http.client
import shutil
import ssl
from concurrent.futures import ThreadPoolExecutor

from tests.lab import binaries, certificates, network, packages, processes, state
from tests.lab.certificates import certificate, key
from tests.lab.processes import NODE
from tests.lab.progress import step
from tests.lab.state import State

ETCD, API_SERVER, CONTROLLERS, SCHEDULER = "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"
DAEMONS = (ETCD, API_SERVER, CONTROLLERS, SCHEDULER)

# The first address of the Services' range is the API server's own, for who asks from inside.
_API_SERVICE = network.SERVICES.removesuffix("0/16") + "1"

# Who asks the API server, or (kubelet-client) the kubelet for it: user and group.
_PAIRS = {
    "admin": ("kubia-lab-admin", "system:masters"),
    "kubelet-client": ("kube-apiserver-kubelet-client", "system:masters"),
    "controllers": ("system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", ""),
    "proxy": ("system:kube-proxy", ""),
    "node": (f"system:node:{NODE}", "system:nodes"),
}


def start(lab: State) -> None:
    """Start all four and wait until the API server is ready. Raises UnavailableError."""
    port = network.free_port(6443)
    server = f"https://127.0.0.1:{port}"
    with step("certificates", quiet_below=3):
        _make_certificates()
    with step("control plane"):
        etcd = _start_etcd(lab)
        _start_api_server(lab, port, etcd)
        _start_controllers(lab, server)
        started = {name: lab.daemons[name] for name in DAEMONS}
        processes.wait_until(lambda: _is_ready(port), 90, "the API server", started)
    with state.changing(lab):
        lab.api_server = server
        lab.versions["kubernetes"] = binaries.version()


def _make_certificates() -> None:
    certificates.make_authority()
    names = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
    with ThreadPoolExecutor(4) as pool:
        issued = [
            pool.submit(certificates.issue, name, user=user, group=group) for name, (user, group) in _PAIRS.items()
        ]
        served = {
            "etcd": ("127.0.0.1", "localhost"),
            "api-server": ("127.0.0.1", _API_SERVICE, network.NODE_ADDRESS, *names),
            "kubelet": (network.NODE_ADDRESS, NODE),
        }
        issued += [pool.submit(certificates.issue, name, user=name, addresses=to) for name, to in served.items()]
        for each in issued:
            each.result()


def _start_etcd(lab: State) -> str:
    """Start an empty etcd; its address. It wants a certificate, since what is in it runs as root on the node."""
    data = state.state_dir() / "etcd"
    shutil.rmtree(data, ignore_errors=True)
    client, peer = (f"https://127.0.0.1:{network.free_port(port)}" for port in (2379, 2380))
    pair = (certificate("etcd"), key("etcd"), certificate("ca"))
    command = [
        packages.find(ETCD),
        f"--data-dir={data}",
        f"--name={NODE}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster={NODE}={peer}",
        *(
            f"--{side}{flag}={value}"
            for side in ("", "peer-")
            for flag, value in zip(("cert-file", "key-file", "trusted-ca-file"), pair, strict=True)
        ),
        "--client-cert-auth",
        "--peer-client-cert-auth",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]
    processes.start(lab, ETCD, command, {"ETCD_UNSUPPORTED_ARCH": state.architecture()})
    return client


def _start_api_server(lab: State, port: int, etcd: str) -> None:
    command = [
        binaries.path(API_SERVER),
        f"--etcd-servers={etcd}",
        f"--etcd-cafile={certificate('ca')}",
        f"--etcd-certfile={certificate('etcd')}",
        f"--etcd-keyfile={key('etcd')}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--advertise-address={network.NODE_ADDRESS}",
        "--endpoint-reconciler-type=none",
        f"--service-cluster-ip-range={network.SERVICES}",
        f"--client-ca-file={certificate('ca')}",
        f"--tls-cert-file={certificate('api-server')}",
        f"--tls-private-key-file={key('api-server')}",
        f"--kubelet-certificate-authority={certificate('ca')}",
        f"--kubelet-client-certificate={certificate('kubelet-client')}",
        f"--kubelet-client-key={key('kubelet-client')}",
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={certificate('accounts')}",
        f"--service-account-signing-key-file={key('accounts')}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged",
        "--profiling=false",
    ]
    processes.start(lab, API_SERVER, command)


def _start_controllers(lab: State, server: str) -> None:
    controllers, scheduler = (certificates.kubeconfig(name, server) for name in ("controllers", "scheduler"))
    same = ["--leader-elect=false", "--secure-port=0", "--profiling=false"]
    command = [
        binaries.path(CONTROLLERS),
        f"--kubeconfig={controllers}",
        "--use-service-account-credentials",
        f"--root-ca-file={certificate('ca')}",
        f"--service-account-private-key-file={key('accounts')}",
        *same,
    ]
    processes.start(lab, CONTROLLERS, command)
    processes.start(lab, SCHEDULER, [binaries.path(SCHEDULER), f"--kubeconfig={scheduler}", *same])


def _is_ready(port: int) -> bool:
    """Whether the API server says that it is ready to whoever shows the admin's certificate."""
    context = ssl.create_default_context(cafile=certificate("ca"))
    context.load_cert_chain(certificate("admin"), key("admin"))
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
