"""How a rehearsal ends: well, badly, too late or by force; and that no process outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailroute.rehearsal.embedded.launch import COMPLETE
from mailroute.rehearsal.embedded.lifecycle import Lifecycle
from mailroute.rehearsal.result import Registered, RehearsalError
from mailroute.rehearsal.shared.processes import Children, Command

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.embedded.conftest import Rehearser

ROOT = Path(__file__).parents[2]

LINGERING = """
import os, pathlib, subprocess, time
child = subprocess.Popen(["sleep", "300"])
pathlib.Path("started.part").write_text(f"{os.getpid()} {child.pid}")
os.rename("started.part", "started")
"""

ESCAPES = {
    "its session": "subprocess.Popen(['sleep', '300'], start_new_session=True)",
    "its parent": "subprocess.run(['sh', '-c', 'setsid sleep 300 >/dev/null 2>&1 & exit 0'])",
    "its environment too": "subprocess.run(['env', '-i', '/bin/sh', '-c', '/usr/bin/setsid -f sleep 300'])",
    "twice": "os.fork() or (os.setsid(), os.fork() or time.sleep(300), os._exit(0))",
}
ESCAPING = """
import os, pathlib, subprocess, time
def sleepers():
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if str(entry.joinpath("cwd").readlink()) == os.getcwd():
                yield entry.name
        except OSError:
            pass
before = set(sleepers())
ESCAPE
time.sleep(0.3)
left = " ".join(set(sleepers()) - before)
pathlib.Path("started.part").write_text(left)
os.rename("started.part", "started")
"""

DRIVER = """
import sys
from pathlib import Path
from mailroute.rehearsal.embedded.run import run
from mailroute.rehearsal.project import Project
try:
    run(Project.load(Path(sys.argv[1]), "dev"), {}, up=False, packs=[], pack_config=None, timeout=60,
        on_event=lambda event: None)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("raise ValueError('the port is wrong')", "__main__.py:1: ValueError: the port is wrong"),
        (
            "import no_where.at_all",
            f"__main__.py:1: ModuleNotFoundError: No module named 'no_where': {sys.executable} lacks it: "
            f"{sys.executable} -m pip install PACKAGE, the one that has it",
        ),
        (
            "import pulumi_no_where",
            f"__main__.py:1: ModuleNotFoundError: No module named 'pulumi_no_where': {sys.executable} lacks "
            f"it: {sys.executable} -m pip install pulumi-no-where",
        ),
        (
            "import helper.more",
            "__main__.py:1: ModuleNotFoundError: No module named 'helper.more'; 'helper' is not a package",
        ),
        ("x = = 1", "__main__.py:1: SyntaxError: invalid syntax"),
        ("import pulumi\nraise pulumi.RunError('so much for that')", "so much for that"),
        ("raise SystemExit('enough')", "enough"),
        ("import helper\nhelper.fail()", "helper.py:2: KeyError: 'port'"),
    ],
)
def test_a_program_that_fails_is_one_line(rehearser: Rehearser, source: str, complaint: str) -> None:
    rehearser.write(source, **{"helper.py": "def fail():\n    return {}['port']\n"})
    with pytest.raises(RehearsalError) as raised:
        rehearser.run()
    assert str(raised.value) == f"the program fails: {complaint}"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import sys\nsys.exit(7)", "the program exits with status 7 and says nothing"),
        (f"import sys\nsys.exit({COMPLETE})", "the program exits with status 1 and says nothing"),
        (
            "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
            "the program is ended by signal 9 and says nothing",
        ),
    ],
)
def test_a_program_that_only_ends_is_one_line(rehearser: Rehearser, source: str, complaint: str) -> None:
    rehearser.write(source)
    with pytest.raises(RehearsalError) as raised:
        rehearser.run()
    assert str(raised.value) == complaint


THING = 'pulumi.CustomResource("aws:index:Thing", "thing")'


