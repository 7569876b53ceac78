"""`mailroute apply-settings` as a process that is killed or interrupted."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.evidence.conftest import Command
from tests.settings_update.apprunner_api import ARN, Account, Deployment, image_service
from tests.settings_update.wanted import WANTED, applied, apply, settled


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 128 + signal.SIGINT)],
)
def test_it_goes_on_after_a_signal(
    number: signal.Signals, status: int, account: Account, mailroute: Command, journal: Path
) -> None:
    account.deployments.append(Deployment(calls=3))
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mailroute",
            "apply-settings",
            "--service",
            ARN,
            *WANTED,
            "--journal",
            journal,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while '"operation": "' not in (journal.read_text() if journal.exists() else ""):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)

    assert process.returncode == status
    assert len(account.updates) == 1
    if number is not signal.SIGKILL:
        assert f"it is not finished: run the same command again, which goes on from {journal}\n" in said
    assert "Traceback" not in said
    assert apply(mailroute, journal).returncode == 0
    assert len(account.updates) == 1
    assert settled(account.service) == applied(image_service())
