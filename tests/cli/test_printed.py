"""What is printed: nothing in it drives a terminal, hides, gives a CI runner a command, or has no end."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import pytest

from mailroute.cli import output, status
from mailroute.rehearsal.result import Diagnostic, Severity
from mailroute.rehearsal.shared.journal import Journal
from mailroute.rehearsal.shared.processes import LONGEST_LINE, Children, Command
from mailroute.report import as_json, clean, markdown, terminal
from mailroute.report.model import Report
from reachability.egress import Unjudged
from tests.cli.conftest import ENGINES, Cli, command, environment, path_of
from tests.cli.samples import AFTER, REHEARSAL, REPORT, TODAY, resource

pytestmark = pytest.mark.hostile("injection")

Make = Callable[..., Path]
LINK = "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x07"
CLEAR = "\x1b[2J\x9b1A\x1bc"
HIDDEN = "pay\u202efdp.\u2066x\u200b\u2060\ufeff\u00ad\U000e0041\U000e007f\u3164\ufe0f"
COMMANDS = "x\n::error::boom\n  ::add-mask::x\n##[error]boom ##vso[task.complete]done"
HOSTILE = f"{LINK}{CLEAR}{HIDDEN}\r\n{COMMANDS}\x00\ud800$\\(x\\)$"
INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe0f\ufeff\U000e0000-\U000e0fff]"
)


def is_harmless(text: str) -> bool:
    """Whether a terminal, a reader and a CI runner see the same in `text`, but for its colours."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", text)
    driven = re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", plain)
    commands = [
        line for line in plain.splitlines() if line.lstrip().startswith("::") or re.search(r"##\w*\[", line)
    ]
    return not (driven or INVISIBLE.search(plain) or commands)


def hostile_report() -> Report:
    """A report with hostile text wherever a program or an account puts any."""
    made = resource(f"demo:index:{HOSTILE}", HOSTILE, inputs={"text": HOSTILE})
    rehearsal = replace(
        REHEARSAL,
        resources=(*REHEARSAL.resources, made),
        outputs={HOSTILE: HOSTILE},
        diagnostics=(Diagnostic(Severity.WARNING, HOSTILE, made.urn),),
        policies=tuple(replace(found, message=HOSTILE, urn=made.urn) for found in REHEARSAL.policies),
    )
    egress = [
        replace(one, service=HOSTILE, destination=replace(one.destination, host=HOSTILE))
        for one in (AFTER, TODAY)
    ]
    (change,) = REPORT.egress
    (group,) = REPORT.groups
    return replace(
        REPORT,
        rehearsal=rehearsal,
        account=HOSTILE,
        groups=(replace(group, component=made, resources=(made,)),),
        egress=(replace(change, after=egress[0], today=egress[1]),),
        unjudged=(Unjudged(HOSTILE, made.urn, HOSTILE),),
    )


@pytest.mark.parametrize("width", [40, 100])
@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal_report_is_harmless(width: int, colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shown)
    output.write(terminal.render(hostile_report(), width=width, colour=colour))
    assert is_harmless(shown.getvalue())
    assert "click" in shown.getvalue()
    assert "evil.example" not in shown.getvalue()


def test_a_line_that_is_wrapped_is_no_command() -> None:
    urn = "urn:pulumi:dev::error::aws:ec2/vpc:Vpc::x"
    wrapped = "\n".join(urn[at : at + 14] for at in range(0, len(urn), 14))
    assert "\n::error::" in wrapped
    assert is_harmless(clean.printable(wrapped))


def test_a_markdown_report_is_harmless() -> None:
    shown = markdown.render(hostile_report())
    assert is_harmless(shown)
    assert r"\$\\(x\\)\$" in shown
    assert "$" not in re.sub(r"`[^`]*`", "", shown.replace(r"\$", ""))


def test_a_json_report_is_harmless_and_means_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    document = as_json.render(hostile_report())
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shown)
    output.write_json(document)
    assert is_harmless(shown.getvalue())
    assert json.loads(shown.getvalue()) == json.loads(document)
    assert json.loads(clean.printable_json(json.dumps(HOSTILE, ensure_ascii=False))) == HOSTILE


def test_an_error_is_harmless_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    status.fail(f"--stack {HOSTILE}", status.Status.WRONG)
    shown = capsys.readouterr().err
    assert is_harmless(shown)
    assert shown.count("\n") == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_program_says_is_harmless(cli: Cli, project: Make, engine: str) -> None:
    source = (
        f"import pulumi\npulumi.ComponentResource('::error::a:b', 'n')\nraise ValueError({HOSTILE[:-12]!r})\n"
    )
    program = str(project(program=source))
    result = cli("rehearse", "--engine", engine, "--no-creation", "--program", program, **path_of(engine))
    assert result.returncode == 2
    assert "boom" in result.stderr
    assert is_harmless(result.stderr)