@pytest.mark.hostile("engine")
@pytest.mark.parametrize(
    "ending",
    [
        f"{THING}.urn.apply(lambda _: sys.exit(0))",
        "pulumi.Output.from_input(1).apply(lambda _: sys.exit())",
        f"{THING}\nos._exit(0)",
        f"{THING}.urn.apply(lambda _: os._exit(0))",
    ],
)
def test_a_program_that_ends_early_is_not_judged(rehearser: Rehearser, ending: str) -> None:
    rehearser.write(f"import os, sys\nimport pulumi\n{ending}\n")
    with pytest.raises(RehearsalError) as raised:
        rehearser.run()
    assert str(raised.value) == (
        "the program ends, with status 0, before it has registered everything: "
        "let it come to its end, without sys.exit in apply and without os._exit"
    )


@pytest.mark.parametrize(
    "end",
    [
        "sys.exit(0)",
        "sys.exit()",
        "import atexit\natexit.register(lambda: os._exit(0))",
        # As an SDK does that is older than the call.
        "import pulumi.runtime.stack as stack\nasync def none(): pass\nstack._wait_for_shutdown = none",
    ],
)
def test_a_program_may_exit_at_its_own_end(rehearser: Rehearser, end: str) -> None:
    rehearser.write(f"import os, sys\nimport pulumi\n{THING}\n{end}\n")
    assert "thing" in [resource.name for resource in rehearser.run().resources]


def test_an_interpreter_without_pulumi_is_one_line(rehearser: Rehearser, tmp_path: Path) -> None:
    python = tmp_path / "program" / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    rehearser.write("")
    project = "name: demo\nruntime: {name: python, options: {virtualenv: venv}}\n"
    (rehearser.directory / "Pulumi.yaml").write_text(project, encoding="utf-8")
    (rehearser.directory / "requirements.txt").write_text("pulumi\n", encoding="utf-8")
    said = r"cannot import the Pulumi SDK: No module named 'pulumi': (\S+) lacks it: \1 -m pip install -r \S+"
    with pytest.raises(RehearsalError, match=said):
        rehearser.run()


WAITS = """
import asyncio, atexit
import pulumi
wait, looked_at = asyncio.wait, []
asyncio.wait = lambda outputs, **options: looked_at.append(len(outputs)) or wait(outputs, **options)
outputs = [pulumi.Output.from_input(asyncio.sleep(number / 200)) for number in range(60)]
atexit.register(lambda: print("looked at", sum(looked_at)))
"""


def test_waiting_takes_time_in_proportion(rehearser: Rehearser) -> None:
    rehearser.write(WAITS)
    rehearsal = rehearser.run()
    (said,) = [note.message for note in rehearsal.diagnostics if note.message.startswith("looked at ")]
    assert 60 <= int(said.removeprefix("looked at ")) < 600


FIRST_PROCESS = """
import sys
from mailroute.cli import main
from mailroute.rehearsal.shared.processes import Children
def started(children, command):
    print(*sorted({"jsonschema", "pulumi", "reachability", "rich"} & set(sys.modules)), file=sys.stderr)
    raise KeyboardInterrupt
Children.start = started
sys.argv = ["mailroute", "rehearse", "--engine", "embedded", "--stack", "prod"]
main()
"""


def test_processes_start_before_what_is_slow_to_load() -> None:
    run = [sys.executable, "-c", FIRST_PROCESS]
    ended = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stderr == "\nmailroute: error: interrupted\n"


SIGNALS = """
import pulumi
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.settings import get_monitor

class Thing(pulumi.CustomResource):
    def __init__(self, name):
        super().__init__("aws:index:Thing", name, {"a": 1})

def signal(urn):
    get_monitor().SignalAndWaitForShutdown(Empty())
    LATE

signalled = Thing("first").urn.apply(signal)
"""


