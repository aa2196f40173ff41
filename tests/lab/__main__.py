"""`python3 -m tests.lab up|down|env|status|tools`."""

import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tests.lab import packages
from tests.lab.bring_up import bring_up, is_there, running
from tests.lab.errors import UnavailableError
from tests.lab.progress import say, step
from tests.lab.state import PARTS, State
from tests.lab.tear_down import tear_down

_USAGE = "usage: python3 -m tests.lab up [PART...] | down | env | status | tools\nparts: " + ", ".join(PARTS)


def main(words: list[str]) -> int:
    """0: done, or the lab runs; 1: not all could be had, or nothing runs; 2: not understood."""
    match words:
        case ["up", *parts] if set(parts) <= {*PARTS}:
            return _up(parts or [*PARTS])
        case ["down"]:
            with step("down"):
                tear_down()
            return 0
        case ["tools"]:
            packages.ensure(*packages.TOOLS)
            return 0
        case ["env"]:
            return _with_lab(_print_environment)
        case ["status"]:
            return _with_lab(_print_status)
    print(_USAGE, file=sys.stderr)
    return 2


def _up(parts: list[str]) -> int:
    with step("up"):
        lab = bring_up(parts)
    _print_status(lab)
    return 0 if all(is_there(lab, part) for part in parts) else 1


def _with_lab(deed: Callable[[State], None]) -> int:
    lab = running()
    if lab is None:
        say("no lab runs; `make lab` starts one")
        return 1
    deed(lab)
    return 0


def _print_status(lab: State) -> None:
    """One line for each part that was asked for."""
    whose = {"docker": "the lab's own" if lab.own_engine else "started by somebody else"}
    where = {"docker": lab.docker_host, "registry": lab.registry, "cluster": lab.api_server}
    for part in PARTS:
        if is_there(lab, part):
            version = lab.versions.get("kubernetes" if part == "cluster" else part, "")
            print(f"{part}: {version} at {where[part]}" + (f", {whose[part]}" if part in whose else ""))
        elif part in lab.unavailable:
            print(f"{part}: cannot be had: {lab.unavailable[part]}")


def _print_environment(lab: State) -> None:
    """What a POSIX shell needs to use the lab."""
    variables = {"DOCKER_HOST": lab.docker_host, "KUBECONFIG": lab.kubeconfig, "KUBIA_LAB_REGISTRY": lab.registry}
    for name, value in variables.items():
        if value:
            print(f"export {name}={shlex.quote(value)}")
    if lab.kubectl and shutil.which("kubectl") is None:
        print(f"export PATH=$PATH:{shlex.quote(str(Path(lab.kubectl).parent))}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except UnavailableError as problem:
        say(str(problem))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
