"""`mailroute` among other processes: terminals, pipes, signals, and nothing left behind."""

from __future__ import annotations

import errno
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailroute.cli.status import Status, exit_status
from tests.cli.conftest import ROOT, Cli, command, environment

Make = Callable[..., Path]
EMBEDDED = ("rehearse", "--engine", "embedded")
ALONE = (*EMBEDDED, "--no-creation")
SMALL = "import pulumi\npulumi.export('answer', 42)\n"
LATE = """
import asyncio, pulumi, pulumi_aws as aws

async def later():
    await asyncio.sleep(1.5)
    return "10.0.0.0/24"

vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block=pulumi.Output.from_input(later()))
"""
HANGS = "import pathlib, time, pulumi\npathlib.Path('started').touch()\ntime.sleep(1000)\n"


# Terminals


def on_a_terminal(*arguments: str, **changes: str) -> tuple[int, str]:
    """The exit status of a command, and everything that it wrote to its terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command()[0], command(*arguments), environment(TERM="xterm-256color", **changes))  # noqa: S606
    written = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], 60)
        try:
            read = os.read(terminal, 65536) if ready else b""
        except OSError:  # Linux's end of file on a terminal
            read = b""
        if not read:
            break
        written += read
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), written.decode()


def test_a_terminal_shows_a_live_tree_then_a_coloured_report(project: Make) -> None:
    status, shown = on_a_terminal(*ALONE, "--program", str(project(program=LATE)))
    assert status == 0
    assert "\x1b[32m✔ \x1b[0mshop-dev\x1b[2m  pulumi.pulumi.Stack" in shown
    report = shown[shown.index("Resources to create") :]
    assert re.search(r"\x1b\[32m  [^\x1b]*aws\.ec2\.Vpc", report)


def test_no_color_on_a_terminal_is_honoured(project: Make) -> None:
    status, shown = on_a_terminal(*ALONE, "--program", str(project(program=LATE)), NO_COLOR="1")
    assert status == 0
    assert "✔ shop-dev  pulumi.pulumi.Stack" in shown
    assert not re.search(r"\x1b\[[0-9;]*[1-9][0-9;]*m", shown)


def test_off_a_terminal_nothing_is_coloured_or_said_twice(cli: Cli, project: Make) -> None:
    result = cli(*ALONE, "--program", str(project()), FORCE_COLOR="1", TERM="xterm-256color")
    assert "\x1b" not in result.stdout + result.stderr
    assert result.stderr.splitlines() == [
        "mailroute: preview of stack dev of shop, with the embedded engine",
        "mailroute: 3 of 3 resources done",
    ]


def test_a_terminal_that_knows_ascii_alone_is_no_fault(cli: Cli, project: Make) -> None:
    result = cli(*ALONE, "--program", str(project(program=SMALL)), PYTHONIOENCODING="ascii")
    assert result.returncode == 0, result.stderr
    assert "? every mandatory policy holds" in result.stdout


# Pipes


@pytest.mark.hostile("faults")
@pytest.mark.parametrize("arguments", [("--help",), ("rehearse", "--help"), ALONE])
def test_a_reader_who_leaves_ends_it_quietly(project: Make, arguments: tuple[str, ...]) -> None:
    program = ("--program", str(project(program=SMALL))) if arguments == ALONE else ()
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        command(*arguments, *program), stdout=writer, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        os.close(writer)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGPIPE
    assert "error" not in errors.lower()
    assert "Traceback" not in errors


@pytest.mark.hostile("faults")
def test_a_reader_of_progress_who_leaves_ends_nothing(project: Make) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        command(*ALONE, "--program", str(project(program=SMALL))),
        stdout=subprocess.PIPE,
        stderr=writer,
        text=True,
        env=environment(),
    ) as process:
        os.close(writer)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "every mandatory policy holds" in output


@pytest.mark.hostile("faults")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, the full device of Linux")
@pytest.mark.parametrize("arguments", [ALONE, ("rehearse", "--help")])
def test_output_that_cannot_be_written_is_one_line(arguments: tuple[str, ...], project: Make) -> None:
    program = ("--program", str(project(program=SMALL))) if arguments == ALONE else ()
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            command(*arguments, *program),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            timeout=60,
            check=False,
        )
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == (
        "mailroute: error: standard output cannot be written: No space left on device"
    )


def test_a_full_disk_elsewhere_is_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    assert exit_status(fails) == Status.FAULT
    assert "internal fault: OSError: [Errno 28] No space left on device" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/stderr").exists(), reason="needs /dev/stderr")
def test_markdown_to_a_device_is_written_to_it_as_it_is(cli: Cli, project: Make) -> None:
    result = cli(*ALONE, "--program", str(project(program=SMALL)), "--markdown", "/dev/stderr")
    assert result.returncode == 0, result.stderr
    assert "## ✅ mailroute: stack `dev` of `shop`" in result.stderr
    assert Path("/dev/stderr").is_symlink()


def test_markdown_takes_the_place_of_what_was_there(cli: Cli, project: Make, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    report.write_text("before", encoding="utf-8")
    report.chmod(0o640)
    other = tmp_path / "other.md"
    other.hardlink_to(report)
    cli(*ALONE, "--program", str(project(program=SMALL)), "--markdown", "report.md")
    assert report.read_text(encoding="utf-8").startswith("## ✅ mailroute")
    assert report.stat().st_mode & 0o777 == 0o640
    assert other.read_text(encoding="utf-8") == "before"  # replaced as a whole, not written over


# Signals


def processes_with(mark: str) -> Iterator[int]:
    """The processes that have `mark` in their environment."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                found = mark.encode() in (entry / "environ").read_bytes()
            except OSError:
                continue
            if found:
                yield int(entry.name)


