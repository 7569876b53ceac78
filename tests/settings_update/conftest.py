"""A simulated App Runner, which the AWS variables of the environment lead to, and the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import boto3
import pytest

from evidence.live.deadline import Deadline
from mailroute.settings_update import updater
from tests.evidence.conftest import Command, in_process
from tests.settings_update.apprunner_api import REGION, Account, Api

SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": REGION,
    "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}


@pytest.fixture(scope="session", autouse=True)
def _session() -> Iterator[None]:
    """One session for all tests: to open one takes longer than to make all the calls of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "Session", cache(boto3.Session))
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Api]:
    server = Api()
    yield server
    server.close()


@pytest.fixture
def api(server: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A fresh account behind the server."""
    server.account = Account()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {**SETTINGS, "AWS_ENDPOINT_URL_APPRUNNER": server.url}.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def account(api: Api) -> Account:
    return api.account


@pytest.fixture
def mailroute(api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line, in this process and without pauses."""
    monkeypatch.setattr(updater, "Pace", partial(updater.Pace, poll=0.01, settle=0.2))
    return in_process(capsys)


@pytest.fixture
def deadlines(monkeypatch: pytest.MonkeyPatch) -> list[Deadline]:
    """Those of the commands: `stop()` has the time be up."""
    made: list[Deadline] = []

    class Kept(Deadline):
        def __init__(self, seconds: float) -> None:
            super().__init__(seconds)
            made.append(self)

    monkeypatch.setattr("evidence.live.deadline.Deadline", Kept)
    return made


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "shop.json"
