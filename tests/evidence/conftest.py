"""moto's server, the front before it, and an account in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest import mock
from urllib.request import Request, urlopen

import botocore.loaders
import botocore.session
import pytest
from botocore.client import ClientCreator

from tests.evidence.account import REGION, Account
from tests.evidence.front import Front

ROOT = Path(__file__).parents[2]


class Result(NamedTuple):
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Result]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that needs moto's server runs in one process: it starts once, and accounts are recorded once."""
    for item in items:
        if "moto" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("moto"))


@pytest.fixture(scope="session", autouse=True)
def _models() -> Iterator[None]:
    """AWS's service models are read once, and made classes of once, not by each session that a test opens."""
    make, classes = ClientCreator._create_client_class, dict[str, type]()

    def made_once(creator: ClientCreator, service: str, model: object) -> type:
        if service not in classes:
            classes[service] = make(creator, service, model)
        return classes[service]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.loaders.create_loader))
        patch.setattr(ClientCreator, "_create_client_class", made_once)
        yield


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """moto's server in a process of its own: it complains aloud of what it lacks."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/moto-api/data.json", server)
        yield url
    finally:
        server.kill()
        server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            urlopen(url).close()  # noqa: S310
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("moto's server does not start")


@pytest.fixture(scope="session")
def shared_front(moto: str) -> Iterator[Front]:
    front = Front(moto)
    yield front
    front.close()


@pytest.fixture
def front(shared_front: Front, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Front:
    """An empty account, which the AWS variables of the environment lead to."""
    return empty(shared_front, monkeypatch, tmp_path)


def empty(front: Front, monkeypatch: pytest.MonkeyPatch, home: Path) -> Front:
    """Empty the account behind `front`, and lead the AWS variables of the environment to it."""
    urlopen(Request(f"http://{front.moto}/moto-api/reset", method="POST")).close()
    front.reset()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    settings = {
        "AWS_ENDPOINT_URL": front.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(home / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return front


@pytest.fixture
def account(front: Front) -> Account:
    account = Account(front)
    front.calls.clear()
    return account


@pytest.fixture
def mailroute(front: Front, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, in this process."""
    return in_process(capsys)


def in_process(capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, by whatever the AWS variables of the environment lead to."""
    from mailroute.cli import cli
    from mailroute.cli.status import exit_status

    def run(*arguments: str | Path) -> Result:
        given = [str(argument) for argument in arguments]
        capsys.readouterr()
        with mock.patch.dict(os.environ):  # What a command sets is gone with its process.
            status = exit_status(lambda: cli.main(given, prog_name="mailroute", standalone_mode=False))
        return Result(status, *capsys.readouterr())

    return run


@pytest.fixture
def process(front: Front, tmp_path: Path) -> Command:
    """The command line in a process of its own, in an empty directory."""

    def run(*arguments: str | Path) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "mailroute", *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run
