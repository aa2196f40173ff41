"""The lab's memory: what it writes is read back, also by another version of itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lab import processes, state
from tests.lab.state import Daemon, State
from tests.lab.tear_down import mounts_under


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from the lab that may be running."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "c"))


def _saved() -> State:
    lab = State(docker_host="unix:///there.sock", daemons={"etcd": Daemon(12, 345)})
    with state.changing(lab):
        lab.before.sysctls["kernel/panic"] = "1"
    return lab


def test_what_is_written_is_read_back() -> None:
    assert state.load() is None
    assert _saved() == state.load()


def test_a_field_of_another_version_is_left_out_and_an_absent_one_has_its_default() -> None:
    lab = _saved()
    file = state.state_dir() / "state.json"
    written = json.loads(file.read_text())
    del written["registry"]
    file.write_text(json.dumps({**written, "of_tomorrow": 1}))
    assert state.load() == lab


def test_a_file_that_was_cut_off_is_no_state() -> None:
    _saved()
    file = state.state_dir() / "state.json"
    file.write_text(file.read_text()[:40])
    assert state.load() is None


def test_a_long_home_does_not_make_a_socket_address_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ("long" * 30)))
    assert str(state.state_dir()).startswith("/run/kubia-lab-")


def test_only_a_program_told_of_the_labs_directory_is_the_labs() -> None:
    directory = state.state_dir()
    assert processes.belongs_to_lab(["/usr/bin/etcd", f"--data-dir={directory}/etcd"], directory)
    assert not processes.belongs_to_lab(["/usr/bin/etcd", "--data-dir=/var/lib/etcd"], directory)
    assert not processes.belongs_to_lab(["/usr/bin/less", f"{directory}/logs/etcd.log"], directory)
    assert not processes.belongs_to_lab(["/usr/bin/etcd", f"--data-dir={directory}-2/etcd"], directory)


def test_mounts_are_found_innermost_first_and_a_name_that_only_begins_alike_is_not_one() -> None:
    mountinfo = """\
23 1 0:21 / / rw - ext4 /dev/vda rw
40 23 0:40 / /s/lab rw - tmpfs tmpfs rw
41 40 0:41 / /s/lab/docker\\040run/netns/default rw - nsfs nsfs rw
42 23 0:42 / /s/lab-of-another rw - tmpfs tmpfs rw
"""
    assert mounts_under(Path("/s/lab"), mountinfo) == ["/s/lab/docker run/netns/default", "/s/lab"]
