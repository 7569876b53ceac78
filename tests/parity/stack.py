"""A stack on the official engine, over a simulated account that lives from one command to the next."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailroute.rehearsal.account import AwsResource
from mailroute.rehearsal.account.kinds import routing
from mailroute.rehearsal.official.workspace import Workspace
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.provider.server import ProviderServer
from tests.provider.deploying import DeployingAccount
from tests.provider.harness import bare

ROOT = Path(__file__).parents[2]
POLICIES = ROOT / "policies"
SHOP = Path(__file__).parent / "programs" / "shop"

_DHCP_OPTIONS = "aws:ec2/vpcDhcpOptions:VpcDhcpOptions"
"""Those of a region come with its first VPC and stay."""

needs_pulumi = pytest.mark.skipif(
    shutil.which("pulumi") is None,
    reason="needs the official Pulumi CLI on PATH: https://www.pulumi.com/docs/install/",
)


@dataclass(frozen=True)
class Ran:
    """What a command of the CLI did.

    Attributes:
        changes: how many resources were created, updated, left the `same` and so on.
        violated: the mandatory rules that were violated.
    """

    status: int
    said: str
    changes: dict[str, int]
    violated: frozenset[str]

    @property
    def changed(self) -> dict[str, int]:
        """The changes without what stays the same."""
        return {operation: count for operation, count in self.changes.items() if operation != "same"}


class Stack:
    """One stack of a program, with a backend, an account and a provider that are its own."""

    def __init__(self, program: Path, name: str, account: FragileAccount, directory: Path, port: int) -> None:
        self.account = account
        self.name = name
        self.directory = directory
        self._mark = f"mailroute-{uuid.uuid4()}"
        self._running: subprocess.Popen[str] | None = None
        directory.mkdir()
        workspace = Workspace(Project.load(program, name), directory, port)
        self._environment = {
            **workspace.environment,
            # The local backend does not write its files' metadata in one step: a kill -9 may halve it.
            "PULUMI_BACKEND_URL": f"{workspace.environment['PULUMI_BACKEND_URL']}?metadata=skip",
            "PULUMI_HOME": str(directory / "home"),
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(POLICIES))),
            "TEST_MARK": self._mark,
        }
        del self._environment["PULUMI_DEBUG_GRPC"]
        subprocess.run(
            workspace.command(), cwd=directory, env=self._environment, check=True, capture_output=True
        )
        self.before = self.held()

    def run(self, *arguments: str) -> Ran:
        """Run a command of the CLI to its end; the account and the state that it finds are evidence."""
        self._environment["MAILROUTE_EVIDENCE"] = str(self.save_account())
        events = self.directory / "events.json"
        events.unlink(missing_ok=True)
        operation = arguments[0] in ("preview", "up", "refresh", "destroy")
        options = ["--event-log", str(events)] if operation else []
        with subprocess.Popen(
            ["pulumi", *arguments, "--stack", self.name, "--non-interactive", "--color", "never", *options],
            cwd=self.directory,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as self._running:
            said = self._running.communicate(timeout=120)[0]
        found = _events(events)
        summaries = [event["summaryEvent"] for event in found if "summaryEvent" in event]
        violated = (event["policyEvent"] for event in found if "policyEvent" in event)
        return Ran(
            self._running.returncode,
            said,
            dict(Counter(summaries[-1]["resourceChanges"])) if summaries else {},
            frozenset(event["policyName"] for event in violated if event["enforcementLevel"] == "mandatory"),
        )

    def done(self, *arguments: str) -> Ran:
        """Run a command that succeeds."""
        ran = self.run(*arguments)
        assert ran.status == 0, ran.said
        return ran

    def up(self, *options: str) -> Ran:
        """`pulumi up`, judged by the pack with the account and the state as evidence."""
        self._environment["MAILROUTE_STATE"] = str(self.directory / "state.json")
        self.done("stack", "export", "--file", self._environment["MAILROUTE_STATE"])
        return self.run("up", "--yes", "--policy-pack", str(POLICIES), *options)

    def configure(self, **config: str) -> None:
        for key, value in config.items():
            self.done("config", "set", key, value)

    def kill(self) -> None:
        """`kill -9` of the engine, and of what it leaves behind: nothing has time to say goodbye."""
        if self._running is not None:
            self._running.kill()
        self._end_what_is_left()

    def state(self) -> dict[str, Any]:
        """The deployment that the backend keeps."""
        deployment: dict[str, Any] = json.loads(self.done("stack", "export").said)["deployment"]
        return deployment

    def pending(self) -> list[dict[str, Any]]:
        """The resources whose creation the state does not know the end of."""
        operations = self.state().get("pending_operations") or []
        return [each["resource"] for each in operations if each["type"] == "creating"]

    def managed(self) -> set[tuple[str, str]]:
        """Type and id of each resource of AWS that the state has."""
        resources = self.state().get("resources") or []
        return {
            (each["type"], each["id"])
            for each in resources
            if each.get("custom") and not each["type"].startswith("pulumi:providers:")
        }

    def held(self) -> dict[tuple[str, str], Any]:
        """What the account holds, by type and id, but for what comes and goes with something else."""
        return {
            (found.type, found.id): found.properties
            for found in self.account.all()
            if found.owner is None and found.type != _DHCP_OPTIONS
        }

    def orphans(self) -> list[str]:
        """The types of what this stack has made in the account and does not know of."""
        return sorted(type_ for type_, _ in self.held().keys() - self.before.keys() - self.managed())

    def verdict(self, service: str, destination: str) -> str:
        """What `mailroute diagnose` says of a service in the account as it is now."""
        evidence = str(self.save_account())
        done = subprocess.run(
            [
                *(sys.executable, "-m", "mailroute", "diagnose", "--json", "--evidence", evidence),
                *("--service", service, "--to", destination),
            ],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        verdict: str = json.loads(done.stdout)["verdict"]
        return verdict

    def save_account(self) -> Path:
        """The account as it is now, as a file of evidence: as AWS describes it, routes in their tables."""
        vpcs = [found.id for found in self.account.of("aws:ec2/vpc:Vpc")]
        resources = [
            {"type": found.type, "id": found.id, "properties": {**found.properties, **self._inside(found)}}
            for found in self.account.all()
            if found.type not in (routing.ROUTE, routing.ASSOCIATION)
        ]
        document = {**self.account.document, "vpcs": vpcs, "resources": resources}
        path = self.directory / "account.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def _inside(self, found: AwsResource) -> dict[str, Any]:
        if found.type != routing.TABLE:
            return {}
        return {
            "routes": list(routing.routes_of(self.account, found.id)),
            "associations": list(routing.associations_of(self.account, found.id)),
        }

    def _end_what_is_left(self) -> None:
        mark = f"TEST_MARK={self._mark}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)


class FragileAccount(DeployingAccount):
    """An account that can take whoever creates something by surprise.

    Attributes:
        on_created: by type and name: called once that is there, before whoever asked for it knows.
        on_request: by type: called instead of creating one, so that AWS never hears of it.
    """

    on_created: dict[str, Callable[[], None]]
    on_request: dict[str, Callable[[], None]]

    def put(self, resource: AwsResource) -> None:
        surprise = self.__dict__.get("on_request", {}).pop(resource.type, None)
        if surprise is not None:
            surprise()
            raise ConnectionError(resource.type)
        super().put(resource)

    def count_creation(self, urn: str) -> None:
        super().count_creation(urn)
        surprise = self.on_created.pop(urn.split("::", 2)[2], None)
        if surprise is not None:
            surprise()


@contextmanager
def stack_of(program: Path, name: str, directory: Path, account: FragileAccount) -> Iterator[Stack]:
    """A new stack of the program in `program`, and nothing of it left when the block ends."""
    with ProviderServer(account) as server:
        stack = Stack(program, name, account, directory, server.port)
        try:
            yield stack
        finally:
            stack.kill()


def account_of(name: str) -> FragileAccount:
    """The account of this project's stack `name`, or an empty one."""
    file = ROOT / "accounts" / f"{name}.json"
    account = FragileAccount.load(file) if file.exists() else bare(FragileAccount)
    account.on_created, account.on_request = {}, {}
    return account


def _events(file: Path) -> list[dict[str, Any]]:
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    events = []
    for line in lines:
        with suppress(json.JSONDecodeError):  # the last line of a process that was killed
            events.append(json.loads(line))
    return events