@pytest.mark.parametrize(
    "text", ["a b", "ünïcödé ✔ 🟢 العربية", "50 % of $5", "## heading", "# [x]", "a::b", "x: :y"]
)
def test_what_is_harmless_stays(text: str) -> None:
    assert clean.one_line(text) == clean.printable(text) == text


def test_a_text_on_one_line_is_what_is_seen_of_it() -> None:
    assert clean.one_line(f"\n{LINK}{CLEAR} {HIDDEN}\r\n\x00x\ud800") == "click payfdp.x x\ufffd"


# Streams that are closed


@pytest.mark.parametrize(
    ("closed", "level", "ends"),
    [("<&- >&- 2>&-", "ADVISORY", 0), (">&-", "MANDATORY", 1)],
)
def test_a_closed_stream_changes_no_status(project: Make, closed: str, level: str, ends: int) -> None:
    program = project(level=f"EnforcementLevel.{level}")
    arguments = ("rehearse", "--engine", "embedded", "--no-creation", "--program", str(program))
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *command(*arguments)]
    result = subprocess.run(shell, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == ends
    assert "error" not in result.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_an_error_with_a_closed_stream_has_its_status(tmp_path: Path, closed: str) -> None:
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *command("rehearse", "--program", str(tmp_path))]
    result = subprocess.run(shell, env=environment(), capture_output=True, timeout=60, check=False)
    assert result.returncode == 2


# Programs that say too much


def printed(script: str, tmp_path: Path) -> list[str]:
    lines: list[str] = []
    with Children() as children:
        child = children.start(
            Command([sys.executable, "-c", script], tmp_path, dict(os.environ), lines.append)
        )
        assert child.exited.wait(30)
    return lines


def test_a_line_without_an_end_is_left_out(tmp_path: Path) -> None:
    before = peak()
    started = time.monotonic()
    lines = printed(
        "import sys\nfor _ in range(1600): sys.stdout.write('x' * 65536)\nprint('')\nprint('after')", tmp_path
    )
    assert lines == ["[a line of 104,857,601 bytes, more than 65,536, is left out]", "after"]
    assert time.monotonic() - started < 10
    assert peak() - before < 20_000


def peak() -> int:
    """The most memory that this process has had, in KiB."""
    return getrusage(RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("length", [LONGEST_LINE - 1, LONGEST_LINE])
@pytest.mark.parametrize("end", ["", "\\n"])
def test_the_longest_line_is_shown(tmp_path: Path, length: int, end: str) -> None:
    (line,) = printed(f"import sys\nsys.stdout.write('x' * {length - len(end) // 2} + '{end}')", tmp_path)
    assert set(line) == {"x"}


def test_lines_end_as_terminals_have_it(tmp_path: Path) -> None:
    script = r"import sys; sys.stdout.buffer.write(b'10%\r20%\rdone\r\n\nlast \xff')"
    assert printed(script, tmp_path) == ["10%", "20%", "done", "", "last \ufffd"]


def test_what_is_said_is_bounded_and_says_so() -> None:
    journal = Journal()
    for number in range(20_000):
        journal.print(f"line {number}")
    assert len(journal.diagnostics) < 10_000
    last = journal.diagnostics[-1]
    assert last == Diagnostic(
        Severity.WARNING, "what is said from here on is left out: it is more than 1,000,000 characters"
    )
    journal.note(Diagnostic(Severity.ERROR, "and so it fails"))
    assert journal.diagnostics[-1].message == "and so it fails"


def test_a_message_without_an_end_is_left_out() -> None:
    journal = Journal()
    journal.print("x" * 10_000_000)
    journal.hold(Diagnostic(Severity.ERROR, "y" * 10_000_000))
    journal.print("after")
    assert [entry.message for entry in (*journal.diagnostics, *journal.errors)] == [
        "[a message of 10,000,000 characters, more than 65,536, is left out]",
        "after",
        "[a message of 10,000,000 characters, more than 65,536, is left out]",
    ]


def test_of_errors_without_an_end_the_last_is_kept() -> None:
    journal = Journal()
    for number in range(1_000):
        journal.hold(Diagnostic(Severity.ERROR, f"error {number}"))
    assert len(journal.errors) == 100
    assert journal.errors[-1].message == "error 999"
