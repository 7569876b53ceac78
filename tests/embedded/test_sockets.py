"""Who can call the engine, its packs and providers: nobody but the user whose run it is."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailroute.rehearsal.embedded.children import start_children
from mailroute.rehearsal.embedded.packs import SERVE
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.shared import channels, scratch
from mailroute.rehearsal.shared.scratch import folder, remove_abandoned

if TYPE_CHECKING:
    from tests.embedded.conftest import Rehearser

pytestmark = pytest.mark.hostile("engine")


PROGRAM = """
import glob, os, stat, sys
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    def create(self, inputs):
        return CreateResult("id", inputs)

def listening():
    inodes = {
        line.split()[9]
        for table in ("tcp", "tcp6") for line in open(f"/proc/net/{table}").readlines()[1:]
        if line.split()[3] == "0A"
    }
    owned = set()
    for entry in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            owned.add((entry.split("/")[2], os.readlink(entry)))
        except OSError:
            pass
    found = {process for process, link in owned if link[8:-1] in inodes and link.startswith("socket:")}
    return sorted(open(f"/proc/{process}/cmdline").read().replace(chr(0), " ") for process in found)

class Thing(Resource):
    pass

thing = Thing(Provider(), "thing", {"a": 1})
pulumi.export("listening", thing.id.apply(lambda _: listening()))
pulumi.export("engine", sys.orig_argv[sys.orig_argv.index("--monitor") + 1])
"""
PACK = """
import pulumi_policy as sdk
sdk.PolicyPack("own", [sdk.StackValidationPolicy("nothing", "It finds nothing.", lambda stack, report: None)])
"""


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's /proc")
def test_nothing_of_a_rehearsal_listens_on_a_port(rehearser: Rehearser, tmp_path: Path) -> None:
    rehearser.write(PROGRAM)
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n", encoding="utf-8")
    (pack / "__main__.py").write_text(PACK, encoding="utf-8")
    rehearsal = rehearser.run(up=True, packs=[pack])
    ours = [line for line in rehearsal.outputs["listening"] if "pulumi." in line or "launch.py" in line]
    assert ours == []
    assert rehearsal.outputs["engine"].startswith("unix:")


def test_only_its_user_reaches_the_sockets(rehearser: Rehearser) -> None:
    rehearser.write("")
    with start_children(Project.load(rehearser.directory, "dev"), [], up=False) as started:
        socket = Path(started.address.removeprefix("unix:"))
        assert stat.S_ISSOCK(socket.stat().st_mode)
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        assert socket.parent.stat().st_uid == os.getuid()
    assert not socket.parent.exists()


def test_a_long_folder_for_temporary_files_is_no_fault(
    rehearser: Rehearser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("long-" * 20)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    rehearser.write("import pulumi\npulumi.export('answer', 42)\n")
    assert rehearser.run().outputs == {"answer": 42}


def test_a_proxy_stands_between_nobody(rehearser: Rehearser, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    rehearser.write("import pulumi\npulumi.export('answer', 42)\n")
    assert rehearser.run().outputs == {"answer": 42}


def test_a_pack_that_serves_in_its_own_way_is_called_there(tmp_path: Path) -> None:
    assert channels.announced("40123", tmp_path / "pack") == "40123"
    assert channels.announced("0", tmp_path / "pack") == f"unix:{tmp_path}/pack"


def test_a_pack_s_python_without_pulumi_says_so() -> None:
    run = [sys.executable, "-I", "-S", str(SERVE), "socket", "pulumi.policy", "engine", "."]
    ended = subprocess.run(run, capture_output=True, text=True, check=False)
    assert ended.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'pulumi'"


# The folders


def test_a_folder_is_its_user_s_alone_and_ends() -> None:
    with folder() as made:
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
        (made / "file").write_text("text", encoding="utf-8")
    assert not made.exists()


def test_a_file_system_without_locks_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(fcntl, "flock", fail)
    with folder() as made:
        monkeypatch.undo()
        remove_abandoned(made.parent)
        assert made.exists()


KILLED = """
import os, signal
from mailroute.rehearsal.shared import scratch
from mailroute.rehearsal.shared.scratch import folder
scratch._LONGEST = 1_000
with folder() as made:
    print(made, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_run_leaves_the_next_one_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = [sys.executable, "-c", KILLED]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    monkeypatch.setattr(scratch, "_LONGEST", 1_000)
    ended = subprocess.run(run, env=environment, capture_output=True, text=True, check=False)
    left = Path(ended.stdout.strip())
    assert left.parent == tmp_path
    assert (left / "lock").exists()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with folder() as made:
        assert not left.exists()
        remove_abandoned(tmp_path)
        assert made.exists()


def left_behind(path: Path) -> Path:
    """A folder as a run leaves it that was killed."""
    with folder() as made:
        shutil.copytree(made, path)
    return path


def test_a_folder_that_is_another_s_or_in_use_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = left_behind(tmp_path / "mailroute-abc_12xy")
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    remove_abandoned(tmp_path)
    assert other.exists()
    monkeypatch.undo()
    with (other / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        remove_abandoned(tmp_path)
        assert other.exists()
    remove_abandoned(tmp_path)
    assert not other.exists()


def test_a_folder_that_no_run_has_made_is_left(tmp_path: Path) -> None:
    left = left_behind(tmp_path / "elsewhere")
    shutil.copytree(left, tmp_path / "mailroute-mine")
    (tmp_path / "mailroute-linked01").symlink_to(left)
    for name in ("without1", "holding2", "longer_3", "symlink4", "a_pipe_5"):
        (tmp_path / f"mailroute-{name}").mkdir()
    (tmp_path / "mailroute-holding2" / "lock").touch()
    (tmp_path / "mailroute-longer_3" / "lock").write_bytes((left / "lock").read_bytes() + b"x")
    (tmp_path / "mailroute-symlink4" / "lock").symlink_to(left / "lock")
    os.mkfifo(tmp_path / "mailroute-a_pipe_5" / "lock")
    before = sorted(tmp_path.rglob("*"))
    remove_abandoned(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
