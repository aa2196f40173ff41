"""The plugin docker-buildx, built from a Go module when a test first asks for it, and kept in the cache."""

import re
from pathlib import Path

from tests.lab import binaries
from tests.lab.errors import UnavailableError
from tests.lab.progress import step
from tests.lab.state import architecture, cache_dir

MODULE = Path(__file__).parent / "buildx"
_PACKAGE = "github.com/docker/buildx"


def ensure_buildx() -> Path:
    """The program docker-buildx; cold it takes 2 minutes to build. Raises UnavailableError."""
    found = re.search(rf"{_PACKAGE} (v\S+)", (MODULE / "go.mod").read_text())
    if found is None:
        raise UnavailableError(f"go.mod does not require {_PACKAGE}")
    program = cache_dir() / f"buildx-{found[1]}-{architecture()}" / "docker-buildx"
    if program.exists():
        return program
    go, environment = binaries.go()
    program.parent.mkdir(parents=True, exist_ok=True)
    draft = program.with_suffix(".new")
    flags = ["-mod=readonly", "-buildvcs=false", "-ldflags", f"-s -w -X {_PACKAGE}/version.Version={found[1]}"]
    with step(f"build docker-buildx {found[1]}"):
        binaries.run([go, "build", *flags, "-o", str(draft), f"{_PACKAGE}/cmd/buildx"], environment, MODULE)
    draft.replace(program)
    return program
