"""A process under its supervisor: what it gets, how it ends, and that it ends as it would alone."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from mailroute.rehearsal.result import RehearsalError
from mailroute.rehearsal.shared.processes import Child, Children, Command

pytestmark = pytest.mark.hostile("faults")


def run(directory: Path, *arguments: str, grace: float = 0.5, **environment: str) -> tuple[Child, list[str]]:
    """The process of a command that ends by itself, and the lines that it printed."""
    lines: list[str] = []
    with Children() as children:
        child = children.start(_command(directory, lines, *arguments, grace=grace, **environment))
        assert child.exited.wait(20)
    return child, lines


def _command(directory: Path, lines: list[str], *arguments: str, grace: float, **environment: str) -> Command:
    variables = {"PATH": os.environ["PATH"], **environment}
    return Command(arguments, directory, variables, lines.append, grace_seconds=grace)


@pytest.mark.parametrize(
    ("script", "status"),
    [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", -15), ("kill -KILL $$", -9)],
)
def test_a_process_ends_with_its_own_status(tmp_path: Path, script: str, status: int) -> None:
    child, _ = run(tmp_path, "sh", "-c", script)
    assert child.status == status


def test_an_environment_that_is_too_large_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match="the configuration is too large for a process"):
        run(tmp_path, "true", PULUMI_CONFIG="x" * 10_000_000)


def test_a_process_is_as_it_would_be_alone(tmp_path: Path) -> None:
    script = (
        "import os, signal as s, sys\n"
        "print(os.getcwd(), os.environ['A'], sys.argv[1:])\n"
        "print(repr(sys.stdin.read()), os.getsid(0) == os.getpid())\n"
        "print([s.getsignal(n) is s.SIG_DFL for n in (s.SIGTERM, s.SIGHUP, s.SIGCHLD)])\n"
        "print(s.pthread_sigmask(s.SIG_BLOCK, []), sorted(os.listdir('/proc/self/fd'))[:3])\n"
    )
    child, lines = run(tmp_path, sys.executable, "-c", script, "x", "--y", A="b", PYTHONHASHSEED="7")
    assert child.status == 0, child.errors
    assert lines == [
        f"{tmp_path} b ['x', '--y']",
        "'' True",
        "[True, True, True]",
        "set() ['0', '1', '2']",
    ]


def test_a_broken_pipe_ends_a_process_as_it_does_alone(tmp_path: Path) -> None:
    child, lines = run(tmp_path, "sh", "-c", "yes | head -n 1; echo done")
    assert (child.status, child.errors, lines) == (0, "", ["y", "done"])


def test_a_process_is_asked_before_it_is_ended(tmp_path: Path) -> None:
    asked = "import signal, time, sys\nsignal.signal(15, lambda *_: (print('asked'), sys.exit(3)))\n"
    lines: list[str] = []
    script = f"{asked}print('ready', flush=True)\ntime.sleep(60)"
    with Children() as children:
        child = children.start(_command(tmp_path, lines, sys.executable, "-c", script, grace=10))
        while not lines:
            time.sleep(0.01)
        child.end()
    assert (child.status, lines) == (3, ["ready", "asked"])


def test_a_process_that_will_not_end_is_ended(tmp_path: Path) -> None:
    lines: list[str] = []
    with Children() as children:
        script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
        child = children.start(_command(tmp_path, lines, "sh", "-c", script, grace=0.2))
        while not lines:
            time.sleep(0.01)
        began = time.monotonic()
        child.end()
    assert time.monotonic() - began < 3
    assert child.status == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell nobody of a parent's end")
def test_a_process_does_not_outlive_its_supervisor(tmp_path: Path) -> None:
    script = "echo $$; kill -KILL $PPID; sleep 300"
    child, lines = run(tmp_path, "sh", "-c", script)
    assert child.status == -signal.SIGKILL
    deadline = time.monotonic() + 5
    while Path(f"/proc/{lines[0]}/cmdline").exists() and Path(f"/proc/{lines[0]}/cmdline").read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_cannot_be_run_is_one_line(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("no program", encoding="utf-8")
    with pytest.raises(RehearsalError) as raised:
        run(tmp_path, str(plain))
    assert str(raised.value) == f"{plain} cannot be run: Permission denied"
    plain.chmod(0o755)
    plain.write_text("#!/nowhere/at/all\n", encoding="utf-8")
    child, _ = run(tmp_path, str(plain))
    assert (child.status, child.errors) == (127, f"{plain} cannot be run: No such file or directory")