def left_after(mark: str, seconds: float) -> list[int]:
    """The processes with `mark` that are still there after at most `seconds`."""
    end = time.monotonic() + seconds
    while (left := list(processes_with(mark))) and time.monotonic() < end:
        time.sleep(0.05)
    return left


@pytest.mark.hostile("faults")
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_signal_ends_every_process(project: Make, number: signal.Signals, status: int) -> None:
    mark = f"mark-{uuid.uuid4()}"
    program = project(program=HANGS)
    with subprocess.Popen(
        command(*EMBEDDED, "--program", str(program)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(TEST_MARK=mark),
    ) as process:
        while not (program / "started").exists():
            assert process.poll() is None
            time.sleep(0.05)
        assert len(list(processes_with(mark))) > 2
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    assert process.returncode == status
    assert output == ""
    assert "Traceback" not in errors
    assert ("mailroute: error: interrupted" in errors) == (number is signal.SIGINT)
    assert left_after(mark, 3) == []


@pytest.mark.hostile("faults")
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize(
    ("program", "arguments", "status"),
    [(SMALL, (), 0), ("1 / 0\n", (), 2), (HANGS, ("--timeout", "3"), 2)],
)
def test_an_end_leaves_no_process(
    cli: Cli, project: Make, program: str, arguments: tuple[str, ...], status: int
) -> None:
    mark = f"mark-{uuid.uuid4()}"
    result = cli(*EMBEDDED, "--program", str(project(program=program)), *arguments, TEST_MARK=mark)
    assert result.returncode == status, result.stderr
    assert left_after(mark, 0) == []


# Help


@pytest.mark.parametrize("arguments", [(), ("--help",), ("rehearse", "--help"), ("rehearse", "-h")])
def test_help_has_examples(cli: Cli, arguments: tuple[str, ...]) -> None:
    result = cli(*arguments)
    assert (result.returncode, result.stderr) == (0, "")
    assert "Examples:\n" in result.stdout


def test_version(cli: Cli) -> None:
    assert re.fullmatch(r"mailroute, version \d+\.\d+\.\d+\n", cli("--version").stdout)


def test_every_command_has_help_with_examples(cli: Cli) -> None:
    listed = cli("--help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    for line in listed.splitlines():
        assert "Examples:\n" in cli(line.split()[0], "--help").stdout


def test_module_runs_from_anywhere(cli: Cli, tmp_path: Path) -> None:
    assert cli("--version", cwd=tmp_path).stdout == cli("--version", cwd=ROOT).stdout


# Completion


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("mailroute re", ["plain,rehearse"]),
        ("mailroute rehearse --for", ["plain,--format"]),
        ("mailroute rehearse --format s", ["plain,sarif"]),
    ],
)
def test_a_shell_completes_what_is_typed(cli: Cli, words: str, completed: list[str]) -> None:
    last = str(len(words.split()) - 1)
    result = cli(_MAILROUTE_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=last)
    assert (result.stdout.splitlines(), result.stderr) == (completed, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_guide_says_how_to_ask_for_completion(cli: Cli, shell: str) -> None:
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    assert f"_MAILROUTE_COMPLETE={shell}_source mailroute" in guide
    if shutil.which("bash"):  # whose version click asks for
        script = cli(_MAILROUTE_COMPLETE=f"{shell}_source").stdout
        assert f"_MAILROUTE_COMPLETE={shell}_complete" in script
