"""The cluster's one node: kubelet and kube-proxy, and what containerd needs to make pods."""

import json
from pathlib import Path

from tests.lab import binaries, certificates, engine, images, network, processes, state
from tests.lab.certificates import certificate, key
from tests.lab.errors import UnavailableError
from tests.lab.processes import NODE
from tests.lab.progress import step
from tests.lab.state import State

KUBELET, PROXY = "kubelet", "kube-proxy"
DAEMONS = (KUBELET, PROXY)

# Nobody answers there: pods have addresses, but no names for them.
_CLUSTER_DNS = network.SERVICES.removesuffix("0/16") + "10"
_CGROUPS = Path("/sys/fs/cgroup")


def configure_containerd(registry: str) -> None:
    """Say how pods get addresses, and that the lab's registry plays Docker Hub where that does not answer."""
    directory = state.state_dir()
    (directory / "cni").mkdir(parents=True, exist_ok=True)
    (directory / "cni" / "10-kubia-lab.conflist").write_text(json.dumps(_network(directory), indent=2))
    hub = "https://registry-1.docker.io" if images.hub_answers() else f"http://{registry}"
    for host, server in {registry: f"http://{registry}", "docker.io": hub}.items():
        folder = directory / "certs.d" / host
        folder.mkdir(parents=True, exist_ok=True)
        mirror = f'[host."http://{registry}"]\ncapabilities = ["pull", "resolve"]\n'
        (folder / "hosts.toml").write_text(f'server = "{server}"\n{mirror}')


def _network(directory: Path) -> dict[str, object]:
    return {
        "cniVersion": "0.4.0",
        "name": NODE,
        "plugins": [
            {
                "type": "bridge",
                "bridge": network.POD_BRIDGE,
                "isGateway": True,
                "hairpinMode": True,
                "ipam": {
                    "type": "host-local",
                    "dataDir": f"{directory}/addresses",
                    "ranges": [[{"subnet": network.NODE_PODS, "gateway": network.NODE_ADDRESS}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": True}},
        ],
    }


def start(lab: State) -> None:
    """Start kubelet and kube-proxy and wait until the node is ready for pods. Raises UnavailableError."""
    network.prepare()
    network.add_pod_bridge()
    _make_cgroup()
    _start_kubelet(lab)
    _start_proxy(lab)
    kubectl = binaries.path("kubectl")
    kubeconfig = certificates.kubeconfig("admin", lab.api_server)
    with step("node"):
        daemons = {name: lab.daemons[name] for name in (*DAEMONS, engine.CONTAINERD)}
        processes.wait_until(lambda: _is_ready(kubectl, kubeconfig), 90, "the node", daemons)
    with state.changing(lab):
        lab.kubectl, lab.kubeconfig = kubectl, str(kubeconfig)


def _make_cgroup() -> None:
    """The cgroup that all pods are in, by which their processes are known; kubelet wants it to be there."""
    unified = (_CGROUPS / "cgroup.controllers").exists()
    folders = [_CGROUPS] if unified else [each for each in _CGROUPS.iterdir() if (each / "cgroup.procs").exists()]
    for folder in folders:
        ours = folder / state.cgroup().strip("/")
        ours.mkdir(exist_ok=True)
        # A new cpuset is empty, and takes no process until it is told its CPUs (cgroup v1).
        for name in ("cpuset.cpus", "cpuset.mems"):
            if not unified and (ours / name).exists():
                (ours / name).write_text((folder / name).read_text())


def _start_kubelet(lab: State) -> None:
    directory = state.state_dir()
    settings = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": network.NODE_ADDRESS,
        "healthzPort": 0,
        "readOnlyPort": 0,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": certificate("ca")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": certificate("kubelet"),
        "tlsPrivateKeyFile": key("kubelet"),
        "clusterDNS": [_CLUSTER_DNS],
        "clusterDomain": "cluster.local",
        "containerRuntimeEndpoint": f"unix://{engine.containerd_socket()}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": state.cgroup(),
        "failCgroupV1": False,
        "failSwapOn": False,
        # The machine's own fullness is not the lab's business.
        "evictionHard": {
            f"{what}.{left}": "0%"
            for what, left in (
                ("memory", "available"),
                ("nodefs", "available"),
                ("nodefs", "inodesFree"),
                ("imagefs", "available"),
            )
        },
        "imageGCHighThresholdPercent": 100,
        "serializeImagePulls": False,
        "podLogsDir": f"{directory}/pod-logs",
        "volumePluginDir": f"{directory}/volume-plugins",
    }
    config = directory / "kubelet.json"
    config.write_text(json.dumps(settings, indent=2))
    command = [
        binaries.path(KUBELET),
        f"--config={config}",
        f"--kubeconfig={certificates.kubeconfig('node', lab.api_server)}",
        f"--root-dir={directory}/kubelet",
        f"--cert-dir={directory}/pki",
        f"--hostname-override={NODE}",
        f"--node-ip={network.NODE_ADDRESS}",
    ]
    processes.start(lab, KUBELET, command)


def _start_proxy(lab: State) -> None:
    """kube-proxy in the one mode in which node ports answer on 127.0.0.1."""
    settings = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "hostnameOverride": NODE,
        "clientConnection": {"kubeconfig": str(certificates.kubeconfig("proxy", lab.api_server))},
        "clusterCIDR": network.PODS,
        "healthzBindAddress": f"127.0.0.1:{network.free_port(10256)}",
        "metricsBindAddress": f"127.0.0.1:{network.free_port(10249)}",
        "iptables": {"localhostNodePorts": True, "minSyncPeriod": "200ms"},
        # Zero leaves the machine's own settings alone.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    }
    config = state.state_dir() / "kube-proxy.json"
    config.write_text(json.dumps(settings, indent=2))
    processes.start(lab, PROXY, [binaries.path(PROXY), f"--config={config}"])


def _is_ready(kubectl: str, kubeconfig: Path) -> bool:
    """Whether pods would be put on the node, and the default namespace has the account that they need."""
    ask = [
        kubectl,
        f"--kubeconfig={kubeconfig}",
        f"--cache-dir={state.state_dir()}/kubectl",
        "get",
        "--ignore-not-found",
    ]
    try:
        node = processes.run([*ask, "node", NODE, "-o", "json"])
        account = processes.run([*ask, "serviceaccount", "default", "-n", "default", "-o", "name"])
    except UnavailableError:
        return False
    if not node or not account:
        return False
    described = json.loads(node)
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in described["status"]["conditions"])
    return ready and not described["spec"].get("taints")
