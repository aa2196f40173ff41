"""Addresses, ports, sysctls and firewall rules: what the lab takes, and how each goes back to what it was."""

import json
import re
import socket
import subprocess
from pathlib import Path

from tests.lab import packages
from tests.lab.errors import UnavailableError
from tests.lab.processes import run
from tests.lab.progress import say
from tests.lab.state import Before

# Address ranges of the lab's own, so that its bridges and rules are known by them.
SERVICES = "10.251.0.0/16"
PODS = "10.252.0.0/16"
NODE_PODS = "10.252.0.0/24"
NODE_ADDRESS = "10.252.0.1"
CONTAINERS = "10.253.0.0/16"
POD_BRIDGE = "kubialab0"

# What dockerd, kubelet, kube-proxy and the CNI plugins set.
_SYSCTLS = (
    "net/ipv4/ip_forward",
    "net/ipv4/conf/all/route_localnet",
    "net/bridge/bridge-nf-call-iptables",
    "net/bridge/bridge-nf-call-ip6tables",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
_FAMILIES = ("iptables", "ip6tables")
_KUBERNETES_CHAIN = r"(?:KUBE|CNI)-[A-Za-z0-9-]+"
_DOCKER_CHAIN = r"DOCKER(?:-[A-Z0-9-]+)?"


def free_port(preferred: int) -> int:
    """`preferred`, or any free port of 127.0.0.1 where that is taken."""
    for port in (preferred, 0):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen: int = trial.getsockname()[1]
            if chosen != preferred:
                say(f"port {preferred} is taken; using {chosen}")
            return chosen
    raise UnavailableError("no free port on 127.0.0.1")


def remember(before: Before) -> None:
    """Note sysctls and the FORWARD policies before anything changes them; what is noted already stays."""
    for name in _SYSCTLS:
        source = Path("/proc/sys") / name
        if name not in before.sysctls and source.exists():
            before.sysctls[name] = source.read_text().strip()
    for family in _FAMILIES:
        if family not in before.forward_policies:
            found = re.search(r"^:FORWARD (\w+)", _saved(family, "filter"), re.M)
            before.forward_policies[family] = found[1] if found else "ACCEPT"


def prepare() -> None:
    """Load what the engines need from the kernel, where it is a module, and let packets pass between bridges."""
    for module in ("overlay", "br_netfilter"):
        try:
            subprocess.run([packages.find("modprobe"), "-q", module], capture_output=True, check=False)
        except UnavailableError:
            break
    for name in ("net/ipv4/ip_forward", "net/bridge/bridge-nf-call-iptables"):
        target = Path("/proc/sys") / name
        if target.exists():
            target.write_text("1")


def add_pod_bridge() -> None:
    """The pods' bridge, made before the first pod: its address is the node's, as a kubelet refuses loopback."""
    ip = packages.find("ip")
    existing = {link["ifname"] for link in json.loads(run([ip, "-j", "link", "show"]))}
    if POD_BRIDGE not in existing:
        run([ip, "link", "add", POD_BRIDGE, "type", "bridge"])
        run([ip, "address", "add", f"{NODE_ADDRESS}/24", "dev", POD_BRIDGE])
    run([ip, "link", "set", POD_BRIDGE, "up"])


def clean(before: Before, *, own_engine: bool, own_cluster: bool) -> None:
    """Take away the bridges and rules of what was the lab's own."""
    _remove_links(own_engine=own_engine)
    for family in _FAMILIES:
        policy = before.forward_policies.get(family) if own_engine else None
        _remove_rules(family, policy, own_engine=own_engine, own_cluster=own_cluster)


def restore_sysctls(before: Before) -> None:
    """Set back what was noted."""
    for name, value in before.sysctls.items():
        target = Path("/proc/sys") / name
        try:
            if target.read_text().strip() != value:
                target.write_text(value)
        except OSError as problem:
            say(f"sysctl {name} could not be set back to {value}: {problem.strerror}")


def _remove_links(*, own_engine: bool) -> None:
    """Delete the pods' bridge, the engine's bridges (known by their addresses), and what hangs on them."""
    try:
        ip = packages.find("ip")
        links = json.loads(run([ip, "-j", "address", "show"]))
    except UnavailableError:
        return
    bridges = {POD_BRIDGE}
    if own_engine:
        prefix = CONTAINERS.removesuffix("0.0/16")
        bridges |= {
            link["ifname"]
            for link in links
            if re.fullmatch(r"docker0|br-[0-9a-f]{12}|docker_gwbridge", link["ifname"])
            and any(address.get("local", "").startswith(prefix) for address in link["addr_info"])
        }
    for link in links:
        if link.get("master") in bridges or link["ifname"] in bridges:
            subprocess.run([ip, "link", "delete", link["ifname"]], capture_output=True, check=False)


def _saved(family: str, *table: str) -> str:
    """The rules as iptables-save(8) prints them; nothing where the family is not there."""
    try:
        command = [packages.find(f"{family}-save"), "-c"]
        return run([*command, "-t", table[0]] if table else command)
    except UnavailableError:
        return ""


def _remove_rules(family: str, forward_policy: str | None, *, own_engine: bool, own_cluster: bool) -> None:
    """Load the same rules again without the lab's, counters kept; one transaction, so nobody else's are missing."""
    present = _saved(family)
    wanted = without_lab_rules(present, forward_policy, own_engine=own_engine, own_cluster=own_cluster)
    if wanted != present:
        try:
            run([packages.find(f"{family}-restore"), "-c"], text=wanted)
        except UnavailableError as problem:
            say(f"rules of {family} were not cleaned: {problem}")


def without_lab_rules(saved: str, forward_policy: str | None, *, own_engine: bool, own_cluster: bool) -> str:
    """iptables-save's text without the chains and rules of what was the lab's own: Docker, Kubernetes or both.

    A rule is the lab's when it is in such a chain, leads to one, or names an address or a bridge of the lab.
    """
    chains = [*([_DOCKER_CHAIN] if own_engine else []), *([_KUBERNETES_CHAIN] if own_cluster else [])]
    ranges = [*([CONTAINERS] if own_engine else []), *([SERVICES, PODS] if own_cluster else [])]
    bridges = [*(["docker0", "br-[0-9a-f]{12}"] if own_engine else []), *([POD_BRIDGE] if own_cluster else [])]
    if not chains:
        return saved
    chain = f"(?:{'|'.join(chains)})"
    addresses = "|".join(re.escape(each.removesuffix("0.0/16")) + r"\d+\.\d+" for each in ranges)
    lab = re.compile(
        rf"^:{chain} |-A {chain} | -[jg] {chain}(?: |$)|(?<![\d.])(?:{addresses})(?![\d.])"
        rf"| -[io] (?:{'|'.join(bridges)})(?: |$)"
    )
    text = "".join(line for line in saved.splitlines(keepends=True) if not lab.search(line.rstrip("\n")))
    if forward_policy is not None:
        text = re.sub(r"^:FORWARD \w+", f":FORWARD {forward_policy}", text, flags=re.M)
    return text