@pytest.mark.hostile("engine")
@pytest.mark.parametrize(
    ("late", "what"),
    [
        ("Thing('second')", "registers aws:index:Thing 'second'"),
        ("pulumi.ComponentResource('demo:index:Group', 'g')", "registers demo:index:Group 'g'"),
        ("pulumi.runtime.invoke('aws:index:getThing', {})", "calls aws:index:getThing"),
        ("pulumi.CustomResource('aws:index:Thing', 'r', {}, pulumi.ResourceOptions(id='i'))", "reads aws:"),
        ("pulumi.ComponentResource.register_outputs(group, {'a': 1})", "registers outputs of 'group'"),
    ],
)
def test_nothing_is_declared_after_the_judgement(rehearser: Rehearser, late: str, what: str) -> None:
    group = "group = pulumi.ComponentResource('demo:index:Group', 'group')\n"
    rehearser.write(SIGNALS.replace("LATE", late).replace("signalled", group + "signalled"))
    with pytest.raises(RehearsalError) as raised:
        rehearser.run()
    assert str(raised.value).startswith(f"the program {what}")
    assert "after it has signalled that it is done (SignalAndWaitForShutdown)" in str(raised.value)


@pytest.mark.hostile("engine")
def test_the_judgement_waits_for_what_is_being_answered() -> None:
    lifecycle, done = Lifecycle(), []
    with lifecycle.answering("registers one"):
        judging = threading.Thread(target=lifecycle.judge_once, args=(lambda: done.append("judged"),))
        judging.start()
        while not refuses(lifecycle):
            time.sleep(0.01)
        done.append("answered")
    judging.join(10)
    assert done == ["answered", "judged"]


def refuses(lifecycle: Lifecycle) -> bool:
    try:
        with lifecycle.answering("registers another"):
            return False
    except RehearsalError:
        return True


@pytest.mark.hostile("engine")
def test_the_judgement_waits_no_longer_than_the_rehearsal() -> None:
    lifecycle, judged = Lifecycle(), list[str]()
    with lifecycle.answering("registers one"):
        judging = threading.Thread(target=lifecycle.judge_once, args=(lambda: judged.append("late"),))
        judging.start()
        lifecycle.set_over()
        judging.join(10)
        assert not judging.is_alive()
    assert judged == []


