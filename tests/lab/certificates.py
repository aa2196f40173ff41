"""The cluster's certificates, made by openssl(1): one authority, and a pair for whoever serves or asks."""

import base64
from pathlib import Path

from tests.lab import packages, state
from tests.lab.processes import run

_CONFIG = "[req]\ndistinguished_name = dn\nprompt = no\n[dn]\n"
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_DAYS = "3650"


def folder() -> Path:
    """Where the certificates and keys are."""
    return state.state_dir() / "pki"


def certificate(name: str) -> str:
    """The path of the certificate called `name`."""
    return str(folder() / f"{name}.crt")


def key(name: str) -> str:
    """The path of the key that belongs to the certificate called `name`."""
    return str(folder() / f"{name}.key")


def make_authority() -> None:
    """The authority `ca`, and the key pair `accounts` that signs service accounts' tokens."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder() / "openssl.cnf").write_text(_CONFIG)
    for name in ("ca", "accounts"):
        usage = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,digitalSignature,keyCertSign")
        _request(name, f"/CN=kubia-lab-{name}", usage)


def issue(name: str, *, user: str, group: str = "", addresses: tuple[str, ...] = ()) -> None:
    """A pair for `user` of `group`, as Kubernetes reads a subject; with `addresses`, one to serve with too."""
    usage = ["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=clientAuth,serverAuth"]
    if addresses:
        named = ("IP:" + each if each[0].isdigit() else "DNS:" + each for each in addresses)
        usage.append("subjectAltName=" + ",".join(named))
    subject = f"/O={group}/CN={user}" if group else f"/CN={user}"
    _request(name, subject, usage, "-CA", certificate("ca"), "-CAkey", key("ca"))


def kubeconfig(name: str, server: str) -> Path:
    """A kubeconfig for the pair called `name`, complete in itself, so that a copy of it works too."""
    files = (certificate("ca"), certificate(name), key(name))
    authority, client, secret = (base64.b64encode(Path(each).read_bytes()).decode() for each in files)
    target = folder() / f"{name}.kubeconfig"
    target.touch(mode=0o600)
    target.write_text(f"""\
apiVersion: v1
kind: Config
clusters:
- name: kubia-lab
  cluster:
    server: {server}
    certificate-authority-data: {authority}
users:
- name: kubia-lab
  user:
    client-certificate-data: {client}
    client-key-data: {secret}
contexts:
- name: kubia-lab
  context:
    cluster: kubia-lab
    user: kubia-lab
current-context: kubia-lab
""")
    return target


def _request(name: str, subject: str, extensions: tuple[str, ...] | list[str], *signer: str) -> None:
    command = [packages.find("openssl"), "req", "-x509", "-config", str(folder() / "openssl.cnf"), "-days", _DAYS]
    command += [*_KEY, "-subj", subject, "-keyout", key(name), "-out", certificate(name), *signer]
    for extension in extensions:
        command += ["-addext", extension]
    run(command)
