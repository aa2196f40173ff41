"""Images from the machine's own programs: the same files make the same bytes."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tests.lab import rootfs
from tests.lab.registry import Layer
from tests.lab.rootfs import Rootfs


def test_a_root_file_system_holds_each_name_once_and_its_folders() -> None:
    root = Rootfs()
    root.folder("tmp", 0o1777)
    root.file("bin/hello", b"hello", 0o755)
    root.file("bin/hello", b"again")
    root.link("bin/hi", "hello")
    with tarfile.open(fileobj=io.BytesIO(root.bytes())) as made:
        entries = [(each.name, oct(each.mode), each.linkname) for each in made]
    assert entries == [
        ("tmp", "0o1777", ""),
        ("bin", "0o755", ""),
        ("bin/hello", "0o755", ""),
        ("bin/hi", "0o644", "hello"),
    ]


def test_a_layer_is_made_once_and_anew_when_its_source_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    source = tmp_path / "source"
    filled = []

    def layer(content: bytes) -> Layer:
        source.write_bytes(content)

        def fill(root: Rootfs) -> None:
            filled.append(content)
            root.file("it", content)

        return rootfs.layer("it", [str(source)], fill, Path(__file__))

    one = layer(b"one")
    assert one.path.exists()
    two = layer(b"other")
    assert two.digest != one.digest
    assert two.diff_id != one.diff_id
    assert not one.path.exists()
    assert rootfs.layer("it", [str(source)], lambda _: filled.append(b"never"), Path(__file__)) == two
    assert filled == [b"one", b"other"]
