"""Root file systems made from the machine's own programs, as layers of images."""

import gzip
import hashlib
import io
import json
import re
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

from tests.lab.registry import Layer
from tests.lab.state import cache_dir


class Rootfs:
    """A root file system in the making: a tar file whose bytes depend on its content only."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._buffer, mode="w")  # noqa: SIM115 - closed by `bytes`
        self._there: set[str] = set()

    def _parents(self, name: str) -> None:
        for parent in reversed(Path(name).parents):
            if parent.name:
                self.folder(str(parent))

    def folder(self, name: str, mode: int = 0o755, owner: int = 0) -> None:
        """A folder, once."""
        if name in self._there:
            return
        self._parents(name)
        self._there.add(name)
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, mode, owner, owner
        self._tar.addfile(entry)

    def file(self, name: str, content: bytes, mode: int = 0o644) -> None:
        """A file, once."""
        if name in self._there:
            return
        self._parents(name)
        self._there.add(name)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(content), mode
        self._tar.addfile(entry, io.BytesIO(content))

    def link(self, name: str, target: str) -> None:
        """A symbolic link, once."""
        if name in self._there:
            return
        self._parents(name)
        self._there.add(name)
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        self._tar.addfile(entry)

    def bytes(self) -> bytes:
        """The finished tar file."""
        self._tar.close()
        return self._buffer.getvalue()

    def program(self, name: str, source: str) -> None:
        """A program at `name`, and the shared libraries it needs at their own paths."""
        self.file(name, Path(source).read_bytes(), 0o755)
        for library in _libraries(source):
            self.file(library.removeprefix("/"), Path(library).read_bytes(), 0o755)

    def tree(self, source: str) -> None:
        """A folder of the machine with all that is in it, at its own path."""
        for path in sorted(Path(source).rglob("*")):
            if path.is_file():
                self.file(str(path).removeprefix("/"), path.read_bytes())


def layer(name: str, sources: list[str], fill: Callable[[Rootfs], None], made_by: Path) -> Layer:
    """The layer that `fill` makes from the files `sources`, kept in the cache under what identifies them.

    `made_by` is the source file of `fill`.
    """
    stamps = [(each, Path(each).stat().st_size, Path(each).stat().st_mtime_ns) for each in sources]
    text = made_by.read_bytes() + Path(__file__).read_bytes()
    key = hashlib.sha256(json.dumps(stamps).encode() + text).hexdigest()[:16]
    folder = cache_dir() / "layers"
    path, note = folder / f"{name}-{key}.tar.gz", folder / f"{name}-{key}.json"
    if not note.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for outdated in folder.glob(f"{name}-*"):
            outdated.unlink(missing_ok=True)
        rootfs = Rootfs()
        fill(rootfs)
        content = rootfs.bytes()
        packed = gzip.compress(content, 1, mtime=0)
        path.write_bytes(packed)
        note.write_text(json.dumps([f"sha256:{hashlib.sha256(each).hexdigest()}" for each in (packed, content)]))
    digest, diff_id = json.loads(note.read_text())
    return Layer(path, digest, diff_id)


def _libraries(program: str) -> list[str]:
    """The shared libraries of a program, the loader included, as ldd(1) names them; none for a static one."""
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return re.findall(r"(?:=> |^\s*)(/\S+) \(0x", said, re.M)
