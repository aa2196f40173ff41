"""Which cluster a KUBECONFIG means: what the real kubectl says, on 500 generated sets of files."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubia_cli.engines.kubernetes.kubeconfig import load
from kubia_cli.errors import KubiaError
from tests.lab.state import State

pytestmark = pytest.mark.cluster

SETS = 500
#: Stands in every token and in every line that is no YAML, and may stand in no message.
SECRET = "hunter2"
_FOLDERS = ("a", "a/b", "a/b/c", "d")
#: Texts in place of a whole file, most of them no kubeconfig.
_ODD_FILES = (
    "",
    "\n",
    "# nothing\n",
    "---\n",
    "null\n",
    "{}",
    "- a list\n",
    f"{SECRET}\n",
    "kind: Pod\napiVersion: v1\n",
    "kind: Config\n",
    "apiVersion: v1\n",
    "apiVersion: v2\nkind: Config\n",
    f"users:\n- name: a\n  user:\n    token: [{SECRET}\n",
    f"users:\n\t- name: {SECRET}\n",
    f"users:\n- name: a\n  user: {{token: '{SECRET}}}\n",
    f"a: b: {SECRET}\n",
    f"users: {SECRET}\n",
    f"users:\n- name: a\n  user: {{token: [{SECRET}]}}\n",
    f"users:\n- {{name: a, user: {{client-key-data: '{SECRET}!'}}}}\n",
    "users:\n- {name: a, user: {token: 12}}\n",
    "users:\n- {name: a, user: {token: y}}\n",
    "users:\n- {name: a, user: {token: ~}}\n",
    "users:\n- {name: a}\n- {name: a}\n",
    "clusters:\n- {name: a, cluster: {insecure-skip-tls-verify: 'true'}}\n",
    "clusters:\n- {name: a, cluster: {insecure-skip-tls-verify: yes, server: https://y.example}}\n",
    "clusters:\n- {name: a, cluster: {server: https://first.example, server: https://second.example}}\n",
    "contexts:\n- {name: a, context: {cluster: a, user: a, namespace: 12}}\n",
    "contexts:\n- {name: a, context: {cluster: a, user: a, namespace: 2001-01-01}}\ncurrent-context: a\n",
    "contexts:\n- name: a\n  context: &one {cluster: a}\n- name: b\n  context: {<<: *one, user: b}\n",
    "current-context: a\n---\ncurrent-context: b\n",
    "current-context: !!str 12\nextra: [1, 2]\npreferences: {}\n",
    '{"current-context": "b", "current-context": "a"}',
    '{\t"current-context":\t"c"}',
    "current-context: \xe9\n",
    "current-context: 1e3\n",
    "current-context: 0x1f\n",
    "current-context: null\n",
)


@dataclass(frozen=True)
class Case:
    """One set of files below ``folder``, and the KUBECONFIG that names them, also relative to it."""

    folder: Path
    variable: str
    flatten: bool

    @property
    def env(self) -> dict[str, str]:
        return {"KUBECONFIG": self.variable, "HOME": str(self.folder / "home"), "PATH": os.environ["PATH"]}


class Generator:
    """Writes sets of kubeconfig files; the same ones for the same number."""

    def __init__(self, number: int, folder: Path) -> None:
        self._choose = random.Random(number)
        self._folder = folder
        self._flatten = number % 4 == 0

    def case(self) -> Case:
        for each in (".", *_FOLDERS, "home", "home/.kube"):
            inside = self._folder / each
            inside.mkdir(parents=True, exist_ok=True)
            for name in ("ca.pem", "client.pem", "client.key"):
                (inside / name).write_text(f"{name} of {each}")
        named = [self._write(folder, index) for index, folder in enumerate(self._some(_FOLDERS))]
        if self._chance(0.6):
            (self._folder / "home/.kube/config").write_text(self._text())
        else:
            (self._folder / "home/.kube/config").unlink(missing_ok=True)
        named += ["absent"] if self._chance(0.2) else []
        named += [""] if self._chance(0.1) else []
        named += [named[0]] if self._chance(0.1) else []
        named += ["d"] if self._chance(0.02) else []  # a directory
        self._choose.shuffle(named)
        variable = "" if self._chance(0.08) else os.pathsep.join(named)
        return Case(self._folder, variable, flatten=self._flatten)

    def _write(self, folder: str, index: int) -> str:
        name = os.path.join(folder, f"config{index}")  # noqa: PTH118 ("." is to stay)
        file = self._folder / name
        file.write_bytes(self._text().encode(self._choose.choice(("utf-8",) * 9 + ("latin-1",))))
        return str(file) if self._chance(0.6) else f"./{name}" if self._chance(0.3) else name

    def _text(self) -> str:
        if self._chance(0.1):
            return self._choose.choice(_ODD_FILES)
        config: dict[str, Any] = {"apiVersion": "v1", "kind": "Config"} if self._chance(0.9) else {}
        if self._chance(0.8):
            config["current-context"] = self._choose.choice("aaaabbc") if self._chance(0.95) else ""
        for plural, singular, make in (
            ("clusters", "cluster", self._cluster),
            ("users", "user", self._user),
            ("contexts", "context", self._context),
        ):
            if self._chance(0.9):
                config[plural] = [{"name": name, singular: make()} for name in self._some("abc")]
        return json.dumps(config, indent=1) if self._chance(0.3) else yaml.safe_dump(config)

    def _cluster(self) -> dict[str, Any]:
        host = self._choose.choice(("10.0.0.1:6443", "[::1]:6443", "east.example", "west.example/k8s/clusters/c-1"))
        return self._fields(
            {
                "server": f"{self._choose.choice(('https', 'https', 'http'))}://{host}",
                "certificate-authority": self._path("ca.pem"),
                "certificate-authority-data": self._data(),
                "tls-server-name": "kubernetes.default",
                "insecure-skip-tls-verify": True,
                "proxy-url": "http://proxy.example:3128",
                "disable-compression": True,
            },
            always=("server",),
        )

    def _user(self) -> dict[str, Any]:
        program = {
            "apiVersion": f"client.authentication.k8s.io/{self._choose.choice(('v1', 'v1beta1'))}",
            "command": self._choose.choice(("gke-gcloud-auth-plugin", "./plugin", "../bin/plugin", "/bin/true")),
            "args": ["get", "token"],
            "env": [{"name": "PROFILE", "value": "dev"}],
            "installHint": "install it",
            "provideClusterInfo": True,
            "interactiveMode": "Never",
        }
        return self._fields(
            {
                "token": SECRET,
                "tokenFile": self._path("token"),
                "client-certificate": self._path("client.pem"),
                "client-certificate-data": self._data(),
                "client-key": self._path("client.key"),
                "client-key-data": self._data(),
                "username": "luksa",
                "password": SECRET,
                "as": "jane",
                "as-uid": "7",
                "as-groups": ["developers", "dev"],
                "as-user-extra": {"reason": ["a", "b"]},
                "exec": self._fields(program, always=("apiVersion", "command")),
                "auth-provider": {"name": "oidc", "config": {"id-token": SECRET}},
            }
        )

    def _context(self) -> dict[str, Any]:
        said = {"cluster": self._choose.choice("aaabc"), "user": self._choose.choice("aaabc"), "namespace": "dev"}
        return self._fields(said, always=("cluster", "user") if self._chance(0.9) else ())

    def _path(self, name: str) -> str:
        return self._choose.choice((name, f"./{name}", f"../{name}", f"b/../{name}", str(self._folder / name)))

    def _data(self) -> str:
        return base64.b64encode(f"data {self._choose.randint(0, 9)}".encode()).decode()

    def _fields(self, fields: Mapping[str, Any], always: tuple[str, ...] = ()) -> dict[str, Any]:
        said = {key: value for key, value in fields.items() if key in always or self._chance(0.25)}
        # kubectl puts no file's content where there is data.
        return {key: value for key, value in said.items() if not (self._flatten and f"{key}-data" in said)}

    def _some(self, pool: str | tuple[str, ...]) -> list[str]:
        return self._choose.sample(list(pool), self._choose.choice((1, 2, 3, 3)))

    def _chance(self, share: float) -> bool:
        return self._choose.random() < share


def kubectls(kubectl: str, case: Case) -> dict[str, Any] | None:
    """What kubectl says; None when it refuses."""
    asked = [kubectl, "config", "view", "--raw", "--minify", "-o", "json", *(["--flatten"] if case.flatten else [])]
    done = subprocess.run(asked, env=case.env, cwd=case.folder, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    found = json.loads(done.stdout)
    return {
        "context": found["current-context"],
        **{part: found[f"{part}s"][0][part] for part in ("cluster", "user") if found[f"{part}s"]},
        "of": found["contexts"][0]["context"],
    }


def ours(case: Case) -> dict[str, Any] | KubiaError:
    """What we say, in the same form."""
    try:
        config = load(case.env)
        access = config.select()
    except KubiaError as error:
        return error
    chosen = config.contexts[access.context]
    cluster = {
        "server": access.server,
        "certificate-authority": access.ca_file,
        "certificate-authority-data": access.ca_data,
        "tls-server-name": access.tls_server_name,
        "insecure-skip-tls-verify": access.insecure,
        "proxy-url": access.proxy_url,
    }
    of = {"cluster": chosen.cluster, "user": chosen.user, "namespace": chosen.namespace}
    return {"context": access.context, "cluster": cluster, "user": access.user, "of": of}


def test_equal_to_kubectl(lab: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [Generator(number, tmp_path / str(number)).case() for number in range(SETS)]
    with ThreadPoolExecutor(4) as pool:
        theirs = list(pool.map(lambda case: kubectls(lab.kubectl, case), cases))
    differ, counts = [], dict.fromkeys(("both", "neither", "incomplete"), 0)
    for number, (case, its) in enumerate(zip(cases, theirs, strict=True)):
        monkeypatch.chdir(case.folder)
        mine = ours(case)
        if isinstance(mine, KubiaError):
            assert SECRET not in f"{mine.message}{mine.said}{mine.state}{mine.fix}"
            _check_place(mine, case)
        if its is None:
            counts["neither"] += 1
            fine = isinstance(mine, KubiaError)
        elif not (its.get("cluster") or {}).get("server"):  # kubectl asks localhost:8080 then
            counts["incomplete"] += 1
            fine = isinstance(mine, KubiaError) and mine.code == "kubeconfig.incomplete"
        else:
            counts["both"] += 1
            fine = not isinstance(mine, KubiaError) and _plain(mine, case) == _plain(its, case)
        if not fine:
            differ.append((number, case, its, mine))
    assert differ == []
    assert counts["both"] > SETS // 4
    assert counts["neither"] > SETS // 4


def _check_place(error: KubiaError, case: Case) -> None:
    """A file that is no YAML, or has a field of a wrong type, is named, with a line of it."""
    if error.code != "kubeconfig.invalid":
        return
    place = re.match(r"(?P<file>.+?)(, line (?P<line>\d+))?: ", error.message)
    assert place is not None
    file = case.folder / place["file"]
    assert place["line"] is None or 1 <= int(place["line"]) <= file.read_bytes().count(b"\n") + 1
    assert place["line"] is not None or re.search("cannot be read|is no kubeconfig|the same name", error.message)


def _plain(said: dict[str, Any], case: Case) -> dict[str, Any]:
    """What is said, in one form: no field without a value, paths and data as what they stand for."""
    return {
        "context": said["context"],
        "of": _valued(said["of"]),
        "cluster": _read(_valued(said["cluster"]), case),
        "user": _read(_valued(said.get("user") or {}), case),
    }


def _valued(found: Any) -> Any:
    if isinstance(found, Mapping):
        kept = {key: _valued(value) for key, value in found.items() if value}
        kept.pop("disable-compression", None)
        if str(kept.get("apiVersion")).endswith("v1beta1"):
            kept.setdefault("interactiveMode", "IfAvailable")
        return kept
    if isinstance(found, bytes):
        return base64.b64encode(found).decode()
    return [_valued(each) for each in found] if isinstance(found, list) else found


def _read(entry: dict[str, Any], case: Case) -> dict[str, Any]:
    """Put a file's content in its name's place, as kubectl's --flatten does; data in an entry wins."""
    for key in ("certificate-authority", "client-certificate", "client-key"):
        name = entry.pop(key, None)
        if name and f"{key}-data" not in entry:
            entry[f"{key}-data"] = _content(name) if case.flatten else _last(name)
    if "tokenFile" in entry:
        entry["tokenFile"] = _last(entry["tokenFile"])
    if "/" in (entry.get("exec") or {}).get("command", ""):
        entry["exec"]["command"] = _last(entry["exec"]["command"])
    return entry


def _content(name: str) -> str:
    return base64.b64encode(Path(name).read_bytes()).decode()


def _last(name: str) -> str:
    """kubectl shows a path as it was typed, and ours are absolute: without --flatten only their ends are compared."""
    return Path(name).name