def let_time_pass(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """Whatever is allowed for it has passed as soon as the lingering program of `directory` runs."""
    wait = Lifecycle.wait_for_end

    def wait_no_longer(lifecycle: Lifecycle, timeout: float) -> Exception | None:
        _started(directory)
        return wait(lifecycle, min(timeout, 0.1))

    monkeypatch.setattr(Lifecycle, "wait_for_end", wait_no_longer)


@pytest.mark.hostile("faults")
def test_a_program_that_never_ends_is_ended(rehearser: Rehearser, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearser.write(LINGERING + "time.sleep(300)\n")
    let_time_pass(monkeypatch, rehearser.directory)
    with pytest.raises(RehearsalError, match=r"^the program has not ended within 8 s: .*--timeout"):
        rehearser.run(timeout=8)
    assert _are_gone(_started(rehearser.directory))


@pytest.mark.hostile("faults")
def test_what_a_program_leaves_behind_is_ended(rehearser: Rehearser) -> None:
    rehearser.write(LINGERING)
    rehearser.run()
    assert _are_gone(_started(rehearser.directory))


@pytest.mark.hostile("faults")
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no subreaper")
@pytest.mark.parametrize("escape", ESCAPES)
def test_what_leaves_its_session_ends_as_well(rehearser: Rehearser, escape: str) -> None:
    rehearser.write(ESCAPING.replace("ESCAPE", ESCAPES[escape]))
    rehearser.run()
    escaped = _started(rehearser.directory)
    assert escaped
    assert not [process for process in escaped if _runs(process)]


@pytest.mark.hostile("faults")
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no subreaper")
def test_what_leaves_its_session_ends_with_a_killed_run(rehearser: Rehearser) -> None:
    rehearser.write(ESCAPING.replace("ESCAPE", ESCAPES["its environment too"]) + "time.sleep(300)\n")
    driver = _drive(rehearser)
    escaped = _started(rehearser.directory)
    assert [process for process in escaped if _runs(process)]
    driver.kill()
    driver.wait()
    assert _are_gone(escaped)


@pytest.mark.hostile("faults")
def test_a_pack_that_never_loads_ends_before_the_program(
    rehearser: Rehearser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearser.write(LINGERING)
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n", encoding="utf-8")
    (pack / "__main__.py").write_text(LINGERING + "time.sleep(300)\n", encoding="utf-8")
    let_time_pass(monkeypatch, pack)
    with pytest.raises(RehearsalError, match=r"^the policy packs have not loaded within 8 s: "):
        rehearser.run(packs=[pack], timeout=8)
    assert _are_gone(_started(pack))
    assert not (rehearser.directory / "started").exists()


@pytest.mark.hostile("faults")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_no_process_outlives_a_rehearsal_that_is_stopped(
    rehearser: Rehearser, number: signal.Signals, status: int
) -> None:
    rehearser.write(LINGERING + "time.sleep(300)\n")
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(rehearser.directory)],
    )
    processes = _started(rehearser.directory)
    driver.send_signal(number)
    assert driver.wait(20) == status
    assert _are_gone(processes)


QUITS = f"""
import os, threading
import pulumi
threading.Timer(0.3, lambda: os._exit({COMPLETE})).start()
pulumi.CustomResource("aws:index:Thing", "slow")
"""


@pytest.mark.hostile("faults")
def test_what_fails_after_the_program_s_end_counts(
    rehearser: Rehearser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_late(event: object) -> None:
        if isinstance(event, Registered) and event.name == "slow":
            time.sleep(1)
            raise BrokenPipeError

    rehearser.write(QUITS)
    monkeypatch.setattr(rehearser, "events", type("Late", (), {"append": staticmethod(fail_late)})())
    with pytest.raises(BrokenPipeError):
        rehearser.run()


def test_what_a_watcher_raises_ends_the_rehearsal(
    rehearser: Rehearser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def close(event: object) -> None:
        raise BrokenPipeError(str(event))

    rehearser.write(LINGERING + "print('hello')\ntime.sleep(300)\n")
    monkeypatch.setattr(rehearser, "events", type("Closed", (), {"append": staticmethod(close)})())
    with pytest.raises(BrokenPipeError):
        rehearser.run()


def test_a_program_that_cannot_be_run_is_one_line(tmp_path: Path) -> None:
    with Children() as children, pytest.raises(RehearsalError, match="nowhere cannot be run: No such file"):
        children.start(Command([str(tmp_path / "nowhere")], tmp_path, {}, print))


@pytest.mark.hostile("engine")
def test_a_secret_is_in_no_argument(rehearser: Rehearser) -> None:
    rehearser.write(
        "import pathlib, os, pulumi\n"
        "pulumi.export('line', pathlib.Path(f'/proc/{os.getpid()}/cmdline').read_text())\n"
        "pulumi.export('password', pulumi.Config().require_secret('password'))\n",
        config="config: {password: {secure: abc}}\n",
    )
    rehearsal = rehearser.run()
    assert "made-up-secret" in rehearsal.outputs["password"].value
    assert "made-up-secret" not in rehearsal.outputs["line"]
    assert "made-up-secret" not in repr(rehearsal)


def _drive(rehearser: Rehearser) -> subprocess.Popen[bytes]:
    """The rehearsal of what has been written, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(rehearser.directory)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "policies")))},
    )


def _started(directory: Path) -> list[int]:
    """The processes of a lingering program, once it runs."""
    file = directory / "started"
    deadline = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < deadline, "the program does not start"
        time.sleep(0.05)
    return [int(number) for number in file.read_text(encoding="utf-8").split()]


def _are_gone(processes: Iterable[int]) -> bool:
    """Whether processes end, for which the kernel may need a moment."""
    deadline = time.monotonic() + 10
    while any(_runs(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _runs(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
